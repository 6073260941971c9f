// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/points.h"

#include <algorithm>
#include <set>

#include "core/numeric/qdq.h"
#include "core/ops/op.h"
#include "core/runtime/point_pairs.h"

namespace lathe {

namespace {

/// Writes the graph anew without the pairs.
class PointRemover
{
public:
    explicit PointRemover(const Graph& graph) : m_old(graph), m_pairs(graph), m_map(graph.values().size()) {}

    PointedGraph run()
    {
        Graph& made = m_result.graph;
        made.name = m_old.name;
        made.opsets = m_old.opsets;
        made.metadata = m_old.metadata;
        for (const ValueId id : m_old.inputs)
            made.inputs.push_back(mapped(id));
        for (std::size_t i = 0; i < m_old.nodes().size(); ++i)
            copyNode(NodeId{static_cast<std::int32_t>(i)});
        for (const ValueId id : m_old.outputs)
            made.outputs.push_back(named(mapped(id), m_old.value(id).name));
        made.compact();
        return std::move(m_result);
    }

private:
    ValueId& slotOfMap(ValueId old) { return m_map[static_cast<std::size_t>(old.index)]; }

    /// The new value for an old one that is not made by a pair; copied when first asked for.
    ValueId mapped(ValueId old)
    {
        if (!old.valid())
            return {};
        ValueId& made = slotOfMap(old);
        if (!made.valid()) {
            Value value = m_old.value(old);
            value.name = m_pairs.nameAfter(old);
            made = m_result.graph.addValue(std::move(value));
        }
        return made;
    }

    void copyNode(NodeId id)
    {
        const PointPair* pair = m_pairs.at(id);
        if (pair) {
            if (pair->first == id)
                replacePair(*pair);
            return;
        }
        Node node = m_old.node(id);
        for (const GraphPtr& body : bodies(node))
            for (const ValueId captured : body->captures)
                keepName(body->value(captured).name);
        for (ValueId& value : node.inputs)
            value = mapped(value);
        for (ValueId& value : node.outputs)
            value = mapped(value);
        const Node& made = m_result.graph.node(m_result.graph.addNode(std::move(node)));
        openFloatSide(m_old.node(id), made);
    }

    /// Bodies read outer values by their names.
    void keepName(const std::string& name)
    {
        if (const ValueId id = m_old.find(name); id.valid())
            named(mapped(id), name);
    }

    void replacePair(const PointPair& pair)
    {
        const auto encoding = std::make_shared<const Encoding>(pair.encoding);
        if (pair.constant) {
            const ValueId weight = addWeight(pair);
            for (const ValueId target : pair.targets)
                slotOfMap(target) = weight;
            const bool isBias = pair.encoding.format.bits == 32;
            addSlot(weight, isBias ? Slot::Kind::bias : Slot::Kind::weight,
                    {encoding, pair.codes.empty() ? nullptr : std::make_shared<const Tensor>(pair.codes)});
            for (const std::string& name : pair.names)
                addAlias(name);
            return;
        }
        const ValueId source = mapped(pair.source);
        ValueId point = source;
        if (const int known = activationSlot(source); known >= 0) {
            // A second pair on a value that has a grid already: nothing new, or a change of grid.
            if (*m_result.settings[static_cast<std::size_t>(known)].encoding != pair.encoding)
                point = addEdge(source, pair, encoding);
        } else if (m_pairs.servesAllReaders(pair)) {
            addSlot(source, Slot::Kind::activation, {encoding, nullptr});
            addAlias(m_old.value(pair.source).name);
            for (const ValueId target : pair.targets)
                addAlias(m_old.value(target).name);
        } else {
            point = addEdge(source, pair, encoding);
        }
        for (const ValueId target : pair.targets)
            slotOfMap(target) = point;
    }

    ValueId addWeight(const PointPair& pair)
    {
        return m_result.graph.addConstant(m_result.graph.freshName(pair.names.front()), pair.reals);
    }

    /// An Identity node that carries the point of some readers of `source`.
    ValueId addEdge(ValueId source, const PointPair& pair, std::shared_ptr<const Encoding> encoding)
    {
        Graph& made = m_result.graph;
        const Value& target = m_old.value(pair.targets.front());
        Value edge = target;
        edge.name = made.freshName(target.name);
        const ValueId id = made.addValue(std::move(edge));
        Node node;
        node.op = "Identity";
        node.name = "point " + target.name;
        node.inputs = {source};
        node.outputs = {id};
        made.addNode(std::move(node));
        addSlot(id, Slot::Kind::activation, {std::move(encoding), nullptr});
        addAlias(made.value(source).name + "->" + m_pairs.readerName(pair));
        return id;
    }

    /// Another name of the slot that was added last.
    void addAlias(const std::string& name)
    {
        if (m_result.slotList.back().value != name)
            m_result.aliases.emplace(name, static_cast<int>(m_result.slotList.size()) - 1);
    }

    int activationSlot(ValueId id) const
    {
        const std::string& name = m_result.graph.value(id).name;
        for (std::size_t i = 0; i < m_result.slotList.size(); ++i)
            if (m_result.slotList[i].kind == Slot::Kind::activation && m_result.slotList[i].value == name)
                return static_cast<int>(i);
        return -1;
    }

