// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/evaluation/evaluate.h"

namespace lathe {

/// Whether the samples have the label or target that a metric scores against.
bool hasTruthFor(const Metric& metric, const Samples& samples);

/// Those that evaluate() computes where none is asked for: all that labels, targets and the graph allow.
std::vector<const Metric*> possibleMetrics(const Samples& samples, const Graph& graph);

}
