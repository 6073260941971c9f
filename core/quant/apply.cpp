// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/apply.h"

#include "core/numeric/qdq.h"
#include "core/quant/graph_copy.h"

namespace lathe {

namespace {

class Applier
{
public:
    Applier(const Graph& graph, const Encodings& encodings, const Codes& codes)
        : m_encodings(encodings)
        , m_codes(codes)
        , m_copy(graph)
    {
    }

    Graph run()
    {
        const Graph& source = m_copy.source();
        checkNames();
        for (const ValueId input : source.inputs) {
            const ValueId made = m_copy.addLike(input);
            m_copy.graph().inputs.push_back(made);
            quantizeValue(input, made);
        }
        for (const Node& node : source.nodes())
            copyNode(node);
        for (const ValueId output : source.outputs)
            m_copy.graph().outputs.push_back(use(output));
        return m_copy.finish();
    }

private:
    const std::string& nameOf(ValueId old) const { return m_copy.source().value(old).name; }

    void checkNames() const
    {
        for (const auto& [name, encoding] : m_encodings.activations)
            if (name.find("->") == std::string::npos && !m_copy.source().find(name).valid())
                throw Error(ErrorCode::planInvalid, name,
                            {{"reason", "the model has no value \"" + name + "\""}});
    }

    std::string fresh(const std::string& stem) const
    {
        // Names of the source that are not copied yet must stay free.
        return m_copy.source().find(stem).valid() ? m_copy.source().freshName(stem) : stem;
    }

    void copyNode(const Node& node)
    {
        Node made = node;
        for (const ValueId id : neededBy(m_copy.source(), node))
            use(id);
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            if (node.inputs[i].valid())
                made.inputs[i] = edge(node, node.inputs[i]);
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid())
                made.outputs[i] = m_copy.addLike(node.outputs[i], rawName(node.outputs[i]));
        m_copy.graph().addNode(made);
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid())
                quantizeValue(node.outputs[i], made.outputs[i]);
    }

    const EncodingPtr* activation(const std::string& name) const
    {
        const auto found = m_encodings.activations.find(name);
        return found == m_encodings.activations.end() ? nullptr : &found->second;
    }

    /// Graph outputs keep their name for what leaves the graph: the dequantized value.
    std::string rawName(ValueId old) const
    {
        const bool renamed = m_copy.source().isOutput(old) && activation(nameOf(old));
        return renamed ? fresh(nameOf(old) + "/float") : nameOf(old);
    }

    void quantizeValue(ValueId old, ValueId raw)
    {
        const EncodingPtr* encoding = activation(nameOf(old));
        if (!encoding)
            return m_copy.map(old, raw);
        const bool isOutput = m_copy.source().isOutput(old) && !m_copy.source().isInput(old);
        const std::string name =
            isOutput ? nameOf(old) : m_copy.graph().freshName(fresh(nameOf(old) + "/dequantized"));
        m_copy.map(old, addPair(raw, nameOf(old), **encoding, name));
    }

    /// The input as this node reads it: an edge with a grid of its own is quantized once more.
    ValueId edge(const Node& node, ValueId old)
    {
        const ValueId made = use(old);
        const std::string name = nameOf(old) + "->" + node.name;
        const EncodingPtr* encoding = node.name.empty() ? nullptr : activation(name);
        if (!encoding)
            return made;
        if (const ValueId known = m_copy.graph().find(name + "/dequantized"); known.valid())
            return known;
        return addPair(made, name, **encoding, name + "/dequantized");
    }

    /// Quantize and dequantize, or cast there and back for half formats; returns the value to read.
    ValueId addPair(ValueId from, const std::string& stem, const Encoding& encoding, const std::string& name)
    {
        const DType container = encoding.format.container();
        const ValueId narrow = m_copy.addNew(fresh(stem + "/quantized"), from, container);
        Value value = m_copy.graph().value(from);
        value.name = name;
        const ValueId wide = m_copy.graph().addValue(value);
        if (encoding.format.isDynamic()) {
            addDynamicPair(from, narrow, wide, stem);
            return wide;
        }
        if (!encoding.format.hasScale()) {
            addCast(from, narrow, stem + "/narrow");
            addCast(narrow, wide, stem + "/widen");
            return wide;
        }
        const std::vector<ValueId> operands = gridOperands(encoding, stem, {});
        addGridNode("QuantizeLinear", stem, from, operands, narrow, encoding);
        addGridNode("DequantizeLinear", stem, narrow, operands, wide, encoding);
        return wide;
    }

