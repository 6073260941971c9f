// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/base/control.h"

namespace lathe {

/// One way to treat an item: what it loses, and what it costs on each limit. All finite and not negative.
struct ItemChoice
{
    double loss = 0;
    std::vector<double> costs;
};

/// An item, of which exactly one choice is taken.
using Item = std::vector<ItemChoice>;

/// The choice of every item that makes the total loss least while total costs stay within `limits`
/// (multiple-choice knapsack, solved by GLPK's branch and cut to within 0.01 %). Nothing when no combination
/// fits. Deterministic: the search ends after a number of nodes, not after a time, and then gives the best
/// found. Throws Error{stopped}.
std::optional<std::vector<std::size_t>>
chooseLeastLoss(const std::vector<Item>& items, const std::vector<double>& limits, const Control& control);

}
