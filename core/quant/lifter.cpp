// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/lifter.h"

#include <set>

#include "core/numeric/qdq.h"
#include "core/ops/op.h"

namespace lathe {

Lifted Lifter::run()
{
    const Graph& source = m_copy.source();
    nameReaders();
    for (const Node& node : m_nodes)
        checkOperands(node);
    chooseNames();
    for (const ValueId input : source.inputs) {
        const ValueId made = m_copy.addLike(input);
        m_copy.graph().inputs.push_back(made);
        at(input).made = made;
    }
    for (const Node& node : m_nodes)
        liftNode(node);
    for (const ValueId output : source.outputs)
        m_copy.graph().outputs.push_back(outputOf(output));
    m_result.graph = m_copy.finish();
    m_result.graph.metadata = source.metadata;
    return std::move(m_result);
}

void Lifter::checkOperands(const Node& node)
{
    const bool isLifted = isQuantizeNode(node) || isDequantizeNode(node) || node.op == "Cast" ||
                          node.op == "Clip" || qlinearForm(node).has_value();
    if (isLifted && (!node.input(0).valid() || node.outputs.empty() || !node.outputs[0].valid()))
        refuseLift(node, "its input or output is missing");
}

void Lifter::nameReaders()
{
    std::set<std::string> taken;
    m_nodes = m_copy.source().nodes();
    for (Node& node : m_nodes) {
        std::string name = node.name;
        if (name.empty() && !node.outputs.empty() && node.outputs[0].valid())
            name = valueOf(node.outputs[0]).name;
        for (int i = 2; !taken.insert(name).second; ++i)
            name = node.name + "_" + std::to_string(i);
        node.name = name;
    }
}

void Lifter::chooseNames()
{
    const Graph& source = m_copy.source();
    for (const Node& node : m_nodes)
        if (isDequantizeNode(node) && source.isOutput(node.outputs[0]))
            nameDequantized(node);
    for (const ValueId output : source.outputs)
        if (areMadeCodes(output))
            m_names[output] = source.freshName(valueOf(output).name + "/real");
}

void Lifter::nameDequantized(const Node& node)
{
    const Graph& source = m_copy.source();
    ValueId codes = node.input(0);
    NodeId producer = source.producer(codes);
    while (producer.valid() && source.node(producer).op == "Clip") {
        codes = source.node(producer).input(0);
        producer = source.producer(codes);
    }
    if (!producer.valid())
        return;
    const ValueId base = isQuantizeNode(source.node(producer)) ? source.node(producer).input(0) : codes;
    if (!source.isOutput(base) && !source.isInput(base))
        m_names.emplace(base, valueOf(node.outputs[0]).name);
}

bool Lifter::areMadeCodes(ValueId old) const
{
    const Graph& source = m_copy.source();
    const NodeId first = source.producer(old);
    for (NodeId producer = first; producer.valid();
         producer = source.producer(source.node(producer).input(0))) {
        const Node& node = source.node(producer);
        if (qlinearForm(node))
            return true;
        if (isQuantizeNode(node))
            return producer != first;
        const Op* op = findOp(node);
        const bool moves = op && op->traits.kind == OpTraits::Kind::moving;
        if ((!moves && node.op != "Clip" && node.op != "Identity") || !node.input(0).valid())
            return false;
    }
    return false;
}

std::string Lifter::nameFor(ValueId old) const
{
    const auto found = m_names.find(old);
    return found == m_names.end() ? valueOf(old).name : found->second;
}

void Lifter::liftNode(const Node& node)
{
    if (isQuantizeNode(node))
        return liftQuantize(node);
    if (isDequantizeNode(node))
        return liftDequantize(node);
    if (const auto form = qlinearForm(node))
        return liftQLinear(node, *form);
    if ((node.op == "Cast" && liftCast(node)) || (node.op == "DynamicQuantizeLinear" && liftDynamic(node)))
        return;
    if (!isCodes(node.input(0)))
        return copyNode(node);
    if (node.op == "Clip" && node.domain.empty())
        return liftClip(node);
    if (node.op == "Identity" && node.domain.empty()) {
        at(node.outputs[0]) = at(node.input(0));
        return;
    }
    liftMove(node);
}

void Lifter::copyNode(const Node& node)
{
    Node made = node;
    for (const GraphPtr& body : bodies(node))
        for (const ValueId captured : body->captures)
            if (const ValueId id = m_copy.source().find(body->value(captured).name); id.valid())
                read(node, id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i].valid())
            made.inputs[i] = read(node, node.inputs[i]);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid())
            made.outputs[i] = make(node.outputs[i]);
    m_copy.graph().addNode(std::move(made));
}

