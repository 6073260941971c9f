// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/early_points.h"

#include <algorithm>
#include <array>

#include "core/runtime/code_formulas.h"

namespace lathe {

namespace {

/// Nodes whose result has the elements of their operands, each at least as often as it is read, and no others.
constexpr std::array<std::string_view, 7> kMoving{"Reshape",  "Flatten",   "Squeeze", "Unsqueeze",
                                                  "Identity", "Transpose", "Concat"};

class EarlyPoints
{
public:
    explicit EarlyPoints(PointedGraph& pointed)
        : m_pointed(pointed)
        , m_slot(pointed.graph.values().size(), -1)
        , m_makers(pointed.graph.values().size(), nullptr)
        , m_reads(pointed.graph.values().size(), 0)
    {
        const Graph& graph = pointed.graph;
        for (std::size_t i = 0; i < pointed.slotList.size(); ++i)
            if (const ValueId id = graph.find(pointed.slotList[i].value); id.valid())
                m_slot[at(id)] = static_cast<int>(i);
        for (const Node& node : graph.nodes()) {
            for (const ValueId id : node.outputs)
                if (id.valid())
                    m_makers[at(id)] = &node;
            for (const ValueId id : neededBy(graph, node))
                ++m_reads[at(id)];
        }
    }

    /// From the last node to the first: a point goes as far as nodes move numbers.
    void run()
    {
        const auto& nodes = m_pointed.graph.nodes();
        for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
            if (moves(*node))
                if (const SlotSetting* setting = byteSetting(node->outputs[0]))
                    repeat(*node, SlotSetting(*setting));
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }

    static bool moves(const Node& node)
    {
        return node.domain.empty() && std::find(kMoving.begin(), kMoving.end(), node.op) != kMoving.end();
    }

    const SlotSetting* byteSetting(ValueId id) const
    {
        const int slot = m_slot[at(id)];
        const SlotSetting* setting = slot < 0 ? nullptr : &m_pointed.settings[static_cast<std::size_t>(slot)];
        return setting && setting->active() && ByteGrid::of(setting->encoding.get()) ? setting : nullptr;
    }

    /// Sums that a computing node makes are rounded by its own rule: the point stays behind those.
    bool takesPoint(ValueId id) const
    {
        const Graph& graph = m_pointed.graph;
        const Node* maker = m_makers[at(id)];
        return maker && moves(*maker) && m_slot[at(id)] < 0 && m_reads[at(id)] == 1 && !graph.isOutput(id) &&
               graph.value(id).dtype == DType::float32;
    }

    void repeat(const Node& node, const SlotSetting& setting)
    {
        const std::size_t operands = node.op == "Concat" ? node.inputs.size() : 1;
        for (std::size_t i = 0; i < operands; ++i) {
            const ValueId id = node.inputs[i];
            if (!takesPoint(id))
                continue;
            m_slot[at(id)] = static_cast<int>(m_pointed.slotList.size());
            m_pointed.slotList.push_back({m_pointed.graph.value(id).name, Slot::Kind::activation, -1});
            m_pointed.settings.push_back(setting);
        }
    }

    PointedGraph& m_pointed;
    std::vector<int> m_slot;            ///< by value
    std::vector<const Node*> m_makers;  ///< by value
    std::vector<int> m_reads;           ///< by value
};

}

void repeatPointsEarly(PointedGraph& pointed)
{
    EarlyPoints(pointed).run();
}

}