    /// Scale and zero-point are outputs: the operator takes them from the values.
    void addDynamicPair(ValueId from, ValueId narrow, ValueId wide, const std::string& stem)
    {
        Graph& graph = m_copy.graph();
        const auto addOperand = [&](const char* name, DType type) {
            Value value;
            value.name = graph.freshName(fresh(stem + name));
            value.dtype = type;
            value.shape = Shape{};
            return graph.addValue(std::move(value));
        };
        const ValueId scale = addOperand("/scale", DType::float32);
        const ValueId zeroPoint = addOperand("/zero_point", DType::uint8);
        Node node;
        node.name = stem + "/DynamicQuantizeLinear";
        node.op = "DynamicQuantizeLinear";
        node.inputs = {from};
        node.outputs = {narrow, scale, zeroPoint};
        graph.addNode(std::move(node));
        m_copy.addNode("DequantizeLinear", stem + "/DequantizeLinear", {narrow, scale, zeroPoint}, wide);
    }

    void addCast(ValueId from, ValueId to, const std::string& stem)
    {
        const DType type = m_copy.graph().value(to).dtype;
        constexpr std::int64_t onnxFloat = 1, onnxHalf = 10, onnxBfloat = 16;
        const std::int64_t code = type == DType::float32   ? onnxFloat
                                  : type == DType::float16 ? onnxHalf
                                                           : onnxBfloat;
        m_copy.addNode("Cast", stem, {from}, to, {{"to", code}});
    }

    std::vector<ValueId> gridOperands(const Encoding& encoding, const std::string& stem, const Shape& values)
    {
        Graph& graph = m_copy.graph();
        std::vector<ValueId> operands{
            graph.addConstant(graph.freshName(fresh(stem + "/scale")), scaleOperand(encoding, values))};
        constexpr int biasBits = 32; // always at zero-point 0, which files leave out
        const bool takesZeroPoint = encoding.format.isInteger() || encoding.format.isFloat8(); // it says the type too
        if (takesZeroPoint && encoding.format.bits < biasBits)
            operands.push_back(
                graph.addConstant(graph.freshName(fresh(stem + "/zero_point")), zeroPointOperand(encoding, values)));
        return operands;
    }

    void addGridNode(const std::string& op, const std::string& stem, ValueId from,
                     const std::vector<ValueId>& operands, ValueId to, const Encoding& encoding)
    {
        Node node;
        node.name = stem + "/" + op;
        node.op = op;
        node.inputs = {from};
        node.inputs.insert(node.inputs.end(), operands.begin(), operands.end());
        node.outputs = {to};
        stateAxis(node, encoding);
        stateCodeRange(node, encoding);
        m_copy.graph().addNode(std::move(node));
    }

    /// Where the new graph has the value; constants come on first use.
    ValueId use(ValueId old)
    {
        if (const ValueId known = m_copy.mapped(old); known.valid())
            return known;
        const std::string& name = nameOf(old);
        if (const auto weight = m_encodings.weights.find(name); weight != m_encodings.weights.end())
            return addCodes(old, *weight->second, m_codes.weights);
        if (const auto bias = m_encodings.biases.find(name); bias != m_encodings.biases.end())
            return addCodes(old, *bias->second, m_codes.biases);
        return m_copy.copyConstant(old);
    }

    /// Codes, dequantized into a value of the constant's name.
    ValueId addCodes(ValueId old, const Encoding& encoding, const std::map<std::string, Tensor>& known)
    {
        Graph& graph = m_copy.graph();
        const Value& constant = m_copy.source().value(old);
        const auto found = known.find(constant.name);
        Tensor codes = found != known.end() ? found->second : quantize(constant.constant, encoding);
        if (codes.dtype() != encoding.format.container() || codes.shape() != constant.constant.shape())
            throw Error(ErrorCode::planInvalid, constant.name, {{"reason", "the codes do not fit the grid"}});
        const ValueId narrow =
            graph.addConstant(graph.freshName(fresh(constant.name + "/codes")), std::move(codes));
        graph.value(narrow).channelAxis = constant.channelAxis;
        const ValueId wide = m_copy.addLike(old);
        m_copy.map(old, wide);
        if (encoding.format.hasScale())
            addGridNode("DequantizeLinear", constant.name, narrow,
                        gridOperands(encoding, constant.name, constant.constant.shape()), wide, encoding);
        else
            addCast(narrow, wide, constant.name + "/widen");
        return wide;
    }

    const Encodings& m_encodings;
    const Codes& m_codes;
    GraphCopy m_copy;
};

} // namespace

Graph applyEncodings(const Graph& graph, const Encodings& encodings, const Codes& codes)
{
    return Applier(graph, encodings, codes).run();
}

} // namespace lathe
