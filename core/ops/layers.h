// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// What an engineer points at (architecture, decision 1): a node with weights together with the batch-norm, bias addition
/// and clamp that fold into it; or a weightless node that computes; or a graph input ("input:<name>").
struct Layer {
    std::string id;            ///< name of the output value after the clamp; "input:<name>" for graph inputs
    std::string name;          ///< readable: node name, else id
    std::string op;            ///< "Conv", "DepthwiseConv" is still "Conv"; "Input" for graph inputs
    std::vector<NodeId> nodes; ///< in order; the main node first
    ValueId output;            ///< where the layer's activations are
    ValueId weight;            ///< invalid without weights
    ValueId bias;              ///< invalid without bias
    int weightChannelAxis = 0;
    std::int64_t parameters = 0;   ///< weight and bias elements (and folded batch-norm ones)
    std::int64_t macs = 0;         ///< one sample; 0 when shapes are unknown
    bool depthwise = false;
    GraphPtr body;                 ///< the body (of If, Loop ...) whose nodes and values these are; null at the top level
};

/// The name of the value that a layer id stands for: "input:x" is the graph input "x".
inline std::string valueOfLayer(const std::string& layerId)
{
    constexpr std::string_view prefix = "input:";
    return layerId.starts_with(prefix) ? layerId.substr(prefix.size()) : layerId;
}

/// The graph whose values the layer's ids are: its body, or `top`, in which it was found.
inline const Graph& graphOf(const Layer& layer, const Graph& top)
{
    return layer.body ? *layer.body : top;
}

/// A node's bodies, each with what stands before the ids of its layers: "owner/then_branch/". The owner is
/// the node's name, or else that of its first output.
std::vector<std::pair<std::string, GraphPtr>> bodiesByPath(const Graph& graph, const Node& node);

/// All layers in topological order, pseudo-layers of graph inputs first.
std::vector<Layer> findLayers(const Graph& graph);

}  // namespace lathe
