// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/numeric/encoding.h"

namespace lathe {

/// Nodes that together are one quantization point.
struct PointPair {
    NodeId first{};                    ///< the QuantizeLinear or Cast, or the DequantizeLinear of constant codes
    std::vector<NodeId> nodes{};       ///< all of them
    ValueId source{};                  ///< the value before; a float constant or invalid for weights
    std::vector<ValueId> targets{};    ///< dequantized values
    Encoding encoding{};
    bool constant = false;           ///< of a constant: a weight or bias
    Tensor reals{}, codes{};            ///< of a constant; no codes where they follow from the grid
    std::vector<std::string> names{};  ///< of a constant: what it is called, best name first
};

/// Finds the pairs of a graph.
class PointPairs
{
public:
    explicit PointPairs(const Graph& graph);

    /// The pair that a node belongs to, or null.
    const PointPair* at(NodeId id) const;
    /// True when nothing reads the pair's source but pairs with the same grid.
    bool servesAllReaders(const PointPair& pair) const;
    /// True when exactly one node reads the value and it is no graph output.
    bool onlyReader(ValueId id) const;
    /// The name that a value has once the pairs are gone: of a graph output that is its dequantized form, else its own.
    std::string nameAfter(ValueId id) const;
    /// The node behind the pair, for the name of an edge point.
    std::string readerName(const PointPair& pair) const;

private:
    const std::vector<NodeId>& readers(ValueId id) const { return m_readers[static_cast<std::size_t>(id.index)]; }
    bool isOutput(ValueId id) const { return m_output[static_cast<std::size_t>(id.index)]; }
    std::optional<PointPair> pairFrom(NodeId id) const;
    std::optional<PointPair> quantizePair(NodeId id) const;
    std::optional<PointPair> dynamicPair(NodeId id) const;
    std::optional<PointPair> castPair(NodeId id) const;
    std::optional<PointPair> constantPair(NodeId id) const;
    bool followClip(PointPair& pair, ValueId& codes) const;

    const Graph& m_graph;
    std::vector<std::vector<NodeId>> m_readers;   ///< by value
    std::vector<bool> m_output;                   ///< by value: graph outputs, and what bodies read by name
    std::vector<PointPair> m_pairs;
    std::vector<int> m_pairOfNode;
};

}
