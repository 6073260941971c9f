// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics_io.h"

#include <QTest>

#include "core/base/error.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Statistics example()
{
    Statistics statistics;
    statistics.graph = sha256("graph");
    statistics.data = sha256("data");
    statistics.sampleIds = {"a.png", "b.png", ""};
    statistics.histogramShare = 4;
    statistics.histogramSeed = 77;
    for (const char* name : {"x", "layer/output:0"}) {
        TensorStatistics tensor = statisticsOf(distribution("outliers", 5000));
        tensor.value = name;
        tensor.shape = Shape{1, 4, 5};
        ChannelMoments channels;
        CountQueue queue;
        scanChannels(
            distribution("relu", 20), 1, 4, 5, channels, [](std::size_t, std::size_t, CountQueue&) {}, queue);
        tensor.channels = channels.all();
        tensor.samples = {{-1, 2}, {-3.5F, 4}, {0, 0}};
        tensor.minimumSample = 1;
        statistics.tensors.emplace(name, std::move(tensor));
    }
    TensorStatistics empty;
    empty.value = "empty";
    empty.samples.resize(3);
    statistics.tensors.emplace("empty", empty);
    return statistics;
}

} // namespace

class TstStatisticsIo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip();
    void everyTruncationIsRefused();
    void noChangedByteCrashes();
    void newerVersionsAreNamed();
    void olderVersionsAreRead();
};

void TstStatisticsIo::roundTrip()
{
    const Statistics original = example();
    const Bytes bytes = writeStatistics(original);
    const Statistics read = readStatistics(bytes, "test");
    QVERIFY(writeStatistics(read) == bytes);
    QVERIFY(read.graph == original.graph && read.data == original.data);
    QCOMPARE(read.sampleIds, original.sampleIds);
    QCOMPARE(read.histogramShare, 4);
    QCOMPARE(read.histogramSeed, std::uint64_t(77));
    const TensorStatistics& tensor = read.tensor("layer/output:0");
    QCOMPARE(tensor.shape, (Shape{1, 4, 5}));
    QVERIFY(tensor.histogram.occupied() == original.tensor("x").histogram.occupied());
    QCOMPARE(tensor.histogram.total(), original.tensor("x").histogram.total());
    QCOMPARE(tensor.moments.sumSquares, original.tensor("x").moments.sumSquares);
    QCOMPARE(tensor.channels.size(), std::size_t(4));
    QCOMPARE(tensor.channels[2].sum, original.tensor("x").channels[2].sum);
    QCOMPARE(tensor.samples[1].minimum, -3.5F);
    QCOMPARE(tensor.minimumSample, std::int64_t(1));
    QCOMPARE(tensor.maximumSample, std::int64_t(-1));
}

void TstStatisticsIo::everyTruncationIsRefused()
{
    const Bytes bytes = writeStatistics(example());
    for (std::size_t size = 0; size < bytes.size(); size += size < 400 ? 1 : 97)
        QVERIFY_EXCEPTION_THROWN(readStatistics(std::span(bytes).first(size), "test"), Error);
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    QVERIFY_EXCEPTION_THROWN(readStatistics(longer, "test"), Error);
}

void TstStatisticsIo::noChangedByteCrashes()
{
    const Bytes bytes = writeStatistics(example());
    int refused = 0;
    for (std::size_t i = 0; i < bytes.size(); i += i < 600 ? 1 : 53) {
        for (const unsigned mask : {0xFFU, 0x80U}) {
            Bytes changed = bytes;
            changed[i] ^= static_cast<std::byte>(mask);
            try {
                readStatistics(changed, "test");
            } catch (const Error&) {
                ++refused;
            }
        }
    }
    QVERIFY(refused > 100);
}

void TstStatisticsIo::newerVersionsAreNamed()
{
    Bytes bytes = writeStatistics(example());
    bytes[4] = std::byte{9};
    try {
        readStatistics(bytes, "test");
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::projectNewer);
    }
}

/// Version 2 had sums of third and fourth powers and a number of zeros in between.
void TstStatisticsIo::olderVersionsAreRead()
{
    QByteArray bytes;
    const auto raw = [&](auto value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
    bytes.append("LTST\2", 5);
    bytes.append(2 * static_cast<qsizetype>(sizeof(Digest)), '\0');
    bytes.append("\0\1\0\1\1x\0\2\4", 9); // no samples, share 1 of seed 0, one tensor: "x", a scalar, axis 1, count 4
    for (const double sum : {6.0, 30.0, 66.0, 306.0})
        raw(sum);
    raw(-1.0F);
    raw(4.0F);
    bytes.append("\3\2\1", 3);         // zeros, NaN, infinities
    bytes.append("\0\0\0\1\1", 5); // no bins, channels or samples; nobody set the extremes
    const TensorStatistics tensor =
        readStatistics(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))), "test").tensor("x");
    QCOMPARE(tensor.moments.count, std::int64_t(4));
    QCOMPARE(tensor.moments.mean(), 1.5);
    QCOMPARE(tensor.moments.sumSquares, 30.0);
    QCOMPARE(tensor.moments.maximum, 4.0F);
    QCOMPARE(tensor.moments.nans, std::int64_t(2));
    QCOMPARE(tensor.moments.infinities, std::int64_t(1));
}

QTEST_GUILESS_MAIN(TstStatisticsIo)
#include "tst_statistics_io.moc"
