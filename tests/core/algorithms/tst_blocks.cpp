// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>
#include <atomic>
#include <thread>

#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Block reconstruction; that it does not depend on workers is checked for all algorithms.
class TstBlocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void improvesFewBitsOnSamplesThatItDidNotSee();
    void improvesEveryBlock();
    void ratesOfZeroChangeNothing();
    void countsItsSteps();
    void stopsSoon();
};

void TstBlocks::improvesFewBitsOnSamplesThatItDidNotSee()
{
    AlgorithmFixture fixture("int4:channel:symmetric", unevenNetwork(), "uint4:tensor:asymmetric");
    const auto steps = fixture.run("blocks:layers=2");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 2,
             qPrintable(QString("%1 to %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
}

void TstBlocks::improvesEveryBlock()
{
    AlgorithmFixture fixture("int3:channel:symmetric");
    const auto steps = fixture.run("blocks:layers=1");
    QCOMPARE(steps[0].layers.size(), 4U);
    for (const LayerNote& note : steps[0].layers)
        QVERIFY2(
            note.afterDb >= note.beforeDb,
            qPrintable(QString("%1: %2 to %3").arg(note.layer.c_str()).arg(note.beforeDb).arg(note.afterDb)));
}

void TstBlocks::ratesOfZeroChangeNothing()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const Digest codes = fixture.state.resolved.codes.digest();
    const auto steps = fixture.run("blocks:steps=1:weights=0:scales=0:biases=0:ranges=0");
    QCOMPARE(steps[0].afterDb, steps[0].beforeDb);
    QVERIFY(fixture.state.resolved.codes.digest() == codes);
}

void TstBlocks::countsItsSteps()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    std::int64_t last = 0, total = 0;
    const Control control({}, [&](const Progress& progress) {
        if (progress.what != "steps")
            return;
        QVERIFY(progress.done == last + 1);
        last = progress.done;
        total = progress.total;
    });
    fixture.run("blocks:steps=3:layers=2", 1, control);
    QCOMPARE(total, 6);
    QCOMPARE(last, total);
}

void TstBlocks::stopsSoon()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    std::stop_source stop;
    std::atomic<bool> started = false;
    QElapsedTimer sinceStop;
    std::jthread stopper([&] {
        while (!started)
            std::this_thread::yield();
        sinceStop.start();
        stop.request_stop();
    });
    const Control control(stop.get_token(), [&](const Progress&) { started = true; });
    LATHE_EXPECT_ERROR(stopped, fixture.run("blocks:steps=100000", 2, control));
    QVERIFY(sinceStop.elapsed() < 200);
}

QTEST_APPLESS_MAIN(TstBlocks)
#include "tst_blocks.moc"
