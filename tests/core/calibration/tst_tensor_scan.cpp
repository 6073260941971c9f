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
    long double sums[2] = {0, 0};
    long double magnitudes[2] = {0, 0};
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
            for (int i = 0; i < 2; ++i) {
                power *= value;
                result.sums[i] += power;
                result.magnitudes[i] += std::abs(power);
            }
            result.counts.minimum = result.counts.count == 0 ? value : std::min(result.counts.minimum, value);
            result.counts.maximum = result.counts.count == 0 ? value : std::max(result.counts.maximum, value);
            ++result.counts.count;
        }
    }
    return result;
}

/// Every sum of n doubles errs by at most n units in the last place of the sum of magnitudes.
bool sumsClose(const Moments& moments, const Obvious& expected)
{
    const double found[2] = {moments.sum, moments.sumSquares};
    for (int i = 0; i < 2; ++i) {
        const long double bound =
            (double(expected.counts.count) + 4) * 0x1p-52 * double(expected.magnitudes[i]) + 1e-300L;
        if (std::abs(found[i] - expected.sums[i]) > bound)
            return false;
    }
    return true;
}

/// What a scan of channels gives while a counter takes a share of the values beside it.
struct Scan
{
    Scan(std::span<const float> values, std::int64_t outer, std::int64_t channelCount, std::int64_t inner, HistogramSampling sampling = {})
    {
        BitCounter counter;
        CountQueue queue;
        const auto behind = [&](std::size_t begin, std::size_t end, CountQueue& counts) {
            counter.choose(values, begin, end, sampling, counts);
        };
        all = scanChannels(values, outer, channelCount, inner, moments, behind, queue);
        queue.drain();
        channels = moments.all();
        counter.emptyInto(histogram);
    }

    Moments all;
    ChannelMoments moments;
    std::vector<Moments> channels;
    BitHistogram histogram;
};

/// Counts as choose() says, `step` values at a time.
BitHistogram chosenOf(const std::vector<float>& values, HistogramSampling sampling, std::size_t step)
{
    BitCounter counter;
    CountQueue queue;
    for (std::size_t begin = 0; begin < values.size(); begin += step) {
        counter.choose(values, begin, std::min(begin + step, values.size()), sampling, queue);
        queue.drain();
    }
    BitHistogram histogram;
    counter.emptyInto(histogram);
    return histogram;
}

bool countsEqual(const Moments& a, const Moments& b)
{
    return a.count == b.count && a.minimum == b.minimum && a.maximum == b.maximum &&
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
    void countsBesideSumsAreComplete_data();
    void countsBesideSumsAreComplete();
    void samplesMergeLikeTheirMoments();
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
    QCOMPARE(Moments().mean(), 0.0);
    QCOMPARE(scanMoments(std::vector<float>{5, 5}).variance(), 0.0);
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
    const Scan scan(values, outer, channelCount, inner);
    const std::vector<Moments>& found = scan.channels;
    QCOMPARE(found.size(), std::size_t(channelCount));
    const Obvious expectedOfAll = obviousMoments(values);
    QVERIFY(countsEqual(scan.all, expectedOfAll.counts));
    QVERIFY(sumsClose(scan.all, expectedOfAll));
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
        const BitHistogram whole = chosenOf(values, sampling, values.size()), parts = chosenOf(values, sampling, 997);
        QVERIFY(whole.total() > 0);
        QVERIFY(whole.occupied() == parts.occupied());
    }
}

/// However many counts there are to a row, none is lost and none made twice.
void TstTensorScan::countsBesideSumsAreComplete_data()
{
    QTest::addColumn<int>("outer");
    QTest::addColumn<int>("channelCount");
    QTest::addColumn<int>("inner");
    QTest::newRow("features last") << 3000 << 45 << 1;
    QTest::newRow("features last, few rows") << 3 << 1280 << 1;
    QTest::newRow("features last, less than a group") << 5000 << 3 << 1;
    QTest::newRow("planes") << 2 << 3 << 5000;
    QTest::newRow("small planes") << 2 << 300 << 49;
}

void TstTensorScan::countsBesideSumsAreComplete()
{
    QFETCH(int, outer);
    QFETCH(int, channelCount);
    QFETCH(int, inner);
    std::vector<float> values = distribution("relu", static_cast<std::size_t>(outer * channelCount * inner));
    values[5] = std::numeric_limits<float>::denorm_min();
    values[6] = -0.0F;
    values[7] = std::nanf("");
    BitHistogram all;
    all.add(values);
    for (const int share : {1, 2, 4, 9, 33}) {
        const HistogramSampling sampling{share, 3};
        const Scan scan(values, outer, channelCount, inner, sampling);
        const BitHistogram expected = chosenOf(values, sampling, values.size());
        QVERIFY(scan.histogram.occupied() == expected.occupied());
        if (share == 1)
            QVERIFY(expected.occupied() == all.occupied());
    }
}

/// Side by side or one by one, and where a sample with a NaN comes between others.
void TstTensorScan::samplesMergeLikeTheirMoments()
{
    constexpr std::int64_t rows = 50;
    for (const int channelCount : {16, 13}) {
        for (const int broken : {-1, 0, 2}) {
            ChannelMoments merged;
            std::vector<Moments> expected(static_cast<std::size_t>(channelCount));
            for (int sample = 0; sample < 4; ++sample) {
                std::vector<float> values = distribution("relu", static_cast<std::size_t>(rows * channelCount));
                for (float& value : values)
                    value *= 1 + 0.3F * static_cast<float>(sample);
                if (sample == broken)
                    values[20] = std::nanf("");
                const Scan scan(values, rows, channelCount, 1);
                QVERIFY(merged.merge(scan.moments));
                for (std::size_t c = 0; c < expected.size(); ++c)
                    expected[c].merge(scan.channels[c]);
            }
            QVERIFY(!merged.merge(Scan(distribution("relu", 50), 5, 10, 1).moments));
            const std::vector<Moments> found = merged.all();
            QCOMPARE(found.size(), expected.size());
            for (std::size_t c = 0; c < expected.size(); ++c) {
                QVERIFY(countsEqual(found[c], expected[c]));
                QVERIFY(found[c].sum == expected[c].sum && found[c].sumSquares == expected[c].sumSquares);
            }
        }
    }
}

void TstTensorScan::instructionSetsAgree()
{
    const std::vector<float> values = distribution("relu", 45 * 3001);
    const auto all = [&] {
        const Scan scan(values, 3001, 45, 1, {4, 9});
        std::vector<Moments> found = scan.channels;
        found.push_back(scan.all);
        found.push_back(scanMoments(values));
        return std::pair(std::move(found), scan.histogram.occupied());
    };
    const auto best = all();
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::baseline}) {
        limitSimdLevel(level);
        const auto other = all();
        QVERIFY(other.second == best.second);
        for (std::size_t i = 0; i < best.first.size(); ++i) {
            QVERIFY(countsEqual(other.first[i], best.first[i]));
            QVERIFY(other.first[i].sum == best.first[i].sum); // QCOMPARE lets the last digits differ
            QVERIFY(other.first[i].sumSquares == best.first[i].sumSquares);
        }
    }
    limitSimdLevel(SimdLevel::avx512);
}

QTEST_GUILESS_MAIN(TstTensorScan)
#include "tst_tensor_scan.moc"
