// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/point_pairs.h"

#include <algorithm>

#include "core/numeric/qdq.h"

namespace lathe {

namespace {

/// A narrower code range gives the format the fewest bits that hold it, as it was before it went into a container.
void narrowCodes(Encoding& encoding, std::int64_t low, std::int64_t high)
{
    encoding.minimumCode = static_cast<int>(std::max<std::int64_t>(low, encoding.minimumCode));
    encoding.maximumCode = static_cast<int>(std::min<std::int64_t>(high, encoding.maximumCode));
    for (int bits = 2; bits < encoding.format.bits; ++bits) {
        const NumberFormat format = NumberFormat::integer(bits, encoding.format.isSigned);
        if (format.minimumCode() <= encoding.minimumCode && format.maximumCode() >= encoding.maximumCode) {
            encoding.format = format;
            return;
        }
    }
}

bool sameGrid(const Encoding& a, const Encoding& b)
{
    return a.scale == b.scale && a.zeroPoint == b.zeroPoint && a.axis == b.axis && a.table == b.table;
}

std::optional<Encoding> halfEncoding(DType type)
{
    if (type != DType::float16 && type != DType::bfloat16)
        return std::nullopt;
    Encoding encoding;
    encoding.format = NumberFormat::parse(dtypeName(type));
    return encoding;
}

bool isCast(const Node& node)
{
    return node.op == "Cast" && node.domain.empty();
}

}

PointPairs::PointPairs(const Graph& graph)
    : m_graph(graph)
    , m_readers(graph.values().size())
    , m_output(graph.values().size(), false)
    , m_pairOfNode(graph.nodes().size(), -1)
{
    for (std::size_t i = 0; i < graph.nodes().size(); ++i)
        for (const ValueId id : graph.nodes()[i].inputs) {
            const NodeId node{static_cast<std::int32_t>(i)};
            if (id.valid() && (readers(id).empty() || readers(id).back() != node))
                m_readers[static_cast<std::size_t>(id.index)].push_back(node);
        }
    for (const ValueId id : graph.outputs)
        m_output[static_cast<std::size_t>(id.index)] = true;
    for (const Node& node : graph.nodes())
        for (const GraphPtr& body : bodies(node))
            for (const ValueId captured : body->captures)
                if (const ValueId id = graph.find(body->value(captured).name); id.valid())
                    m_output[static_cast<std::size_t>(id.index)] = true;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        if (m_pairOfNode[i] >= 0)
            continue;
        auto pair = pairFrom(NodeId{static_cast<std::int32_t>(i)});
        if (!pair)
            continue;
        for (const NodeId id : pair->nodes)
            m_pairOfNode[static_cast<std::size_t>(id.index)] = static_cast<int>(m_pairs.size());
        m_pairs.push_back(std::move(*pair));
    }
}

const PointPair* PointPairs::at(NodeId id) const
{
    const int index = m_pairOfNode[static_cast<std::size_t>(id.index)];
    return index < 0 ? nullptr : &m_pairs[static_cast<std::size_t>(index)];
}

std::optional<PointPair> PointPairs::pairFrom(NodeId id) const
{
    const Node& node = m_graph.node(id);
    if (isQuantizeNode(node))
        return quantizePair(id);
    if (node.op == "DynamicQuantizeLinear" && node.domain.empty())
        return dynamicPair(id);
    if (isDequantizeNode(node))
        return constantPair(id);
    if (isCast(node))
        return m_graph.value(node.input(0)).isConstant() ? constantPair(id) : castPair(id);
    return std::nullopt;
}

/// Steps over a Clip of the codes, which narrows their range.
bool PointPairs::followClip(PointPair& pair, ValueId& codes) const
{
    if (readers(codes).size() != 1 || isOutput(codes))
        return true;
    const NodeId reader = readers(codes).front();
    const Node& clip = m_graph.node(reader);
    if (clip.op != "Clip" || !clip.domain.empty())
        return true;
    const Tensor* low = m_graph.constant(clip.input(1));
    const Tensor* high = m_graph.constant(clip.input(2));
    if ((clip.input(1).valid() && !low) || (clip.input(2).valid() && !high))
        return false;
    narrowCodes(pair.encoding, low ? low->toIntegers().at(0) : pair.encoding.minimumCode,
                high ? high->toIntegers().at(0) : pair.encoding.maximumCode);
    pair.nodes.push_back(reader);
    codes = clip.outputs[0];
    return pair.encoding.minimumCode < pair.encoding.maximumCode;
}

