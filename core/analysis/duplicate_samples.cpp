// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <vector>

#include "core/analysis/findings.h"

namespace lathe {

namespace {

/// What a sample left behind: the bits of its extremes in every tensor.
using Trace = std::vector<std::uint32_t>;

/// Tensors that nothing computes say little: pictures go from black to white.
constexpr std::size_t fewestTensors = 2;

std::vector<Trace> tracesOf(const Statistics& statistics)
{
    std::vector<Trace> traces;
    for (const auto& [name, tensor] : statistics.tensors) {
        traces.resize(std::max(traces.size(), tensor.samples.size()));
        for (std::size_t i = 0; i < tensor.samples.size(); ++i) {
            traces[i].push_back(std::bit_cast<std::uint32_t>(tensor.samples[i].minimum));
            traces[i].push_back(std::bit_cast<std::uint32_t>(tensor.samples[i].maximum));
        }
    }
    return traces;
}

std::string nameOf(const Statistics& statistics, std::size_t sample)
{
    return "\"" +
           (sample < statistics.sampleIds.size() ? statistics.sampleIds[sample] : std::to_string(sample)) +
           "\"";
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    const Statistics& statistics = diagnosed.statistics;
    if (statistics.tensors.size() < fewestTensors || diagnosed.layers.empty())
        return {};
    const std::vector<Trace> traces = tracesOf(statistics);
    std::map<Trace, std::size_t> first;
    std::size_t repeated = 0;
    std::string pair;
    for (std::size_t i = 0; i < traces.size(); ++i) {
        const auto [known, isNew] = first.emplace(traces[i], i);
        if (isNew)
            continue;
        if (++repeated == 1)
            pair = nameOf(statistics, known->second) + " and " + nameOf(statistics, i);
    }
    if (repeated == 0)
        return {};
    return {{"",
             diagnosed.layers.front().id,
             static_cast<double>(repeated),
             std::to_string(repeated) + " of " + std::to_string(traces.size()) +
                 " calibration samples repeat another one, as " + pair +
                 " do: they count twice and show nothing new.",
             {}}};
}

}

void register_duplicate_samples(Table<FindingKind>& table)
{
    table.add(
        {.id = "duplicateSamples",
         .label = "Calibration samples repeat",
         .summary = "How many calibration samples left the same extremes in every tensor as an earlier one.",
         .find = find});
}

}
