// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// Corners of a box, low ends first.
struct Box {
    float low[2], high[2];

    float area() const { return (high[0] - low[0]) * (high[1] - low[1]); }
};

/// Two opposite corners in any order, or the centre and the size.
Box boxOf(const float* numbers, bool isCentre)
{
    Box box{};
    for (int axis = 0; axis < 2; ++axis) {
        const float a = numbers[axis], b = numbers[axis + 2];
        box.low[axis] = isCentre ? a - b / 2 : std::min(a, b);
        box.high[axis] = isCentre ? a + b / 2 : std::max(a, b);
    }
    return box;
}

/// Intersection over union above the threshold; boxes without an area overlap nothing. In float32, as the runtimes do:
/// that decides near the threshold.
bool overlap(const Box& a, const Box& b, float threshold)
{
    float common = 1;
    for (int axis = 0; axis < 2; ++axis) {
        const float extent = std::min(a.high[axis], b.high[axis]) - std::max(a.low[axis], b.low[axis]);
        if (!(extent > 0))
            return false;
        common *= extent;
    }
    const float all = a.area() + b.area() - common;
    return a.area() > 0 && b.area() > 0 && all > 0 && common / all > threshold;
}

struct Limits {
    std::int64_t boxes;  ///< of one class
    float overlap;
    bool hasScore;
    float score;
};

Limits limitsOf(const RunContext& context)
{
    Limits limits{std::max<std::int64_t>(0, integerOperand(context, 2, 0)),
                  static_cast<float>(realOperand(context, 3, 0)), !context.input(4).empty(),
                  static_cast<float>(realOperand(context, 4, 0))};
    if (!(limits.overlap >= 0 && limits.overlap <= 1))
        context.fail("the overlap threshold must lie between 0 and 1");
    return limits;
}

/// The boxes that are kept, best score first; of equal scores the earlier box.
std::vector<std::int64_t> keptBoxes(std::span<const Box> boxes, std::span<const float> scores, const Limits& limits)
{
    std::vector<std::int64_t> order;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (scores[i] == scores[i] && (!limits.hasScore || scores[i] > limits.score))
            order.push_back(static_cast<std::int64_t>(i));
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    std::vector<std::int64_t> kept;
    for (const std::int64_t candidate : order) {
        if (static_cast<std::int64_t>(kept.size()) >= limits.boxes)
            break;
        const Box& box = boxes[static_cast<std::size_t>(candidate)];
        if (std::none_of(kept.begin(), kept.end(), [&](std::int64_t other) {
                return overlap(box, boxes[static_cast<std::size_t>(other)], limits.overlap);
            }))
            kept.push_back(candidate);
    }
    return kept;
}

std::vector<ValueInfo> inferSuppression(const InferContext&)
{
    return {typed(DType::int64, Shape{Shape::unknown, 3})};
}

/// Rows of batch, class and box.
std::vector<Tensor> runSuppression(const RunContext& context)
{
    const Tensor boxes = rankedOperand(context, 0, 3), scores = rankedOperand(context, 1, 3);
    if (boxes.dtype() != DType::float32 || scores.dtype() != DType::float32)
        context.fail("boxes and scores must be of type float32");
    const std::int64_t batches = scores.shape()[0], classes = scores.shape()[1], count = scores.shape()[2];
    if (boxes.shape() != Shape{batches, count, 4})
        context.fail("the boxes " + boxes.shape().text() + " do not fit the scores " + scores.shape().text());
    const Limits limits = limitsOf(context);
    const bool isCentre = boundedInteger(context.node, "center_point_box", 0, 0, 1) != 0;
    const auto size = static_cast<std::size_t>(count);
    std::vector<std::int64_t> rows;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
        std::vector<Box> all;
        for (std::size_t i = 0; i < size; ++i)
            all.push_back(boxOf(&boxes.data<float>()[(static_cast<std::size_t>(batch) * size + i) * 4], isCentre));
        for (std::int64_t type = 0; type < classes; ++type) {
            context.control.throwIfStopped();
            const auto own = scores.data<float>().subspan(static_cast<std::size_t>(batch * classes + type) * size, size);
            for (const std::int64_t box : keptBoxes(all, own, limits))
                rows.insert(rows.end(), {batch, type, box});
        }
    }
    return {Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(rows.size() / 3), 3}, std::span(rows))};
}

}

void register_non_max_suppression(Table<Op>& table)
{
    table.add({.id = "NonMaxSuppression",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 10,
               .infer = inferSuppression,
               .run = viaFloat32<runSuppression>});
}

}
