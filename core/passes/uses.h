// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// Who reads each value of a graph, computed once a sweep.
class Uses {
public:
    explicit Uses(const Graph& graph);

    /// Nodes that read the value through an operand, each once, in order.
    const std::vector<NodeId>& readers(ValueId id) const { return m_readers[static_cast<std::size_t>(id.index)]; }
    /// The only node that reads the value, or an invalid id: graph outputs and what bodies capture have other readers.
    NodeId onlyReader(ValueId id) const;
    /// True when a body reads the value or it is a graph output, so that it must stay what it is.
    bool isVisible(ValueId id) const { return m_visible[static_cast<std::size_t>(id.index)]; }

private:
    std::vector<std::vector<NodeId>> m_readers;
    std::vector<bool> m_visible;
};

}  // namespace lathe
