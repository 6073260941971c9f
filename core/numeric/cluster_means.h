// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace lathe {

/// A value and how often it occurs.
struct WeightedValue
{
    double value;
    double count = 1;
};

/// Clusters of numbers on a line: moves `means` (ascending) to the means of the values that lie nearest to each, until none
/// moves or so many rounds are over (Lloyd, "Least Squares Quantization in PCM", 1982). Empty clusters stay where they are.
void settleMeans(std::span<const WeightedValue> ascending, std::vector<double>& means);

}
