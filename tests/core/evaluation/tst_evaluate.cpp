// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <cmath>
#include <random>

#include "core/evaluation/classes.h"
#include "core/evaluation/evaluate.h"

using namespace lathe;

class TestEvaluate : public QObject
{
    Q_OBJECT

private slots:
    void largestAndRank()
    {
        const Tensor scores = Tensor::of<float>(Shape{1, 5}, {0.1F, 0.7F, NAN, 0.7F, -1.0F});
        QCOMPARE(largestIndex(scores), 1);
        QCOMPARE(rankOf(scores, 1), 0);
        QCOMPARE(rankOf(scores, 3), 1);
        QCOMPARE(rankOf(scores, 4), 3);
        QCOMPARE(rankOf(scores, 9), 5);
    }

    void metricsScoreASample()
    {
        const Tensor output = Tensor::of<float>(Shape{1, 6}, {6, 5, 4, 3, 2, 1});
        const Tensor other = Tensor::of<float>(Shape{1, 6}, {1, 2, 3, 4, 5, 6});
        const Tensor none;
        const MetricSample sample{output, other, 5, none};
        QCOMPARE(metrics().get("top1", "metric").score(sample), 0.0);
        QCOMPARE(metrics().get("top5", "metric").score(sample), 0.0);
        QCOMPARE(metrics().get("top5", "metric").score({output, other, 4, none}), 1.0);
        QCOMPARE(metrics().get("agreement", "metric").score(sample), 0.0);
        QCOMPARE(metrics().get("mse", "metric").score({output, other, {}, other}),
                 (25 + 9 + 1 + 1 + 9 + 25) / 6.0);
    }

    void pairedIntervalOfProportions()
    {
        // Agresti and Min: 10 worse, 4 better of 100: ((10.5 - 4.5) / 102) +- 1.96 sqrt(15 - 36/102) / 102.
        std::vector<double> floating(100, 1.0);
        std::vector<double> quantized(100, 1.0);
        for (std::size_t i = 0; i < 10; ++i)
            quantized[i] = 0;
        for (std::size_t i = 10; i < 14; ++i)
            floating[i] = 0;
        const MetricResult result = pairedResult(metrics().get("top1", "metric"), floating, quantized);
        QVERIFY(std::abs(result.loss - 0.06) < 1e-12);
        const double half = 1.959963984540054 * std::sqrt(15.0 - 36.0 / 102.0) / 102.0;
        QVERIFY(std::abs(result.low - (6.0 / 102.0 - half)) < 1e-12);
        QVERIFY(std::abs(result.high - (6.0 / 102.0 + half)) < 1e-12);
    }

    void pairedIntervalOfMeansCovers()
    {
        // 2,000 experiments with a true mean difference of 0.3: the 95 % interval must hold it in about 95 of
        // 100.
        std::mt19937_64 random(7);
        std::normal_distribution<double> normal(0, 1);
        int covered = 0;
        for (int experiment = 0; experiment < 2000; ++experiment) {
            std::vector<double> floating(12);
            std::vector<double> quantized(12);
            for (std::size_t i = 0; i < floating.size(); ++i) {
                floating[i] = 5 * normal(random);
                quantized[i] = floating[i] + 0.3 + normal(random);
            }
            const MetricResult result = pairedResult(metrics().get("mse", "metric"), floating, quantized);
            covered += result.low <= 0.3 && 0.3 <= result.high ? 1 : 0;
        }
        QVERIFY2(covered > 1860 && covered < 1940, qPrintable(QString::number(covered)));
    }

    void lossIsPositiveWhenWorse()
    {
        QCOMPARE(pairedResult(metrics().get("mse", "metric"), {1, 1}, {3, 3}).loss, 2.0);
        QCOMPARE(pairedResult(metrics().get("top1", "metric"), {1, 1}, {0, 1}).loss, 0.5);
    }

    void healthNamesTheLayer()
    {
        EvaluationRun run;
        LayerFigures sick;
        sick.id = "conv1";
        sick.elements = 100;
        sick.nans = 2;
        sick.clipped = 20;
        run.layers = {sick, LayerFigures{}};
        const auto findings = healthFindings(run);
        QCOMPARE(findings.size(), std::size_t{2});
        QCOMPARE(findings[0].kind, std::string("nan"));
        QVERIFY(findings[1].text.find("20.0 %") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestEvaluate)
#include "tst_evaluate.moc"
