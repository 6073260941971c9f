// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

class TstBitHistogram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void binsAreOrderedAndCoverTheirValues();
    void countsAndMerges();
    void leavesOutWhatIsNotFinite();
    void kurtosisMatchesTheValues_data() { quantilesMatchSorting_data(); }
    void kurtosisMatchesTheValues();
    void quantilesMatchSorting_data();
    void quantilesMatchSorting();
    void rebinsWithoutLoss_data();
    void rebinsWithoutLoss();
};

void TstBitHistogram::binsAreOrderedAndCoverTheirValues()
{
    constexpr float largest = std::numeric_limits<float>::max();
    std::vector<float> values{-largest, -3.5F, -1.0F, -1e-30F, -0.0F, 0.0F,   1e-40F,
                              1e-30F,   0.99F, 1.0F,  1.01F,   1.02F, largest};
    int last = -1;
    for (const float value : values) {
        const int bin = BitHistogram::binOf(value);
        QVERIFY(bin >= last && bin < BitHistogram::binCount);
        QVERIFY(BitHistogram::lowerEdge(bin) <= value && value <= BitHistogram::upperEdge(bin));
        last = bin;
    }
    QCOMPARE(BitHistogram::binOf(0.0F), BitHistogram::binOf(-0.0F) + 1);
    QCOMPARE(BitHistogram::center(BitHistogram::binOf(0.0F)), 0.0F);
    QCOMPARE(BitHistogram::center(BitHistogram::binOf(-0.0F)), 0.0F);
    // Away from zero a bin is at most 1/64 of its value wide, and bins touch.
    for (int bin = BitHistogram::binOf(1e-30F); bin < BitHistogram::binOf(1e30F); ++bin) {
        QCOMPARE(BitHistogram::upperEdge(bin), BitHistogram::lowerEdge(bin + 1));
        QVERIFY(BitHistogram::upperEdge(bin) <= BitHistogram::lowerEdge(bin) * (1 + 1.0F / 64));
        const int mirrored = BitHistogram::binOf(-BitHistogram::center(bin));
        QCOMPARE(BitHistogram::lowerEdge(mirrored), -BitHistogram::upperEdge(bin));
    }
}

void TstBitHistogram::countsAndMerges()
{
    const std::vector<float> values = distribution("skewed", 20001);
    BitHistogram whole;
    whole.add(values);
    std::map<int, std::uint64_t> expected;
    for (const float value : values)
        ++expected[BitHistogram::binOf(value)];
    const std::vector<std::pair<int, std::uint64_t>> listed(expected.begin(), expected.end());
    QVERIFY(whole.occupied() == listed);
    QCOMPARE(whole.total(), std::uint64_t(values.size()));

    BitHistogram first, second, merged;
    first.add(std::span(values).first(777));
    second.add(std::span(values).subspan(777));
    merged.merge(second);
    merged.merge(first);
    merged.merge(BitHistogram());
    QVERIFY(merged.occupied() == whole.occupied());
    QCOMPARE(merged.total(), whole.total());

    BitHistogram oneByOne;
    for (auto bin = listed.rbegin(); bin != listed.rend(); ++bin)
        for (std::uint64_t half : {bin->second / 2, bin->second - bin->second / 2})
            oneByOne.addCount(bin->first, half);
    QVERIFY(oneByOne.occupied() == whole.occupied());
    QCOMPARE(oneByOne.total(), whole.total());
    for (const auto& [bin, count] : listed)
        QCOMPARE(oneByOne.count(bin), count);
    QCOMPARE(oneByOne.count(listed.front().first - 1), std::uint64_t(0));
    QCOMPARE(oneByOne.count(listed.back().first + 1), std::uint64_t(0));
}

void TstBitHistogram::leavesOutWhatIsNotFinite()
{
    BitHistogram histogram;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    histogram.add(std::vector<float>{infinity, -infinity, std::nanf(""), -std::nanf(""), 1.0F});
    QCOMPARE(histogram.total(), std::uint64_t(1));
    QCOMPARE(histogram.occupied().size(), std::size_t(1));
}

void TstBitHistogram::kurtosisMatchesTheValues()
{
    QFETCH(QString, kind);
    const std::vector<float> values = distribution(kind.toStdString(), 30011);
    BitHistogram histogram;
    histogram.add(values);
    const auto n = static_cast<double>(values.size());
    double mean = 0, second = 0, fourth = 0;
    for (const float value : values)
        mean += double{value} / n;
    for (const float value : values) {
        second += std::pow(double{value} - mean, 2) / n;
        fourth += std::pow(double{value} - mean, 4) / n;
    }
    // Every value is off by at most a 128th of itself; in the fourth power and in the squared variance that
    // is at most 8 of them together.
    const double expected = fourth / (second * second);
    QVERIFY(std::abs(histogram.excessKurtosis() + 3 - expected) <= 8.0 / 128 * expected);
    QCOMPARE(BitHistogram().excessKurtosis(), 0.0);
    BitHistogram constant;
    constant.add(std::vector<float>{5, 5});
    QCOMPARE(constant.excessKurtosis(), 0.0);
}

void TstBitHistogram::quantilesMatchSorting_data()
{
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"normal", "relu", "skewed", "outliers", "negative"})
        QTest::newRow(kind) << kind;
}

void TstBitHistogram::quantilesMatchSorting()
{
    QFETCH(QString, kind);
    std::vector<float> values = distribution(kind.toStdString(), 30011);
    BitHistogram histogram;
    histogram.add(values);
    std::sort(values.begin(), values.end());
    for (const double p : {0.0001, 0.01, 0.5, 0.9, 0.99, 0.9999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(p * double(values.size()))));
        const float exact = values[rank - 1];
        const float found = histogram.quantile(p);
        // The upper edge of the bin of the exact value: at most a 64th of it away.
        QVERIFY2(found >= exact && found - exact <= std::abs(exact) / 64 + 1e-37F,
                 qPrintable(QString::number(p)));
    }
    QCOMPARE(BitHistogram().quantile(0.5), 0.0F);
}

void TstBitHistogram::rebinsWithoutLoss_data()
{
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::newRow("all") << -5.0F << 5.0F;
    QTest::newRow("cut") << -0.7F << 1.3F;
    QTest::newRow("positive") << 0.0F << 4.0F;
    QTest::newRow("beyond") << 10.0F << 20.0F;
    QTest::newRow("empty") << 1.0F << 1.0F;
}

void TstBitHistogram::rebinsWithoutLoss()
{
    QFETCH(float, low);
    QFETCH(float, high);
    const std::vector<float> values = distribution("normal", 50000);
    BitHistogram histogram;
    histogram.add(values);
    const std::vector<double> bins = histogram.rebin(low, high, 20);
    QCOMPARE(bins.size(), std::size_t(20));
    const double total = std::accumulate(bins.begin(), bins.end(), 0.0);
    QVERIFY(std::abs(total - 50000) < 1e-6);
    if (high <= low)
        return;
    // Against counting the values: spreading moves at most the counts of the bins that an edge cuts.
    std::vector<double> expected(20, 0.0);
    for (const float value : values) {
        const double place = std::floor((double(value) - low) / ((double(high) - low) / 20));
        expected[static_cast<std::size_t>(std::clamp(place, 0.0, 19.0))] += 1;
    }
    for (std::size_t i = 0; i < 20; ++i)
        QVERIFY(std::abs(bins[i] - expected[i]) < 600);
}

QTEST_GUILESS_MAIN(TstBitHistogram)
#include "tst_bit_histogram.moc"
