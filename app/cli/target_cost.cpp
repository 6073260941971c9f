// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/target_cost.h"

#include "core/base/text.h"

namespace lathe::cli {

Json costToJson(const PlanCost& cost)
{
    Json json = {{"latencyMs", cost.latencyMs},
                 {"energyMj", cost.energyMj},
                 {"flashBytes", cost.flashBytes},
                 {"peakSramBytes", cost.peakSramBytes},
                 {"peakLayer", cost.peakLayer},
                 {"flashFits", cost.flashFits},
                 {"sramFits", cost.sramFits},
                 {"layers", Json::array()}};
    for (const LayerCost& layer : cost.layers)
        json["layers"].push_back({{"id", layer.id},
                                  {"op", layer.op},
                                  {"macs", layer.macs},
                                  {"weightBits", layer.weightBits},
                                  {"inputBits", layer.inputBits},
                                  {"latencyMs", layer.latencyMs},
                                  {"energyMj", layer.energyMj},
                                  {"flashBytes", layer.flashBytes},
                                  {"sramBytes", layer.sramBytes}});
    return json;
}

std::string costToText(const std::string& target, const PlanCost& cost)
{
    return target + " (estimated): " + fixedText(cost.latencyMs, 3) + " ms, " + fixedText(cost.energyMj, 4) + " mJ, flash " +
           sizeText(cost.flashBytes) + (cost.flashFits ? "" : " (too much)") + ", peak SRAM " +
           sizeText(cost.peakSramBytes) + (cost.sramFits ? "" : " (too much)") + "\n";
}

}
