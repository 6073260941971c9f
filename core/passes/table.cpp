// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/passes/pass.h"

namespace lathe {

#define PASS(file) void register_##file(Table<Pass>& table);
#include "core/passes/passes.def"
#undef PASS

const Table<Pass>& passes() {
    static const Table<Pass> table = [] {
        Table<Pass> result;
#define PASS(file) register_##file(result);
#include "core/passes/passes.def"
#undef PASS
        return result;
    }();
    return table;
}

}  // namespace lathe
