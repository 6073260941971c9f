// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/evaluate.h"

namespace lathe {
namespace {

DetectionHits hitsAtHalf(const MetricSample& sample)
{
    return matchDetections(sample.decoder->decode(sample.output), sample.target, 0.5);
}

/// Of one picture alone, for tables of samples; the set's figure is not their mean.
double ownPrecision(const MetricSample& sample)
{
    return AveragePrecision::ofOne(hitsAtHalf(sample));
}

} // namespace

void register_detection(Table<Metric>& table)
{
    table.add({.id = "ap50",
               .label = "AP50",
               .target = TargetKind::boxes,
               .binary = false,
               .share = true,
               .score = ownPrecision,
               .hits = hitsAtHalf});
}

} // namespace lathe
