// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// By value: true where ratios count, which a grid of even steps does not keep, so that small values lose all
/// they say. These are values that are only read, in the end, by a logarithm, a root or as a divisor, through
/// sums, products and moving operators (spectra before the logarithm of audio features; the variance of a
/// normalization written out in its parts); factors made of nothing but roots, reciprocals and constants
/// (what that normalization divides by); and differences that only such factors scale (what it centres).
std::vector<bool> relativeValues(const Graph& graph);

/// By value: true inside of a GELU written out in its parts, where a cube takes all resolution from what the
/// hyperbolic tangent or error function behind it tells apart.
std::vector<bool> geluParts(const Graph& graph);

} // namespace lathe
