// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/layer_gains.h"

#include <cmath>

namespace lathe {

std::map<std::string, double> outputGains(WhatIf& whatIf, const QuantPlan& plan, const std::vector<Layer>& layers,
                                          const Control& control)
{
    const Control quiet(control.stopToken());
    const QuantPlan byId = withLayerIds(plan, layers);
    const double withAll = whatIf.update(plan, quiet)->outputSqnrDb;
    std::vector<const Layer*> weighted;
    for (const Layer& layer : layers)
        if (layer.weight.valid() && !byId.weightSpec(layer.id).format.isFloat32())
            weighted.push_back(&layer);
    std::map<std::string, double> gains;
    std::int64_t done = 0;
    for (const Layer* layer : weighted) {
        QuantPlan without = byId;
        without.layers[layer->id].weights = QuantSpec::parse("float32");
        const double sqnrDb = whatIf.update(without, quiet)->outputSqnrDb;
        gains[layer->id] = sqnrDb == withAll ? 0 : sqnrDb - withAll;
        control.progress(++done, static_cast<std::int64_t>(weighted.size()), "layers");
    }
    return gains;
}

}
