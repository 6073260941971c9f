// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/cluster_means.h"

namespace lathe {

namespace {

constexpr int mostRounds = 50;

/// One round; true while a mean moves.
bool moveMeans(std::span<const WeightedValue> ascending, std::vector<double>& means)
{
    bool moved = false;
    std::size_t at = 0;
    for (std::size_t c = 0; c < means.size(); ++c) {
        double sum = 0, count = 0;
        const bool last = c + 1 == means.size();
        const double edge = last ? 0 : (means[c] + means[c + 1]) / 2;
        for (; at < ascending.size() && (last || ascending[at].value <= edge); ++at) {
            sum += ascending[at].value * ascending[at].count;
            count += ascending[at].count;
        }
        if (count <= 0)
            continue;
        moved = moved || means[c] != sum / count;
        means[c] = sum / count;
    }
    return moved;
}

}

void settleMeans(std::span<const WeightedValue> ascending, std::vector<double>& means)
{
    for (int round = 0; round < mostRounds && moveMeans(ascending, means); ++round) {
    }
}

}
