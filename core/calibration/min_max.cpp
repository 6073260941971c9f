// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/calibrator.h"

namespace lathe {

void register_min_max(Table<Calibrator>& table)
{
    table.add({.id = "minmax",
               .label = "Min-max",
               .summary = "Covers every value seen; one outlier widens every step (Jacob et al., CVPR 2018).",
               .options = {},
               .range = [](const RangeRequest& request) { return request.fullRange(); }});
}

} // namespace lathe
