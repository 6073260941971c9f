// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/targets/device_graph.h"

namespace lathe {

/// Where tensors lie in one arena so that those alive at the same time do not overlap: largest first, each at the lowest
/// free offset, as the planners of microcontroller runtimes do.
struct Arena
{
    std::vector<std::int64_t> offsets; ///< by tensor
    std::int64_t bytes = 0;            ///< the arena's size
    std::vector<std::int64_t> live;    ///< by step: bytes of the tensors that are alive, the least any planner needs
};

Arena planArena(const DeviceGraph& graph);

}
