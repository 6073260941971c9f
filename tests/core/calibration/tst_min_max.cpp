// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

class TstMinMax : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void coversEverything();
};

void TstMinMax::coversEverything()
{
    for (const char* kind : {"normal", "relu", "negative", "outliers"}) {
        const std::vector<float> values = distribution(kind, 10000);
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        const Range range =
            chooseRange(MethodChoice::parse("minmax"), statisticsOf(values), QuantSpec::parse("uint8"));
        QCOMPARE(range.low, *low);
        QCOMPARE(range.high, *high);
    }
}

QTEST_GUILESS_MAIN(TstMinMax)
#include "tst_min_max.moc"
