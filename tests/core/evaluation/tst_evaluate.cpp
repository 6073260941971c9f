// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <cmath>
#include <random>

#include "core/evaluation/classes.h"
#include "core/evaluation/evaluate.h"
#include "tests/support/unlabelled_samples.h"

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

    /// Three frames of ones; the float model adds them up, the other one adds a half more each time and goes
    /// on from that.
    void quantizedModelsHandOnTheirOwnState()
    {
        class Frames : public test::UnlabelledSamples
        {
        public:
            Frames()
                : UnlabelledSamples(3)
            {
            }
            TensorMap load(std::int64_t index) const override
            {
                return {{"x", Tensor::of<float>({1}, {1})},
                        {"s", Tensor::of<float>({1}, {static_cast<float>(index)})}};
            }
            const Feedback& feedback() const override { return m_feedback; }
            bool follows(std::int64_t index) const override { return index > 0; }

        private:
            Feedback m_feedback{{"n", "s"}};
        };
        const auto adding = [](const std::string& more) {
            const auto program =
                Program::compile(parseGraph("input x: float32[1]\ninput s: float32[1]\nmore: float32[1] = [" +
                                            more + "]\nm = Add(x, more)\nn = Add(s, m)\noutput n"),
                                 {});
            return Runnable{program, program->defaultBinding()};
        };
        EvaluateOptions options;
        options.layerFigures = false;
        options.workers = 4;
        const EvaluationRun run = evaluate(adding("0"), adding("0.5"), {}, Frames(), options, {});
        // 1, 2, 3 against 1.5, 3, 4.5
        QCOMPARE(run.outputs.at(0).error.maxAbs, 1.5);
        QCOMPARE(run.outputs.at(0).error.noiseSquares, 0.25 + 1 + 2.25);
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
