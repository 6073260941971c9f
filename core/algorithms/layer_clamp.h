// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "core/ops/layers.h"

namespace lathe {

/// What stands between a layer's product and its output, and the upper end of a Clip.
struct Clamp
{
    enum class Kind
    {
        none,
        relu,
        clip,
        other
    };
    Kind kind = Kind::none;
    double end = std::numeric_limits<double>::infinity();
    ValueId endOperand; ///< its constant
};

Clamp clampOf(const Graph& graph, const Layer& layer);

} // namespace lathe
