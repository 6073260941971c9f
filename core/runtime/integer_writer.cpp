// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/integer_writer.h"

#include <algorithm>

#include "core/numeric/qdq.h"
#include "core/runtime/code_formulas.h"

namespace lathe {

namespace {

/// Signed codes in uint8: the same numbers, 128 higher.
std::optional<Encoding> raised(const Encoding* encoding)
{
    if (!ByteGrid::of(encoding))
        return std::nullopt;
    Encoding grid = *encoding;
    const int lift = encoding->format.isSigned ? 128 : 0;
    grid.format = NumberFormat::integer(8, false);
    grid.zeroPoint[0] += lift;
    grid.minimumCode += lift;
    grid.maximumCode += lift;
    const bool fits = grid.zeroPoint[0] >= 0 && grid.zeroPoint[0] <= 255 && grid.minimumCode >= 0 &&
                      grid.maximumCode <= 255;
    return fits ? std::optional(grid) : std::nullopt;
}

std::vector<int> slotsOf(const PointedGraph& pointed, bool activations)
{
    std::vector<int> result(pointed.graph.values().size(), -1);
    for (std::size_t i = 0; i < pointed.slotList.size(); ++i) {
        const ValueId id = pointed.graph.find(pointed.slotList[i].value);
        if (id.valid() && (pointed.slotList[i].kind == Slot::Kind::activation) == activations)
            result[static_cast<std::size_t>(id.index)] = static_cast<int>(i);
    }
    return result;
}

}

IntegerWriter::IntegerWriter(const PointedGraph& old)
    : m_old(old)
    , m_activationSlot(slotsOf(old, true))
    , m_weightSlot(slotsOf(old, false))
    , m_forms(old.graph.values().size())
{
    Graph& made = m_result.pointed.graph;
    made.name = old.graph.name;
    made.opsets = old.graph.opsets;
    made.metadata = old.graph.metadata;
    for (const ValueId id : old.graph.inputs) {
        Value value = oldValue(id);
        forms(id).real = made.addValue(std::move(value));
        made.inputs.push_back(forms(id).real);
        forms(id).grid = wantedGrid(id);
        // A byte value is made straight of the numbers that come in; any other grid is applied to them as it
        // was.
        const SlotSetting* setting = activation(id);
        if (setting && !forms(id).grid)
            keepSlot(forms(id).real, Slot::Kind::activation, *setting);
    }
}

const SlotSetting* IntegerWriter::settingOf(const std::vector<int>& byValue, ValueId old) const
{
    const int slot = old.valid() ? byValue[static_cast<std::size_t>(old.index)] : -1;
    const SlotSetting* setting = slot < 0 ? nullptr : &m_old.settings[static_cast<std::size_t>(slot)];
    return setting && setting->active() ? setting : nullptr;
}

std::optional<Encoding> IntegerWriter::wantedGrid(ValueId old) const
{
    const SlotSetting* setting = activation(old);
    return setting ? raised(setting->encoding.get()) : std::nullopt;
}

std::optional<Encoding> IntegerWriter::byteGrid(ValueId old) const
{
    if (!old.valid() || oldValue(old).isConstant())
        return std::nullopt;
    return m_forms[static_cast<std::size_t>(old.index)].grid;
}

/// Also not the name of an old value, whose turn may still come.
std::string IntegerWriter::freshName(std::string_view stem) const
{
    std::string name = m_result.pointed.graph.freshName(stem);
    while (m_old.graph.find(name).valid())
        name = m_result.pointed.graph.freshName(name + "_");
    return name;
}

/// The first form of a value has its name, but a graph output must be real.
std::string IntegerWriter::nameFor(ValueId old, bool isReal)
{
    const std::string& name = oldValue(old).name;
    const bool first = !forms(old).real.valid() && !forms(old).codes.valid();
    if (m_old.graph.isOutput(old) ? isReal : first)
        return name;
    return freshName(name + (isReal ? "_real" : "_codes"));
}

void IntegerWriter::keepSlot(ValueId made, Slot::Kind kind, SlotSetting setting)
{
    m_result.pointed.slotList.push_back({m_result.pointed.graph.value(made).name, kind, -1});
    m_result.pointed.settings.push_back(std::move(setting));
}

ValueId IntegerWriter::real(ValueId old)
{
    if (!old.valid())
        return {};
    Forms& known = forms(old);
    if (oldValue(old).isConstant()) {
        if (!known.real.valid()) {
            Value copy = oldValue(old);
            known.real = m_result.pointed.graph.addValue(std::move(copy));
            if (const SlotSetting* setting = weight(old))
                keepSlot(
                    known.real,
                    m_old
                        .slotList[static_cast<std::size_t>(m_weightSlot[static_cast<std::size_t>(old.index)])]
                        .kind,
                    *setting);
        }
        return known.real;
    }
    // The numbers that came in are not on the grid yet: what reads them as real numbers gets them from the
    // codes.
    const bool raw = m_old.graph.isInput(old) && known.grid;
    ValueId& made = raw ? known.onGrid : known.real;
    if (!made.valid())
        made = dequantized(old, raw);
    return made;
}

ValueId IntegerWriter::dequantized(ValueId old, bool raw)
{
    const ValueId bytes = codes(old);
    const Encoding grid = *forms(old).grid;
    const std::string& stem = oldValue(old).name;
    Value value = oldValue(old);
    value.name = raw ? freshName(stem + "_real") : nameFor(old, true);
    value.dtype = DType::float32;
    const ValueId id = m_result.pointed.graph.addValue(std::move(value));
    Node node;
    node.op = "DequantizeLinear";
    node.name = "real " + stem;
    node.inputs = {bytes, scaleOf(grid, stem), zeroOf(grid, stem)};
    node.outputs = {id};
    stateCodeRange(node, grid);
    m_result.pointed.graph.addNode(std::move(node));
    keepSlot(id, Slot::Kind::activation, {std::make_shared<const Encoding>(grid), nullptr});
    return id;
}

ValueId IntegerWriter::codes(ValueId old)
{
    Forms& known = forms(old);
    if (known.codes.valid())
        return known.codes;
    const Encoding grid = *known.grid;
    const std::string& stem = oldValue(old).name;
    Value value = oldValue(old);
    value.name = nameFor(old, false);
    value.dtype = DType::uint8;
    const ValueId id = m_result.pointed.graph.addValue(std::move(value));
    m_result.grids.emplace(m_result.pointed.graph.value(id).name, grid);
    Node node;
    node.op = "QuantizeLinear";
    node.name = "codes " + stem;
    node.inputs = {known.real, scaleOf(grid, stem), zeroOf(grid, stem)};
    node.outputs = {id};
    stateCodeRange(node, grid);
    m_result.pointed.graph.addNode(std::move(node));
    return known.codes = id;
}

ValueId IntegerWriter::defineReal(ValueId old)
{
    Value value = oldValue(old);
    value.name = nameFor(old, true);
    Forms& known = forms(old);
    known.real = m_result.pointed.graph.addValue(std::move(value));
    known.grid = wantedGrid(old);
    if (const SlotSetting* setting = activation(old))
        keepSlot(known.real, Slot::Kind::activation, *setting);
    return known.real;
}

ValueId IntegerWriter::defineCodes(ValueId old, const Encoding& grid)
{
    Value value = oldValue(old);
    value.name = nameFor(old, false);
    value.dtype = DType::uint8;
    Forms& known = forms(old);
    known.codes = m_result.pointed.graph.addValue(std::move(value));
    known.grid = grid;
    m_result.grids.emplace(m_result.pointed.graph.value(known.codes).name, grid);
    return known.codes;
}

ValueId IntegerWriter::addCodes(std::string_view stem, const Shape& shape, const Encoding& grid)
{
    Value value;
    value.name = freshName(stem);
    value.dtype = DType::uint8;
    value.shape = shape;
    m_result.grids.emplace(value.name, grid);
    return m_result.pointed.graph.addValue(std::move(value));
}

ValueId IntegerWriter::addReal(std::string_view stem, const Shape& shape)
{
    Value value;
    value.name = freshName(stem);
    value.dtype = DType::float32;
    value.shape = shape;
    return m_result.pointed.graph.addValue(std::move(value));
}

ValueId IntegerWriter::addConstant(std::string_view stem, Tensor constant)
{
    return m_result.pointed.graph.addConstant(freshName(stem), std::move(constant));
}

ValueId IntegerWriter::scaleOf(const Encoding& grid, std::string_view stem)
{
    return addConstant(std::string(stem) + "_scale", scaleOperand(grid));
}

ValueId IntegerWriter::zeroOf(const Encoding& grid, std::string_view stem)
{
    return addConstant(std::string(stem) + "_zero_point", zeroPointOperand(grid));
}

void IntegerWriter::addNode(std::string op, std::string domain, std::string name, std::vector<ValueId> inputs,
                            std::vector<ValueId> outputs, Attributes attributes)
{
    Node node;
    node.op = std::move(op);
    node.domain = std::move(domain);
    node.name = std::move(name);
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    node.attributes = std::move(attributes);
    m_result.pointed.graph.addNode(std::move(node));
}

void IntegerWriter::copyNode(const Node& node, const std::string& reason)
{
    Node copy = node;
    for (ValueId& id : copy.inputs)
        id = real(id);
    for (std::size_t i = 0; i < copy.outputs.size(); ++i)
        if (node.outputs[i].valid())
            copy.outputs[i] = defineReal(node.outputs[i]);
    for (const ValueId id : copy.outputs)
        if (id.valid() && !reason.empty())
            m_result.reasons.emplace(m_result.pointed.graph.value(id).name, reason);
    m_result.pointed.graph.addNode(std::move(copy));
}

IntegerGraph IntegerWriter::finish()
{
    PointedGraph& pointed = m_result.pointed;
    for (const ValueId id : m_old.graph.outputs)
        pointed.graph.outputs.push_back(real(id));
    for (const auto& [alias, slot] : m_old.aliases)
        m_result.names.emplace(alias, m_old.slotList[static_cast<std::size_t>(slot)].value);
    // Who watches an input sees it on its grid, as in the simulated run.
    for (const ValueId id : m_old.graph.inputs)
        if (const ValueId codes = forms(id).codes; codes.valid())
            for (const std::string& name : namesOf(id))
                m_result.names.insert_or_assign(name, pointed.graph.value(codes).name);
    pointed.graph.compact();
    PointedGraph kept{.graph = std::move(pointed.graph), .slotList = {}, .settings = {}, .aliases = {}};
    for (std::size_t i = 0; i < pointed.slotList.size(); ++i)
        if (kept.graph.find(pointed.slotList[i].value).valid()) {
            kept.slotList.push_back(pointed.slotList[i]);
            kept.settings.push_back(pointed.settings[i]);
        }
    pointed = std::move(kept);
    return std::move(m_result);
}

/// Of an old value and, where it has a slot, the slot's aliases.
std::vector<std::string> IntegerWriter::namesOf(ValueId old) const
{
    std::vector<std::string> names{oldValue(old).name};
    for (const auto& [alias, slot] : m_old.aliases)
        if (m_old.slotList[static_cast<std::size_t>(slot)].value == names.front())
            names.push_back(alias);
    return names;
}

}
