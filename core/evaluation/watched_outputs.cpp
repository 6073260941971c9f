// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/watched_outputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/ops/output_parts.h"

namespace lathe {

void add(PartErrors& total, const PartErrors& more)
{
    total.resize(std::max(total.size(), more.size()));
    for (std::size_t i = 0; i < more.size(); ++i) {
        total[i].signalSquares += more[i].signalSquares;
        total[i].noiseSquares += more[i].noiseSquares;
    }
}

double sqnrDb(std::span<const PartError> parts)
{
    PartError all;
    double ratios = 0;
    int count = 0;
    for (const PartError& part : parts) {
        all.signalSquares += part.signalSquares;
        all.noiseSquares += part.noiseSquares;
        if (part.signalSquares <= 0)
            continue;
        ratios += part.noiseSquares / part.signalSquares;
        ++count;
    }
    if (all.noiseSquares <= 0)
        return std::numeric_limits<double>::infinity();
    return 10 * std::log10(count < 2 ? all.signalSquares / all.noiseSquares : count / ratios);
}

WatchedOutputs::WatchedOutputs(const Graph& graph, const std::vector<ValueId>& outputs,
                               const Program& program)
{
    std::vector<std::string> behind;
    for (const ValueId output : outputs) {
        const std::string& name = graph.value(output).name;
        std::vector<std::string> parts = outputParts(graph, output);
        if (!std::all_of(parts.begin(), parts.end(),
                         [&](const std::string& part) { return program.canTap(part); }))
            parts = {name};
        const int slot = program.findSlot(name, Slot::Kind::activation);
        if (parts.size() == 1 && parts.front() != name && slot >= 0) {
            m_behind.push_back({m_names.size(), slot});
            behind.push_back(name);
        }
        m_names.insert(m_names.end(), parts.begin(), parts.end());
    }
    m_parts = m_names.size();
    m_names.insert(m_names.end(), behind.begin(), behind.end());
}

WatchedOutputs::Values WatchedOutputs::of(const Program& program,
                                          const std::function<TensorMap(const TapMap&)>& execute,
                                          Values before) const
{
    Values values = std::move(before);
    values.resize(m_names.size());
    TapMap taps;
    for (std::size_t i = 0; i < m_names.size(); ++i)
        if (program.canTap(m_names[i]))
            taps[m_names[i]] = [&values, i](const TapView& view) {
                values[i].assign(view.reals.begin(), view.reals.end());
            };
    const TensorMap results = execute(taps);
    for (std::size_t i = 0; i < m_names.size(); ++i)
        if (const auto result = results.find(m_names[i]);
            result != results.end() && (!taps.contains(m_names[i]) || values[i].empty()))
            values[i] = result->second.toFloats();
    return values;
}

PartErrors WatchedOutputs::errors(const Values& expected, const Values& actual, const Binding* run) const
{
    PartErrors all;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        Comparison error;
        error.add(expected[i], actual[i]);
        all.push_back({error.signalSquares, error.nonFinite > 0 ? std::numeric_limits<double>::infinity()
                                                                : error.noiseSquares});
    }
    for (std::size_t i = 0; i < m_behind.size(); ++i) {
        const PartError& own = all[m_parts + i];
        PartError& before = all[m_behind[i].part];
        if (run && run->setting(m_behind[i].slot).active() && own.noiseSquares > 0)
            before.noiseSquares += own.noiseSquares / own.signalSquares * before.signalSquares;
    }
    all.resize(m_parts);
    return all;
}

}
