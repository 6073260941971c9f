// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/analysis/findings.h"
#include "core/base/text.h"

namespace lathe {

namespace {

// Of thirteen labelled models the least spread was 0.30 and, with inputs divided by 255, the largest 0.04;
// the least variation 0.16, and 0.036; the least share of biases, where inputs were not too large, 0.11 (but
// for two networks whose biases say little with any inputs), and 0.025 with inputs times 255.
constexpr std::size_t fewestSamples = 8;
constexpr double leastSpread = 0.1;
constexpr double leastVariation = 0.05;
constexpr double leastBias = 0.05;
constexpr std::size_t fewestBiases = 3;
constexpr double certain = 0.999;
/// Fewer pictures may all show the sky.
constexpr std::size_t fewestPictures = 64;
constexpr double clearOffset = 0.03, clearMean = 0.05;
/// Of more than this some may well be constant: rows of pictures, bands of spectra.
constexpr std::size_t mostColours = 4;

std::optional<double> median(std::vector<double> values)
{
    if (values.empty())
        return std::nullopt;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// How much less far the sample reaches that reaches least far than the one that reaches farthest.
std::optional<double> spreadOf(const TensorStatistics& statistics)
{
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const SampleExtremes& sample : statistics.samples) {
        const double reach = reachOf(sample.minimum, sample.maximum);
        least = std::min(least, reach);
        most = std::max(most, reach);
    }
    return most > 0 && std::isfinite(most) ? std::optional(1 - least / most) : std::nullopt;
}

/// Of the middle channel: the deviation as a share of it and the mean.
std::optional<double> variationOf(const TensorStatistics& statistics)
{
    std::vector<double> shares;
    for (const Moments& channel : statistics.channels) {
        const double deviation = std::sqrt(std::max(0.0, channel.variance()));
        if (channel.count > 1 && deviation + std::abs(channel.mean()) > 0)
            shares.push_back(deviation / (deviation + std::abs(channel.mean())));
    }
    return median(std::move(shares));
}

double rootMeanSquare(const Moments& moments)
{
    return moments.count > 0 ? std::sqrt(moments.sumSquares / static_cast<double>(moments.count)) : 0;
}

/// What reaches the network is so small that biases alone decide: all samples look alike to it.
std::string tooSmall(const Diagnosed& diagnosed)
{
    std::vector<double> spreads;
    std::optional<double> variation;
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* statistics = layer.body ? nullptr : diagnosed.statisticsOf(layer.id);
        if (!statistics || statistics->samples.size() < fewestSamples || layer.op == "Input" || isHead(layer))
            continue;
        if (const auto spread = spreadOf(*statistics))
            spreads.push_back(*spread);
        if (layer.weight.valid() && layer.bias.valid() && !variation)
            variation = variationOf(*statistics);
    }
    const auto spread = median(std::move(spreads));
    if (!spread || !variation || *spread >= leastSpread || *variation >= leastVariation)
        return {};
    return "Its values seem too small for the network, perhaps divided once too often: the first layer "
           "varies by " +
           fixedText(100 * *variation, 1) + " %, and in half of the layers all samples reach within " +
           fixedText(100 * *spread, 1) + " % of one another.";
}

/// Whether the last Softmax of the model is as sure of nearly every sample as can be.
bool isCertain(const Diagnosed& diagnosed)
{
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* statistics = layer.body ? nullptr : diagnosed.statisticsOf(layer.id);
        if (!statistics || !layer.op.ends_with("Softmax") || !diagnosed.graph.isOutput(layer.output) ||
            statistics->samples.size() < fewestSamples)
            continue;
        const auto sure =
            std::count_if(statistics->samples.begin(), statistics->samples.end(),
                          [](const SampleExtremes& one) { return double{one.maximum} >= certain; });
        return 10 * static_cast<std::size_t>(sure) >= 9 * statistics->samples.size();
    }
    return false;
}

