// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/model.h"
#include "widgets/session/plan_figures.h"
#include "widgets/views/heatmap_data.h"

#include <memory>

namespace lathe {

/// Accumulated SQNR of every channel of every layer, dB on a fixed scale; null where nothing was measured.
std::shared_ptr<const HeatmapData> errorMap(const Model& model, const PlanFigures& figures);

}