ValueId Lifter::make(ValueId old)
{
    at(old).made = m_copy.addLike(old, nameFor(old));
    return at(old).made;
}

ValueId Lifter::read(const Node& node, ValueId old)
{
    Origin& origin = at(old);
    if (!origin.made.valid())
        origin.made = m_copy.copyConstant(old);
    if (origin.codesGrid && node.op != "Shape")
        refuseLift(node, "it reads the codes of \"" + valueOf(old).name + "\"");
    return through(node, origin);
}

ValueId Lifter::through(const Node& node, const Origin& origin)
{
    const auto [seen, isFirst] = m_seen.emplace(std::pair{node.name, origin.made}, origin.edgeGrid);
    if (!isFirst && seen->second != origin.edgeGrid)
        return addCopy(origin);
    if (origin.edgeGrid)
        m_result.encodings.activations.insert_or_assign(madeName(origin.made) + "->" + node.name,
                                                        origin.edgeGrid);
    return origin.made;
}

ValueId Lifter::addCopy(const Origin& origin)
{
    const ValueId copy =
        m_copy.addNew(madeName(origin.made) + "/copy", origin.made, m_copy.graph().value(origin.made).dtype);
    m_copy.addNode("Identity", madeName(copy), {origin.made}, copy);
    if (origin.edgeGrid)
        m_result.encodings.activations.emplace(madeName(copy), origin.edgeGrid);
    return copy;
}

ValueId Lifter::addConstant(const std::string& name, const Value& codes, const EncodingPtr& grid)
{
    Value value;
    value.name = name;
    value.dtype = DType::float32;
    value.constant = dequantize(codes.constant, *grid);
    value.shape = value.constant.shape();
    value.channelAxis = codes.channelAxis;
    const bool isBias = codes.dtype == DType::int32;
    (isBias ? m_result.encodings.biases : m_result.encodings.weights).emplace(name, grid);
    (isBias ? m_result.codes.biases : m_result.codes.weights).emplace(name, codes.constant);
    return m_copy.graph().addValue(std::move(value));
}

ValueId Lifter::outputCodes(ValueId old, const Origin& origin)
{
    Graph& graph = m_copy.graph();
    const std::string& name = valueOf(old).name;
    const Tensor zero = zeroPointOperand(*origin.codesGrid);
    Node node;
    node.op = "QuantizeLinear";
    node.name = name + "/QuantizeLinear";
    if (zero.dtype() != valueOf(old).dtype)
        refuseLift(node, "its codes leave the graph in a type of another width");
    const ValueId scale =
        graph.addConstant(graph.freshName(name + "/scale"), scaleOperand(*origin.codesGrid));
    const ValueId zeroPoint = graph.addConstant(graph.freshName(name + "/zero_point"), zero);
    const ValueId made = m_copy.addLike(old);
    m_copy.addNode(node.op, node.name, {through(node, origin), scale, zeroPoint}, made);
    return made;
}

ValueId Lifter::outputOf(ValueId old)
{
    Origin& origin = at(old);
    if (!origin.made.valid())
        origin.made = m_copy.copyConstant(old);
    if (origin.codesGrid && isInteger(valueOf(old).dtype))
        return outputCodes(old, origin);
    if (madeName(origin.made) == valueOf(old).name && !origin.edgeGrid)
        return origin.made;
    const ValueId made = m_copy.addLike(old);
    Node identity;
    identity.name = m_copy.graph().value(made).name + "/Identity";
    identity.op = "Identity";
    m_copy.addNode(identity.op, identity.name, {through(identity, origin)}, made);
    return made;
}

} // namespace lathe
