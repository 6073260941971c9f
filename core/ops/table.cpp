// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/op.h"

namespace lathe {

#define OP(file) void register_##file(Table<Op>& table);
#include "core/ops/ops.def"
#undef OP

const Table<Op>& ops()
{
    static const Table<Op> table = [] {
        Table<Op> all;
#define OP(file) register_##file(all);
#include "core/ops/ops.def"
#undef OP
        return all;
    }();
    return table;
}

std::string opId(const Node& node)
{
    return node.domain.empty() || node.domain == "ai.onnx" ? node.op : node.domain + "::" + node.op;
}

OpTraits::Kind kindOf(const Node& node)
{
    if (node.op == "Resize" && node.domain.empty() && node.text("mode", "nearest") == "nearest")
        return OpTraits::Kind::moving;
    const Op* op = findOp(node);
    return op ? op->traits.kind : OpTraits::Kind::computing;
}

const Op* findOp(const Node& node)
{
    return ops().find(opId(node));
}

}
