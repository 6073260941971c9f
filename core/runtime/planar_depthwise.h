// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/planar_conv.h"

namespace lathe {

// Convolutions with one input and one output channel a group.

/// As PlanarConv::run.
void runDepthwise(const PlanarConv& conv, const float* x, const float* w, const float* bias, float* y);
/// As PlanarConv::reverse.
void reverseDepthwise(const PlanarConv& conv, const float* x, const float* w, const float* gradient,
                      float* atX, float* atW);

}
