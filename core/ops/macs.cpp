// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/macs.h"

namespace lathe {
namespace {

ValueInfo infoOf(const Graph& graph, ValueId id)
{
    ValueInfo info;
    if (!id.valid())
        return info;
    const Value& value = graph.value(id);
    info = {value.dtype, value.shape, value.constant};
    if (info.shape && info.shape->rank() > 0 && (*info.shape)[0] < 0)
        (*info.shape)[0] = 1; // one sample of a dynamic batch
    return info;
}

}

std::int64_t macsOf(const Graph& graph, const Node& node)
{
    const Op* op = findOp(node);
    if (!op || !op->macs)
        return 0;
    std::vector<ValueInfo> inputs, outputs;
    for (const ValueId id : node.inputs)
        inputs.push_back(infoOf(graph, id));
    for (const ValueId id : node.outputs)
        outputs.push_back(infoOf(graph, id));
    try {
        return op->macs({node, inputs, 13}, outputs);
    } catch (const Error&) {
        return 0; // A cost that cannot be counted must not hide the node.
    }
}

}
