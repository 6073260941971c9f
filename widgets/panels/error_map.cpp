// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/error_map.h"

#include <algorithm>
#include <limits>

namespace lathe {
namespace {

// The scale stays the same for all plans, so that they can be compared by eye.
constexpr float lowDb = 0;
constexpr float highDb = 50;

float decibels(const Comparison& comparison)
{
    const double db = comparison.sqnrDb();
    if (comparison.elements == 0)
        return std::numeric_limits<float>::quiet_NaN();
    return static_cast<float>(std::clamp(db, -1e6, 1e6));
}

}

std::shared_ptr<const HeatmapData> errorMap(const Model& model, const PlanFigures& figures)
{
    auto map = std::make_shared<HeatmapData>();
    map->low = lowDb;
    map->high = highDb;
    for (const Layer& layer : model.layers) {
        const LayerFigures* measured = figures.layer(layer.id);
        if (!measured)
            continue;
        HeatmapData::Row row{layer.id, layer.name, {}};
        for (const Comparison& channel : measured->channels)
            row.cells.push_back(decibels(channel));
        if (row.cells.empty())
            row.cells.push_back(decibels(measured->accumulated));
        map->rows.push_back(std::move(row));
    }
    return map->rows.empty() ? nullptr : map;
}

}
