// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/calm_threads.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace lathe {

void calmThreads(char** argv)
{
    constexpr std::array<const char*, 2> settings{"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"};
    for (const char* name : settings)
        if (std::getenv(name))
            return;
    // Some twenty to fifty microseconds: longer than most steps of a program leave a thread idle.
    constexpr const char* spins = "1000";
    if (::setenv(settings[0], spins, 1) == 0)
        ::execv("/proc/self/exe", argv);   // returns only where it fails: then threads wait as they used to
}

}
