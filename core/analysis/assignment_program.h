// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/analysis/assignment_table.h"
#include "core/base/control.h"

namespace lathe {

/// The index of every layer's choice in its row of the table.
using Chosen = std::vector<std::size_t>;

/// The integer programme over a table of choices. What a plan costs beyond its layers (biases, scales, what
/// stays in float, kernels between them) is an overhead, learned from a plan that was measured.
class AssignmentProgram
{
public:
    explicit AssignmentProgram(std::vector<LayerChoices> table)
        : m_table(std::move(table))
    {
    }

    const std::vector<LayerChoices>& table() const { return m_table; }

    /// Takes what the plan `chosen` truly costs, by cost.
    void learnOverheads(const Chosen& chosen, const std::vector<double>& totals);
    /// Of the plan that is cheapest by this cost.
    double leastCost(std::size_t cost) const;

    /// The least noise within `limits`, one for each cost, infinite ones without effect; `forced` takes a
    /// layer's choice out of the search. Nothing when no combination fits.
    std::optional<Chosen> solve(const std::vector<double>& limits, const Control& control,
                                const std::map<std::size_t, std::size_t>& forced = {}) const;

private:
    std::vector<LayerChoices> m_table;
    std::vector<double> m_overheads;
};

}
