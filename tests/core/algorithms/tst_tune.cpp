// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>
#include <atomic>
#include <thread>

#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Fine-tuning by distillation; that it does not depend on workers is checked for all algorithms.
class TstTune : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void improvesFewBitsOnSamplesThatItDidNotSee();
    void ratesOfZeroChangeNothing();
    void countsItsSteps();
    void stopsSoon();
};

void TstTune::improvesFewBitsOnSamplesThatItDidNotSee()
{
    AlgorithmFixture fixture("int4:channel:symmetric", unevenNetwork(), "uint4:tensor:asymmetric");
    const auto steps = fixture.run("tune:epochs=60:batch=4");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 2,
             qPrintable(QString("%1 to %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QCOMPARE(steps[0].layers.size(), 4U);
}

void TstTune::ratesOfZeroChangeNothing()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const Digest codes = fixture.state.resolved.codes.digest();
    const auto steps = fixture.run("tune:epochs=1:weights=0:scales=0:biases=0:ranges=0");
    QCOMPARE(steps[0].afterDb, steps[0].beforeDb);
    QVERIFY(fixture.state.resolved.codes.digest() == codes);
}

void TstTune::countsItsSteps()
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
    fixture.run("tune:epochs=3:batch=5", 1, control);
    // 12 of 15 samples are trained on.
    QCOMPARE(total, 9);
    QCOMPARE(last, total);
}

void TstTune::stopsSoon()
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
    LATHE_EXPECT_ERROR(stopped, fixture.run("tune:epochs=100000", 2, control));
    QVERIFY(sinceStop.elapsed() < 200);
}

QTEST_APPLESS_MAIN(TstTune)
#include "tst_tune.moc"
