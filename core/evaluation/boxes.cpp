// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/boxes.h"

#include <algorithm>

namespace lathe {
namespace {

double area(const Box& box)
{
    return std::max(0.0, box.right - box.left) * std::max(0.0, box.bottom - box.top);
}

} // namespace

double intersectionOverUnion(const Box& a, const Box& b)
{
    const double shared = area({std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
                                std::min(a.bottom, b.bottom)});
    const double both = area(a) + area(b) - shared;
    return both > 0 ? shared / both : 0;
}

std::vector<Detection> suppressOverlaps(std::vector<Detection> detections, double overlap, std::size_t limit)
{
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Detection& a, const Detection& b) { return a.score > b.score; });
    std::vector<Detection> kept;
    for (const Detection& candidate : detections) {
        const bool covered = std::any_of(kept.begin(), kept.end(), [&](const Detection& surer) {
            return surer.category == candidate.category &&
                   intersectionOverUnion(surer.box, candidate.box) > overlap;
        });
        if (covered)
            continue;
        kept.push_back(candidate);
        if (kept.size() == limit)
            break;
    }
    return kept;
}

} // namespace lathe
