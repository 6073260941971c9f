// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calibration/statistics.h"
#include "core/project/model.h"
#include "widgets/models/grid_model.h"

#include <memory>

namespace lathe {

/// Ranges of every tensor, one line a layer, and its distribution in few bins for a drawing in the cell.
struct StatisticsGrid
{
    std::shared_ptr<const Grid> grid;
    std::vector<std::vector<float>> shapes; ///< by row: heights in [0, 1]
    std::int64_t samples = 0;
};

/// Slow for large models: made on a worker.
std::shared_ptr<const StatisticsGrid> statisticsGrid(const Statistics& statistics, const Model& model);

}
