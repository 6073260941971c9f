// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/quant/resolve.h"

namespace lathe {

QuantPlan withLayerIds(const QuantPlan& plan, const std::vector<Layer>& layers)
{
    QuantPlan result = plan;
    result.layers.clear();
    for (const auto& [key, own] : plan.layers) {
        const auto isId = [&](const Layer& layer) { return layer.id == key; };
        const auto isName = [&](const Layer& layer) { return layer.name == key && layer.op != "Input"; };
        auto found = std::find_if(layers.begin(), layers.end(), isId);
        if (found == layers.end()) {
            const auto named = std::count_if(layers.begin(), layers.end(), isName);
            if (named != 1)
                throw Error(ErrorCode::planInvalid, key,
                            {{"reason", named == 0 ? "the model has no layer \"" + key + "\""
                                                   : "several layers are called \"" + key + "\""}});
            found = std::find_if(layers.begin(), layers.end(), isName);
        }
        if (!result.layers.emplace(found->id, own).second)
            throw Error(ErrorCode::planInvalid, key,
                        {{"reason", "the layer \"" + found->id + "\" stands in it twice"}});
    }
    return result;
}

} // namespace lathe
