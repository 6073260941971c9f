// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/control.h"

namespace lathe {

/// What this machine reached in small probes, with the threads that a model then runs with: what a layer can be held
/// against. Measured when asked, not read from a data sheet, since clocks, neighbours and containers change it.
struct MachinePeak {
    struct Bandwidth {
        std::int64_t workingSetBytes = 0;   ///< source and target together
        double gbPerSecond = 0;             ///< bytes read and written
    };

    int threads = 1;
    double floatGflops = 0;   ///< a float32 matrix product of oneDNN in the caches; multiply and add are two operations
    double byteGops = 0;      ///< the same of u8 and s8
    std::vector<Bandwidth> bandwidths;   ///< of copying, from caches to memory, growing working sets

    /// The rate at which this many bytes can be moved: that of the smallest probe that they fit in.
    double bandwidthFor(std::int64_t bytes) const;
};

/// With one thread and with `threads`, the better of both. Takes one to two seconds. Throws Error{stopped}.
MachinePeak measurePeak(int threads, const Control& control = {});

}
