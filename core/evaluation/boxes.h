// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace lathe {

/// A rectangle in pixels; right and bottom are the far edges.
struct Box
{
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

struct Detection
{
    std::int64_t category = 0;
    double score = 0;
    Box box;
};

/// Area of the intersection over that of the union; 0 when both are empty.
double intersectionOverUnion(const Box& a, const Box& b);

/// Greedy non-maximum suppression within each category: a box falls when a surer one of its category overlaps
/// it by more than `overlap`. The surest first; ties keep their order. At most `limit` boxes.
std::vector<Detection> suppressOverlaps(std::vector<Detection> detections, double overlap, std::size_t limit);

} // namespace lathe