/// What reaches the network is so large that no bias counts, and every answer is certain.
std::string tooLarge(const Diagnosed& diagnosed)
{
    std::vector<double> shares;
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* statistics = layer.body ? nullptr : diagnosed.statisticsOf(layer.id);
        if (!statistics || !layer.weight.valid() || !layer.bias.valid())
            continue;
        const Tensor& bias = diagnosed.graph.value(layer.bias).constant;
        double squares = 0;
        for (const float value : bias.empty() ? std::vector<float>() : bias.toFloats())
            squares += double{value} * double{value};
        if (const double all = rootMeanSquare(statistics->moments); all > 0 && squares > 0)
            shares.push_back(std::sqrt(squares / static_cast<double>(bias.elements())) / all);
    }
    const bool enough = shares.size() >= fewestBiases;
    const auto share = median(std::move(shares));
    if (!enough || *share >= leastBias || !isCertain(diagnosed))
        return {};
    return "Its values seem too large for the network, perhaps not divided: in half of the layers biases are "
           "less than " +
           fixedText(100 * *share, 1) + " % of the values, and the model is certain of 9 of 10 samples.";
}

/// Pictures of three channels whose offsets go the other way round than their means: those of the other order
/// of channels.
std::string otherOrder(const TensorStatistics& input)
{
    if (input.channels.size() != 3 || input.samples.size() < fewestPictures)
        return {};
    std::array<double, 3> offset{}, mean{};
    for (std::size_t c = 0; c < 3; ++c) {
        const Moments& channel = input.channels[c];
        const double width = double{channel.maximum} - double{channel.minimum};
        if (!(width > 0))
            return {};
        // Black is the least and white the most: what was subtracted, and the mean without it, as shares of
        // white.
        offset[c] = -double{channel.minimum} / width;
        mean[c] = channel.mean() / width + offset[c];
        if (offset[c] < 0.2 || offset[c] > 0.8)
            return {};
    }
    const double subtracted = offset[0] - offset[2], seen = mean[0] - mean[2];
    if (subtracted * seen >= 0 || std::abs(subtracted) < clearOffset || std::abs(seen) < clearMean)
        return {};
    return "The means subtracted from its channels seem to be in the other order: " +
           fixedText(offset[0], 2) + " of the first and " + fixedText(offset[2], 2) +
           " of the third, while the pictures have " + fixedText(mean[0], 2) + " and " +
           fixedText(mean[2], 2) + ".";
}

/// Values that are no numbers, one number throughout, or cut at the top.
std::string unusable(const TensorStatistics& input)
{
    const Moments& all = input.moments;
    if (all.nans + all.infinities > 0)
        return "It has " + std::to_string(all.nans + all.infinities) + " values that are no finite numbers.";
    for (std::size_t c = 0; c < input.channels.size() && input.channels.size() <= mostColours; ++c)
        if (const Moments& channel = input.channels[c];
            channel.count > 1 && channel.minimum == channel.maximum)
            return input.channels.size() == 1
                       ? "It is the same number throughout."
                       : "Its channel " + std::to_string(c) + " is the same number throughout.";
    const auto total = static_cast<double>(input.histogram.total());
    const auto top = static_cast<double>(input.histogram.count(BitHistogram::binOf(all.maximum)));
    if (all.minimum < all.maximum && total > 0 && 2 * top > total)
        return fixedText(100 * top / total, 0) + " % of its values are the largest there is, " +
               fixedText(double{all.maximum}, 3) + ": they seem to be cut.";
    return {};
}

std::vector<Finding> find(const Diagnosed& diagnosed)
{
    std::vector<Finding> findings;
    std::vector<std::string> common{tooSmall(diagnosed), tooLarge(diagnosed)};
    for (const Layer& layer : diagnosed.layers) {
        const TensorStatistics* input = layer.op == "Input" ? diagnosed.statisticsOf(layer.id) : nullptr;
        if (!input || input->moments.count == 0)
            continue;
        std::vector<std::string> signs{unusable(*input), otherOrder(*input)};
        signs.insert(signs.end(), common.begin(), common.end());
        common.clear();
        std::erase(signs, "");
        std::string text;
        for (const std::string& sign : signs)
            text += (text.empty() ? "" : " ") + sign;
        if (!signs.empty())
            findings.push_back({"", layer.id, static_cast<double>(signs.size()), text, {}});
    }
    return findings;
}

}

void register_doubtful_preprocessing(Table<FindingKind>& table)
{
    table.add(
        {.id = "doubtfulPreprocessing",
         .label = "Preprocessing is doubtful",
         .summary =
             "How many signs there are that an input is not what the network was made for: too small, too "
             "large, channels in another order, constant, cut, or no numbers.",
         .find = find});
}

}
