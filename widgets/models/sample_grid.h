// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluation/evaluate.h"
#include "widgets/models/grid_model.h"

#include <memory>
#include <optional>

namespace lathe {

/// The samples of a run, those that quantization hurt first. Where the model gives classes: the classes, and `changed` is
/// the number of samples whose class changed. Else the scores of every metric, before and after.
std::shared_ptr<const Grid> sampleGrid(const EvaluationRun& run, std::optional<std::int64_t>& changed);

}
