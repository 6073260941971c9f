// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/algorithm.h"

namespace lathe {

#define ALGORITHM(file) void register_##file(Table<Algorithm>& table);
#include "core/algorithms/algorithms.def"
#undef ALGORITHM

const Table<Algorithm>& algorithms()
{
    static const Table<Algorithm> table = [] {
        Table<Algorithm> filled;
#define ALGORITHM(file) register_##file(filled);
#include "core/algorithms/algorithms.def"
#undef ALGORITHM
        return filled;
    }();
    return table;
}

} // namespace lathe
