// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fisher_probe.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/ops/last_softmax.h"
#include "core/ops/lines.h"

namespace lathe {

namespace {

bool isWhole(const Value& value)
{
    return value.dtype != DType::undefined && !isFloat(value.dtype);
}

/// Turns random signs r into (diag(sqrt p) - p sqrt(p)') r along each line of classes.
void weigh(std::vector<float>& signs, const std::vector<float>& probabilities, const Lines& lines)
{
    for (std::int64_t line = 0; line < lines.count; ++line) {
        double sum = 0;
        for (std::int64_t k = 0; k < lines.length; ++k) {
            const std::size_t i = lines.at(line, k, lines.length);
            sum += std::sqrt(double{probabilities[i]}) * double{signs[i]};
        }
        for (std::int64_t k = 0; k < lines.length; ++k) {
            const std::size_t i = lines.at(line, k, lines.length);
            const double p = double{probabilities[i]};
            signs[i] = static_cast<float>(std::sqrt(p) * double{signs[i]} - p * sum);
        }
    }
}

}

std::vector<std::string> comparedValues(const Graph& graph)
{
    std::vector<std::string> names;
    for (const ValueId output : graph.outputs)
        if (!isWhole(graph.value(output)))
            names.push_back(comparedValue(graph, output));
    return names;
}

TensorMap fisherProbe(const Graph& graph, const TensorMap& values, std::uint64_t seed)
{
    TensorMap gradients;
    std::mt19937_64 generator(seed);
    for (const ValueId output : graph.outputs) {
        if (isWhole(graph.value(output)))
            continue;
        const Tensor& result = values.at(graph.value(output).name);
        std::vector<float> signs(static_cast<std::size_t>(result.elements()));
        for (float& sign : signs)
            sign = (generator() >> 63) != 0 ? 1.0F : -1.0F;
        if (const Node* softmax = lastSoftmax(graph, output)) {
            const int axis = normalizeAxis(softmax->integer("axis", -1), result.shape().rank());
            weigh(signs, result.toFloats(), Lines(result.shape(), axis));
        }
        const Tensor gradient = Tensor::of<float>(result.shape(), std::span<const float>(signs));
        gradients[comparedValue(graph, output)] = gradient.converted(result.dtype());
    }
    return gradients;
}

}
