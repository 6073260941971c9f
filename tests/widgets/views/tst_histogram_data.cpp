// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace lathe;

class TstHistogramData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void activations();
    void codesAndClippingAreCounted_data();
    void codesAndClippingAreCounted();
    void constantTensor();
    void nothingMeasured();
    void floatFormatHasNoGrid();
    void weightsPerTensor();
    void tablesHaveLevels();
    void weightsPerChannel();
};

namespace {

/// Multiples of 1/8, which the bit histogram holds exactly in bins of their own.
std::vector<float> gridValues(int count)
{
    std::mt19937 random(11);
    std::uniform_int_distribution<int> pick(-40, 60);
    std::vector<float> values;
    for (int i = 0; i < count; ++i)
        values.push_back(static_cast<float>(pick(random)) / 8);
    return values;
}

TensorStatistics statisticsOf(const std::vector<float>& values)
{
    TensorStatistics statistics;
    statistics.value = "layer";
    statistics.histogram.add(values);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    statistics.moments.minimum = *low;
    statistics.moments.maximum = *high;
    statistics.moments.count = static_cast<std::int64_t>(values.size());
    return statistics;
}

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

Tensor tensorOf(const Shape& shape, const std::vector<float>& values)
{
    return Tensor::of<float>(shape, std::span<const float>(values));
}

}

void TstHistogramData::activations()
{
    const std::vector<float> values = gridValues(5000);
    TensorStatistics statistics = statisticsOf(values);
    statistics.minimumSample = 1;
    statistics.maximumSample = 7;
    const auto data = activationHistogram(statistics, {"a.png", "b.png"}, nullptr, 64);
    QCOMPARE(data->title, std::string("layer"));
    QCOMPARE(data->edges.size(), std::size_t(65));
    QCOMPARE(data->counts.size(), std::size_t(64));
    QVERIFY(std::is_sorted(data->edges.begin(), data->edges.end()));
    QVERIFY(data->edges.front() < data->minimum && data->edges.back() > data->maximum);
    QVERIFY(std::abs(sum(data->counts) - 5000) < 1e-6);
    QCOMPARE(data->elements, 5000);
    QCOMPARE(data->minimumSample, std::string("b.png"));
    QCOMPARE(data->maximumSample, std::string()); // no such sample: nothing to show
    QVERIFY(!data->encoding);
    std::vector<float> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    // The quantile answers with the upper edge of a bin of 6 mantissa bits.
    QVERIFY(std::abs(data->lowPercentile - sorted[4]) <= std::abs(sorted[4]) / 64);
    QVERIFY(std::abs(data->highPercentile - sorted[4994]) <= std::abs(sorted[4994]) / 64);
}

void TstHistogramData::codesAndClippingAreCounted_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::newRow("uint8 covers all") << "uint8" << -8.0F << 8.0F;
    QTest::newRow("uint8 clips both ends") << "uint8" << -2.0F << 3.0F;
    QTest::newRow("int4 clips") << "int4" << -1.0F << 1.0F;
    QTest::newRow("uint2") << "uint2" << 0.0F << 4.0F;
}

void TstHistogramData::codesAndClippingAreCounted()
{
    QFETCH(QString, spec);
    QFETCH(float, low);
    QFETCH(float, high);
    std::mt19937 random(5);
    std::normal_distribution<float> bell(0.7F, 1.5F);
    std::vector<float> values;
    for (int i = 0; i < 20000; ++i)
        values.push_back(i % 4 == 0 ? 0 : bell(random)); // zeros as after a ReLU
    const Range range{low, high};
    const Encoding encoding = makeEncoding(QuantSpec::parse(spec.toStdString()), std::span(&range, 1), -1, false);
    const auto data = activationHistogram(statisticsOf(values), {}, &encoding);

    std::vector<double> codes(static_cast<std::size_t>(encoding.maximumCode - encoding.minimumCode + 1));
    double below = 0;
    double above = 0;
    for (const float value : values) {
        const int code = quantizeOne(value, encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode, encoding.maximumCode);
        ++codes[static_cast<std::size_t>(code - encoding.minimumCode)];
        const double exact = std::nearbyint(static_cast<double>(value) / encoding.scale[0]) + encoding.zeroPoint[0];
        below += exact < encoding.minimumCode ? 1 : 0;
        above += exact > encoding.maximumCode ? 1 : 0;
    }
    QCOMPARE(data->codeCounts.size(), codes.size());
    QVERIFY(std::abs(sum(data->codeCounts) - 20000) < 1e-6);
    // Values within a bin of the histogram (1/64 of their magnitude) are taken as evenly spread: sums up to any code stay
    // within what one bin holds, and no code but those at a bin's border gets others' values.
    double counted = 0;
    double expected = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        counted += data->codeCounts[i];
        expected += codes[i];
        QVERIFY2(std::abs(counted - expected) <= 150, qPrintable(QStringLiteral("%1: %2 %3").arg(i).arg(counted).arg(expected)));
    }
    const auto zero = static_cast<std::size_t>(encoding.zeroPoint[0] - encoding.minimumCode);
    QVERIFY(data->codeCounts[zero] >= 5000);
    QVERIFY(std::abs(data->clippedBelow - below / 20000) < 0.005);
    QVERIFY(std::abs(data->clippedAbove - above / 20000) < 0.005);
    QCOMPARE(data->clip.low, encoding.lowestReal());
    QCOMPARE(data->clip.high, encoding.highestReal());
    QVERIFY(data->edges.front() <= encoding.lowestReal());
    QVERIFY(data->edges.back() >= encoding.highestReal());
}

