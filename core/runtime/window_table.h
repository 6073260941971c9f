// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/pool_geometry.h"

namespace lathe {

/// The windows of one image, found once. The taps of output i are in the groups firstGroup[i] to firstGroup[i
/// + 1]; a group is summed on its own before it is added to the others.
struct WindowTable
{
    std::vector<std::int32_t> taps;      ///< pixels of the input
    std::vector<std::int32_t> groupEnds; ///< into taps
    std::vector<std::int32_t> firstGroup{0};

    void endGroup()
    {
        if (groupEnds.empty() || groupEnds.back() != static_cast<std::int32_t>(taps.size()))
            groupEnds.push_back(static_cast<std::int32_t>(taps.size()));
    }
    void endWindow()
    {
        endGroup();
        firstGroup.push_back(static_cast<std::int32_t>(groupEnds.size()));
    }
};

struct WindowTables
{
    WindowTable rows;          ///< one group a window, row by row
    WindowTable columns;       ///< one group a column of the window
    std::vector<float> counts; ///< divisors of an average
    bool hasEmpty = false;
};

WindowTables tabulate(const Window& window, bool average, bool includePad);

}
