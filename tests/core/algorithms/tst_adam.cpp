// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/adam.h"

#include <QTest>
#include <cmath>

using namespace lathe;

/// Steps of Adam, worked out by hand.
class TstAdam : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstStepIsTheRateWhateverTheGradient();
    void secondStepFollowsTheFormula();
    void standsStillWithoutGradient();
};

void TstAdam::firstStepIsTheRateWhateverTheGradient()
{
    Adam adam(3);
    std::vector<float> values{1, 2, 3};
    adam.step(values, std::vector<float>{1e-3F, -100, 7}, 0.5);
    QVERIFY(std::abs(values[0] - 0.5F) < 1e-5F);
    QVERIFY(std::abs(values[1] - 2.5F) < 1e-5F);
    QVERIFY(std::abs(values[2] - 2.5F) < 1e-5F);
}

void TstAdam::secondStepFollowsTheFormula()
{
    Adam adam(1);
    std::vector<float> value{0};
    adam.step(value, std::vector<float>{2}, 0.1);
    adam.step(value, std::vector<float>{-1}, 0.2);
    // m = 0.9 * 0.2 - 0.1 = 0.08, of 1 - 0.81; v = 0.999 * 0.004 + 0.001 = 0.004996, of 1 - 0.998001.
    const double second = 0.2 * (0.08 / 0.19) / std::sqrt(0.004996 / 0.001999);
    QVERIFY(std::abs(double{value[0]} - (-0.1 - second)) < 1e-6);
}

void TstAdam::standsStillWithoutGradient()
{
    Adam adam(1);
    std::vector<float> value{0.25F};
    adam.step(value, std::vector<float>{0}, 0.1);
    QCOMPARE(value[0], 0.25F);
}

QTEST_APPLESS_MAIN(TstAdam)
#include "tst_adam.moc"
