// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QTest>
#include <atomic>
#include <string>
#include <thread>

#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

namespace lathe::test {

/// With 4 bits for weights and activations the outputs come closer on samples that were withheld.
inline void checkImprovesFewBits(const std::string& choice)
{
    AlgorithmFixture fixture("int4:channel:symmetric", unevenNetwork(), "uint4:tensor:asymmetric");
    const auto steps = fixture.run(choice);
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 2,
             qPrintable(QString("%1 to %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QCOMPARE(steps[0].layers.size(), 4U);
}

/// `choice`: all rates 0.
inline void checkChangesNothing(const std::string& choice)
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const Digest codes = fixture.state.resolved.codes.digest();
    const auto steps = fixture.run(choice);
    QCOMPARE(steps[0].afterDb, steps[0].beforeDb);
    QVERIFY(fixture.state.resolved.codes.digest() == codes);
}

/// Progress comes step by step up to `count`.
inline void checkCountsSteps(const std::string& choice, std::int64_t count)
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
    fixture.run(choice, 1, control);
    QCOMPARE(total, count);
    QCOMPARE(last, total);
}

/// Within 200 ms of the request, in the middle of the work.
inline void checkStopsSoon(const std::string& choice)
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
    LATHE_EXPECT_ERROR(stopped, fixture.run(choice, 2, control));
    QVERIFY(sinceStop.elapsed() < 200);
}

} // namespace lathe::test
