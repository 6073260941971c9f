// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/graph_copy.h"

namespace lathe {

GraphCopy::GraphCopy(const Graph& source)
    : m_source(source)
    , m_mapped(source.values().size())
{
    m_graph.name = source.name;
    m_graph.opsets = source.opsets;
    m_graph.metadata = source.metadata;
}

ValueId GraphCopy::addLike(ValueId old, const std::string& name)
{
    Value value = m_source.value(old);
    value.constant = Tensor();
    if (!name.empty())
        value.name = name;
    return m_graph.addValue(std::move(value));
}

ValueId GraphCopy::addNew(const std::string& stem, ValueId like, DType dtype)
{
    Value value = m_graph.value(like);
    value.name = m_graph.freshName(stem);
    value.dtype = dtype;
    value.constant = Tensor();
    return m_graph.addValue(std::move(value));
}

ValueId GraphCopy::copyConstant(ValueId old)
{
    const ValueId made = m_graph.addValue(m_source.value(old));
    map(old, made);
    return made;
}

void GraphCopy::addNode(const std::string& op, const std::string& stem, std::vector<ValueId> inputs,
                        ValueId output, Attributes attributes)
{
    Node node;
    node.name = stem;
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    node.attributes = std::move(attributes);
    m_graph.addNode(std::move(node));
}

Graph GraphCopy::finish()
{
    m_graph.compact();
    m_graph.validate();
    return std::move(m_graph);
}

} // namespace lathe
