// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/tensor/tensor.h"

namespace lathe {

class Graph;

/// Index of a value in its graph. Not stable across edits; names are.
struct ValueId {
    std::int32_t index = -1;
    bool valid() const { return index >= 0; }
    auto operator<=>(const ValueId&) const = default;
};

/// Index of a node in its graph. Not stable across edits.
struct NodeId {
    std::int32_t index = -1;
    bool valid() const { return index >= 0; }
    auto operator<=>(const NodeId&) const = default;
};

using GraphPtr = std::shared_ptr<const Graph>;
using Attribute = std::variant<std::int64_t, float, std::string, Tensor, GraphPtr, std::vector<std::int64_t>,
                               std::vector<float>, std::vector<std::string>>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

/// A tensor in the graph: an input, a constant (initializer) or the output of a node.
struct Value {
    std::string name;
    DType dtype = DType::undefined;
    std::optional<Shape> shape;          ///< nothing when even the rank is unknown
    std::vector<std::string> dimNames;   ///< symbols of unknown dimensions of graph inputs/outputs, "" where none
    Tensor constant;                     ///< empty unless the value is a constant
    int channelAxis = 1;                 ///< the axis that per-channel figures run over

    bool isConstant() const { return !constant.empty(); }
};

struct Node {
    std::string name;
    std::string op;       ///< "Conv"
    std::string domain;   ///< "" for ai.onnx
    std::vector<ValueId> inputs;   ///< an invalid id is an omitted optional operand
    std::vector<ValueId> outputs;
    Attributes attributes;
    std::string unsupported;  ///< why the node cannot run; empty when it can

    /// The accessors throw Error{modelInvalid} when the attribute has another type.
    std::int64_t integer(std::string_view key, std::int64_t fallback) const;
    float real(std::string_view key, float fallback) const;
    std::string text(std::string_view key, std::string_view fallback) const;
    std::vector<std::int64_t> integers(std::string_view key) const;  ///< empty when absent
    std::vector<float> reals(std::string_view key) const;
    bool has(std::string_view key) const { return attributes.find(key) != attributes.end(); }
    ValueId input(std::size_t index) const { return index < inputs.size() ? inputs[index] : ValueId{}; }
    /// "Conv conv1/relu", for messages.
    std::string label() const;
};

/// A directed acyclic graph of operator nodes; nodes are kept in a topological order. Knows no operator.
class Graph {
public:
    std::string name;
    std::map<std::string, int> opsets;             ///< by domain; after import "" is at least 13
    std::map<std::string, std::string> metadata;   ///< metadata_props
    std::vector<ValueId> inputs;                   ///< real inputs, without initializers
    std::vector<ValueId> outputs;
    std::vector<ValueId> captures;  ///< bodies of If, Loop, Scan: values of the enclosing graph that it or its own bodies
                                    ///< read, by name; empty at the top level

    /// Adds a value; an empty name gets a fresh one. Throws Error{modelInvalid} for a name in use.
    ValueId addValue(Value value);
    ValueId addConstant(std::string name, Tensor constant);
    /// Adds a node at the end (its inputs must exist). Throws Error{modelInvalid} when an output has a producer already.
    NodeId addNode(Node node);
    /// A name not yet in use, made from `stem`.
    std::string freshName(std::string_view stem) const;

    const std::vector<Value>& values() const { return m_values; }
    const std::vector<Node>& nodes() const { return m_nodes; }
    const Value& value(ValueId id) const { return m_values[static_cast<std::size_t>(id.index)]; }
    Value& value(ValueId id) { return m_values[static_cast<std::size_t>(id.index)]; }
    const Node& node(NodeId id) const { return m_nodes[static_cast<std::size_t>(id.index)]; }
    Node& node(NodeId id) { return m_nodes[static_cast<std::size_t>(id.index)]; }
    /// The value of that name, or an invalid id.
    ValueId find(std::string_view name) const;
    /// The node that writes the value, or an invalid id for inputs and constants.
    NodeId producer(ValueId id) const;
    /// Nodes that read the value (each once), in order; captures by subgraphs count.
    std::vector<NodeId> consumers(ValueId id) const;
    bool isInput(ValueId id) const;
    bool isOutput(ValueId id) const;
    const Tensor* constant(ValueId id) const;  ///< null when omitted or not constant

    /// Sorts the nodes topologically, keeping their order where it is one. Throws Error{modelInvalid} naming a cycle.
    void sort();
    /// Removes unreachable nodes and unused values and sorts topologically; ids change, names stay.
    /// Throws Error{modelInvalid} on a cycle.
    void compact();
    /// Checks names, ids, single producers and order. Throws Error{modelInvalid}.
    void validate() const;
    /// SHA-256 of structure, attributes and constants; equal graphs have equal digests.
    Digest digest() const;

private:
    std::vector<Value> m_values;
    std::vector<Node> m_nodes;
    std::map<std::string, std::int32_t, std::less<>> m_byName;
    std::vector<std::int32_t> m_producer;  ///< by value index

    friend class PatchRunner;
};

/// The bodies (If, Loop, Scan) among a node's attributes.
std::vector<GraphPtr> bodies(const Node& node);
/// The values of `graph` that the node needs before it can run: its operands, and what its bodies capture.
std::vector<ValueId> neededBy(const Graph& graph, const Node& node);

/// Text form for tests and debugging, one statement a line, # starts a comment:
///     opset 17                                  (default 13; "opset com.microsoft 1" for another domain)
///     input x: float32[<N>x3x8x8]               (? or <symbol> for an unknown dimension, [] for a scalar)
///     w: float32[4x3x3x3] = ...                 (seeded values; "= +..." positive ones; "= 2" fills)
///     b: float32[4] = [1, 2, -3, 0.5]
///     y = Conv(x, w, b) {pads=[1, 1, 1, 1], auto_pad="NOTSET"} @nodeName
///     a, b = com.microsoft::Op(y, _) {scale=1.0, table=int8[2]=[1, 2], body=graph { ...statements... }}
///     output a, b
/// Names with other characters than letters, digits, _ . / - are quoted. Bodies name outer values in "capture v".
std::string print(const Graph& graph);
/// Reads print()'s form back. Constants written without values are filled with seeded values. Throws Error{modelInvalid}.
Graph parseGraph(std::string_view text);

}  // namespace lathe
