// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/graph/graph.h"
#include "core/runtime/activation.h"

namespace lathe {

/// A normalization of rows along the last axis: (x - mean) / sqrt(variance + epsilon) * scale + bias.
struct RowNormalization
{
    ValueId input{};
    ValueId scale{}, bias{}; ///< one number a column; invalid: none
    float epsilon = 0;
};

struct NormalizationMatch
{
    std::vector<NodeId> nodes; ///< in order
    RowNormalization form;
};

/// A channel shuffle.
struct ShuffleMatch
{
    std::vector<NodeId> nodes; ///< in order
    std::int64_t groups = 0;
};

/// An element-wise function of one value.
struct FunctionMatch
{
    std::vector<NodeId> nodes; ///< in order
    Activation activation;
};

/// Finds operators that exporters write out in their parts. No value inside of a match is read from outside
/// of it or must exist on its own.
class Patterns
{
public:
    Patterns(const Graph& graph, const std::vector<bool>& mustExist);

    /// A LayerNormalization in its parts whose first node this is.
    std::optional<NormalizationMatch> normalization(NodeId first) const;
    /// Reshape, Transpose and Reshape from this node on that deal out channels, as [groups, rest] becomes [rest, groups].
    std::optional<ShuffleMatch> channelShuffle(NodeId first) const;
    /// A GELU of `x`, exact or by tanh, or `x` times its logistic or hard logistic function.
    std::optional<FunctionMatch> function(ValueId x) const;
    /// The nodes that read a value, one entry a use.
    const std::vector<NodeId>& readers(ValueId value) const
    {
        return m_readers[static_cast<std::size_t>(value.index)];
    }

private:
    bool is(NodeId id, std::string_view op) const;
    /// The only reader of the node's only output; invalid when there are others or the value must exist.
    NodeId next(NodeId id) const;
    /// The other operand of a node with two.
    ValueId other(NodeId id, ValueId one) const;
    bool isNumber(ValueId value, double wanted) const;
    bool meansLastAxis(NodeId id) const;
    bool isColumns(ValueId value, std::int64_t count) const;
    /// Takes a Mul or Add by one constant a column behind the match.
    ValueId takeColumns(NormalizationMatch& match, std::string_view op, std::int64_t columns) const;

    std::vector<NodeId> gated(ValueId x, std::string_view gate) const;
    std::vector<NodeId> gelu(ValueId x) const;
    std::vector<NodeId> geluTanh(ValueId x) const;
    /// The parts of 0.5 * x * sum from the Add `plus` on that gives the sum.
    std::vector<NodeId> halfProduct(ValueId x, NodeId plus) const;
    /// The parts of 0.044715 * x^3 that nobody else reads; empty when `cubic` is something else.
    std::vector<NodeId> cube(ValueId x, ValueId cubic) const;

    const Graph& m_graph;
    const std::vector<bool>& m_mustExist;
    std::vector<std::vector<NodeId>> m_readers; ///< by value
};

}
