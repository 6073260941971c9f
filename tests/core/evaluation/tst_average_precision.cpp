// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <cmath>
#include <random>

#include "core/evaluation/average_precision.h"
#include "core/evaluation/evaluate.h"

using namespace lathe;

namespace {

/// The definition, word for word: one category, each threshold on its own.
double plainPrecision(const std::vector<DetectionHits>& samples, std::int64_t category)
{
    std::int64_t expected = 0;
    std::vector<DetectionHits::Hit> hits;
    for (const DetectionHits& sample : samples) {
        if (const auto found = sample.expected.find(category); found != sample.expected.end())
            expected += found->second;
        for (const auto& hit : sample.hits)
            if (hit.category == category)
                hits.push_back(hit);
    }
    double sum = 0;
    for (int percent = 0; percent <= 100; ++percent) {
        double best = 0;
        for (const auto& threshold : hits) {
            double right = 0, all = 0;
            for (const auto& hit : hits) {
                all += hit.score >= threshold.score ? 1 : 0;
                right += hit.score >= threshold.score && hit.right ? 1 : 0;
            }
            if (right / static_cast<double>(expected) >= percent / 100.0)
                best = std::max(best, right / all);
        }
        sum += best;
    }
    return sum / 101;
}

std::vector<DetectionHits> randomHits(std::mt19937& random, int samples)
{
    std::vector<DetectionHits> all(static_cast<std::size_t>(samples));
    double score = 1;
    for (DetectionHits& sample : all) {
        sample.expected[1] = 1 + random() % 3;
        sample.expected[4] = random() % 3;
        for (const std::int64_t category : {1, 4}) {
            std::int64_t left = sample.expected[category];
            for (auto i = random() % 5; i > 0; --i) {
                const bool right = left > 0 && random() % 2 == 0;
                left -= right ? 1 : 0;
                score = std::fmod(score * 0.737 + 0.113, 1.0); // no two alike
                sample.hits.push_back({category, score, right});
            }
        }
    }
    return all;
}

}

class TstAveragePrecision : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalsTheDefinition()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 50; ++round) {
            const auto samples = randomHits(random, 6);
            std::int64_t fours = 0;
            for (const DetectionHits& sample : samples)
                fours += sample.expected.at(4);
            const double plain = fours > 0 ? (plainPrecision(samples, 1) + plainPrecision(samples, 4)) / 2
                                           : plainPrecision(samples, 1);
            QVERIFY(std::abs(AveragePrecision(samples).value() - plain) < 1e-12);
        }
    }

    void weightsAreCopies()
    {
        std::mt19937 random(8);
        const auto samples = randomHits(random, 3);
        const std::vector<DetectionHits> copies = {samples[0], samples[2], samples[2]};
        QVERIFY(std::abs(AveragePrecision(samples).value(std::vector<int>{1, 0, 2}) -
                         AveragePrecision(copies).value()) < 1e-12);
    }

    void eachTruthIsTakenOnce()
    {
        const Tensor truth = Tensor::of<float>(Shape{2, 5}, {0, 0, 0, 10, 10, 0, 20, 0, 30, 10});
        const std::vector<Detection> detections = {{0, 0.9, {0, 0, 10, 9}},
                                                   {0, 0.8, {0, 0, 10, 10}},
                                                   {1, 0.7, {20, 0, 30, 10}},
                                                   {0, 0.6, {21, 0, 31, 10}}};
        const DetectionHits hits = matchDetections(detections, truth, 0.5);
        std::vector<bool> right;
        for (const auto& hit : hits.hits)
            right.push_back(hit.right);
        QCOMPARE(right, (std::vector<bool>{true, false, false, true}));
        QCOMPARE(hits.expected, (std::map<std::int64_t, std::int64_t>{{0, 2}}));
    }

    void overlapsFallWithinACategory()
    {
        const auto kept = suppressOverlaps({{0, 0.5, {0, 0, 10, 10}},
                                            {0, 0.9, {0, 0, 10, 9}},
                                            {1, 0.4, {0, 0, 10, 10}},
                                            {0, 0.3, {50, 0, 60, 10}}},
                                           0.65, 100);
        QCOMPARE(kept.size(), std::size_t(3));
        QCOMPARE(kept[0].score, 0.9);
        QCOMPARE(kept[1].category, 1);
        QCOMPARE(kept[2].box.left, 50.0);
    }

    void theIntervalHoldsTheLoss()
    {
        std::mt19937 random(9);
        const auto floating = randomHits(random, 40);
        auto quantized = floating;
        for (DetectionHits& sample : quantized)
            for (auto& hit : sample.hits)
                hit.right = hit.right && random() % 2 == 0;
        const Metric& metric = metrics().get("ap50", "metric");
        const MetricResult result = pairedPrecision(metric, floating, quantized);
        QVERIFY(result.loss > 0 && result.low > 0 && result.low <= result.loss && result.loss <= result.high);
        const MetricResult same = pairedPrecision(metric, floating, floating);
        QVERIFY(same.loss == 0 && same.low == 0 && same.high == 0);
    }
};

QTEST_GUILESS_MAIN(TstAveragePrecision)
#include "tst_average_precision.moc"
