// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/evaluation/metrics.def
#include <QtTest>

#include <functional>
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
    std::function<double(const Metric&, bool isRight)> score;
};

double scoreOf(const Metric& metric, const Tensor& output, const Tensor& truth, const Tensor& target,
               const BoxDecoder* decoder = nullptr)
{
    return metric.score({output, truth, 0, target, decoder});
}

double scoreVector(const Metric& metric, bool isRight)
{
    const Tensor truth = Tensor::of<float>(Shape{1, 7}, {7, 6, 5, 4, 3, 2, 1});
    const Tensor reverse = Tensor::of<float>(Shape{1, 7}, {1, 2, 3, 4, 5, 6, 7});
    return scoreOf(metric, isRight ? truth : reverse, truth, truth);
}

double scoreMask(const Metric& metric, bool isRight)
{
    const Tensor mask = Tensor::of<std::uint8_t>(Shape{2, 2}, {0, 255, 255, 255});
    const Tensor right = Tensor::of<float>(Shape{1, 1, 2, 2}, {0.1F, 0.5F, 0.9F, 1});
    const Tensor wrong = Tensor::of<float>(Shape{1, 1, 2, 2}, {0.9F, 0.9F, 0.1F, 0.1F});
    return scoreOf(metric, isRight ? right : wrong, right, mask);
}

/// Says that there is a box of category 3 at the four first values.
class PlainDecoder : public BoxDecoder
{
public:
    std::vector<Detection> decode(const Tensor& output) const override
    {
        const std::vector<float> values = output.toFloats();
        return {{3, 0.5, {values[0], values[1], values[2], values[3]}}};
    }
};

double scoreBoxes(const Metric& metric, bool isRight)
{
    const PlainDecoder decoder;
    const Tensor truth = Tensor::of<float>(Shape{1, 5}, {3, 0, 0, 10, 10});
    // Overlaps of 10 x 5 with 10 x 10 and of 10 x 4 with it: exactly and just below one half.
    const Tensor right = Tensor::of<float>(Shape{4}, {0, 0, 10, 5});
    const Tensor wrong = Tensor::of<float>(Shape{4}, {0, 0, 10, 4.9F});
    return scoreOf(metric, isRight ? right : wrong, right, truth, &decoder);
}

const std::map<std::string, Expected> expected = {
    {"top1", {1, 0, scoreVector}},
    {"top5", {1, 0, scoreVector}},
    {"agreement", {1, 0, scoreVector}},
    // The scores of the seven classes are turned round: differences 6, 4, 2, 0, -2, -4, -6.
    {"mse", {0, (36 + 16 + 4 + 0 + 4 + 16 + 36) / 7.0, scoreVector}},
    // Foreground of the mask: pixels 1 to 3; of the wrong output: 0 and 1.
    {"iou", {1, 1 / 4.0, scoreMask}},
    {"ap50", {1, 0, scoreBoxes}},
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

    const double right = values->second.score(metric, true);
    const double wrong = values->second.score(metric, false);
    QCOMPARE(right, values->second.right);
    QCOMPARE(wrong, values->second.wrong);
    QCOMPARE(metric.higherIsBetter, right > wrong);
    QVERIFY(!metric.binary || ((right == 0 || right == 1) && (wrong == 0 || wrong == 1)));
}

QTEST_GUILESS_MAIN(TstMetrics)
#include "tst_metrics.moc"
