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
    // Some hundred to two hundred microseconds: longer than most steps of a program leave a thread idle. With a fifth of
    // that, threads fall asleep between the steps of SqueezeNet, which costs a sixth of its time on a quiet machine.
    constexpr const char* spins = "5000";
    if (::setenv(settings[0], spins, 1) == 0)
        ::execv("/proc/self/exe", argv);   // returns only where it fails: then threads wait as they used to
}

}
