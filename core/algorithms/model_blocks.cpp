// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/model_blocks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/ops/output_parts.h"

namespace lathe {

namespace {

class Cutter
{
public:
    Cutter(const Graph& graph, const std::vector<WeightLayer>& layers, std::int64_t layersEach)
        : m_graph(graph)
        , m_layersEach(layersEach)
        , m_lastUse(graph.values().size(), -1)
        , m_compared(graph.values().size(), false)
    {
        for (const WeightLayer& layer : layers)
            m_weights.insert(layer.point.value);
        for (const Layer& layer : findLayers(graph))
            m_layerOutputs.insert(layer.id);
        for (const std::string& name : comparedParts(graph))
            m_compared[at(graph.find(name))] = true;
        findUses();
    }

    std::vector<ModelBlock> run()
    {
        std::vector<ModelBlock> blocks;
        const auto count = static_cast<int>(m_graph.nodes().size());
        for (int first = 0; first < count;) {
            const int last = lastOfBlock(first);
            ModelBlock block{outputsOf(first, last), layersIn(first, last)};
            if (!block.outputs.empty())
                blocks.push_back(std::move(block));
            first = last + 1;
        }
        return blocks;
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }

    /// Of what compared values depend on.
    void findUses()
    {
        std::vector<bool> needed = m_compared;
        for (int i = static_cast<int>(m_graph.nodes().size()) - 1; i >= 0; --i) {
            const Node& node = m_graph.nodes()[static_cast<std::size_t>(i)];
            if (std::none_of(node.outputs.begin(), node.outputs.end(),
                             [&](ValueId id) { return id.valid() && needed[at(id)]; }))
                continue;
            for (const ValueId id : neededBy(m_graph, node)) {
                needed[at(id)] = true;
                m_lastUse[at(id)] = std::max(m_lastUse[at(id)], i);
            }
        }
    }

    bool hasWeights(int node) const
    {
        const std::vector<ValueId> needed =
            neededBy(m_graph, m_graph.nodes()[static_cast<std::size_t>(node)]);
        return std::any_of(needed.begin(), needed.end(),
                           [&](ValueId id) { return m_weights.contains(m_graph.value(id).name); });
    }

    std::int64_t layersIn(int first, int last) const
    {
        std::int64_t count = 0;
        for (int i = first; i <= last; ++i)
            count += hasWeights(i) ? 1 : 0;
        return count;
    }

    /// How many values cross behind a node; nothing can be cut between a layer and its clamp.
    std::optional<int> crossing(int node) const
    {
        int count = 0;
        for (int i = 0; i < static_cast<int>(m_lastUse.size()); ++i) {
            const Value& value = m_graph.value(ValueId{i});
            const int writer = m_graph.producer(ValueId{i}).index;
            if (value.isConstant() || writer > node || m_lastUse[static_cast<std::size_t>(i)] <= node)
                continue;
            if (writer >= 0 && !m_layerOutputs.contains(value.name))
                return std::nullopt;
            ++count;
        }
        return count;
    }

    /// The first place where one value crosses, or else where the fewest do.
    int lastOfBlock(int first) const
    {
        const auto end = static_cast<int>(m_graph.nodes().size()) - 1;
        std::int64_t layers = 0;
        int best = end;
        std::optional<int> least;
        for (int i = first; i < end; ++i) {
            layers += hasWeights(i) ? 1 : 0;
            if (layers < m_layersEach)
                continue;
            if (layers > 2 * m_layersEach && least)
                return best;
            const std::optional<int> values = crossing(i);
            if (!values || (least && *values > *least))
                continue;
            best = i;
            least = values;
            if (*least <= 1)
                return layersIn(i + 1, end) == 0 ? end : best;
        }
        return layersIn(first, end) > 2 * m_layersEach ? best : end;
    }

    std::vector<std::string> outputsOf(int first, int last) const
    {
        std::vector<std::string> names;
        for (int i = first; i <= last; ++i)
            for (const ValueId id : m_graph.nodes()[static_cast<std::size_t>(i)].outputs)
                if (id.valid() && (m_compared[at(id)] || m_lastUse[at(id)] > last))
                    names.push_back(m_graph.value(id).name);
        return names;
    }

    const Graph& m_graph;
    std::int64_t m_layersEach;
    std::vector<int> m_lastUse;   ///< by value: index of a node, -1 for none
    std::vector<bool> m_compared; ///< by value
    std::set<std::string> m_weights, m_layerOutputs;
};

} // namespace

std::vector<ModelBlock> modelBlocks(const Graph& graph, const std::vector<WeightLayer>& layers,
                                    std::int64_t layersEach)
{
    return Cutter(graph, layers, layersEach).run();
}

} // namespace lathe
