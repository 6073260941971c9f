// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/classes.h"

#include <cmath>

namespace lathe {

std::int64_t largestIndex(const Tensor& scores)
{
    std::int64_t best = -1;
    double bestScore = 0;
    for (std::int64_t i = 0; i < scores.elements(); ++i) {
        const double score = scores.at(i);
        if (std::isnan(score) || (best >= 0 && !(score > bestScore)))
            continue;
        best = i;
        bestScore = score;
    }
    return best < 0 && scores.elements() > 0 ? 0 : best;
}

std::int64_t rankOf(const Tensor& scores, std::int64_t index)
{
    if (index < 0 || index >= scores.elements())
        return scores.elements();
    const double own = scores.at(index);
    std::int64_t before = 0;
    for (std::int64_t i = 0; i < scores.elements(); ++i) {
        const double score = scores.at(i);
        if (score > own || (score == own && i < index))
            ++before;
    }
    return before;
}

} // namespace lathe
