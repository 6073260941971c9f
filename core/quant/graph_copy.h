// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace lathe {

/// A graph that is written anew from another one, node by node, so that operators can be put between.
class GraphCopy
{
public:
    /// Takes over name, opsets and metadata; nothing else yet.
    explicit GraphCopy(const Graph& source);

    const Graph& source() const { return m_source; }
    Graph& graph() { return m_graph; }

    /// Where uses of a value of the source lead; invalid until it was set.
    ValueId mapped(ValueId old) const
    {
        return old.valid() ? m_mapped[static_cast<std::size_t>(old.index)] : ValueId{};
    }
    void map(ValueId old, ValueId made) { m_mapped[static_cast<std::size_t>(old.index)] = made; }

    /// A value like `old` under another name ("" = its own), without its constant.
    ValueId addLike(ValueId old, const std::string& name = {});
    /// A value of the type and shape of `like`, which is of the new graph.
    ValueId addNew(const std::string& stem, ValueId like, DType dtype);
    /// Copies a constant of the source as it is and maps it.
    ValueId copyConstant(ValueId old);
    /// Adds a node with one output.
    void addNode(const std::string& op, const std::string& stem, std::vector<ValueId> inputs, ValueId output,
                 Attributes attributes = {});

    /// Compacts, checks and hands out the new graph.
    Graph finish();

private:
    const Graph& m_source;
    Graph m_graph;
    std::vector<ValueId> m_mapped;
};

} // namespace lathe
