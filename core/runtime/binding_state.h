// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/plan.h"
#include "core/runtime/slot_entry.h"

namespace lathe {

/// Everything that follows from the setting of the slots. Immutable once made; what did not change is shared with the
/// state that it was made from.
struct Binding::State {
    std::shared_ptr<const Plan> plan;
    Precision precision = Precision::floating;
    std::vector<std::shared_ptr<const SlotEntry>> entries;         ///< by slot; null: clear
    std::vector<const Encoding*> codes;                            ///< by value: the grid it is held on, null: real numbers
    std::vector<std::shared_ptr<const StepBinding>> steps;
    std::vector<Tensor> constants;                                 ///< by storage: what a constant operand holds now
    std::vector<std::shared_ptr<const SlotEntry>> constantEntries; ///< ... and the setting it was made of
    std::size_t scratchBytes = 0;
    std::int64_t weightBytes = 0;

    /// The entry in force: null when clear or when precision is floating.
    std::shared_ptr<const SlotEntry> active(int slot) const;
    std::shared_ptr<const SlotEntry> active(ValueId value, Slot::Kind kind) const;

    /// A state with these entries; `previous` may be null.
    static std::shared_ptr<const State> make(std::shared_ptr<const Plan> plan, Precision precision,
                                             std::vector<std::shared_ptr<const SlotEntry>> entries,
                                             const State* previous);
};

/// The content of a constant after its slot, in float32 for floating-point types.
Tensor slottedConstant(const Tensor& constant, const SlotEntry* entry);

}
