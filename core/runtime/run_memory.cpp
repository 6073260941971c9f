// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/run_memory.h"

#include "core/runtime/program_impl.h"

namespace lathe {

std::int64_t runBytes(const Program& program)
{
    const Plan& plan = *program.impl().plan;
    std::int64_t bytes = plan.arenaBytes + static_cast<std::int64_t>(plan.scratchBytes);
    for (const int storage : plan.outputStorages)
        bytes += plan.storages[static_cast<std::size_t>(storage)].bytes;
    return bytes;
}

}
