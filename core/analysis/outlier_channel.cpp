// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/analysis/findings.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// Three bits of the grid are then for the outlier alone, as far as the median channel goes.
constexpr double outlierRatio = 8;
constexpr std::size_t fewestChannels = 4;

struct Outlier
{
    std::size_t channel = 0;
    double reach = 0;
    double median = 0;
    double ratio() const { return median > 0 ? reach / median : 0; }
};

Outlier outlierOf(const std::vector<double>& reaches)
{
    if (reaches.size() < fewestChannels)
        return {};
    const auto largest = std::max_element(reaches.begin(), reaches.end());
    std::vector<double> sorted = reaches;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return {static_cast<std::size_t>(largest - reaches.begin()), *largest, *middle};
}

std::string evidence(const char* what, const Outlier& outlier)
{
    return std::string("Channel ") + std::to_string(outlier.channel) + " of the " + what + " reaches " +
           fixedText(outlier.reach, 3) + ", the median channel " + fixedText(outlier.median, 3) + ": " +
           fixedText(std::log2(outlier.ratio()), 1) + " bits of their common grid serve it alone.";
}

std::vector<double> reachesOf(const std::vector<Moments>& channels)
{
    std::vector<double> reaches;
    for (const Moments& channel : channels)
        reaches.push_back(reachOf(channel.minimum, channel.maximum));
    return reaches;
}

std::vector<double> reachesOf(const Tensor& weight, int axis)
{
    const auto values = weight.data<float>();
    const auto channels = static_cast<std::size_t>(weight.shape()[axis]);
    std::size_t inner = 1;
    for (int i = axis + 1; i < weight.shape().rank(); ++i)
        inner *= static_cast<std::size_t>(weight.shape()[i]);
    std::vector<double> reaches(channels, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        double& reach = reaches[i / inner % channels];
        reach = std::max(reach, static_cast<double>(std::abs(values[i])));
    }
    return reaches;
}

void addWeights(std::vector<Finding>& findings, const Diagnosed& diagnosed, const Layer& layer)
{
    const EncodingPtr encoding = diagnosed.weightsOf(layer);
    const Tensor* weight =
        layer.weight.valid() ? &graphOf(layer, diagnosed.graph).value(layer.weight).constant : nullptr;
    if (!encoding || encoding->perChannel() || weight->dtype() != DType::float32)
        return;
    const Outlier outlier = outlierOf(reachesOf(*weight, layer.weightChannelAxis));
    if (outlier.ratio() < outlierRatio)
        return;
    QuantSpec spec = diagnosed.plan.weightSpec(layer.id);
    spec.granularity = Granularity::parse("channel");
    findings.push_back(
        {"",
         layer.id,
         outlier.ratio(),
         evidence("weights", outlier),
         {"Give the weights one scale a channel.", {{layer.id, diagnosed.withWeights(layer.id, spec)}}, ""}});
}

void addActivations(std::vector<Finding>& findings, const Diagnosed& diagnosed, const Layer& layer)
{
    const TensorStatistics* statistics = diagnosed.statisticsOf(layer.id);
    const EncodingPtr encoding = diagnosed.activationsOf(layer.id);
    if (!statistics || !encoding || encoding->perChannel())
        return;
    const Outlier outlier = outlierOf(reachesOf(statistics->channels));
    if (outlier.ratio() >= outlierRatio)
        findings.push_back({"",
                            layer.id,
                            outlier.ratio(),
                            evidence("activations", outlier),
                            {"Equalize the channels across layers.", {}, "equalize"}});
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    for (const Layer& layer : diagnosed.layers) {
        addWeights(findings, diagnosed, layer);
        addActivations(findings, diagnosed, layer);
    }
    return findings;
}

}

void register_outlier_channel(Table<FindingKind>& table)
{
    table.add({.id = "outlierChannel",
               .label = "Outlier channel",
               .summary = "How many times further the widest channel of a common grid reaches than the "
                          "median one: 8 or more.",
               .find = find});
}

}
