// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics_collector.h"

#include <QTest>
#include <atomic>
#include <thread>

#include "core/base/parallel.h"
#include "core/calibration/statistics_io.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

constexpr int sampleCount = 37;
const Shape imageShape{1, 5, 40, 40};

std::vector<float> sample(std::int64_t index)
{
    std::vector<float> values = distribution("outliers", 8000);
    for (float& value : values)
        value *= 1 + 0.01F * static_cast<float>((index * 7) % 19);
    return values;
}

Statistics collectWith(int workers, HistogramSampling sampling = {})
{
    StatisticsCollector collector({{"image", 1}, {"flat", 9}, {"unseen", 1}}, 4, sampling);
    std::vector<StatisticsCollector::Counters> counters(static_cast<std::size_t>(workers), collector.counters());
    parallelFor(sampleCount, workers, Control(), [&](std::int64_t index, int worker) {
        if (index % 5 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        auto result = collector.emptyResult();
        const std::vector<float> values = sample(index);
        collector.look({0, index, imageShape, values}, counters[static_cast<std::size_t>(worker)], result);
        const Shape flat{8000};
        collector.look({1, index, flat, values}, counters[static_cast<std::size_t>(worker)], result);
        collector.deliver(index, "sample" + std::to_string(index), std::move(result));
    });
    for (StatisticsCollector::Counters& worker : counters)
        collector.takeCounts(worker);
    return collector.snapshot();
}

} // namespace

class TstStatisticsCollector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameBytesForAnyNumberOfWorkers();
    void knowsWhatWasFed();
    void sharesOfHistogramsLeaveTheRestExact();
    void orderInMemoryDoesNotMatter();
    void abandonedWorkersReturn();
};

void TstStatisticsCollector::sameBytesForAnyNumberOfWorkers()
{
    const Bytes one = writeStatistics(collectWith(1));
    for (const int workers : {2, 3, 8})
        QVERIFY(writeStatistics(collectWith(workers)) == one);
    const HistogramSampling quarter{4, 5};
    const Bytes sampled = writeStatistics(collectWith(1, quarter));
    QVERIFY(writeStatistics(collectWith(3, quarter)) == sampled);
    QVERIFY(writeStatistics(collectWith(3, {4, 6})) != sampled);
}

void TstStatisticsCollector::knowsWhatWasFed()
{
    const Statistics statistics = collectWith(3);
    QCOMPARE(statistics.sampleIds.size(), std::size_t(sampleCount));
    QCOMPARE(statistics.sampleIds[36], std::string("sample36"));
    const TensorStatistics& image = statistics.tensor("image");
    QCOMPARE(image.shape, imageShape);
    QCOMPARE(image.channels.size(), std::size_t(5));
    QVERIFY(statistics.tensor("flat").channels.empty());
    QVERIFY_EXCEPTION_THROWN(statistics.tensor("none"), Error);
    QVERIFY_EXCEPTION_THROWN(statistics.tensor("unseen"), Error);

    BitHistogram histogram;
    float lowest = 0;
    std::int64_t lowestSample = -1;
    for (int i = 0; i < sampleCount; ++i) {
        const std::vector<float> values = sample(i);
        histogram.add(values);
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        QCOMPARE(image.samples[static_cast<std::size_t>(i)].minimum, *low);
        QCOMPARE(image.samples[static_cast<std::size_t>(i)].maximum, *high);
        if (*low < lowest) {
            lowest = *low;
            lowestSample = i;
        }
    }
    QVERIFY(image.histogram.occupied() == histogram.occupied());
    QCOMPARE(image.moments.count, std::int64_t(sampleCount) * 8000);
    QCOMPARE(image.moments.minimum, lowest);
    QCOMPARE(image.minimumSample, lowestSample); // several samples tie: the first one
    std::int64_t channelTotal = 0;
    for (const Moments& channel : image.channels)
        channelTotal += channel.count;
    QCOMPARE(channelTotal, image.moments.count);
}

void TstStatisticsCollector::sharesOfHistogramsLeaveTheRestExact()
{
    const Statistics all = collectWith(2), quarter = collectWith(2, {4, 11});
    QCOMPARE(quarter.histogramShare, 4);
    QCOMPARE(quarter.histogramSeed, std::uint64_t(11));
    for (const auto& [name, tensor] : all.tensors) {
        const TensorStatistics& other = quarter.tensor(name);
        QCOMPARE(other.moments.sumSquares, tensor.moments.sumSquares);
        QCOMPARE(other.moments.minimum, tensor.moments.minimum);
        QCOMPARE(other.moments.maximum, tensor.moments.maximum);
        // Blocks of 64 of 256 elements: within a few percent of a quarter.
        const double share = static_cast<double>(other.histogram.total()) / static_cast<double>(tensor.histogram.total());
        QVERIFY2(share > 0.24 && share < 0.26, qPrintable(QString::number(share)));
        const double median = static_cast<double>(tensor.histogram.quantile(0.75));
        QVERIFY(std::fabs(static_cast<double>(other.histogram.quantile(0.75)) - median) < 0.05 * std::fabs(median));
    }
}

void TstStatisticsCollector::orderInMemoryDoesNotMatter()
{
    const std::vector<float> plain = sample(3);
    std::vector<float> last(plain.size());
    for (std::size_t pixel = 0; pixel < 1600; ++pixel)
        for (std::size_t c = 0; c < 5; ++c)
            last[pixel * 5 + c] = plain[c * 1600 + pixel];
    const auto seen = [](const std::vector<float>& values, bool channelsLast) {
        StatisticsCollector collector({{"image", 1}}, 4);
        StatisticsCollector::Counters counters = collector.counters();
        auto result = collector.emptyResult();
        collector.look({0, 0, imageShape, values, channelsLast}, counters, result);
        collector.deliver(0, "only", std::move(result));
        collector.takeCounts(counters);
        return collector.snapshot().tensor("image");
    };
    const TensorStatistics a = seen(plain, false), b = seen(last, true);
    QVERIFY(a.histogram.occupied() == b.histogram.occupied());
    for (std::size_t c = 0; c < 5; ++c) {
        QCOMPARE(b.channels[c].minimum, a.channels[c].minimum);
        QCOMPARE(b.channels[c].maximum, a.channels[c].maximum);
        QVERIFY(std::fabs(b.channels[c].sumSquares - a.channels[c].sumSquares) < 1e-9 * a.channels[c].sumSquares);
    }
}

void TstStatisticsCollector::abandonedWorkersReturn()
{
    StatisticsCollector collector({{"x", 1}}, 1);
    std::atomic<bool> returned = false;
    std::thread ahead([&] {
        collector.deliver(5, "five", collector.emptyResult());
        returned = true;
    });
    QTest::qWait(20);
    QVERIFY(!returned);
    collector.abandon();
    ahead.join();
    QVERIFY(returned);
    QVERIFY(collector.snapshot().sampleIds.empty());
}

QTEST_GUILESS_MAIN(TstStatisticsCollector)
#include "tst_statistics_collector.moc"
