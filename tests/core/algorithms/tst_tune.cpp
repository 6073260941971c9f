// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/algorithms/training_checks.h"

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
    checkImprovesFewBits("tune:epochs=60:batch=4");
}

void TstTune::ratesOfZeroChangeNothing()
{
    checkChangesNothing("tune:epochs=1:weights=0:scales=0:biases=0:ranges=0");
}

void TstTune::countsItsSteps()
{
    // 12 of 15 samples are trained on.
    checkCountsSteps("tune:epochs=3:batch=5", 9);
}

void TstTune::stopsSoon()
{
    checkStopsSoon("tune:epochs=100000");
}

QTEST_APPLESS_MAIN(TstTune)
#include "tst_tune.moc"
