// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/algorithms/training_checks.h"

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
    checkImprovesFewBits("blocks:layers=2");
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
    checkChangesNothing("blocks:steps=1:weights=0:scales=0:biases=0:ranges=0");
}

void TstBlocks::countsItsSteps()
{
    checkCountsSteps("blocks:steps=3:layers=2", 6);
}

void TstBlocks::stopsSoon()
{
    checkStopsSoon("blocks:steps=100000");
}

QTEST_APPLESS_MAIN(TstBlocks)
#include "tst_blocks.moc"
