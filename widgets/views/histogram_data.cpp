// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_data.h"

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int mostDrawnCodes = 512;

/// Interval that holds the data and, where there is one, the grid; never empty.
Range drawnRange(double minimum, double maximum, const Encoding* encoding)
{
    double low = minimum;
    double high = maximum;
    if (encoding && !encoding->scale.empty()) {
        low = std::min(low, static_cast<double>(encoding->lowestReal()));
        high = std::max(high, static_cast<double>(encoding->highestReal()));
    }
    if (!(high > low)) {
        const double reach = std::max(std::abs(low), 1e-6);
        return {static_cast<float>(low - reach), static_cast<float>(high + reach)};
    }
    const double margin = 0.02 * (high - low);
    return {static_cast<float>(low - margin), static_cast<float>(high + margin)};
}

void fillEdges(HistogramData& data, const Range& range, int bins)
{
    for (int i = 0; i <= bins; ++i)
        data.edges.push_back(range.low + (static_cast<double>(range.high) - range.low) * i / bins);
}

/// `count` values on the codes [from, to) of the real line, spread evenly; what lies outside of the grid is clipped.
void spread(HistogramData& data, double from, double to, double count, double lowest, double highest)
{
    const double first = std::floor(from);
    const double last = std::max(first, std::ceil(to) - 1);
    for (double code = first; code <= last; ++code) {
        const double share = last > first ? (std::min(to, code + 1) - std::max(from, code)) / (to - from) : 1;
        data.clippedBelow += code < lowest ? share * count : 0;
        data.clippedAbove += code > highest ? share * count : 0;
        if (!data.codeCounts.empty())
            data.codeCounts[static_cast<std::size_t>(std::clamp(code, lowest, highest) - lowest)] += share * count;
    }
}

/// How many values lie nearest to each entry of a table; those of a bin count at its centre.
void addTable(HistogramData& data, const BitHistogram& histogram, const Encoding& encoding)
{
    const std::vector<float> levels = encoding.levels(0);
    data.clip = {levels.front(), levels.back()};
    data.levels.assign(levels.begin(), levels.end());
    data.codeCounts.assign(levels.size(), 0.0);
    for (const auto& [bin, count] : histogram.occupied()) {
        const double value = BitHistogram::center(bin);
        const auto weight = static_cast<double>(count);
        data.clippedBelow += value < data.levels.front() ? weight : 0;
        data.clippedAbove += value > data.levels.back() ? weight : 0;
        data.codeCounts[nearestLevel(data.levels, value)] += weight;
    }
    const double total = std::max<double>(1, static_cast<double>(histogram.total()));
    data.clippedBelow /= total;
    data.clippedAbove /= total;
}

/// The share of a histogram below and above the grid, and how many values fall on each code.
void addGrid(HistogramData& data, const BitHistogram& histogram, const Encoding& encoding)
{
    data.encoding = encoding;
    if (encoding.format.hasTable())
        return addTable(data, histogram, encoding);
    if (encoding.scale.empty())
        return;
    const double scale = encoding.scale.front();
    const double zero = encoding.zeroPoint.front();
    const double lowest = encoding.minimumCode;
    const double highest = encoding.maximumCode;
    data.clip = {encoding.lowestReal(), encoding.highestReal()};
    if (highest - lowest < mostDrawnCodes)
        data.codeCounts.assign(static_cast<std::size_t>(highest - lowest) + 1, 0.0);
    for (const auto& [bin, count] : histogram.occupied()) {
        // In units of codes, where code k holds [k, k + 1). Far outside, one code more or less is all the same.
        const bool isZero = BitHistogram::center(bin) == 0;
        const auto place = [&](double real) { return std::clamp(real / scale + zero + 0.5, lowest - 2, highest + 3); };
        const double from = place(isZero ? 0 : BitHistogram::lowerEdge(bin));
        const double to = place(isZero ? 0 : BitHistogram::upperEdge(bin));
        spread(data, from, to, static_cast<double>(count), lowest, highest);
    }
    const double total = std::max<double>(1, static_cast<double>(histogram.total()));
    data.clippedBelow /= total;
    data.clippedAbove /= total;
}

