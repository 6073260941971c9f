// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/refusals.h"

#include <algorithm>

namespace lathe::cli {
namespace {

std::string layersText(const std::vector<std::string>& layers)
{
    if (layers.size() == 1)
        return layers.front();
    return layers.front() + " and " + std::to_string(layers.size() - 1) + " more";
}

}

static void warnByReason(const std::vector<Refusal>& refusals, const std::string& before, const Context& context)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> byReason;
    for (const Refusal& refusal : refusals) {
        const std::string text = refusal.reason + (refusal.nearest.empty() ? "" : before + refusal.nearest + ".");
        auto known = std::find_if(byReason.begin(), byReason.end(), [&](const auto& entry) { return entry.first == text; });
        if (known == byReason.end())
            known = byReason.insert(byReason.end(), {text, {}});
        known->second.push_back(refusal.layer);
    }
    for (const auto& [text, layers] : byReason)
        context.warn(layersText(layers) + ": " + text);
}

void warnRefusals(const std::vector<Refusal>& refusals, const Context& context)
{
    warnByReason(refusals, " Used instead: ", context);
}

void warnTargetRefusals(const std::vector<Refusal>& refusals, const Context& context)
{
    warnByReason(refusals, " Nearest choice (--nearest takes it): ", context);
}

Json refusalsToJson(const std::vector<Refusal>& refusals)
{
    Json list = Json::array();
    for (const Refusal& refusal : refusals)
        list.push_back({{"layer", refusal.layer}, {"reason", refusal.reason}, {"nearest", refusal.nearest}});
    return list;
}

}
