// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/program_cache.h"

#include <algorithm>

namespace lathe {

namespace {

/// Shapes that come again soon: the branches of an If, the steps of a growing sequence do not.
constexpr std::size_t maxPrograms = 8;

}

std::shared_ptr<const Program> ProgramCache::get(std::span<const Tensor> inputs, const Make& make) const
{
    std::vector<std::pair<DType, Shape>> key;
    for (const Tensor& tensor : inputs)
        key.emplace_back(tensor.dtype(), tensor.shape());
    const std::lock_guard lock(m_mutex);
    const auto found =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& entry) { return entry.key == key; });
    if (found != m_entries.end()) {
        m_entries.splice(m_entries.begin(), m_entries, found);
        return found->program;
    }
    m_entries.push_front({std::move(key), make()});
    if (m_entries.size() > maxPrograms)
        m_entries.pop_back();
    return m_entries.front().program;
}

NestedExecutions::Nested& NestedExecutions::get(const std::shared_ptr<const Program>& program,
                                                std::optional<Precision> precision)
{
    auto found = std::find_if(m_entries.begin(), m_entries.end(),
                              [&](const Nested& nested) { return nested.program == program; });
    if (found == m_entries.end()) {
        m_entries.push_front({program, Execution(program), program->defaultBinding(), {}});
        if (m_entries.size() > maxPrograms)
            m_entries.pop_back();
        found = m_entries.begin();
    }
    m_entries.splice(m_entries.begin(), m_entries, found);
    const Precision wanted = precision.value_or(program->defaultBinding().precision());
    if (found->binding.precision() != wanted)
        found->binding = found->binding.withPrecision(wanted);
    return *found;
}

CompileOptions nestedOptions(const CompileOptions& options)
{
    CompileOptions nested = options;
    nested.inputShapes.clear();
    nested.points.clear();
    return nested;
}

Graph withInputsLike(const Graph& graph, std::span<const Tensor> inputs)
{
    Graph result = graph;
    for (std::size_t i = 0; i < result.inputs.size(); ++i) {
        Value& value = result.value(result.inputs[i]);
        value.dtype = inputs[i].dtype();
        value.shape = inputs[i].shape();
    }
    return result;
}

}
