// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/evaluation/boxes.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// What one sample adds to an average precision: its detections, right or wrong, and what there was to find.
struct DetectionHits
{
    struct Hit
    {
        std::int64_t category = 0;
        double score = 0;
        bool right = false;
    };
    std::vector<Hit> hits;
    std::map<std::int64_t, std::int64_t> expected; ///< category -> boxes to find
};

/// Matches detections (the surest first) with the truth (TargetKind::boxes): each takes the free box of its
/// category that it overlaps most, by at least `overlap`; else it is wrong.
DetectionHits matchDetections(std::span<const Detection> detections, const Tensor& truth, double overlap);

/// Average precision over a set as COCO counts it: for each category, precision (made monotonic) at the 101
/// recalls 0, 0.01 ... 1; the mean over the categories that occur in the truth.
class AveragePrecision
{
public:
    explicit AveragePrecision(std::span<const DetectionHits> samples);

    /// Sample i counts `weights[i]` times (a bootstrap's draws). 1 when there is nothing to find.
    double value(std::span<const int> weights) const;
    /// Every sample counts once.
    double value() const;
    /// Of one sample alone.
    static double ofOne(const DetectionHits& sample) { return AveragePrecision({&sample, 1}).value(); }

private:
    struct RankedHit
    {
        std::size_t sample;
        bool right;
    };
    struct Category
    {
        std::vector<RankedHit> hits; ///< the surest first; ties in the order of the samples
        std::vector<std::pair<std::size_t, std::int64_t>> expected; ///< sample, boxes to find
    };
    static double valueOf(const Category& category, std::int64_t expected, std::span<const int> weights);

    std::size_t m_samples;
    std::vector<Category> m_categories;
};

} // namespace lathe
