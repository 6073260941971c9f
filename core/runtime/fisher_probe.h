// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ops/reference.h"

namespace lathe {

/// Where a model's outputs are compared: what a last Softmax reads, in whose place its input says more; else
/// the output. Outputs of whole numbers are left out.
std::vector<std::string> comparedValues(const Graph& graph);

/// A random gradient g at the compared values of one run such that the mean of g g' over seeds is the Fisher
/// information there: diag(p) - p p' before a Softmax with probabilities p (Martens, "New Insights and
/// Perspectives on the Natural Gradient Method", JMLR 2020), the identity at other outputs (a normal
/// distribution around them). Squares of the gradients that come of it then have the diagonal of the Fisher
/// matrix as their mean (Hutchinson, 1990); no labels are needed.
TensorMap fisherProbe(const Graph& graph, const TensorMap& values, std::uint64_t seed);

}
