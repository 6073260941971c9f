// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "core/calibration/calibrator.h"
#include "tests/core/calibration/distributions.h"

using namespace lathe;
using namespace lathe::test;

class TstChooseRange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void methodTexts_data();
    void methodTexts();
    void degenerateTensors();
    void everyMethodStaysInside();
    void weightChannels();
};

void TstChooseRange::methodTexts_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    QTest::newRow("plain") << "mse"
                           << "mse";
    QTest::newRow("value") << "percentile:99.9"
                           << "percentile:99.9";
    QTest::newRow("named") << "percentile:p=99.9"
                           << "percentile:99.9";
    QTest::newRow("default") << "percentile:99.99"
                             << "percentile";
    QTest::newRow("unknown") << "median"
                             << "";
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("no options") << "mse:3"
                                << "";
    QTest::newRow("unknown option") << "percentile:q=3"
                                    << "";
    QTest::newRow("outside") << "percentile:200"
                             << "";
    QTest::newRow("no number") << "percentile:high"
                               << "";
    QTest::newRow("empty option") << "percentile:"
                                  << "";
}

void TstChooseRange::methodTexts()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    if (canonical.isEmpty()) {
        QVERIFY_EXCEPTION_THROWN(MethodChoice::parse(text.toStdString()), Error);
        return;
    }
    const MethodChoice choice = MethodChoice::parse(text.toStdString());
    QCOMPARE(QString::fromStdString(choice.text()), canonical);
    QVERIFY(MethodChoice::parse(choice.text()) == choice);
}

void TstChooseRange::degenerateTensors()
{
    for (const Calibrator& calibrator : calibrators()) {
        const MethodChoice method = MethodChoice::parse(calibrator.id);
        for (const char* spec : {"uint8", "int4", "uint2", "float16"}) {
            const QuantSpec parsed = QuantSpec::parse(spec);
            const Range empty = chooseRange(method, statisticsOf({}), parsed);
            QVERIFY(empty == (Range{0, 0}));
            const Range nothingFinite = chooseRange(method, statisticsOf({std::nanf(""), INFINITY}), parsed);
            QVERIFY(nothingFinite == (Range{0, 0}));
            QVERIFY(chooseRange(method, statisticsOf({0, 0, 0}), parsed) == (Range{0, 0}));
            const Range constant = chooseRange(method, statisticsOf({2.5F, 2.5F}), parsed);
            QVERIFY(constant.high > 0.5F && constant.high <= 2.5F + 1e-6F);
            const Range extreme = chooseRange(method, statisticsOf({-3e38F, 3e38F, 1}), parsed);
            QVERIFY(std::isfinite(extreme.low) && std::isfinite(extreme.high) && extreme.low <= extreme.high);
        }
    }
}

void TstChooseRange::everyMethodStaysInside()
{
    for (const Calibrator& calibrator : calibrators())
        for (const char* kind : {"normal", "relu", "negative", "outliers"})
            for (const char* spec : {"uint8", "int4:asymmetric"}) {
                const TensorStatistics statistics = statisticsOf(distribution(kind, 20000));
                const Range range =
                    chooseRange(MethodChoice::parse(calibrator.id), statistics, QuantSpec::parse(spec));
                QVERIFY2(range.low >= statistics.moments.minimum && range.high <= statistics.moments.maximum,
                         calibrator.id.c_str());
                QVERIFY2(range.low < range.high, calibrator.id.c_str());
            }
}

void TstChooseRange::weightChannels()
{
    std::vector<float> values = distribution("normal", 2 * 3 * 4);
    const Tensor weight = Tensor::of<float>(Shape{2, 3, 4}, values);
    for (const int axis : {0, 1, 2}) {
        const auto ranges =
            weightRanges(MethodChoice::parse("minmax"), weight, axis, QuantSpec::parse("int8:channel"));
        QCOMPARE(ranges.size(), std::size_t(weight.shape()[axis]));
        std::vector<Range> expected(ranges.size(), Range{1e9F, -1e9F});
        for (int i = 0; i < 24; ++i) {
            const int index[3] = {i / 12, i / 4 % 3, i % 4};
            Range& range = expected[std::size_t(index[axis])];
            range.low = std::min(range.low, values[std::size_t(i)]);
            range.high = std::max(range.high, values[std::size_t(i)]);
        }
        QVERIFY(ranges == expected);
    }
    QVERIFY_EXCEPTION_THROWN(weightRanges(MethodChoice::parse("mse"), weight, 3, QuantSpec::parse("int8")),
                             Error);
}

QTEST_GUILESS_MAIN(TstChooseRange)
#include "tst_choose_range.moc"
