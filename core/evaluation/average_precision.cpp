// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/average_precision.h"

#include <algorithm>

namespace lathe {
namespace {

Box boxOf(std::span<const float> row)
{
    return {row[1], row[2], row[3], row[4]};
}

} // namespace

DetectionHits matchDetections(std::span<const Detection> detections, const Tensor& truth, double overlap)
{
    const std::vector<float> values = truth.toFloats();
    const std::size_t boxes = values.size() / 5;
    const auto row = [&](std::size_t i) { return std::span(values).subspan(5 * i, 5); };
    DetectionHits result;
    for (std::size_t i = 0; i < boxes; ++i)
        ++result.expected[static_cast<std::int64_t>(row(i)[0])];
    std::vector<bool> taken(boxes, false);
    for (const Detection& detection : detections) {
        std::size_t best = boxes;
        double bestOverlap = overlap;
        for (std::size_t i = 0; i < boxes; ++i) {
            if (taken[i] || static_cast<std::int64_t>(row(i)[0]) != detection.category)
                continue;
            const double shared = intersectionOverUnion(detection.box, boxOf(row(i)));
            if (shared < bestOverlap || (best < boxes && shared == bestOverlap))
                continue;
            best = i;
            bestOverlap = shared;
        }
        if (best < boxes)
            taken[best] = true;
        result.hits.push_back({detection.category, detection.score, best < boxes});
    }
    return result;
}

AveragePrecision::AveragePrecision(std::span<const DetectionHits> samples)
    : m_samples(samples.size())
{
    struct Ranked
    {
        double score;
        RankedHit hit;
    };
    std::map<std::int64_t, Category> categories;
    std::map<std::int64_t, std::vector<Ranked>> ranked;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (const auto& [category, count] : samples[i].expected)
            categories[category].expected.emplace_back(i, count);
        for (const DetectionHits::Hit& hit : samples[i].hits)
            ranked[hit.category].push_back({hit.score, {i, hit.right}});
    }
    for (auto& [id, category] : categories) {
        std::vector<Ranked>& hits = ranked[id];
        std::stable_sort(hits.begin(), hits.end(),
                         [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
        for (const Ranked& hit : hits)
            category.hits.push_back(hit.hit);
        m_categories.push_back(std::move(category));
    }
}

double AveragePrecision::value() const
{
    return value(std::vector<int>(m_samples, 1));
}

double AveragePrecision::value(std::span<const int> weights) const
{
    double sum = 0;
    int counted = 0;
    for (const Category& category : m_categories) {
        std::int64_t expected = 0;
        for (const auto& [sample, boxes] : category.expected)
            expected += weights[sample] * boxes;
        if (expected == 0)
            continue;
        sum += valueOf(category, expected, weights);
        ++counted;
    }
    return counted > 0 ? sum / counted : 1;
}

double AveragePrecision::valueOf(const Category& category, std::int64_t expected,
                                 std::span<const int> weights)
{
    std::vector<double> recalls, precisions;
    std::int64_t right = 0, all = 0;
    for (const RankedHit& hit : category.hits) {
        all += weights[hit.sample];
        right += hit.right ? weights[hit.sample] : 0;
        if (all == 0)
            continue;
        recalls.push_back(static_cast<double>(right) / static_cast<double>(expected));
        precisions.push_back(static_cast<double>(right) / static_cast<double>(all));
    }
    for (std::size_t i = precisions.size(); i-- > 1;)
        precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
    double sum = 0;
    for (int percent = 0; percent <= 100; ++percent) {
        const auto at = std::lower_bound(recalls.begin(), recalls.end(), percent / 100.0);
        sum += at == recalls.end() ? 0 : precisions[static_cast<std::size_t>(at - recalls.begin())];
    }
    return sum / 101;
}

} // namespace lathe
