// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <limits>

#include "core/calibration/bit_counter.h"
#include "core/calibration/tensor_scan.h"
#include "core/runtime/simd.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Obvious
{
    long double sums[4] = {0, 0, 0, 0};
    long double magnitudes[4] = {0, 0, 0, 0};
    Moments counts;
};

Obvious obviousMoments(const std::vector<float>& values)
{
    Obvious result;
    for (const float value : values) {
        if (std::isnan(value))
            ++result.counts.nans;
        else if (std::isinf(value))
            ++result.counts.infinities;
        else {
            long double power = 1;
            for (int i = 0; i < 4; ++i) {
                power *= value;
                result.sums[i] += power;
                result.magnitudes[i] += std::abs(power);
            }
            result.counts.minimum = result.counts.count == 0 ? value : std::min(result.counts.minimum, value);
            result.counts.maximum = result.counts.count == 0 ? value : std::max(result.counts.maximum, value);
            ++result.counts.count;
            if (value == 0)
                ++result.counts.zeros;
        }
    }
    return result;
}

/// Every sum of n doubles errs by at most n units in the last place of the sum of magnitudes.
bool sumsClose(const Moments& moments, const Obvious& expected)
{
    const double found[4] = {moments.sum, moments.sumSquares, moments.sumCubes, moments.sumFourths};
    for (int i = 0; i < 4; ++i) {
        const long double bound =
            (double(expected.counts.count) + 4) * 0x1p-52 * double(expected.magnitudes[i]) + 1e-300L;
        if (std::abs(found[i] - expected.sums[i]) > bound)
            return false;
    }
    return true;
}

bool countsEqual(const Moments& a, const Moments& b)
{
    return a.count == b.count && a.minimum == b.minimum && a.maximum == b.maximum && a.zeros == b.zeros &&
           a.nans == b.nans && a.infinities == b.infinities;
}

} // namespace

class TstTensorScan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void moments_data();
    void moments();
    void derivedFigures();
    void channels_data();
    void channels();
    void counterEqualsHistogram_data();
    void counterEqualsHistogram();
    void partsCountLikeTheWhole();
    void instructionSetsAgree();
};

void TstTensorScan::moments_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("broken");
    for (const int count : {0, 1, 7, 8, 9, 49, 1000, 16384, 40003}) {
        QTest::addRow("%d", count) << count << false;
        if (count > 3)
            QTest::addRow("%d with NaN and infinities", count) << count << true;
    }
}

void TstTensorScan::moments()
{
    QFETCH(int, count);
    QFETCH(bool, broken);
    for (const char* kind : {"normal", "relu", "negative", "outliers"}) {
        std::vector<float> values = distribution(kind, static_cast<std::size_t>(count));
        if (broken) {
            values[0] = std::nanf("");
            values[values.size() / 2] = std::numeric_limits<float>::infinity();
            values.back() = -std::numeric_limits<float>::infinity();
        }
        const Moments found = scanMoments(values);
        const Obvious expected = obviousMoments(values);
        QVERIFY2(countsEqual(found, expected.counts), kind);
        QVERIFY2(sumsClose(found, expected), kind);
    }
}

void TstTensorScan::derivedFigures()
{
    const Moments moments = scanMoments(std::vector<float>{1, 2, 3, 4, 10});
    QCOMPARE(moments.mean(), 4.0);
    QCOMPARE(moments.variance(), 10.0);
    // Fourth central moment (81 + 16 + 1 + 0 + 1296) / 5 over 10^2, less 3.
    QVERIFY(std::abs(moments.kurtosis() - (278.8 / 100 - 3)) < 1e-9);
    QCOMPARE(Moments().mean(), 0.0);
    QCOMPARE(Moments().kurtosis(), 0.0);
    QCOMPARE(scanMoments(std::vector<float>{5, 5}).kurtosis(), 0.0);
}

