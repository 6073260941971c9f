// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Lloyd's algorithm, every value against every mean.
Range obviousRange(const std::vector<float>& values, int clusters)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    std::vector<double> means;
    for (int c = 0; c < clusters; ++c)
        means.push_back(double(*low) + (c + 0.5) * (double(*high) - double(*low)) / clusters);
    for (int round = 0; round < 50; ++round) {
        std::vector<double> sums(means.size()), counts(means.size());
        for (const float value : values) {
            std::size_t best = 0;
            for (std::size_t c = 1; c < means.size(); ++c)
                if (std::abs(means[c] - double(value)) < std::abs(means[best] - double(value)))
                    best = c;
            sums[best] += double(value);
            counts[best] += 1;
        }
        for (std::size_t c = 0; c < means.size(); ++c)
            if (counts[c] > 0)
                means[c] = sums[c] / counts[c];
    }
    return {static_cast<float>(means.front()), static_cast<float>(means.back())};
}

Tensor tensorOf(const std::vector<float>& values)
{
    return Tensor::of<float>(Shape{static_cast<std::int64_t>(values.size())}, values);
}

} // namespace

class TstKmeans : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asLloyd_data();
    void asLloyd();
    void saysWhereMinMaxIsBetter();
};

void TstKmeans::asLloyd_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<int>("bits");
    for (const char* kind : {"normal", "outliers", "skewed", "negative"})
        for (const int bits : {2, 3, 4})
            QTest::addRow("%s %d", kind, bits) << kind << bits;
}

void TstKmeans::asLloyd()
{
    QFETCH(QString, kind);
    QFETCH(int, bits);
    const std::vector<float> values = distribution(kind.toStdString(), 1500);
    const QuantSpec spec{NumberFormat::integer(bits, false), {}, false};
    const Range expected = obviousRange(values, 1 << bits);
    const MethodChoice method = MethodChoice::parse("kmeans");
    const Range exact = weightRanges(method, tensorOf(values), -1, spec).front();
    QVERIFY(std::abs(exact.low - expected.low) < 1e-3F * (1 + std::abs(expected.low)));
    QVERIFY(std::abs(exact.high - expected.high) < 1e-3F * (1 + std::abs(expected.high)));
    // From the histogram: no value is known to more than 1/64, so that a cluster may take another value or two.
    const TensorStatistics statistics = statisticsOf(values);
    const Range binned = chooseRange(method, statistics, spec);
    QVERIFY(binned.low >= statistics.moments.minimum && binned.high <= statistics.moments.maximum);
    QVERIFY(binned.low < binned.high);
}

/// Values that the steps of the full range hit, most of them, and a few beside the largest that pull the last cluster
/// off it. A long thin tail: clusters are right to pull the end in.
void TstKmeans::saysWhereMinMaxIsBetter()
{
    std::vector<float> even(5000, 1.0F / 3), tail(4000, 0.0F);
    even.insert(even.end(), 100, 1.0F);
    even.insert(even.end(), 20, 0.9F);
    for (std::size_t i = 0; i + 1 < tail.size(); ++i)
        tail[i] = std::sin(static_cast<float>(i)) / 10;
    tail.back() = 0.6F;
    const QuantSpec spec = QuantSpec::parse("uint2");
    const MethodChoice kmeans = MethodChoice::parse("kmeans");
    for (const auto& [values, worse] : {std::pair{even, true}, {tail, false}}) {
        const Tensor weight = tensorOf(values);
        const std::vector<Range> chosen = weightRanges(kmeans, weight, -1, spec);
        const auto loss = [&](const Range& range) {
            const Tensor rounded = fakeQuantize(weight, makeEncoding(spec, {&range, 1}, -1, false));
            double sum = 0;
            for (std::int64_t i = 0; i < weight.elements(); ++i)
                sum += (rounded.at(i) - weight.at(i)) * (rounded.at(i) - weight.at(i));
            return sum;
        };
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        QCOMPARE(loss(chosen.front()) > loss({*low, *high}), worse);
        QCOMPARE(worseThanMinMax(kmeans, weight, -1, spec, chosen), worse);
        const TensorStatistics statistics = statisticsOf(values);
        QCOMPARE(worseThanMinMax(kmeans, statistics, spec, chosen.front()), worse);
    }
    QVERIFY(!worseThanMinMax(MethodChoice::parse("percentile:50"), statisticsOf(even), spec, Range{0, 0.1F}));
}

QTEST_GUILESS_MAIN(TstKmeans)
#include "tst_kmeans.moc"
