// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/page.h"

namespace lathe {

#define PAGE(file) void register_##file(Table<Page>&);
#include "widgets/pages/pages.def"
#undef PAGE

const Table<Page>& pages()
{
    static const Table<Page> table = [] {
        Table<Page> result;
#define PAGE(file) register_##file(result);
#include "widgets/pages/pages.def"
#undef PAGE
        return result;
    }();
    return table;
}

}
