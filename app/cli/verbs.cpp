// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/verb.h"

namespace lathe::cli {

#define VERB(file) void register_##file(Table<Verb>&);
#include "app/cli/verbs.def"
#undef VERB

const Table<Verb>& verbs()
{
    static const Table<Verb> table = [] {
        Table<Verb> result;
#define VERB(file) register_##file(result);
#include "app/cli/verbs.def"
#undef VERB
        return result;
    }();
    return table;
}

}
