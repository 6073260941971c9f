// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/output_parts.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/ops/last_softmax.h"

namespace lathe {

namespace {

bool keepsElements(const Node& node)
{
    static constexpr std::array<std::string_view, 6> names = {"Transpose", "Reshape",   "Flatten",
                                                              "Squeeze",   "Unsqueeze", "Identity"};
    return node.domain.empty() && std::find(names.begin(), names.end(), node.op) != names.end();
}

class Parts
{
public:
    explicit Parts(const Graph& graph)
        : m_graph(graph)
        , m_seen(graph.values().size(), false)
    {
    }

    /// Each value is looked at once: graphs may join a value with itself again and again.
    void add(ValueId value, int depth = 0)
    {
        const auto at = static_cast<std::size_t>(value.index);
        if (m_seen[at] || m_graph.value(value).isConstant())
            return;
        m_seen[at] = true;
        if (depth < deepest && addOperands(value, depth))
            return;
        m_parts.push_back(value);
    }

    const std::vector<ValueId>& all() const { return m_parts; }

private:
    static constexpr int deepest = 64;

    /// False where `value` itself is the part.
    bool addOperands(ValueId value, int depth)
    {
        const NodeId maker = m_graph.producer(value);
        if (!maker.valid())
            return false;
        const Node& node = m_graph.node(maker);
        if (node.op == "Concat" && node.domain.empty()) {
            for (const ValueId operand : node.inputs)
                add(operand, depth + 1);
            return true;
        }
        if (!keepsElements(node))
            return false;
        const std::size_t before = m_parts.size();
        add(node.input(0), depth + 1);
        if (m_parts.size() > before + 1)
            return true;
        m_parts.resize(before);
        return false;
    }

    const Graph& m_graph;
    std::vector<bool> m_seen; ///< by value
    std::vector<ValueId> m_parts;
};

}

std::vector<std::string> outputParts(const Graph& graph, ValueId output)
{
    Parts parts(graph);
    parts.add(output);
    if (parts.all().size() < 2)
        return {comparedValue(graph, output)};
    std::vector<std::string> names;
    for (const ValueId part : parts.all())
        names.push_back(graph.value(part).name);
    return names;
}

std::vector<std::string> comparedParts(const Graph& graph)
{
    std::vector<std::string> names;
    for (const ValueId output : graph.outputs) {
        const DType type = graph.value(output).dtype;
        if (type != DType::undefined && !isFloat(type))
            continue;
        for (std::string& part : outputParts(graph, output))
            if (std::find(names.begin(), names.end(), part) == names.end())
                names.push_back(std::move(part));
    }
    return names;
}

}
