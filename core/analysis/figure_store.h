// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/digest.h"

namespace lathe {

/// Where measured numbers are kept under the digest of all that they were made from, so that work which was
/// stopped goes on where it was. Calls come from any thread, one at a time.
class FigureStore
{
public:
    using BySample = std::map<std::int64_t, std::vector<double>>;

    /// Numbers of one sample; of a whole set of samples: sample 0.
    struct Entry
    {
        Digest of;
        std::int64_t sample = 0;
        std::vector<double> numbers;
    };

    virtual ~FigureStore() = default;
    /// What is kept under a digest; empty where nothing is.
    virtual BySample find(const Digest& of) = 0;
    /// On the disk when it returns, or soon after; entries that are there already are replaced.
    virtual void keep(std::vector<Entry> entries) = 0;
};

}
