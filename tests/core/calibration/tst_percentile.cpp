// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

namespace {

float sortedAt(std::vector<float> values, double p)
{
    std::sort(values.begin(), values.end());
    const double rank = std::max(1.0, std::ceil(p * double(values.size())));
    return values[static_cast<std::size_t>(rank) - 1];
}

std::vector<float> negated(std::vector<float> values)
{
    for (float& value : values)
        value = -value;
    return values;
}

bool near(float found, float exact)
{
    return std::abs(found - exact) <= std::abs(exact) / 64 + 1e-30F;
}

} // namespace

class TstPercentile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matchesSorting_data();
    void matchesSorting();
    void everythingIsMinMax();
    void weightsAreExact();
    void mostlyZerosKeepTheirRange();
};

void TstPercentile::matchesSorting_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<double>("p");
    for (const char* kind : {"normal", "relu", "skewed", "outliers", "negative"})
        for (const double p : {90.0, 99.0, 99.9, 99.99})
            QTest::addRow("%s %g", kind, p) << kind << p;
}

void TstPercentile::matchesSorting()
{
    QFETCH(QString, kind);
    QFETCH(double, p);
    const std::vector<float> values = distribution(kind.toStdString(), 40000);
    const MethodChoice method = MethodChoice::parse("percentile:" + std::to_string(p));
    const double cut = (1 - p / 100) / 2;

    const Range asymmetric = chooseRange(method, statisticsOf(values), QuantSpec::parse("uint8"));
    QVERIFY(near(asymmetric.low, -sortedAt(negated(values), 1 - cut)));
    QVERIFY(near(asymmetric.high, sortedAt(values, 1 - cut)));

    std::vector<float> magnitudes;
    for (const float value : values)
        magnitudes.push_back(std::abs(value));
    const Range symmetric = chooseRange(method, statisticsOf(values), QuantSpec::parse("int8"));
    QVERIFY(near(std::max(-symmetric.low, symmetric.high), sortedAt(magnitudes, p / 100)));
}

void TstPercentile::everythingIsMinMax()
{
    const TensorStatistics statistics = statisticsOf(distribution("outliers", 10000));
    for (const char* spec : {"uint8", "int8"}) {
        const Range all =
            chooseRange(MethodChoice::parse("percentile:100"), statistics, QuantSpec::parse(spec));
        QCOMPARE(all.low, statistics.moments.minimum);
        QCOMPARE(all.high, statistics.moments.maximum);
    }
}

void TstPercentile::weightsAreExact()
{
    const std::vector<float> values = distribution("normal", 1001);
    const Tensor weight = Tensor::of<float>(Shape{1001}, values);
    const auto ranges =
        weightRanges(MethodChoice::parse("percentile:99"), weight, -1, QuantSpec::parse("uint8"));
    QCOMPARE(ranges.size(), std::size_t(1));
    QCOMPARE(ranges[0].low, -sortedAt(negated(values), 0.995));
    QCOMPARE(ranges[0].high, sortedAt(values, 0.995));
}

void TstPercentile::mostlyZerosKeepTheirRange()
{
    std::vector<float> values(100000, 0.0F);
    values[5] = 3;
    const Range range =
        chooseRange(MethodChoice::parse("percentile"), statisticsOf(values), QuantSpec::parse("uint8"));
    QCOMPARE(range.high, 3.0F);
}

QTEST_GUILESS_MAIN(TstPercentile)
#include "tst_percentile.moc"
