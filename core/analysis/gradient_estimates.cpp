// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/gradient_estimates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/ordered.h"
#include "core/runtime/fisher_probe.h"
#include "core/runtime/gradients.h"
#include "core/runtime/widen_halves.h"

namespace lathe {

namespace {

/// Sums over the elements of one tensor's gradient, and of its own squares.
struct Sums
{
    double magnitude = 0, square = 0, signal = 0;
    std::int64_t elements = 0;

    void add(const Sums& other)
    {
        magnitude += other.magnitude;
        square += other.square;
        signal += other.signal;
        elements += other.elements;
    }
};

Sums sumsOf(const Tensor& gradient, const Tensor& values)
{
    Sums sums;
    for (const float value : gradient.toFloats()) {
        sums.magnitude += std::abs(double{value});
        sums.square += double{value} * double{value};
    }
    for (const float value : values.toFloats())
        sums.signal += double{value} * double{value};
    sums.elements = gradient.elements();
    return sums;
}

using SampleSums = std::map<std::string, Sums>; ///< by value

/// Every value of the layers that a gradient is wanted of.
std::vector<std::string> watched(const Graph& graph, const std::vector<Layer>& layers)
{
    std::set<std::string> names;
    for (const Layer& layer : layers) {
        if (layer.body)
            continue;
        names.insert(graph.value(layer.output).name);
        if (layer.weight.valid())
            names.insert(graph.value(layer.weight).name);
    }
    return {names.begin(), names.end()};
}

GradientFigures figuresOf(const std::string& value, const Gradients& gradients, const SampleSums& sums,
                          std::int64_t samples)
{
    GradientFigures figures;
    figures.blocked = gradients.blocked(value);
    const auto found = sums.find(value);
    if (found == sums.end() || found->second.elements == 0)
        return figures;
    figures.gradient = found->second.magnitude / static_cast<double>(found->second.elements);
    figures.fisher = found->second.square / static_cast<double>(samples);
    figures.elements = static_cast<double>(found->second.elements) / static_cast<double>(samples);
    figures.signalSquares = found->second.signal / static_cast<double>(samples);
    return figures;
}

}

double expectedDivergence(const GradientFigures& figures, double sqnrDb)
{
    if (figures.elements <= 0)
        return 0;
    return 0.5 * figures.fisher / figures.elements * figures.signalSquares * std::pow(10, -sqnrDb / 10);
}

std::vector<GradientEstimate> estimateByGradients(const Graph& graph, const std::vector<Layer>& layers,
                                                  const Samples& samples, const GradientOptions& options,
                                                  const Control& control)
{
    const std::int64_t count = std::min(samples.size(), options.samples);
    if (count <= 0)
        throw Error(ErrorCode::datasetEmpty, "probe set");
    Graph wide = graph;
    widenHalves(wide); // gradients of the 16-bit types would be too coarse
    const Gradients gradients(wide, watched(graph, layers), comparedValues(wide));
    const int workers = static_cast<int>(
        std::min<std::int64_t>(options.workers > 0 ? options.workers : hardwareThreads(), count));
    SampleSums total;
    parallelOrdered(
        count, workers, control,
        [&](std::int64_t index, int) {
            TensorMap inputs = samples.load(index);
            for (auto& [name, input] : inputs)
                if (isHalf(input.dtype()))
                    input = input.converted(DType::float32);
            const TensorMap values = gradients.forward(inputs, control);
            const TensorMap probe =
                fisherProbe(wide, values, options.seed + static_cast<std::uint64_t>(index));
            SampleSums sums;
            for (const auto& [name, gradient] : gradients.run(values, probe, control))
            {
                const auto known = values.find(name);
                sums[name] = sumsOf(gradient, known != values.end() ? known->second
                                                                    : wide.value(wide.find(name)).constant);
            }
            return sums;
        },
        [&](std::int64_t index, const SampleSums& sums) {
            for (const auto& [name, one] : sums)
                total[name].add(one);
            control.progress(index + 1, count, "estimating sensitivity by gradients");
        });
    std::vector<GradientEstimate> estimates;
    for (const Layer& layer : layers) {
        GradientEstimate estimate;
        estimate.layer = layer.id;
        estimate.weighted = layer.weight.valid();
        if (layer.body) {
            estimate.weights.blocked = estimate.activations.blocked = "it is in the body of another operator";
        } else {
            estimate.activations = figuresOf(graph.value(layer.output).name, gradients, total, count);
            if (estimate.weighted)
                estimate.weights = figuresOf(graph.value(layer.weight).name, gradients, total, count);
        }
        estimates.push_back(std::move(estimate));
    }
    return estimates;
}

}