std::string sampleName(const std::vector<std::string>& ids, std::int64_t index)
{
    return index >= 0 && index < static_cast<std::int64_t>(ids.size()) ? ids[static_cast<std::size_t>(index)]
                                                                     : std::string();
}

void addWeightCodes(HistogramData& data, const Encoding& encoding, const Tensor& codes)
{
    if (!encoding.format.isInteger())
        return;
    const int count = encoding.maximumCode - encoding.minimumCode + 1;
    if (count > mostDrawnCodes)
        return;
    data.codeCounts.assign(static_cast<std::size_t>(count), 0.0);
    for (std::int64_t i = 0; i < codes.elements(); ++i) {
        const int code = std::clamp(static_cast<int>(codes.at(i)), encoding.minimumCode, encoding.maximumCode);
        ++data.codeCounts[static_cast<std::size_t>(code - encoding.minimumCode)];
    }
}

void addQuantizedValues(HistogramData& data, const std::vector<float>& quantized)
{
    const auto bins = static_cast<double>(data.counts.size());
    const double low = data.edges.front();
    const double width = data.edges.back() - low;
    data.quantizedCounts.assign(data.counts.size(), 0.0);
    for (const float value : quantized)
        ++data.quantizedCounts[static_cast<std::size_t>(std::clamp((value - low) / width * bins, 0.0, bins - 1))];
}

}

std::size_t nearestLevel(const std::vector<double>& levels, double value)
{
    const auto above = std::lower_bound(levels.begin(), levels.end(), value);
    const auto place = static_cast<std::size_t>(above - levels.begin());
    const bool below = above == levels.end() || (place > 0 && value - *(above - 1) < *above - value);
    return below ? place - 1 : place;
}

std::shared_ptr<const HistogramData> activationHistogram(const TensorStatistics& statistics,
                                                         const std::vector<std::string>& sampleIds,
                                                         const Encoding* encoding, int bins)
{
    auto data = std::make_shared<HistogramData>();
    data->title = statistics.value;
    data->minimum = statistics.moments.minimum;
    data->maximum = statistics.moments.maximum;
    data->elements = statistics.moments.count;
    data->minimumSample = sampleName(sampleIds, statistics.minimumSample);
    data->maximumSample = sampleName(sampleIds, statistics.maximumSample);
    const Range range = drawnRange(data->minimum, data->maximum, encoding);
    fillEdges(*data, range, bins);
    data->counts = statistics.histogram.rebin(range.low, range.high, bins);
    if (statistics.histogram.total() > 0) {
        data->lowPercentile = statistics.histogram.quantile(0.001);
        data->highPercentile = statistics.histogram.quantile(0.999);
    }
    if (encoding)
        addGrid(*data, statistics.histogram, *encoding);
    return data;
}

std::shared_ptr<const HistogramData> weightHistogram(const std::string& name, const Tensor& weight,
                                                     const Encoding* encoding, const Tensor* codes, int bins)
{
    auto data = std::make_shared<HistogramData>();
    data->title = name;
    BitHistogram histogram;
    const std::vector<float> values = weight.toFloats();
    histogram.add(values);
    data->elements = static_cast<std::int64_t>(values.size());
    if (!values.empty()) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        data->minimum = *low;
        data->maximum = *high;
        data->lowPercentile = histogram.quantile(0.001);
        data->highPercentile = histogram.quantile(0.999);
    }
    const bool oneGrid = encoding && encoding->scale.size() == 1;
    const std::vector<float> quantized = encoding && !encoding->scale.empty() && !oneGrid && codes
        ? dequantize(*codes, *encoding).toFloats() : std::vector<float>();
    double low = data->minimum;
    double high = data->maximum;
    for (const float value : quantized) {
        low = std::min<double>(low, value);
        high = std::max<double>(high, value);
    }
    const Range range = drawnRange(low, high, oneGrid ? encoding : nullptr);
    fillEdges(*data, range, bins);
    data->counts = histogram.rebin(range.low, range.high, bins);
    if (oneGrid) {
        addGrid(*data, histogram, *encoding);
    } else if (encoding) {
        data->encoding = *encoding;
        data->clip = {static_cast<float>(low), static_cast<float>(high)};
        if (codes)
            addWeightCodes(*data, *encoding, *codes);
        if (!quantized.empty())
            addQuantizedValues(*data, quantized);
    }
    return data;
}

}
