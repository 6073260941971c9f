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

Statistics collectWith(int workers)
{
    StatisticsCollector collector({{"image", 1}, {"flat", 9}, {"unseen", 1}}, 4);
    std::vector<BitCounter> counters(static_cast<std::size_t>(workers));
    parallelFor(sampleCount, workers, Control(), [&](std::int64_t index, int worker) {
        if (index % 5 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        auto result = collector.emptyResult();
        const std::vector<float> values = sample(index);
        collector.look(0, imageShape, values, counters[static_cast<std::size_t>(worker)], result);
        collector.look(1, Shape{8000}, values, counters[static_cast<std::size_t>(worker)], result);
        collector.deliver(index, "sample" + std::to_string(index), std::move(result));
    });
    return collector.snapshot();
}

} // namespace

class TstStatisticsCollector : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameBytesForAnyNumberOfWorkers();
    void knowsWhatWasFed();
    void abandonedWorkersReturn();
};

void TstStatisticsCollector::sameBytesForAnyNumberOfWorkers()
{
    const Bytes one = writeStatistics(collectWith(1));
    for (const int workers : {2, 3, 8})
        QVERIFY(writeStatistics(collectWith(workers)) == one);
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
