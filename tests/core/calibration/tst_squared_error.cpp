// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/squared_error.h"

#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "core/runtime/simd.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

class TstSquaredError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closedFormEqualsFineSampling_data();
    void closedFormEqualsFineSampling();
    void histogramEstimateIsNearTheValues_data();
    void histogramEstimateIsNearTheValues();
    void manyBinsAreTheSumOfEach();
    void valuesAreExact();
    void zerosCostNothing();
    void dynamicGridsSpareZeros();
};

void TstSquaredError::closedFormEqualsFineSampling_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("inside a step") << 0.1 << 0.2;
    QTest::newRow("around a tie") << 0.45 << 0.55;
    QTest::newRow("many steps") << 0.3 << 6.2;
    QTest::newRow("across the top") << 6.7 << 9.1;
    QTest::newRow("beyond the top") << 20.0 << 21.0;
    QTest::newRow("across the bottom") << -10.5 << -7.0;
    QTest::newRow("negative") << -3.3 << -1.1;
}

void TstSquaredError::closedFormEqualsFineSampling()
{
    QFETCH(double, low);
    QFETCH(double, high);
    const Encoding encoding = makeEncoding(QuantSpec::parse("int4"), std::vector<Range>{{-7, 7}}, -1, false);
    WeightedBins bins;
    bins.add(low, high, 3);
    constexpr int points = 200000;
    double sum = 0;
    for (int i = 0; i < points; ++i) {
        const double x = low + (high - low) * (i + 0.5) / points;
        const double error = x - std::clamp(std::nearbyint(x), -8.0, 7.0);
        sum += error * error;
    }
    const double found = summedSquaredError(bins, encoding);
    QVERIFY2(std::abs(found - 3 * sum / points) < 1e-5 * std::max(1e-3, found),
             qPrintable(QString::number(found)));
}

void TstSquaredError::histogramEstimateIsNearTheValues_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("spec");
    for (const char* kind : {"normal", "relu", "skewed", "outliers"})
        for (const char* spec : {"int2", "uint4", "int4", "uint8", "int8"})
            QTest::addRow("%s %s", kind, spec) << kind << spec;
}

void TstSquaredError::histogramEstimateIsNearTheValues()
{
    QFETCH(QString, kind);
    QFETCH(QString, spec);
    const std::vector<float> values = distribution(kind.toStdString(), 60000);
    const TensorStatistics statistics = statisticsOf(values);
    for (const float shrink : {1.0F, 0.5F, 0.2F}) {
        const Range range{statistics.moments.minimum * shrink, statistics.moments.maximum * shrink};
        const Encoding encoding = makeEncoding(QuantSpec::parse(spec.toStdString()), {&range, 1}, -1, false);
        const double exact = obviousMse(values, encoding);
        const double found = expectedSquaredError(statistics.histogram, encoding);
        QVERIFY2(std::abs(found - exact) < 0.05 * exact, qPrintable(QString("%1 %2").arg(found).arg(exact)));
    }
}

/// On every instruction set; also of bins that lie within a ten-thousandth of a step.
void TstSquaredError::manyBinsAreTheSumOfEach()
{
    const Encoding encoding = makeEncoding(QuantSpec::parse("int4"), std::vector<Range>{{-7, 7}}, -1, false);
    WeightedBins all;
    double expected = 0;
    for (int i = 0; i < 1003; ++i) {
        const double low = -9 + 0.02 * i, high = low + (i % 7 == 0 ? 1e-6 : 0.01);
        all.add(low, high, i % 5);
        WeightedBins one;
        one.add(low, high, i % 5);
        expected += summedSquaredError(one, encoding);
    }
    const double found = summedSquaredError(all, encoding);
    QVERIFY(std::abs(found - expected) < 1e-12 * expected);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::baseline}) {
        limitSimdLevel(level);
        QCOMPARE(summedSquaredError(all, encoding), found);
    }
    limitSimdLevel(SimdLevel::avx512);
}

void TstSquaredError::valuesAreExact()
{
    const std::vector<float> values = distribution("laplace", 5003);
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint3"), std::vector<Range>{{-2, 3}}, -1, false);
    const double exact = obviousMse(values, encoding) * 5003;
    QVERIFY(std::abs(summedSquaredError(values, encoding) - exact) < 1e-6 * exact);
    std::vector<float> broken = values;
    broken.push_back(std::nanf(""));
    QCOMPARE(summedSquaredError(broken, encoding), summedSquaredError(values, encoding));
}

void TstSquaredError::zerosCostNothing()
{
    BitHistogram histogram;
    histogram.add(std::vector<float>(1000, 0.0F));
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint8"), std::vector<Range>{{-1, 2}}, -1, false);
    QCOMPARE(expectedSquaredError(histogram, encoding), 0.0);
    QCOMPARE(expectedSquaredError(BitHistogram(), encoding), 0.0);
}

/// Steps of each sample's own 255th, for what is not zero.
void TstSquaredError::dynamicGridsSpareZeros()
{
    TensorStatistics tensor;
    tensor.histogram.add(std::vector<float>{0, 0, 0, -0.0F, 1, 2, 3, 5.1F});
    QCOMPARE(tensor.histogram.zeroShare(), 0.5);
    QCOMPARE(BitHistogram().zeroShare(), 0.0);
    tensor.samples = {{0, 2.55F}, {0, 5.1F}};
    Encoding dynamic;
    dynamic.format = NumberFormat::parse("uint8:dynamic");
    QVERIFY(dynamic.format.isDynamic());
    const std::optional<double> noise = expectedNoise(tensor, dynamic);
    QVERIFY(noise && std::abs(*noise - 0.5 * (1e-4 + 4e-4) / 2 / 12) < 1e-10);
}

QTEST_GUILESS_MAIN(TstSquaredError)
#include "tst_squared_error.moc"
