// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process_memory.h"

#include <unistd.h>

#include <fstream>

namespace lathe {

std::int64_t residentBytes()
{
    std::ifstream file("/proc/self/statm");
    std::int64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

}
