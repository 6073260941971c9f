// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/relative_values.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/ops/op.h"
#include "core/runtime/patterns.h"

namespace lathe {

namespace {

template <std::size_t N>
bool isOneOf(const Node& node, const std::array<std::string_view, N>& names)
{
    return node.domain.empty() && std::find(names.begin(), names.end(), node.op) != names.end();
}

bool moves(const Node& node)
{
    const Op* op = findOp(node);
    return op && op->traits.kind == OpTraits::Kind::moving;
}

/// The operator's answer depends on the ratio of this operand's values.
bool takesRatios(const Node& node, std::size_t operand)
{
    static constexpr std::array<std::string_view, 3> unary = {"Log", "Sqrt", "Reciprocal"};
    return isOneOf(node, unary) || (node.domain.empty() && node.op == "Div" && operand == 1);
}

/// Small results come of small operands: where ratios of the result count, those of the operands do.
bool passesBack(const Node& node)
{
    static constexpr std::array<std::string_view, 15> names = {
        "Abs", "Add", "Conv", "Div",        "Gemm",      "MatMul", "Max", "Mean",
        "Mul", "Neg", "Pow",  "ReduceMean", "ReduceSum", "Sub",    "Sum"};
    return isOneOf(node, names) || moves(node);
}

bool makesFactors(const Node& node)
{
    static constexpr std::array<std::string_view, 2> names = {"Sqrt", "Reciprocal"};
    return isOneOf(node, names);
}

bool passesFactors(const Node& node)
{
    static constexpr std::array<std::string_view, 2> names = {"Div", "Mul"};
    return isOneOf(node, names) || moves(node);
}

class RelativeFinder
{
public:
    explicit RelativeFinder(const Graph& graph)
        : m_graph(graph)
        , m_read(graph.values().size(), false)
        , m_otherwise(graph.values().size(), false)
        , m_factor(graph.values().size(), false)
    {
        for (const ValueId output : graph.outputs)
            m_otherwise[at(output)] = true;
    }

    std::vector<bool> run()
    {
        for (const Node& node : m_graph.nodes())
            lookForward(node);
        for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node)
            lookBack(*node);
        std::vector<bool> relative = m_factor;
        for (std::size_t i = 0; i < relative.size(); ++i)
            relative[i] = relative[i] || isOnlyRelative(i);
        return relative;
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }

    bool isOnlyRelative(std::size_t value) const { return m_read[value] && !m_otherwise[value]; }

    bool isFactor(ValueId id) const { return id.valid() && m_factor[at(id)]; }

    /// A difference times a factor, or divided by one.
    bool normalizes(const Node& node, std::size_t operand) const
    {
        if (!node.domain.empty() || (node.op != "Mul" && node.op != "Div") || node.inputs.size() != 2)
            return false;
        const NodeId maker = m_graph.producer(node.inputs[operand]);
        return isFactor(node.inputs[1 - operand]) && maker.valid() && m_graph.node(maker).op == "Sub";
    }

    /// The difference is what a normalization centres, so that what is centred stands for itself.
    bool centres(const Node& node) const
    {
        if (node.op != "Sub")
            return false;
        const std::vector<NodeId> readers = m_graph.consumers(node.outputs[0]);
        return std::any_of(readers.begin(), readers.end(), [&](NodeId id) {
            const Node& reader = m_graph.node(id);
            for (std::size_t operand = 0; operand < reader.inputs.size(); ++operand)
                if (reader.inputs[operand] == node.outputs[0] && normalizes(reader, operand))
                    return true;
            return false;
        });
    }

    void lookBack(const Node& node)
    {
        const bool back = passesBack(node) && !node.outputs.empty() && isOnlyRelative(at(node.outputs[0]));
        const bool centred = back && centres(node);
        for (std::size_t operand = 0; operand < node.inputs.size(); ++operand)
            if (const ValueId input = node.inputs[operand]; input.valid()) {
                m_read[at(input)] = true;
                const bool relative = (back && !(centred && operand == 0)) || takesRatios(node, operand) ||
                                      normalizes(node, operand);
                if (!relative)
                    m_otherwise[at(input)] = true;
            }
        // What a body reads is not followed.
        for (const ValueId needed : neededBy(m_graph, node))
            if (std::find(node.inputs.begin(), node.inputs.end(), needed) == node.inputs.end())
                m_otherwise[at(needed)] = true;
    }

    void lookForward(const Node& node)
    {
        bool factor = makesFactors(node);
        if (passesFactors(node)) {
            factor = std::any_of(node.inputs.begin(), node.inputs.end(),
                                 [&](ValueId id) { return isFactor(id); }) &&
                     std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
                         return !id.valid() || isFactor(id) || m_graph.value(id).isConstant();
                     });
        }
        for (const ValueId output : node.outputs)
            if (output.valid())
                m_factor[at(output)] = factor;
    }

    const Graph& m_graph;
    std::vector<bool> m_read;
    std::vector<bool> m_otherwise; ///< a reader takes it for what it is, or it leaves the graph
    std::vector<bool> m_factor;
};

} // namespace

std::vector<bool> relativeValues(const Graph& graph)
{
    return RelativeFinder(graph).run();
}

std::vector<bool> geluParts(const Graph& graph)
{
    std::vector<bool> inside(graph.values().size(), false), mustExist(graph.values().size(), false);
    for (const ValueId output : graph.outputs)
        mustExist[static_cast<std::size_t>(output.index)] = true;
    const Patterns patterns(graph, mustExist);
    for (std::size_t i = 0; i < graph.values().size(); ++i) {
        const ValueId x{static_cast<std::int32_t>(i)};
        if (!graph.value(x).shape || graph.value(x).isConstant())
            continue;
        const auto match = patterns.function(x);
        if (!match || (match->activation.kind != Activation::Kind::gelu &&
                       match->activation.kind != Activation::Kind::geluTanh))
            continue;
        for (const NodeId id : match->nodes)
            inside[static_cast<std::size_t>(graph.node(id).outputs[0].index)] = id != match->nodes.back();
    }
    return inside;
}

} // namespace lathe
