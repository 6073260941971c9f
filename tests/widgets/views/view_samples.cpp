// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/views/view_samples.h"

#include <cmath>
#include <limits>
#include <random>

namespace lathe::test {
namespace {

std::string layerName(int index)
{
    static const char* const parts[] = {"expand", "depthwise", "project"};
    return index == 0 ? "features.stem.conv" : "features." + std::to_string((index + 2) / 3) + "." + parts[index % 3];
}

}

std::shared_ptr<const HistogramData> sampleHistogram(int bits)
{
    std::mt19937 random(7);
    std::normal_distribution<float> bell(0.4F, 0.5F);
    std::exponential_distribution<float> tail(1.2F);
    TensorStatistics statistics;
    statistics.value = "features.3.depthwise";
    std::vector<float> values;
    for (int i = 0; i < 200000; ++i)
        values.push_back(std::max(-1.4F, i % 12 == 0 ? tail(random) * 1.5F : bell(random)));
    statistics.histogram.add(values);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    statistics.moments.minimum = *low;
    statistics.moments.maximum = *high;
    statistics.moments.count = static_cast<std::int64_t>(values.size());
    statistics.minimumSample = 0;
    statistics.maximumSample = 1;
    const Range range{-1.2F, 4.8F};
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint" + std::to_string(bits)), std::span(&range, 1), -1, false);
    return activationHistogram(statistics, {"glyph_0014.png", "glyph_0201.png"}, &encoding);
}

std::shared_ptr<const HeatmapData> sampleHeatmap(int layers)
{
    std::mt19937 random(3);
    std::normal_distribution<float> spread(0, 4);
    auto data = std::make_shared<HeatmapData>();
    for (int i = 0; i < layers; ++i) {
        HeatmapData::Row row;
        row.id = "layer" + std::to_string(i);
        row.label = layerName(i);
        const float level = 38 + 10 * std::sin(static_cast<float>(i) * 1.7F) - (i % 7 == 4 ? 20.0F : 0.0F);
        const int channels = i == 5 ? 0 : 8 << (i % 7);
        for (int c = 0; c < channels; ++c)
            row.cells.push_back(i == 8 && c == 3 ? 2.0F : level + spread(random));
        data->rows.push_back(std::move(row));
    }
    return data;
}

std::shared_ptr<const HeatmapData> sampleBitsMap()
{
    auto data = std::make_shared<HeatmapData>();
    data->columnNoun = "format";
    data->quantity = "mean error";
    data->unit = "%";
    data->diverging = true;
    data->highIsGood = false;
    data->low = -5;
    data->high = 5;
    data->columnLabels = {"int2", "int3", "int4", "int5", "int6", "int7", "int8"};
    for (int i = 0; i < 12; ++i) {
        HeatmapData::Row row;
        row.id = "layer" + std::to_string(i);
        row.label = layerName(i);
        for (int bits = 2; bits <= 8; ++bits)
            row.cells.push_back(i == 7 && bits == 8 ? std::numeric_limits<float>::quiet_NaN()
                                                    : 16.0F * std::sin(static_cast<float>(i)) / static_cast<float>(1 << (bits - 2)));
        data->rows.push_back(std::move(row));
    }
    return data;
}

BudgetBar::Figures sampleBudget()
{
    BudgetBar::Figures figures;
    figures.floatBytes = 3412000;
    figures.planBytes = 1104000;
    figures.lossName = QStringLiteral("top-1");
    figures.loss = 0.003;
    figures.low = -0.001;
    figures.high = 0.007;
    figures.outputSqnrDb = 23.417;
    figures.basis = QStringLiteral("900 validation samples");
    return figures;
}

SummaryChartData sampleSizes(int layers)
{
    SummaryChartData data;
    data.title = QStringLiteral("Size by layer, kB");
    data.series = {QStringLiteral("float32"), QStringLiteral("plan")};
    for (int i = 0; i < layers; ++i) {
        const double size = 16.0 * (1 + (i * 7) % 5) * (1 + i % 3);
        const QString name = QString::fromStdString(layerName(i));
        data.categories.push_back({QStringLiteral("layer%1").arg(i), name,
                                   {{size, {}, {}, QString::number(size, 'g', 3)}, {size / 4, {}, {}, QString::number(size / 4, 'g', 3)}}});
    }
    return data;
}

SummaryChartData sampleMetrics()
{
    SummaryChartData data;
    data.title = QStringLiteral("Accuracy on 900 validation samples, %");
    data.series = {QStringLiteral("float"), QStringLiteral("quantized")};
    data.axisHigh = 100;
    data.categories = {{QStringLiteral("top1"), QStringLiteral("top-1"),
                        {{91.2, 89.2, 92.9, QStringLiteral("91.2")}, {90.9, 88.8, 92.6, QStringLiteral("90.9")}}},
                       {QStringLiteral("top5"), QStringLiteral("top-5"),
                        {{99.1, 98.3, 99.6, QStringLiteral("99.1")}, {98.9, 98.0, 99.4, QStringLiteral("98.9")}}},
                       {QStringLiteral("agreement"), QStringLiteral("agreement"),
                        {{}, {97.4, 96.2, 98.3, QStringLiteral("97.4")}}}};
    return data;
}

}
