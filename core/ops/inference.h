// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Shape inference node by node, in topological order. Follows the graph when it grows.
class Inference {
public:
    /// `outer`: the inference of the enclosing graph for a body, whose captured values are looked up by name.
    explicit Inference(Graph& graph, const Inference* outer = nullptr);

    /// Infers the node's outputs and its bodies, and writes types, shapes and Node::unsupported into the graph.
    void inferNode(NodeId id);

private:
    ValueInfo& info(ValueId id);
    ValueInfo outerInfo(const std::string& name) const;
    void inferNodesOfBody();
    std::vector<ValueInfo> operandsOf(const Node& node);
    void inferBodies(Node& node);
    GraphPtr inferBody(const Node& node, std::span<const ValueInfo> operands, const Graph& body);
    void fold(const Op& op, const Node& node, const std::vector<ValueInfo>& inputs, std::vector<ValueInfo>& outputs);
    void store(const Node& node, std::vector<ValueInfo> outputs);

    Graph& m_graph;
    const Inference* m_outer;
    std::vector<ValueInfo> m_infos;  ///< by value index
    int m_opset;
};

}
