// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

class TstMeanExtremes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void meanOfTheSamples();
    void withoutSamplesTheFullRange();
};

void TstMeanExtremes::meanOfTheSamples()
{
    TensorStatistics statistics = statisticsOf({-4, 100, 1});
    statistics.samples = {{-4, 100}, {-2, 10}, {0, 10}, {-INFINITY, 10}};
    const Range range = chooseRange(MethodChoice::parse("mean"), statistics, QuantSpec::parse("uint8"));
    QVERIFY(range == (Range{-2, 40}));
}

void TstMeanExtremes::withoutSamplesTheFullRange()
{
    const Range range =
        chooseRange(MethodChoice::parse("mean"), statisticsOf({-4, 100, 1}), QuantSpec::parse("uint8"));
    QVERIFY(range == (Range{-4, 100}));
}

QTEST_GUILESS_MAIN(TstMeanExtremes)
#include "tst_mean_extremes.moc"