    void addSlot(ValueId id, Slot::Kind kind, SlotSetting setting)
    {
        m_result.slotList.push_back({m_result.graph.value(id).name, kind, -1});
        m_result.settings.push_back(std::move(setting));
    }

    /// A DequantizeLinear of codes that come from outside, or a QuantizeLinear whose codes are a result: the float side is on
    /// that grid, and simulation may rely on it.
    void openFloatSide(const Node& old, const Node& made)
    {
        const bool dequantizes = isDequantizeNode(old);
        if (!dequantizes && !isQuantizeNode(old))
            return;
        const ValueId side = dequantizes ? made.outputs[0] : made.inputs[0];
        const auto encoding = statedEncoding(m_old, old);
        const ValueId oldSide = dequantizes ? old.outputs[0] : old.inputs[0];
        if (!encoding || m_result.graph.value(side).isConstant() || activationSlot(side) >= 0 ||
            (!dequantizes && !m_pairs.onlyReader(oldSide)))
            return;
        addSlot(side, Slot::Kind::activation, {std::make_shared<const Encoding>(*encoding), nullptr});
    }

    /// The value under a name that others know it by.
    ValueId named(ValueId id, const std::string& name)
    {
        Graph& made = m_result.graph;
        if (const ValueId known = made.find(name); known.valid())
            return known;
        Value copy = made.value(id);
        copy.name = name;
        copy.constant = Tensor();
        const ValueId output = made.addValue(std::move(copy));
        Node node;
        node.op = "Identity";
        node.name = "name " + name;
        node.inputs = {id};
        node.outputs = {output};
        made.addNode(std::move(node));
        return output;
    }

    const Graph& m_old;
    PointPairs m_pairs;
    std::vector<ValueId> m_map;   ///< by old value index
    PointedGraph m_result;
};

[[noreturn]] void unknownPoint(const std::string& what)
{
    throw Error(ErrorCode::unknownName, what,
                {{"kind", "place for a quantization point"}, {"name", what}, {"known", "the values of the graph"}});
}

bool namesNode(const Graph& graph, const Node& node, const std::string& name)
{
    return node.name == name || std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
               return id.valid() && graph.value(id).name == name;
           });
}

/// Puts an Identity between `source` and the readers called `reader`. Returns the new value's name.
std::string cutEdge(Graph& graph, ValueId source, const std::string& reader, const std::string& point)
{
    std::vector<NodeId> readers;
    for (const NodeId id : graph.consumers(source))
        if (namesNode(graph, graph.node(id), reader))
            readers.push_back(id);
    if (readers.empty())
        unknownPoint(point);
    Value edge = graph.value(source);
    edge.name = graph.freshName(point);
    const ValueId id = graph.addValue(std::move(edge));
    Node node;
    node.op = "Identity";
    node.name = "point " + point;
    node.inputs = {source};
    node.outputs = {id};
    graph.addNode(std::move(node));
    for (const NodeId at : readers)
        for (ValueId& input : graph.node(at).inputs)
            if (input == source)
                input = id;
    return graph.value(id).name;
}

}

std::pair<std::string, std::string> splitPoint(const std::string& point)
{
    const std::size_t arrow = point.find("->");
    if (arrow == std::string::npos)
        return {point, ""};
    return {point.substr(0, arrow), point.substr(arrow + 2)};
}

PointedGraph takeOutPoints(const Graph& graph)
{
    return PointRemover(graph).run();
}

void openPoints(PointedGraph& pointed, const std::vector<Slot>& points)
{
    bool cut = false;
    for (const Slot& point : points) {
        const bool known = std::any_of(pointed.slotList.begin(), pointed.slotList.end(), [&](const Slot& slot) {
            return slot.kind == point.kind && slot.value == point.value;
        });
        const auto alias = pointed.aliases.find(point.value);
        if (known || (alias != pointed.aliases.end() &&
                      pointed.slotList[static_cast<std::size_t>(alias->second)].kind == point.kind))
            continue;
        ValueId id = pointed.graph.find(point.value);
        std::string name = point.value;
        if (!id.valid()) {
            const auto [source, reader] = splitPoint(point.value);
            id = pointed.graph.find(source);
            if (reader.empty() || !id.valid())
                unknownPoint(point.value);
            name = cutEdge(pointed.graph, id, reader, point.value);
            cut = true;
        }
        const bool constant = pointed.graph.value(id).isConstant();
        if (constant != (point.kind != Slot::Kind::activation))
            unknownPoint(point.value);
        pointed.slotList.push_back({name, point.kind, -1});
        pointed.settings.emplace_back();
    }
    if (cut)
        pointed.graph.compact();
}

void locateSlots(PointedGraph& pointed)
{
    for (Slot& slot : pointed.slotList) {
        if (slot.kind == Slot::Kind::activation)
            continue;
        const std::vector<NodeId> users = pointed.graph.consumers(pointed.graph.find(slot.value));
        slot.node = users.empty() ? -1 : users.front().index;
    }
}

}
