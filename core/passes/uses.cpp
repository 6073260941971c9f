// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/passes/uses.h"

namespace lathe {

Uses::Uses(const Graph& graph) : m_readers(graph.values().size()), m_visible(graph.values().size()) {
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId node{static_cast<std::int32_t>(i)};
        for (ValueId id : graph.node(node).inputs) {
            if (!id.valid()) continue;
            auto& readers = m_readers[static_cast<std::size_t>(id.index)];
            if (readers.empty() || readers.back() != node) readers.push_back(node);
        }
        for (const GraphPtr& body : bodies(graph.node(node)))
            for (ValueId captured : body->captures)
                if (const ValueId id = graph.find(body->value(captured).name); id.valid())
                    m_visible[static_cast<std::size_t>(id.index)] = true;
    }
    for (ValueId id : graph.outputs) m_visible[static_cast<std::size_t>(id.index)] = true;
}

NodeId Uses::onlyReader(ValueId id) const {
    return !isVisible(id) && readers(id).size() == 1 ? readers(id).front() : NodeId{};
}

}  // namespace lathe
