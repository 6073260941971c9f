// SPDX-License-Identifier: GPL-3.0-or-later
// Integer forms of operators without weights.
#include <algorithm>
#include <array>

#include "core/numeric/qdq.h"
#include "core/ops/op.h"
#include "core/runtime/code_math.h"
#include "core/runtime/integer_writer.h"
#include "core/runtime/window_table.h"

namespace lathe {

namespace {

constexpr const char* kContrib = "com.microsoft";

bool isOneOf(const Node& node, std::span<const std::string_view> names)
{
    return node.domain.empty() && std::find(names.begin(), names.end(), node.op) != names.end();
}

}

bool sameGrid(const Encoding& a, const Encoding& b)
{
    return CodeGrid::of(a) == CodeGrid::of(b) && a.zeroPoint == b.zeroPoint;
}

Attributes codeRangeAttributes(const Encoding& grid, const Activation& activation, Attributes attributes)
{
    const CodeGrid codes = CodeGrid::of(grid);
    const auto limit = [&](float bound) {
        return static_cast<std::int64_t>(std::clamp(clampCode(bound, codes.scale), codes.low, codes.high)) +
               grid.zeroPoint[0];
    };
    const std::int64_t low = activation.clamp() ? limit(activation.low) : grid.minimumCode;
    const std::int64_t high = activation.clamp() ? limit(activation.high) : grid.maximumCode;
    if (low > 0)
        attributes.insert_or_assign(std::string(minimumCodeAttribute), low);
    if (high < 255)
        attributes.insert_or_assign(std::string(maximumCodeAttribute), high);
    return attributes;
}

ValueId requantized(IntegerWriter& writer, ValueId codes, const Encoding& from, const Encoding& to,
                    const Shape& shape)
{
    if (sameGrid(from, to))
        return codes;
    Tensor table(DType::uint8, Shape{256});
    const auto entries = table.mutableData<std::uint8_t>();
    for (std::size_t code = 0; code < entries.size(); ++code) {
        const float real =
            static_cast<float>(static_cast<std::int32_t>(code) - from.zeroPoint[0]) * from.scale[0];
        entries[code] = static_cast<std::uint8_t>(
            quantizeOne(real, to.scale[0], to.zeroPoint[0], to.minimumCode, to.maximumCode));
    }
    const ValueId result = writer.addCodes("requantized", shape, to);
    writer.addNode("CodeTable", "lathe", "requantize", {codes, writer.addConstant("table", std::move(table))},
                   {result});
    return result;
}

namespace {

/// Codes of a constant with an 8-bit grid, or of a value; nothing where there is no such grid.
struct Operand
{
    ValueId codes;
    Encoding grid;
};

std::optional<Operand> operandOf(IntegerWriter& writer, ValueId old)
{
    if (const auto grid = writer.byteGrid(old))
        return Operand{writer.codes(old), *grid};
    const SlotSetting* slot = writer.oldValue(old).isConstant() ? writer.weight(old) : nullptr;
    if (!slot || !slot->encoding->format.isInteger() || slot->encoding->perChannel() ||
        slot->encoding->format.bits > 8)
        return std::nullopt;
    Encoding grid = *slot->encoding;
    const int lift = grid.format.isSigned ? 128 : 0;
    const Tensor stored = slot->codes ? *slot->codes : quantize(writer.oldValue(old).constant, grid);
    Tensor codes(DType::uint8, stored.shape());
    const std::vector<std::int64_t> values = stored.toIntegers();
    // The simulated run rounds the dequantized constant to its grid: codes beyond it are bounded.
    std::transform(values.begin(), values.end(), codes.mutableData<std::uint8_t>().begin(),
                   [&](std::int64_t code) {
                       return static_cast<std::uint8_t>(
                           std::clamp<std::int64_t>(code, grid.minimumCode, grid.maximumCode) + lift);
                   });
    grid.format = NumberFormat::integer(8, false);
    grid.zeroPoint[0] += lift;
    grid.minimumCode += lift;
    grid.maximumCode += lift;
    return Operand{writer.addConstant(writer.oldValue(old).name + "_codes", std::move(codes)), grid};
}

/// x, scale, zero-point of each operand, then scale and zero-point of the result.
std::vector<ValueId> qlinearOperands(IntegerWriter& writer, std::span<const Operand> operands,
                                     const Encoding& result)
{
    std::vector<ValueId> inputs;
    for (const Operand& operand : operands) {
        inputs.push_back(operand.codes);
        inputs.push_back(writer.scaleOf(operand.grid, "x"));
        inputs.push_back(writer.zeroOf(operand.grid, "x"));
    }
    inputs.push_back(writer.scaleOf(result, "y"));
    inputs.push_back(writer.zeroOf(result, "y"));
    return inputs;
}

}

bool writePairForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    if (!node.domain.empty() || (node.op != "Add" && node.op != "Mul") || node.inputs.size() != 2)
        return false;
    const ValueId y = group.outputs[0];
    const auto grid = writer.wantedGrid(y);
    const auto usable = [&](ValueId id) {
        const SlotSetting* slot = writer.oldValue(id).isConstant() ? writer.weight(id) : nullptr;
        return writer.byteGrid(id) ||
               (slot && !slot->encoding->perChannel() && slot->encoding->format.isInteger() &&
                slot->encoding->format.bits <= 8);
    };
    if (!grid || !usable(node.inputs[0]) || !usable(node.inputs[1]) || writer.shape(y).elements() == 0) {
        reason = "an operand or the result is not on a grid of at most 8 bits";
        return false;
    }
    const std::array operands{*operandOf(writer, node.inputs[0]), *operandOf(writer, node.inputs[1])};
    const auto inputs = qlinearOperands(writer, operands, *grid);
    writer.addNode("QLinear" + node.op, kContrib, node.name, inputs, {writer.defineCodes(y, *grid)},
                   codeRangeAttributes(*grid, group.activation));
    return true;
}

