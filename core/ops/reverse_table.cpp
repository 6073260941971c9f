// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/reverse.h"

namespace lathe {

#define REVERSE(file) void register_##file(Table<Reverse>& table);
#include "core/ops/reverses.def"
#undef REVERSE

const Table<Reverse>& reverses()
{
    static const Table<Reverse> table = [] {
        Table<Reverse> all;
#define REVERSE(file) register_##file(all);
#include "core/ops/reverses.def"
#undef REVERSE
        return all;
    }();
    return table;
}

const Reverse* findReverse(const Node& node)
{
    const Reverse* reverse = reverses().find(opId(node));
    return reverse && reverse->suits && !reverse->suits(node) ? nullptr : reverse;
}

const Tensor& ReverseContext::input(std::size_t index) const
{
    static const Tensor absent;
    return index < inputs.size() ? inputs[index] : absent;
}

bool ReverseContext::wants(std::size_t index) const
{
    return index < wanted.size() && wanted[index] != 0 && !input(index).empty();
}

void ReverseContext::fail(std::string_view reason) const
{
    failOperator(node, reason);
}

}