std::optional<PointPair> PointPairs::quantizePair(NodeId id) const
{
    const Node& node = m_graph.node(id);
    const auto encoding = statedEncoding(m_graph, node);
    // Activations in tables have one scale; with more the operators do it themselves.
    if (!encoding || (encoding->format.hasTable() && encoding->perChannel()))
        return std::nullopt;
    PointPair pair{.first = id, .nodes = {id}, .source = node.inputs[0], .encoding = *encoding};
    ValueId codes = node.outputs[0];
    if (!followClip(pair, codes) || readers(codes).empty() || isOutput(codes))
        return std::nullopt;
    for (const NodeId reader : readers(codes)) {
        const Node& target = m_graph.node(reader);
        const auto back = isDequantizeNode(target) ? statedEncoding(m_graph, target) : std::nullopt;
        if (!back || !sameGrid(*back, *encoding))
            return std::nullopt;
        pair.nodes.push_back(reader);
        pair.targets.push_back(target.outputs[0]);
    }
    const Value& source = m_graph.value(pair.source);
    pair.constant = source.isConstant();
    pair.reals = source.constant;
    pair.names = {source.name, m_graph.value(pair.targets[0]).name};
    return pair;
}

/// The codes are only read together with the scale and zero-point that they were made with.
std::optional<PointPair> PointPairs::dynamicPair(NodeId id) const
{
    const Node& node = m_graph.node(id);
    if (node.outputs.size() != 3 || m_graph.value(node.inputs[0]).isConstant())
        return std::nullopt;
    for (const ValueId output : node.outputs)
        if (!output.valid() || isOutput(output))
            return std::nullopt;
    Encoding encoding;
    encoding.format = NumberFormat::parse("uint8:dynamic");
    PointPair pair{.first = id, .nodes = {id}, .source = node.inputs[0], .encoding = encoding};
    for (const NodeId reader : readers(node.outputs[0])) {
        const Node& target = m_graph.node(reader);
        if (!isDequantizeNode(target) || target.inputs != node.outputs)
            return std::nullopt;
        pair.nodes.push_back(reader);
        pair.targets.push_back(target.outputs[0]);
    }
    const std::size_t served = pair.targets.size();
    const bool alone = readers(node.outputs[1]).size() == served && readers(node.outputs[2]).size() == served;
    return served > 0 && alone ? std::optional(pair) : std::nullopt;
}

std::optional<PointPair> PointPairs::castPair(NodeId id) const
{
    const Node& node = m_graph.node(id);
    const auto encoding = halfEncoding(m_graph.value(node.outputs[0]).dtype);
    if (!encoding || m_graph.value(node.inputs[0]).dtype != DType::float32 || isOutput(node.outputs[0]) ||
        readers(node.outputs[0]).empty())
        return std::nullopt;
    PointPair pair{.first = id, .nodes = {id}, .source = node.inputs[0], .encoding = *encoding};
    for (const NodeId reader : readers(node.outputs[0])) {
        const Node& target = m_graph.node(reader);
        if (!isCast(target) || m_graph.value(target.outputs[0]).dtype != DType::float32)
            return std::nullopt;
        pair.nodes.push_back(reader);
        pair.targets.push_back(target.outputs[0]);
    }
    return pair;
}

std::optional<PointPair> PointPairs::constantPair(NodeId id) const
{
    const Node& node = m_graph.node(id);
    const Tensor* codes = m_graph.constant(node.input(0));
    if (!codes || isOutput(node.outputs[0]))
        return std::nullopt;
    const auto encoding = isCast(node) ? halfEncoding(codes->dtype()) : statedEncoding(m_graph, node);
    if (!encoding || m_graph.value(node.outputs[0]).dtype != DType::float32)
        return std::nullopt;
    PointPair pair{.first = id, .nodes = {id}, .targets = {node.outputs[0]}, .encoding = *encoding, .constant = true};
    pair.names = {m_graph.value(node.outputs[0]).name, m_graph.value(node.inputs[0]).name};
    if (isCast(node)) {
        pair.reals = codes->converted(DType::float32);
    } else {
        pair.reals = dequantize(*codes, *encoding);
        pair.codes = *codes;
    }
    return pair;
}

bool PointPairs::onlyReader(ValueId id) const
{
    return readers(id).size() == 1 && !isOutput(id);
}

bool PointPairs::servesAllReaders(const PointPair& pair) const
{
    if (isOutput(pair.source))
        return false;
    return std::all_of(readers(pair.source).begin(), readers(pair.source).end(), [&](NodeId reader) {
        const PointPair* other = at(reader);
        return other && other->source == pair.source && other->encoding == pair.encoding;
    });
}

std::string PointPairs::nameAfter(ValueId id) const
{
    const std::string& own = m_graph.value(id).name;
    if (isOutput(id) || m_graph.isInput(id) || m_graph.value(id).isConstant())
        return own;
    for (const NodeId reader : readers(id)) {
        const PointPair* pair = at(reader);
        if (!pair || pair->source != id || !servesAllReaders(*pair))
            continue;
        for (const ValueId target : pair->targets)
            if (isOutput(target))
                return m_graph.value(target).name;
    }
    return own;
}

std::string PointPairs::readerName(const PointPair& pair) const
{
    for (const ValueId target : pair.targets)
        if (!readers(target).empty()) {
            const Node& node = m_graph.node(readers(target).front());
            return node.name.empty() && !node.outputs.empty() ? m_graph.value(node.outputs[0]).name : node.name;
        }
    return m_graph.value(pair.targets.front()).name;
}

}
