// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/zero_share.h"

namespace lathe {

double positiveShareLost(const BitHistogram& histogram, const Encoding& encoding)
{
    double positive = 0, lost = 0;
    const float half = encoding.scale.front() / 2;
    for (const auto& [bin, count] : histogram.occupied()) {
        const float center = BitHistogram::center(bin);
        if (center <= 0)
            continue;
        positive += static_cast<double>(count);
        if (center < half)
            lost += static_cast<double>(count);
    }
    return positive > 0 ? lost / positive : 0;
}

}