namespace {

/// What the simulated run's pooling kernel takes.
bool isAveragedByWindows(const Node& node, const Shape& shape)
{
    constexpr std::int64_t mostTaps = 1 << 26;
    const Window window = poolWindow(node, shape);
    return window.outputElements() > 0 && window.outputElements() <= mostTaps / window.kernelElements() &&
           !tabulate(window, true, false).hasEmpty;
}

}

bool writePoolForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    const bool global = node.op == "GlobalAveragePool";
    if (!node.domain.empty() || (!global && node.op != "AveragePool"))
        return false;
    const auto from = writer.byteGrid(node.inputs[0]), to = writer.wantedGrid(group.outputs[0]);
    const Shape& shape = writer.shape(node.inputs[0]);
    // Beyond 2^16 pixels the simulated run averages real numbers.
    if (!from || !to || shape.rank() < 3 || shape.elements() == 0 ||
        (global ? shape.elements(2, shape.rank()) >= (1 << 16) : !isAveragedByWindows(node, shape))) {
        reason = "its input or result is not on a grid of at most 8 bits, or its size";
        return false;
    }
    const std::array operands{Operand{writer.codes(node.inputs[0]), *from}};
    const auto inputs = qlinearOperands(writer, operands, *to);
    writer.addNode("QLinear" + node.op, kContrib, node.name, inputs,
                   {writer.defineCodes(group.outputs[0], *to)},
                   codeRangeAttributes(*to, {}, node.attributes));
    return true;
}

bool writeConcatForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    if (!node.domain.empty() || node.op != "Concat")
        return false;
    const auto grid = writer.wantedGrid(group.outputs[0]);
    const bool floats = writer.oldValue(group.outputs[0]).dtype == DType::float32;
    if (!grid || !std::all_of(node.inputs.begin(), node.inputs.end(),
                              [&](ValueId id) { return writer.byteGrid(id); })) {
        reason = floats ? "an operand or the result is not on a grid of at most 8 bits" : "";
        return false;
    }
    std::vector<ValueId> inputs;
    for (const ValueId id : node.inputs) {
        const ValueId codes = writer.codes(id);
        inputs.push_back(requantized(writer, codes, *writer.byteGrid(id), *grid, writer.shape(id)));
    }
    writer.addNode("Concat", "", node.name, inputs, {writer.defineCodes(group.outputs[0], *grid)},
                   node.attributes);
    return true;
}

namespace {

constexpr std::array<std::string_view, 17> kMoving{
    "Reshape",   "Flatten",      "Squeeze",      "Unsqueeze", "Identity", "Dropout",
    "Transpose", "Slice",        "Split",        "Pad",       "Expand",   "Tile",
    "Gather",    "DepthToSpace", "SpaceToDepth", "Resize",    "MaxPool"};

/// True where the simulated run moves codes too, and so an output without a slot is on the input's grid.
bool movesCodes(const IntegerWriter& writer, const Node& node)
{
    constexpr std::int64_t most = 1 << 26;
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
        if (node.inputs[i].valid() && !writer.oldValue(node.inputs[i]).isConstant())
            return false;
    const auto outputs =
        std::count_if(node.outputs.begin(), node.outputs.end(), [](ValueId id) { return id.valid(); });
    if ((outputs != 1 && node.op != "Split") || outputs != static_cast<std::ptrdiff_t>(node.outputs.size()))
        return false;
    if (node.op == "Resize" && node.text("mode", "nearest") != "nearest")
        return false;
    if (node.op == "Pad" && node.text("mode", "constant") == "constant") {
        const Tensor* fill = writer.old().constant(node.input(2));
        if (fill && fill->elements() == 1 && fill->at(0) != 0)
            return false;
    }
    const std::int64_t elements = writer.shape(node.inputs[0]).elements();
    return elements > 0 && elements <= most &&
           std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
               return writer.shape(id).elements() > 0 && writer.shape(id).elements() <= most;
           });
}

}

bool writeMovingForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    if (!isOneOf(node, kMoving) || !writer.byteGrid(node.inputs[0]))
        return false;
    const bool gridsUsable = std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
        return id.valid() && (!writer.activation(id) || writer.wantedGrid(id));
    });
    if (!gridsUsable || !movesCodes(writer, node)) {
        reason = "it does more than move codes of at most 8 bits";
        return false;
    }
    const Encoding grid = *writer.byteGrid(node.inputs[0]);
    std::vector<ValueId> inputs{writer.codes(node.inputs[0])};
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
        inputs.push_back(writer.real(node.inputs[i]));
    if (node.op == "Pad") {
        inputs.resize(std::max<std::size_t>(inputs.size(), 3));
        inputs[2] = writer.zeroOf(grid, "fill");
    }
    std::vector<ValueId> moved;
    std::vector<std::pair<ValueId, ValueId>> regridded;
    for (const ValueId id : node.outputs) {
        const auto wanted = writer.wantedGrid(id);
        if (!wanted || sameGrid(grid, *wanted)) {
            moved.push_back(writer.defineCodes(id, grid));
        } else {
            moved.push_back(writer.addCodes("moved", writer.shape(id), grid));
            regridded.emplace_back(moved.back(), id);
        }
    }
    writer.addNode(node.op, "", node.name, inputs, moved, node.attributes);
    for (const auto& [codes, id] : regridded) {
        const Encoding wanted = *writer.wantedGrid(id);
        const ValueId result = requantized(writer, codes, grid, wanted, writer.shape(id));
        writer.addNode("Identity", "", "on its grid", {result}, {writer.defineCodes(id, wanted)});
    }
    return true;
}

}
