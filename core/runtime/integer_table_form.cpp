// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of one 8-bit code: all 256 results, computed by the simulated run itself.
#include <algorithm>
#include <array>

#include "core/ops/op.h"
#include "core/runtime/integer_writer.h"

namespace lathe {

namespace {

constexpr std::array<std::string_view, 21> kFunctions{
    "Relu",       "Clip", "LeakyRelu", "Sigmoid",  "Tanh",     "HardSigmoid", "HardSwish",
    "Elu",        "Selu", "Celu",      "Softplus", "Exp",      "Log",         "Sqrt",
    "Reciprocal", "Abs",  "Neg",       "Erf",      "Softsign", "Gelu",        "ThresholdedRelu"};
constexpr std::array<std::string_view, 5> kPairs{"Add", "Sub", "Mul", "Div", "Pow"};

/// True when every output element follows from one element of `x`.
bool isFunctionOf(const IntegerWriter& writer, const Node& node, ValueId x)
{
    if (!node.domain.empty() || node.outputs.size() != 1 || writer.shape(node.outputs[0]) != writer.shape(x))
        return false;
    const auto named = [&](const auto& names) {
        return std::find(names.begin(), names.end(), node.op) != names.end();
    };
    if (!named(kFunctions) && !(named(kPairs) && node.inputs.size() == 2))
        return false;
    return std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
        return !id.valid() || id == x ||
               (writer.oldValue(id).isConstant() && writer.shape(id).elements() == 1);
    });
}

/// The group's nodes alone, on all codes in a row.
PointedGraph networkOf(const IntegerWriter& writer, const Group& group, ValueId x)
{
    PointedGraph network;
    network.graph.opsets = writer.old().opsets;
    const Shape row{1, 256};
    std::map<ValueId, ValueId> made;
    const auto mapped = [&](ValueId id) {
        if (!id.valid())
            return ValueId{};
        const auto known = made.find(id);
        if (known != made.end())
            return known->second;
        Value value = writer.oldValue(id);
        if (!value.isConstant()) {
            value.shape = row;
            value.dtype = DType::float32;
        }
        return made[id] = network.graph.addValue(std::move(value));
    };
    network.graph.inputs = {mapped(x)};
    for (const NodeId at : group.nodes) {
        Node node = writer.old().node(at);
        for (ValueId& id : node.inputs)
            id = mapped(id);
        for (ValueId& id : node.outputs)
            id = mapped(id);
        network.graph.addNode(std::move(node));
    }
    network.graph.outputs = {mapped(group.outputs[0])};
    return network;
}

/// The slots of the group's values that the simulated run would have.
std::vector<std::pair<Slot, SlotSetting>> slotsOf(const IntegerWriter& writer, const Group& group, ValueId x,
                                                  const Encoding& from)
{
    std::vector<std::pair<Slot, SlotSetting>> slots;
    slots.push_back({{writer.oldValue(x).name, Slot::Kind::activation, -1},
                     {std::make_shared<const Encoding>(from), nullptr}});
    const ValueId y = group.outputs[0];
    slots.push_back({{writer.oldValue(y).name, Slot::Kind::activation, -1}, *writer.activation(y)});
    for (const NodeId at : group.nodes)
        for (const ValueId id : writer.old().node(at).inputs)
            if (id.valid() && writer.oldValue(id).isConstant())
                if (const SlotSetting* setting = writer.weight(id))
                    slots.push_back({{writer.oldValue(id).name, Slot::Kind::weight, -1}, *setting});
    return slots;
}

Tensor tableOf(const IntegerWriter& writer, const Group& group, ValueId x, const Encoding& from,
               const Encoding& to)
{
    const PointedGraph network = networkOf(writer, group, x);
    const auto slots = slotsOf(writer, group, x, from);
    CompileOptions options;
    for (const auto& [slot, setting] : slots)
        options.points.push_back(slot);
    const auto program = Program::compile(network.graph, options);
    std::map<int, SlotSetting> settings;
    for (const auto& [slot, setting] : slots)
        settings[program->findSlot(slot.value, slot.kind)] = setting;
    const Binding binding = program->defaultBinding().withPrecision(Precision::simulated).with(settings);
    Tensor reals(DType::float32, Shape{1, 256});
    const auto inputs = reals.mutableData<float>();
    for (std::size_t code = 0; code < inputs.size(); ++code)
        inputs[code] =
            static_cast<float>(static_cast<std::int32_t>(code) - from.zeroPoint[0]) * from.scale[0];
    const TensorMap results = Execution(program).run({{slots[0].first.value, reals}}, binding);
    const auto values = results.begin()->second.data<float>();
    Tensor table(DType::uint8, Shape{256});
    std::transform(values.begin(), values.end(), table.mutableData<std::uint8_t>().begin(), [&](float real) {
        return static_cast<std::uint8_t>(
            quantizeOne(real, to.scale[0], to.zeroPoint[0], to.minimumCode, to.maximumCode));
    });
    return table;
}

}

bool writeTableForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& first = writer.old().node(group.nodes[0]);
    const auto isValue = [&](ValueId id) { return id.valid() && !writer.oldValue(id).isConstant(); };
    const auto source = std::find_if(first.inputs.begin(), first.inputs.end(), isValue);
    if (source == first.inputs.end() || group.outputs.size() != 1)
        return false;
    ValueId x = *source;
    const ValueId input = x;
    for (const NodeId at : group.nodes) {
        const Node& node = writer.old().node(at);
        if (!isFunctionOf(writer, node, x))
            return false;
        x = node.outputs[0];
    }
    const auto from = writer.byteGrid(input), to = writer.wantedGrid(group.outputs[0]);
    if (!from || !to) {
        reason = "its input or result is not on a grid of at most 8 bits";
        return false;
    }
    const ValueId codes = writer.codes(input);
    const ValueId table = writer.addConstant("table", tableOf(writer, group, input, *from, *to));
    writer.addNode("CodeTable", "lathe", first.name, {codes, table},
                   {writer.defineCodes(group.outputs[0], *to)});
    return true;
}

}
