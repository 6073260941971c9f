// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/window.h"

namespace lathe {

/// Geometry of MaxPool, AveragePool and their kin on [N, C, spatial...]; unknown dimensions stay unknown.
/// Throws Error{operatorInput}.
Window poolWindow(const Node& node, const Shape& input);
/// [N, C, output...].
Shape poolOutputShape(const Shape& input, const Window& window);

/// Positions of the input that a window sees along one axis, `step` apart, the first one before `last`.
struct Stretch
{
    std::int64_t first = 0, last = 0, step = 1;
    std::int64_t count() const { return first < last ? (last - first + step - 1) / step : 0; }
};
/// Of the window of output `out`, without its padding.
Stretch stretchOf(const Window& window, std::size_t axis, std::int64_t out);

/// Positions of the window at `position` that count for an average: those inside the input, or with
/// count_include_pad those inside the padded input (a ceil_mode window may reach beyond it).
std::int64_t averageCount(const Window& window, std::span<const std::int64_t> position, bool includePad);

/// Calls pool(plane index, output index within the plane, position, taps) for each window of each plane of
/// [N, C, spatial...]. Throws Error{stopped}.
template <typename Pool>
void forEachWindow(const Shape& input, const Window& window, const Control& control, Pool&& pool)
{
    const std::int64_t planes = input[0] * input[1];
    if (window.outputElements() == 0)
        return;
    std::vector<std::int64_t> position(window.rank(), 0);
    std::vector<WindowTap> taps;
    std::int64_t out = 0;
    do {
        control.throwIfStopped();
        windowTaps(window, position, taps);
        for (std::int64_t plane = 0; plane < planes; ++plane)
            pool(plane, out, position, taps);
        ++out;
    } while (nextPosition(position, window.output));
}

}
