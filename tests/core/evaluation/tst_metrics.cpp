// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/evaluation/metrics.def
#include <QtTest>

#include <map>

#include "core/evaluation/evaluate.h"

using namespace lathe;

namespace {

/// What a metric says of an output that is right in every respect, and of one that is as wrong as the other
/// was right.
struct Expected
{
    double right;
    double wrong;
};

const std::map<std::string, Expected> expected = {
    {"top1", {1, 0}},
    {"top5", {1, 0}},
    {"agreement", {1, 0}},
    // The scores of the seven classes are turned round: differences 6, 4, 2, 0, -2, -4, -6.
    {"mse", {0, (36 + 16 + 4 + 0 + 4 + 16 + 36) / 7.0}},
};

}

/// Every registered metric has a case here, and its declared direction is the one in which it points.
class TstMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMetricScores_data();
    void everyMetricScores();
};

void TstMetrics::everyMetricScores_data()
{
    QTest::addColumn<QByteArray>("id");
    QVERIFY(metrics().size() > 0);
    for (const Metric& metric : metrics())
        QTest::newRow(metric.id.c_str()) << QByteArray::fromStdString(metric.id);
}

void TstMetrics::everyMetricScores()
{
    QFETCH(QByteArray, id);
    const auto values = expected.find(id.toStdString());
    QVERIFY2(values != expected.end(), "this metric has no case here");
    const Metric& metric = metrics().get(values->first, "metric");

    const Tensor truth = Tensor::of<float>(Shape{1, 7}, {7, 6, 5, 4, 3, 2, 1});
    const Tensor reverse = Tensor::of<float>(Shape{1, 7}, {1, 2, 3, 4, 5, 6, 7});
    const double right = metric.score({truth, truth, 0, truth});
    const double wrong = metric.score({reverse, truth, 0, truth});
    QCOMPARE(right, values->second.right);
    QCOMPARE(wrong, values->second.wrong);
    QCOMPARE(metric.higherIsBetter, right > wrong);
    QVERIFY(!metric.binary || ((right == 0 || right == 1) && (wrong == 0 || wrong == 1)));
}

QTEST_GUILESS_MAIN(TstMetrics)
#include "tst_metrics.moc"
