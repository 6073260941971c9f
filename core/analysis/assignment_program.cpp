// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment_program.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/choice_program.h"

namespace lathe {

namespace {

double layerSum(const std::vector<LayerChoices>& table, const Chosen& chosen, std::size_t cost)
{
    double sum = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
        sum += table[i].choices[chosen[i]].costs[cost];
    return sum;
}

}

void AssignmentProgram::learnOverheads(const Chosen& chosen, const std::vector<double>& totals)
{
    m_overheads.clear();
    for (std::size_t cost = 0; cost < totals.size(); ++cost)
        m_overheads.push_back(totals[cost] - layerSum(m_table, chosen, cost));
}

double AssignmentProgram::leastCost(std::size_t cost) const
{
    double sum = m_overheads[cost];
    for (const LayerChoices& layer : m_table)
        sum +=
            std::min_element(layer.choices.begin(), layer.choices.end(), [&](const auto& a, const auto& b) {
                return a.costs[cost] < b.costs[cost];
            })->costs[cost];
    return sum;
}

std::optional<Chosen> AssignmentProgram::solve(const std::vector<double>& limits, const Control& control,
                                               const std::map<std::size_t, std::size_t>& forced) const
{
    std::vector<std::size_t> counted;
    std::vector<double> bounds;
    for (std::size_t cost = 0; cost < limits.size(); ++cost)
        if (std::isfinite(limits[cost])) {
            counted.push_back(cost);
            bounds.push_back(limits[cost] - m_overheads[cost]);
        }
    std::vector<Item> items;
    for (const LayerChoices& layer : m_table) {
        Item item;
        for (const LayerChoice& choice : layer.choices) {
            ItemChoice entry{choice.noise, {}};
            for (const std::size_t cost : counted)
                entry.costs.push_back(choice.costs[cost]);
            item.push_back(std::move(entry));
        }
        items.push_back(std::move(item));
    }
    for (const auto& [layer, choice] : forced)
        items[layer] = {items[layer][choice]};
    auto chosen = chooseLeastLoss(items, bounds, control);
    if (chosen)
        for (const auto& [layer, choice] : forced)
            (*chosen)[layer] = choice;
    return chosen;
}

}
