// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/export_plan.h"

#include <algorithm>

#include "core/numeric/qdq.h"
#include "core/ops/op.h"
#include "core/quant/peer_limits.h"

namespace lathe {

namespace {

std::optional<Limits> limitsOf(const Graph& graph, const Node& node)
{
    if (!node.domain.empty())
        return std::nullopt;
    if (node.op == "Relu")
        return Limits{0, std::numeric_limits<float>::infinity()};
    if (node.op != "Clip")
        return std::nullopt;
    Limits limits;
    for (const std::size_t operand : {1U, 2U}) {
        if (!node.input(operand).valid())
            continue;
        const Tensor* constant = graph.constant(node.input(operand));
        if (!constant || constant->elements() != 1)
            return std::nullopt;
        (operand == 1 ? limits.low : limits.high) = static_cast<float>(constant->at(0));
    }
    return limits;
}

std::int32_t codeOf(float real, const Encoding& encoding)
{
    return quantizeOne(real, encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode,
                       encoding.maximumCode);
}

class Planner
{
public:
    Planner(const Graph& applied, const ExportOptions& options)
        : m_source(applied)
        , m_options(options)
    {
        m_plan.forms.resize(applied.nodes().size());
        m_plan.dropped.resize(applied.nodes().size(), false);
    }

    ExportPlan run()
    {
        refuseTables();
        refuseFloat8();
        planPairs();
        checkPeer();
        return std::move(m_plan);
    }

private:
    const Graph& source() const { return m_source; }
    const Node& node(std::size_t index) const { return m_source.nodes()[index]; }
    const Value& valueOf(ValueId old) const { return m_source.value(old); }
    static std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

    void refuse(ValueId value, std::string reason, std::string nearest)
    {
        m_plan.refusals.push_back({layerOf(value), std::move(reason), std::move(nearest)});
    }

    /// Layers are named after what leaves them; a graph output stands behind its DequantizeLinear.
    std::string layerOf(ValueId value) const
    {
        for (const NodeId reader : source().consumers(value)) {
            if (!isQuantizeNode(source().node(reader)))
                continue;
            for (const NodeId last : source().consumers(source().node(reader).outputs[0]))
                if (source().isOutput(source().node(last).outputs[0]))
                    return valueOf(source().node(last).outputs[0]).name;
        }
        return source().isInput(value) ? "input:" + valueOf(value).name : valueOf(value).name;
    }

    /// No file can say what a code of a table stands for.
    void refuseTables()
    {
        for (const Node& node : source().nodes()) {
            if (!node.has(formatAttribute) || node.input(0) == ValueId{})
                continue;
            if (isDequantizeNode(node) && !valueOf(node.input(0)).isConstant())
                continue; // told of its QuantizeLinear
            const std::string format = node.text(formatAttribute, "");
            const ValueId read = isDequantizeNode(node) ? layerBehind(node.outputs[0]) : node.input(0);
            refuse(read, "the exporter writes no values of the format " + format,
                   NumberFormat::parse(format).bits > 4 ? "Take int8 for it." : "Take int4 for it.");
        }
    }

    /// ONNX Runtime takes 8-bit floats as weights of an operator in float. Where activations are quantized its optimizer
    /// makes integer operators of them (QLinearConv), which it then refuses to load.
    void refuseFloat8()
    {
        for (const Node& node : source().nodes()) {
            if (!node.input(2).valid() || !isFloat8(valueOf(node.input(2)).dtype))
                continue;
            if (isQuantizeNode(node))
                refuse(node.input(0), "ONNX Runtime loads no operators on 8-bit float activations",
                       "Take float16 or uint8 for its activations.");
            else if (isDequantizeNode(node) && valueOf(node.input(0)).isConstant() && readsCodes(node.outputs[0]))
                refuse(layerBehind(node.outputs[0]),
                       "ONNX Runtime loads no operators of 8-bit float weights beside quantized inputs",
                       "Take int8 weights, or leave its input in float32.");
        }
    }

    /// True when an operator reads `weight` beside a dequantized activation.
    bool readsCodes(ValueId weight) const
    {
        for (const NodeId reader : source().consumers(weight)) {
            const NodeId producer = source().producer(source().node(reader).input(0));
            if (producer.valid() && isDequantizeNode(source().node(producer)))
                return true;
        }
        return false;
    }

    /// What the layer with this dequantized weight hands on.
    ValueId layerBehind(ValueId weight) const
    {
        const std::vector<NodeId> readers = source().consumers(weight);
        return readers.empty() ? weight : layerOutput(source().node(readers[0]));
    }

    bool isPlainPair(const Node& quantize) const
    {
        if (source().isOutput(quantize.outputs[0]))
            return false;
        const std::vector<NodeId> readers = source().consumers(quantize.outputs[0]);
        return !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](NodeId reader) {
            return isDequantizeNode(source().node(reader));
        });
    }

    void planPairs()
    {
        for (std::size_t i = 0; i < source().nodes().size(); ++i) {
            if (!isQuantizeNode(node(i)) || !isPlainPair(node(i)))
                continue;
            const std::optional<Encoding> encoding = statedEncoding(source(), node(i));
            if (!encoding || encoding->perChannel() || !encoding->format.isInteger())
                continue;
            PairForm form;
            form.grid = activationFileGrid(*encoding, m_options.packed);
            form.source = node(i).input(0);
            if (form.grid.encoding.format.bits == 8)
                clipCodes(form);
            else
                clipReals(form);
            m_plan.forms[i] = form;
        }
    }

