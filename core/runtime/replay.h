// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/program.h"

namespace lathe {

/// Runs one sample again and again with some slots set otherwise, each time only from where that matters.
class Replay
{
public:
    explicit Replay(std::shared_ptr<const Program> program);

    /// Runs may begin at this step: what is live there is recorded.
    void addStep(int step);
    /// Bytes of one sample that record() keeps, inputs aside.
    std::int64_t bytes() const;

    /// A run from the inputs; `values` gets what later runs begin with.
    TensorMap record(Execution& execution, const TensorMap& inputs, const Binding& binding,
                     const Control& control, TensorMap& values, const TapMap& taps = {}) const;
    /// A run whose slots that are written before `step` are set as when `values` were recorded. Taps see what
    /// is written from there on; all, where it has to begin with the inputs.
    TensorMap run(Execution& execution, int step, const TensorMap& inputs, const TensorMap& values,
                  const Binding& binding, const Control& control, const TapMap& taps = {}) const;

private:
    std::shared_ptr<const Program> m_program;
    Execution m_probe;                                    ///< only asked
    std::map<int, std::vector<std::string>> m_boundaries; ///< by step
};

} // namespace lathe
