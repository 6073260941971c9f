// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/distillation.h"

#include <algorithm>

#include "core/ops/output_parts.h"

namespace lathe {

std::vector<WatchedValue> valuesToWatch(const Graph& graph, const std::vector<WeightLayer>& layers,
                                        double features)
{
    std::vector<WatchedValue> watched;
    std::vector<std::string> outputs = comparedParts(graph);
    std::erase_if(outputs, [&](const std::string& name) {
        return graph.value(graph.find(name)).dtype == DType::float64;
    });
    for (const std::string& name : outputs)
        watched.push_back({name, 1.0 / static_cast<double>(outputs.size())});
    if (features > 0)
        for (const WeightLayer& layer : layers) {
            const std::string& name = layer.layer.id;
            if (std::find(outputs.begin(), outputs.end(), name) == outputs.end())
                watched.push_back({name, features / static_cast<double>(layers.size())});
        }
    return watched;
}

double squaredError(std::span<const float> expected, std::span<const float> actual, double weight)
{
    double sum = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const float difference = actual[i] - expected[i];
        sum += double{difference} * double{difference};
    }
    return sum * weight;
}

double squaredError(std::span<const float> expected, std::span<const float> actual, double weight,
                    std::span<float> gradient)
{
    const auto twice = static_cast<float>(2 * weight);
    for (std::size_t i = 0; i < expected.size(); ++i)
        gradient[i] = twice * (actual[i] - expected[i]);
    return squaredError(expected, actual, weight);
}

} // namespace lathe