void TstHistogramData::constantTensor()
{
    for (const float value : {0.0F, -3.5F, 1e-30F}) {
        const auto data = activationHistogram(statisticsOf(std::vector<float>(10, value)), {}, nullptr, 16);
        QVERIFY(data->edges.back() > data->edges.front());
        QVERIFY(std::abs(sum(data->counts) - 10) < 1e-6);
    }
}

void TstHistogramData::nothingMeasured()
{
    const auto data = activationHistogram(TensorStatistics{}, {}, nullptr, 16);
    QCOMPARE(data->counts.size(), std::size_t(16));
    QCOMPARE(sum(data->counts), 0.0);
    const Range range{-1, 1};
    const Encoding encoding = makeEncoding(QuantSpec::parse("int8"), std::span(&range, 1), -1, false);
    const auto gridded = activationHistogram(TensorStatistics{}, {}, &encoding, 16);
    QCOMPARE(gridded->clippedAbove, 0.0);
}

void TstHistogramData::floatFormatHasNoGrid()
{
    const Encoding half = makeEncoding(QuantSpec::parse("float16"), {}, -1, false);
    const auto data = activationHistogram(statisticsOf(gridValues(100)), {}, &half);
    QVERIFY(data->encoding);
    QVERIFY(data->codeCounts.empty());
    QVERIFY(!(data->clip.high > data->clip.low));
}

void TstHistogramData::weightsPerTensor()
{
    const std::vector<float> values = gridValues(256);
    const Range range{-5, 5};
    const Encoding encoding = makeEncoding(QuantSpec::parse("int8"), std::span(&range, 1), -1, false);
    const auto data = weightHistogram("w", tensorOf({16, 16}, values), &encoding, nullptr);
    QCOMPARE(data->elements, 256);
    QCOMPARE(static_cast<float>(data->minimum), *std::min_element(values.begin(), values.end()));
    QVERIFY(std::abs(sum(data->codeCounts) - 256) < 1e-9);
    QVERIFY(data->minimumSample.empty());
}

void TstHistogramData::tablesHaveLevels()
{
    const std::vector<float> values = gridValues(512);
    const Range range{-2, 2};
    for (const char* format : {"float8e4m3", "nf4:tensor", "ternary:tensor"}) {
        const QuantSpec spec = QuantSpec::parse(format);
        Encoding encoding = makeEncoding(QuantSpec::parse("float8e4m3"), std::span(&range, 1), -1, false);
        if (!spec.format.isFloat8()) {
            encoding.format = spec.format;
            encoding.scale = {2};
        }
        const auto data = weightHistogram("w", tensorOf({512}, values), &encoding, nullptr);
        QCOMPARE(data->levels.size(), encoding.levels(0).size());
        QVERIFY(std::is_sorted(data->levels.begin(), data->levels.end()));
        QCOMPARE(data->codeCounts.size(), data->levels.size());
        QCOMPARE(sum(data->codeCounts), 512.0);
        // Beyond the outer levels values are clipped to them.
        const auto beyond = std::count_if(values.begin(), values.end(), [](float v) { return v > 2.05F; });
        QVERIFY(data->codeCounts.back() >= static_cast<double>(beyond));
        QVERIFY(beyond > 0 && data->clippedAbove >= static_cast<double>(beyond) / 512);
    }
}

void TstHistogramData::weightsPerChannel()
{
    const std::vector<float> values = gridValues(64);
    const Tensor weight = tensorOf({4, 16}, values);
    const std::vector<Range> ranges{{-5, 5}, {-6, 6}, {-7, 7}, {-8, 8}};
    const Encoding encoding = makeEncoding(QuantSpec::parse("int4:channel:symmetric"), ranges, 0, false);
    const Tensor codes = quantize(weight, encoding);
    const auto data = weightHistogram("w", weight, &encoding, &codes);
    std::vector<double> expected(static_cast<std::size_t>(encoding.maximumCode - encoding.minimumCode + 1));
    for (std::size_t i = 0; i < values.size(); ++i)
        ++expected[static_cast<std::size_t>(quantizeOne(values[i], encoding.scale[i / 16], encoding.zeroPoint[i / 16],
                                                        encoding.minimumCode, encoding.maximumCode) -
                                            encoding.minimumCode)];
    QCOMPARE(data->codeCounts, expected);
    QCOMPARE(data->quantizedCounts.size(), data->counts.size());
    std::vector<double> real(data->counts.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int code = quantizeOne(values[i], encoding.scale[i / 16], encoding.zeroPoint[i / 16], encoding.minimumCode,
                                     encoding.maximumCode);
        const double back = static_cast<double>(code - encoding.zeroPoint[i / 16]) * encoding.scale[i / 16];
        std::size_t bin = 0;
        while (bin + 1 < real.size() && data->edges[bin + 1] <= static_cast<float>(back))
            ++bin;
        ++real[bin];
    }
    QCOMPARE(data->quantizedCounts, real);
    QCOMPARE(data->clippedAbove, 0.0);
}

QTEST_APPLESS_MAIN(TstHistogramData)
#include "tst_histogram_data.moc"
