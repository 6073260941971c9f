// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"

namespace lathe {

#define SOURCE(file) void register_##file(Table<SourceType>&);
#include "core/data/sources.def"
#undef SOURCE

const Table<SourceType>& sourceTypes()
{
    static const Table<SourceType> table = [] {
        Table<SourceType> result;
#define SOURCE(file) register_##file(result);
#include "core/data/sources.def"
#undef SOURCE
        return result;
    }();
    return table;
}

} // namespace lathe
