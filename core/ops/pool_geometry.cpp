// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/pool_geometry.h"

#include <algorithm>

namespace lathe {

Window poolWindow(const Node& node, const Shape& input)
{
    if (input.rank() < 3)
        failOperator(node, "the input " + input.text() + " has no spatial axes");
    const std::vector<std::int64_t> spatial(input.begin() + 2, input.end());
    Window window = slidingWindow(node, spatial, node.integers("kernel_shape"));
    for (std::size_t axis = 0; axis < window.rank(); ++axis)
        if (window.padBegin[axis] >= window.span(axis) || window.padEnd[axis] >= window.span(axis))
            failOperator(node, "a pad is as large as the window");
    return window;
}

Shape poolOutputShape(const Shape& input, const Window& window)
{
    std::vector<std::int64_t> dims{input[0], input[1]};
    dims.insert(dims.end(), window.output.begin(), window.output.end());
    return Shape(std::move(dims));
}

Stretch stretchOf(const Window& window, std::size_t axis, std::int64_t out)
{
    const std::int64_t step = window.dilation[axis], begin = out * window.stride[axis] - window.padBegin[axis];
    const std::int64_t skipped = begin < 0 ? (-begin + step - 1) / step * step : 0;
    return {begin + skipped, std::min(begin + window.span(axis), window.input[axis]), step};
}

std::int64_t averageCount(const Window& window, std::span<const std::int64_t> position, bool includePad)
{
    std::int64_t count = 1;
    for (std::size_t axis = 0; axis < window.rank(); ++axis) {
        const std::int64_t low = includePad ? -window.padBegin[axis] : 0;
        const std::int64_t high = window.input[axis] + (includePad ? window.padEnd[axis] : 0);
        const std::int64_t start = position[axis] * window.stride[axis] - window.padBegin[axis];
        std::int64_t inside = 0;
        for (std::int64_t k = 0; k < window.kernel[axis]; ++k) {
            const std::int64_t at = start + k * window.dilation[axis];
            inside += at >= low && at < high;
        }
        count *= inside;
    }
    return count;
}

}
