// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/layout.h"

#include <numeric>

namespace lathe {

std::vector<int> memoryOrder(int rank, Layout layout)
{
    std::vector<int> order(static_cast<std::size_t>(rank));
    std::iota(order.begin(), order.end(), 0);
    if (layout == Layout::channelsLast && rank >= 3) {
        order.erase(order.begin() + 1);
        order.push_back(1);
    }
    return order;
}

Shape physicalShape(const Shape& shape, Layout layout)
{
    std::vector<std::int64_t> dims;
    for (const int axis : memoryOrder(shape.rank(), layout))
        dims.push_back(shape[axis]);
    return Shape(std::move(dims));
}

std::vector<std::int64_t> stridesOf(const Shape& shape, Layout layout)
{
    std::vector<std::int64_t> strides(static_cast<std::size_t>(shape.rank()));
    const std::vector<int> order = memoryOrder(shape.rank(), layout);
    std::int64_t step = 1;
    for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
        strides[static_cast<std::size_t>(*axis)] = step;
        step *= shape[*axis];
    }
    return strides;
}

bool sameOrder(const Shape& shape, Layout a, Layout b)
{
    return a == b || shape.rank() < 3 || shape[1] == 1 || shape.elements(2, shape.rank()) == 1;
}

}