    /// Q(min(max(v, a), b)) = min(max(Q(v), Q(a)), Q(b)): a clamp of codes leaves the operator and Q side by
    /// side, which integer kernels need.
    void clipCodes(PairForm& form)
    {
        Encoding& encoding = form.grid.encoding;
        if (const std::optional<Limits> limits = absorbClamp(form)) {
            const std::int32_t low = codeOf(limits->low, encoding);
            const std::int32_t high = codeOf(limits->high, encoding);
            encoding.minimumCode = low;
            encoding.maximumCode = high;
        }
        // ONNX Runtime merges pairs that stand side by side; a Clip between keeps them apart.
        form.clipCodes = form.grid.isNarrow() || isRequantized(form.source);
    }

    /// 4- and 16-bit types have no integer kernels to be fused into and no Clip of their own.
    void clipReals(PairForm& form)
    {
        const Encoding& encoding = form.grid.encoding;
        if (encoding.format.bits == 4) {
            const std::optional<Limits> limits = absorbClamp(form);
            if (limits && (codeOf(limits->low, encoding) != encoding.minimumCode ||
                           codeOf(limits->high, encoding) != encoding.maximumCode))
                refuse(node(at(source().consumers(form.source)[0])).outputs[0],
                       "ONNX Runtime drops a clamp before 4-bit activations",
                       "Export without real 4-bit types.");
        } else if (form.grid.isNarrow()) {
            form.clipReal = Limits{encoding.lowestReal(), encoding.highestReal()};
        }
        if (isRequantized(form.source))
            refuse(form.source, "ONNX Runtime merges a second quantization of 4 or 16 bits into the first",
                   "Give the edge 8 bits.");
    }

    bool isRequantized(ValueId value) const
    {
        const NodeId producer = source().producer(value);
        return producer.valid() && isDequantizeNode(source().node(producer)) &&
               !valueOf(source().node(producer).input(0)).isConstant();
    }

    /// Takes the clamp between a computing operator and Q out of the graph and returns its limits.
    std::optional<Limits> absorbClamp(PairForm& form)
    {
        const NodeId clamp = source().producer(form.source);
        if (!clamp.valid() || source().isOutput(form.source) || source().consumers(form.source).size() != 1)
            return std::nullopt;
        const std::optional<Limits> limits = limitsOf(source(), source().node(clamp));
        const ValueId input = source().node(clamp).input(0);
        if (!limits || !computes(source().producer(input)) || source().isOutput(input) ||
            source().consumers(input).size() != 1)
            return std::nullopt;
        m_plan.dropped[at(clamp)] = true;
        m_plan.clamps.push_back(
            {source().node(clamp).name, valueOf(input).name, valueOf(form.source).name, *limits});
        form.source = input;
        return limits;
    }

    bool computes(NodeId producer) const
    {
        if (!producer.valid() || isDequantizeNode(source().node(producer)))
            return false;
        const Op* op = findOp(source().node(producer));
        return op &&
               (op->traits.kind == OpTraits::Kind::weighted || op->traits.kind == OpTraits::Kind::computing);
    }

    /// Container bits of the activation that the operand comes from; 0 when it is not quantized.
    int containerBits(ValueId operand) const
    {
        const NodeId producer = source().producer(operand);
        if (!producer.valid() || !isDequantizeNode(source().node(producer)))
            return 0;
        const NodeId quantize = source().producer(source().node(producer).input(0));
        return quantize.valid() && m_plan.forms[at(quantize)]
                   ? m_plan.forms[at(quantize)]->grid.encoding.format.bits
                   : 0;
    }

    int weightBits(ValueId operand) const
    {
        const NodeId producer = operand.valid() ? source().producer(operand) : NodeId{};
        if (!producer.valid() || !isDequantizeNode(source().node(producer)))
            return 0;
        const std::optional<Encoding> encoding = statedEncoding(source(), source().node(producer));
        return encoding && encoding->format.isInteger()
                   ? weightFileGrid(*encoding, m_options.packed).encoding.format.bits
                   : 0;
    }

    void checkPeer()
    {
        for (const Node& reader : source().nodes()) {
            if (reader.inputs.empty() || !reader.inputs[0].valid() || !reader.domain.empty())
                continue;
            for (const PeerRefusal& row : peerRefusals)
                if (reader.op == row.op && containerBits(reader.inputs[0]) == row.activationBits &&
                    (row.weightBits == 0 || weightBits(reader.input(1)) == row.weightBits))
                    refuse(layerOutput(reader), std::string(row.reason), std::string(row.nearest));
        }
    }

    /// What the layer that starts with this node hands on.
    ValueId layerOutput(const Node& main) const
    {
        const ValueId output = main.outputs[0];
        const std::vector<NodeId> readers = source().consumers(output);
        const bool clamped = readers.size() == 1 && limitsOf(source(), source().node(readers[0])).has_value();
        return clamped ? source().node(readers[0]).outputs[0] : output;
    }

    const Graph& m_source;
    const ExportOptions& m_options;
    ExportPlan m_plan;
};

} // namespace

ExportPlan planExport(const Graph& applied, const ExportOptions& options)
{
    return Planner(applied, options).run();
}

} // namespace lathe
