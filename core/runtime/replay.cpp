// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/replay.h"

#include <set>

#include "core/runtime/add_tap.h"
#include "core/runtime/boundary_tensor.h"

namespace lathe {

Replay::Replay(std::shared_ptr<const Program> program)
    : m_program(std::move(program))
    , m_probe(m_program)
{
}

void Replay::addStep(int step)
{
    if (step > 0 && !m_boundaries.contains(step))
        m_boundaries[step] = m_probe.boundaryValues(step);
}

std::int64_t Replay::bytes() const
{
    std::set<std::string> names;
    for (const auto& [step, live] : m_boundaries)
        names.insert(live.begin(), live.end());
    std::int64_t bytes = 0;
    for (const std::string& name : names) {
        const Value& value = m_program->graph().value(m_program->graph().find(name));
        if (value.shape && value.shape->isStatic())
            bytes += value.shape->elements() * static_cast<std::int64_t>(sizeof(float));
    }
    return bytes;
}

TensorMap Replay::record(Execution& execution, const TensorMap& inputs, const Binding& binding,
                         const Control& control, TensorMap& values, const TapMap& taps) const
{
    values = inputs;
    TapMap all = taps;
    for (const auto& [step, live] : m_boundaries)
        for (const std::string& name : live)
            if (!inputs.contains(name) && m_program->canTap(name) && !values.contains(name)) {
                values[name] = {};
                addTap(all, name, [this, &values](const TapView& view) {
                    values[view.value] = boundaryTensor(*m_program, view);
                });
            }
    return execution.run(inputs, binding, control, all);
}

TensorMap Replay::run(Execution& execution, int step, const TensorMap& inputs, const TensorMap& values,
                      const Binding& binding, const Control& control, const TapMap& taps) const
{
    const auto names = m_boundaries.find(step);
    TensorMap boundary;
    if (names != m_boundaries.end())
        for (const std::string& name : names->second)
            if (const auto value = values.find(name); value != values.end() && !value->second.empty())
                boundary.insert(*value);
    if (names == m_boundaries.end() || boundary.size() != names->second.size())
        return execution.run(inputs, binding, control, taps);
    return execution.runFrom(step, boundary, binding, control, taps);
}

} // namespace lathe
