// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/window.h"

namespace lathe {

/// Geometry of MaxPool, AveragePool and their kin on [N, C, spatial...]; unknown dimensions stay unknown.
/// Throws Error{operatorInput}.
Window poolWindow(const Node& node, const Shape& input);
/// [N, C, output...].
Shape poolOutputShape(const Shape& input, const Window& window);

/// Positions of the window at `position` that count for an average: those inside the input, or with
/// count_include_pad those inside the padded input (a ceil_mode window may reach beyond it).
std::int64_t averageCount(const Window& window, std::span<const std::int64_t> position, bool includePad);

}
