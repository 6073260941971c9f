// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/runtime/groups.h"
#include "core/runtime/integer_graph.h"

namespace lathe {

/// Writes a pointed graph anew, value by value. A value can exist in two forms: real numbers (with its slot,
/// so that simulated kernels see the codes in them) and bytes; the missing one is made when it is first asked
/// for.
class IntegerWriter
{
public:
    explicit IntegerWriter(const PointedGraph& old);

    const Graph& old() const { return m_old.graph; }
    const Value& oldValue(ValueId id) const { return m_old.graph.value(id); }
    const Shape& shape(ValueId old) const { return *oldValue(old).shape; }
    /// The active setting of a value's slot, or null.
    const SlotSetting* activation(ValueId old) const { return settingOf(m_activationSlot, old); }
    const SlotSetting* weight(ValueId old) const { return settingOf(m_weightSlot, old); }

    /// The grid, raised to uint8, on which a value is held as codes; nothing where it is none or wider than 8
    /// bits.
    std::optional<Encoding> byteGrid(ValueId old) const;
    /// The same as its slot says it, for a value that is about to be written.
    std::optional<Encoding> wantedGrid(ValueId old) const;

    ValueId real(ValueId old);
    /// Requires byteGrid().
    ValueId codes(ValueId old);

    /// A value of the new graph that stands for the real form of an old one; its node comes next.
    ValueId defineReal(ValueId old);
    /// The same for codes on `grid`, which becomes the value's.
    ValueId defineCodes(ValueId old, const Encoding& grid);
    /// A byte value that stands for no old value.
    ValueId addCodes(std::string_view stem, const Shape& shape, const Encoding& grid);
    /// A real value that stands for no old value.
    ValueId addReal(std::string_view stem, const Shape& shape);
    ValueId addConstant(std::string_view stem, Tensor constant);
    ValueId scaleOf(const Encoding& grid, std::string_view stem);
    ValueId zeroOf(const Encoding& grid, std::string_view stem);
    void addNode(std::string op, std::string domain, std::string name, std::vector<ValueId> inputs,
                 std::vector<ValueId> outputs, Attributes attributes = {});

    /// Copies a node as it is; it works on real numbers.
    void copyNode(const Node& node, const std::string& reason);
    IntegerGraph finish();

private:
    struct Forms
    {
        ValueId real{}, codes{};
        ValueId onGrid{}; ///< of a graph input: its real form is what came in, this is what it is on its grid
        std::optional<Encoding> grid{}; ///< of the codes
    };

    const SlotSetting* settingOf(const std::vector<int>& byValue, ValueId old) const;
    Forms& forms(ValueId old) { return m_forms[static_cast<std::size_t>(old.index)]; }
    ValueId dequantized(ValueId old, bool raw);
    std::vector<std::string> namesOf(ValueId old) const;
    std::string nameFor(ValueId old, bool isReal);
    std::string freshName(std::string_view stem) const;
    void keepSlot(ValueId made, Slot::Kind kind, SlotSetting setting);

    const PointedGraph& m_old;
    std::vector<int> m_activationSlot, m_weightSlot; ///< by old value
    std::vector<Forms> m_forms;                      ///< by old value
    IntegerGraph m_result;
};

/// Tries to write a group as integer operators. False, with the reason where it is theirs, when it must stay
/// simulated.
using IntegerForm = bool (*)(IntegerWriter& writer, const Group& group, std::string& reason);
bool writeWeightedForm(IntegerWriter& writer, const Group& group, std::string& reason);
bool writePairForm(IntegerWriter& writer, const Group& group, std::string& reason);
bool writePoolForm(IntegerWriter& writer, const Group& group, std::string& reason);
bool writeMovingForm(IntegerWriter& writer, const Group& group, std::string& reason);
bool writeConcatForm(IntegerWriter& writer, const Group& group, std::string& reason);
bool writeTableForm(IntegerWriter& writer, const Group& group, std::string& reason);

/// The limits of the output grid and of a fused clamp together, as attributes of an integer operator.
Attributes codeRangeAttributes(const Encoding& grid, const Activation& activation,
                               Attributes attributes = {});
/// True when both hold the same codes for the same numbers.
bool sameGrid(const Encoding& a, const Encoding& b);
/// Codes on `to` of a value that is held on `from`; the value itself where the grids are equal.
ValueId requantized(IntegerWriter& writer, ValueId codes, const Encoding& from, const Encoding& to,
                    const Shape& shape);

}