void TstTensorScan::channels_data()
{
    QTest::addColumn<int>("outer");
    QTest::addColumn<int>("channelCount");
    QTest::addColumn<int>("inner");
    QTest::newRow("planes") << 1 << 3 << 49;
    QTest::newRow("several outer") << 4 << 3 << 5;
    QTest::newRow("features last") << 6 << 10 << 1;
    QTest::newRow("large planes") << 1 << 2 << 20000;
    QTest::newRow("features last, groups and a rest") << 3000 << 45 << 1;
    QTest::newRow("features last, many") << 40 << 1280 << 1;
}

void TstTensorScan::channels()
{
    QFETCH(int, outer);
    QFETCH(int, channelCount);
    QFETCH(int, inner);
    std::vector<float> values = distribution("relu", static_cast<std::size_t>(outer * channelCount * inner));
    values[values.size() / 2] = std::nanf("");
    std::vector<Moments> found;
    scanChannels(values, outer, channelCount, inner, found, [](std::size_t) {});
    QCOMPARE(found.size(), std::size_t(channelCount));
    for (int c = 0; c < channelCount; ++c) {
        std::vector<float> own;
        for (int o = 0; o < outer; ++o)
            for (int i = 0; i < inner; ++i)
                own.push_back(values[static_cast<std::size_t>((o * channelCount + c) * inner + i)]);
        const Obvious expected = obviousMoments(own);
        QVERIFY(countsEqual(found[static_cast<std::size_t>(c)], expected.counts));
        QVERIFY(sumsClose(found[static_cast<std::size_t>(c)], expected));
    }
}

void TstTensorScan::counterEqualsHistogram_data()
{
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 3, 4, 5000, 40003})
        QTest::addRow("%d", count) << count;
}

void TstTensorScan::counterEqualsHistogram()
{
    QFETCH(int, count);
    std::vector<float> values = distribution("relu", static_cast<std::size_t>(count));
    if (count > 2)
        values[1] = std::nanf("");
    BitHistogram expected, found;
    BitCounter counter;
    for (int pass = 0; pass < 2; ++pass) {
        expected.add(values);
        counter.count(values);
        counter.emptyInto(found);
    }
    QVERIFY(found.occupied() == expected.occupied());
    QCOMPARE(found.total(), expected.total());
}

void TstTensorScan::partsCountLikeTheWhole()
{
    const std::vector<float> values = distribution("relu", 45 * 301 + 7);
    for (const int share : {1, 4, 7}) {
        const HistogramSampling sampling{share, 11};
        BitHistogram whole, parts;
        BitCounter atOnce, bit;
        atOnce.count(values, 0, values.size(), sampling);
        atOnce.emptyInto(whole);
        std::size_t next = 0;
        for (std::size_t end = 100; end < values.size(); end += 997)
            next = bit.count(values, next, end, sampling);
        bit.count(values, next, values.size(), sampling);
        bit.emptyInto(parts);
        QVERIFY(whole.total() > 0);
        QVERIFY(whole.occupied() == parts.occupied());
    }
}

void TstTensorScan::instructionSetsAgree()
{
    const std::vector<float> values = distribution("relu", 45 * 3001);
    const auto all = [&] {
        std::vector<Moments> found;
        scanChannels(values, 3001, 45, 1, found, [](std::size_t) {});
        found.push_back(scanMoments(values));
        BitHistogram histogram;
        BitCounter counter;
        counter.count(values, 0, values.size(), HistogramSampling{4, 9});
        counter.emptyInto(histogram);
        return std::pair(std::move(found), histogram.occupied());
    };
    const auto best = all();
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::baseline}) {
        limitSimdLevel(level);
        const auto other = all();
        QVERIFY(other.second == best.second);
        for (std::size_t i = 0; i < best.first.size(); ++i) {
            QVERIFY(countsEqual(other.first[i], best.first[i]));
            QCOMPARE(other.first[i].sum, best.first[i].sum);
            QCOMPARE(other.first[i].sumFourths, best.first[i].sumFourths);
        }
    }
    limitSimdLevel(SimdLevel::avx512);
}

QTEST_GUILESS_MAIN(TstTensorScan)
#include "tst_tensor_scan.moc"
