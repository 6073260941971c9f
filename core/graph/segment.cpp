// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/segment.h"

#include <algorithm>

#include "core/graph/lookup.h"

namespace lathe {

namespace {

class Cut
{
public:
    Cut(const Graph& source, const std::set<std::string>& given)
        : m_source(source)
        , m_given(given)
        , m_inside(source.nodes().size(), false)
        , m_mapped(source.values().size())
    {
    }

    Segment run(const std::vector<std::string>& wanted)
    {
        std::vector<ValueId> targets;
        for (const std::string& name : wanted)
            targets.push_back(valueNamed(m_source, name));
        walkBack(targets);
        m_segment.graph.name = m_source.name;
        m_segment.graph.opsets = m_source.opsets;
        for (std::size_t i = 0; i < m_inside.size(); ++i)
            if (m_inside[i])
                copy(m_source.nodes()[i]);
        addOutputs(targets);
        m_segment.graph.validate();
        return std::move(m_segment);
    }

private:
    bool isSource(ValueId id) const
    {
        return m_source.isInput(id) || m_given.contains(m_source.value(id).name);
    }

    void walkBack(std::vector<ValueId> open)
    {
        while (!open.empty()) {
            const ValueId id = open.back();
            open.pop_back();
            if (isSource(id)) {
                m_segment.sources.insert(m_source.value(id).name);
                continue;
            }
            const NodeId node = m_source.producer(id);
            if (!node.valid() || m_inside[static_cast<std::size_t>(node.index)])
                continue;
            m_inside[static_cast<std::size_t>(node.index)] = true;
            const std::vector<ValueId> needed = neededBy(m_source, m_source.node(node));
            open.insert(open.end(), needed.begin(), needed.end());
        }
    }

    ValueId mapped(ValueId old)
    {
        ValueId& made = m_mapped[static_cast<std::size_t>(old.index)];
        if (made.valid())
            return made;
        made = m_segment.graph.addValue(m_source.value(old));
        if (isSource(old))
            m_segment.graph.inputs.push_back(made);
        return made;
    }

    void copy(Node node)
    {
        for (const ValueId id : neededBy(m_source, node))
            mapped(id);
        for (std::vector<ValueId>* operands : {&node.inputs, &node.outputs})
            for (ValueId& id : *operands)
                if (id.valid())
                    id = mapped(id);
        m_segment.graph.addNode(std::move(node));
    }

    /// Read by a node that is not part of the segment.
    bool leaves(ValueId id) const
    {
        const std::vector<NodeId> readers = m_source.consumers(id);
        return std::any_of(readers.begin(), readers.end(),
                           [&](NodeId node) { return !m_inside[static_cast<std::size_t>(node.index)]; });
    }

    void addOutput(ValueId old)
    {
        const ValueId made = m_mapped[static_cast<std::size_t>(old.index)];
        if (made.valid() && !m_segment.graph.isOutput(made))
            m_segment.graph.outputs.push_back(made);
    }

    void addOutputs(const std::vector<ValueId>& targets)
    {
        for (const ValueId id : targets)
            if (!isSource(id))
                addOutput(id);
        for (std::size_t i = 0; i < m_inside.size(); ++i)
            if (m_inside[i])
                for (const ValueId id : m_source.nodes()[i].outputs)
                    if (id.valid() && !isSource(id) && leaves(id))
                        addOutput(id);
    }

    const Graph& m_source;
    const std::set<std::string>& m_given;
    std::vector<bool> m_inside;    ///< by node of the source
    std::vector<ValueId> m_mapped; ///< by value of the source
    Segment m_segment;
};

} // namespace

Segment segmentOf(const Graph& graph, const std::set<std::string>& given,
                  const std::vector<std::string>& wanted)
{
    return Cut(graph, given).run(wanted);
}

} // namespace lathe
