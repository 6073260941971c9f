// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/export_qdq.h"

#include "core/base/version.h"
#include "core/numeric/qdq.h"
#include "core/ops/op.h"
#include "core/quant/export_plan.h"
#include "core/quant/graph_copy.h"
#include "core/quant/raise_opset.h"

namespace lathe {

namespace {

class Exporter
{
public:
    Exporter(const Graph& applied, const ExportOptions& options, const ExportPlan& plan)
        : m_options(options)
        , m_plan(plan)
        , m_copy(applied)
    {
    }

    Graph run()
    {
        const Graph& source = m_copy.source();
        for (const ValueId input : source.inputs)
            addInput(input);
        for (std::size_t i = 0; i < source.nodes().size(); ++i)
            writeNode(i);
        for (const ValueId output : source.outputs)
            m_copy.graph().outputs.push_back(use(output));
        Graph graph = m_copy.finish();
        if (m_needsNewTypes)
            raiseOpset(graph);
        return graph;
    }

private:
    const Graph& source() const { return m_copy.source(); }
    const Node& node(std::size_t index) const { return source().nodes()[index]; }
    const Value& valueOf(ValueId old) const { return source().value(old); }
    static std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

    /// The pair form that quantizes this graph input and nothing else reads it.
    const PairForm* codesOnly(ValueId input) const
    {
        const std::vector<NodeId> readers = source().consumers(input);
        if (m_options.floatIo || readers.size() != 1 || source().isOutput(input))
            return nullptr;
        const auto& form = m_plan.forms[at(readers[0])];
        return form && form->source == input && !form->clipReal ? &*form : nullptr;
    }

    void addInput(ValueId input)
    {
        Value value = valueOf(input);
        if (const PairForm* form = codesOnly(input))
            value.dtype = form->grid.encoding.format.container();
        const ValueId made = m_copy.graph().addValue(std::move(value));
        m_copy.graph().inputs.push_back(made);
        m_copy.map(input, made);
    }

    void writeNode(std::size_t index)
    {
        const Node& old = node(index);
        if (m_plan.dropped[index])
            return;
        if (m_plan.forms[index])
            return writeQuantize(index);
        if (isDequantizeNode(old) && writeDequantize(old))
            return;
        if (writeWeightOnly(old))
            return;
        copyNode(old);
    }

    void copyNode(const Node& old)
    {
        Node made = old;
        if (isQuantizeNode(old) || isDequantizeNode(old))
            m_needsNewTypes = m_needsNewTypes || (old.input(2).valid() && isFloat8(valueOf(old.input(2)).dtype));
        for (const std::string_view key : {bitsAttribute, minimumCodeAttribute, maximumCodeAttribute})
            if (const auto found = made.attributes.find(key); found != made.attributes.end())
                made.attributes.erase(found);
        for (const ValueId id : neededBy(source(), old))
            use(id);
        for (std::size_t i = 0; i < old.inputs.size(); ++i)
            if (old.inputs[i].valid())
                made.inputs[i] = use(old.inputs[i]);
        for (std::size_t i = 0; i < old.outputs.size(); ++i)
            if (old.outputs[i].valid()) {
                made.outputs[i] = m_copy.addLike(old.outputs[i]);
                m_copy.map(old.outputs[i], made.outputs[i]);
            }
        m_copy.graph().addNode(std::move(made));
    }

    ValueId use(ValueId old)
    {
        const ValueId known = m_copy.mapped(old);
        return known.valid() ? known : m_copy.copyConstant(old);
    }

    std::string fresh(const std::string& stem)
    {
        return source().find(stem).valid() ? source().freshName(stem) : m_copy.graph().freshName(stem);
    }

    ValueId addScalar(const std::string& stem, Tensor constant)
    {
        return m_copy.graph().addConstant(fresh(stem), std::move(constant));
    }

    static Tensor codeScalar(std::int32_t code, const FileGrid& grid)
    {
        return Tensor::scalar<std::int32_t>(code).converted(grid.encoding.format.container());
    }

    void writeQuantize(std::size_t index)
    {
        const Node& old = node(index);
        const PairForm& form = *m_plan.forms[index];
        m_needsNewTypes = m_needsNewTypes || form.grid.encoding.format.bits != 8;
        // What leaves the pair has the name that the codes had; what stands before it gets one of its own.
        const std::string& name = valueOf(old.outputs[0]).name;
        const FileGrid& grid = form.grid;
        const DType container = grid.encoding.format.container();
        ValueId codes = use(form.source);
        if (m_copy.graph().value(codes).dtype != container) {
            if (form.clipReal)
                codes = addClip(codes, fresh(name + "/limited"), Tensor::scalar(form.clipReal->low),
                                Tensor::scalar(form.clipReal->high));
            const ValueId quantized =
                m_copy.addNew(form.clipCodes ? fresh(name + "/unclipped") : name, codes, container);
            addGridNode("QuantizeLinear", old, codes, quantized, grid);
            codes = quantized;
        }
        if (form.clipCodes)
            codes = addClip(codes, name, codeScalar(grid.encoding.minimumCode, grid),
                            codeScalar(grid.encoding.maximumCode, grid));
        m_copy.map(old.outputs[0], codes);
        m_gridOf.emplace(old.outputs[0], form.grid);
    }

    ValueId addClip(ValueId from, const std::string& name, Tensor low, Tensor high)
    {
        const ValueId lowest = addScalar(name + "/low", std::move(low));
        const ValueId highest = addScalar(name + "/high", std::move(high));
        const ValueId to = m_copy.addNew(name, from, m_copy.graph().value(from).dtype);
        m_copy.addNode("Clip", m_copy.graph().value(to).name, {from, lowest, highest}, to);
        return to;
    }

    /// The zero-point in the file's container: one constant for all nodes that had one.
    ValueId zeroPoint(const Node& old, const FileGrid& grid)
    {
        const ValueId stated = old.input(2);
        const auto key = std::pair{stated, grid.encoding.format.container()};
        if (const auto known = m_zeroPoints.find(key); stated.valid() && known != m_zeroPoints.end())
            return known->second;
        const std::string name = stated.valid() ? valueOf(stated).name : old.name + "/zero_point";
        const ValueId made =
            m_copy.graph().addConstant(m_copy.graph().freshName(name), zeroPointOperand(grid.encoding, shapeOf(stated, grid)));
        if (stated.valid())
            m_zeroPoints.emplace(key, made);
        return made;
    }

    /// In groups the zero-points have the shape of the stated ones, as many as there are scales.
    Shape shapeOf(ValueId stated, const FileGrid& grid) const
    {
        if (!grid.encoding.grouped() || !stated.valid())
            return {};
        // Any length that is cut into as many groups.
        std::vector<std::int64_t> dims = valueOf(stated).constant.shape().dims();
        dims[static_cast<std::size_t>(grid.encoding.axis)] *= grid.encoding.groupSize;
        return Shape(dims);
    }

    void addGridNode(const std::string& op, const Node& old, ValueId from, ValueId to, const FileGrid& grid)
    {
        Node made;
        made.name = old.name;
        made.op = op;
        made.inputs = {from, use(old.input(1))};
        constexpr int biasBits = 32;
        if (grid.encoding.format.bits < biasBits)
            made.inputs.push_back(zeroPoint(old, grid));
        made.outputs = {to};
        stateAxis(made, grid.encoding);
        m_copy.graph().addNode(std::move(made));
    }

    bool writeDequantize(const Node& old)
    {
        const ValueId codes = old.input(0);
        if (valueOf(codes).isConstant())
            return writeConstant(old);
        const auto grid = m_gridOf.find(codes);
        if (grid == m_gridOf.end())
            return false;
        const ValueId output = old.outputs[0];
        const bool leavesAsCodes =
            !m_options.floatIo && source().isOutput(output) && source().consumers(output).empty();
        if (leavesAsCodes) {
            // The output keeps its name, now that of the codes.
            const ValueId made = m_copy.addLike(output);
            m_copy.graph().value(made).dtype = grid->second.encoding.format.container();
            m_copy.addNode("Identity", old.name, {m_copy.mapped(codes)}, made);
            m_copy.map(output, made);
            return true;
        }
        const ValueId made = m_copy.addLike(output);
        addGridNode("DequantizeLinear", old, m_copy.mapped(codes), made, grid->second);
        m_copy.map(output, made);
        return true;
    }

    /// Constants of weighted operators keep their sign; those of an Add or Mul must have the activations'
    /// type.
    bool isWeight(const Node& dequantize) const
    {
        for (const NodeId reader : source().consumers(dequantize.outputs[0])) {
            const Op* op = findOp(source().node(reader));
            if (op && op->traits.kind == OpTraits::Kind::weighted)
                return true;
        }
        return false;
    }

    bool writeConstant(const Node& old)
    {
        const std::optional<Encoding> encoding = statedEncoding(source(), old);
        if (!encoding || !encoding->format.isInteger())
            return false;
        const std::vector<NodeId> readers = source().consumers(old.outputs[0]);
        // Written together with the operator that it serves, in that one's form.
        if (readers.size() == 1 && weightOnly(source().node(readers[0])) == &old)
            return true;
        const bool weight = isWeight(old) || encoding->perChannel() || encoding->format.bits > 16;
        const FileGrid grid = weight ? weightFileGrid(*encoding, m_options.packed)
                                     : activationFileGrid(*encoding, m_options.packed);
        addConstant(old, fileCodes(valueOf(old.input(0)).constant, grid), grid);
        return true;
    }

    void addConstant(const Node& old, Tensor codes, const FileGrid& grid)
    {
        const int bits = grid.encoding.format.bits;
        m_needsNewTypes = m_needsNewTypes || bits == 4 || bits == 16 || grid.encoding.grouped();
        const Value& value = valueOf(old.input(0));
        const bool taken = m_copy.graph().find(value.name).valid();
        const ValueId narrow =
            m_copy.graph().addConstant(taken ? fresh(value.name) : value.name, std::move(codes));
        const ValueId made = m_copy.addLike(old.outputs[0]);
        m_copy.graph().value(made).shape = m_copy.graph().value(narrow).shape;
        addGridNode("DequantizeLinear", old, narrow, made, grid);
        m_copy.map(old.outputs[0], made);
    }

    /// The DequantizeLinear of a rank-2 weight whose operator has a float input. ONNX Runtime turns such a
    /// MatMul or Gemm into one that quantizes its input on the fly, with other numbers.
    const Node* weightOnly(const Node& old) const
    {
        if (!old.domain.empty() || (old.op != "MatMul" && old.op != "Gemm") || old.inputs.size() < 2)
            return nullptr;
        if (old.op == "Gemm" && (old.integer("transB", 0) != 0 || old.integer("transA", 0) != 0))
            return nullptr;
        const auto& shape = valueOf(old.inputs[0]).shape;
        const NodeId weight = source().producer(old.inputs[1]);
        const NodeId input = source().producer(old.inputs[0]);
        if (!shape || shape->rank() < 2 || !weight.valid() || !isDequantizeNode(source().node(weight)))
            return nullptr;
        if (input.valid() && isDequantizeNode(source().node(input)))
            return nullptr;
        const Node& dequantize = source().node(weight);
        const Value& codes = valueOf(dequantize.input(0));
        const std::optional<Encoding> encoding = statedEncoding(source(), dequantize);
        // In groups the operator has a form of its own, which keeps its input in float.
        const bool plain = codes.isConstant() && codes.constant.shape().rank() == 2 && encoding &&
                           encoding->format.isInteger() && !encoding->grouped() &&
                           source().consumers(dequantize.outputs[0]).size() == 1;
        return plain ? &dequantize : nullptr;
    }

    bool writeWeightOnly(const Node& old)
    {
        const Node* weight = weightOnly(old);
        if (!weight)
            return false;
        std::optional<Encoding> encoding = statedEncoding(source(), *weight);
        const Tensor& codes = valueOf(weight->input(0)).constant;
        const bool matrix = valueOf(old.inputs[0]).shape->rank() == 2;
        // A matrix becomes a Gemm with its weight lying the other way; a stack of them multiplies a stack of
        // one.
        if (encoding->perChannel())
            encoding->axis = matrix ? 1 - encoding->axis : encoding->axis + 1;
        const FileGrid grid = weightFileGrid(*encoding, m_options.packed);
        const Tensor written = fileCodes(matrix ? transposed(codes) : stacked(codes), grid);
        addConstant(*weight, written, grid);
        Node made = old;
        made.inputs = {use(old.input(0)), m_copy.mapped(weight->outputs[0])};
        if (old.op == "Gemm" && old.input(2).valid())
            made.inputs.push_back(use(old.input(2)));
        if (matrix) {
            made.op = "Gemm";
            made.attributes.insert_or_assign("transB", std::int64_t{1});
        }
        const ValueId output = m_copy.addLike(old.outputs[0]);
        made.outputs = {output};
        m_copy.map(old.outputs[0], output);
        m_copy.graph().addNode(std::move(made));
        return true;
    }

    static Tensor stacked(const Tensor& codes)
    {
        return codes.reshaped(Shape{1, codes.shape()[0], codes.shape()[1]});
    }

    static Tensor transposed(const Tensor& codes)
    {
        const std::int64_t rows = codes.shape()[0], columns = codes.shape()[1];
        const std::vector<std::int64_t> from = codes.toIntegers();
        std::vector<std::int32_t> to(from.size());
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < columns; ++c)
                to[static_cast<std::size_t>(c * rows + r)] =
                    static_cast<std::int32_t>(from[static_cast<std::size_t>(r * columns + c)]);
        return Tensor::of<std::int32_t>(Shape{columns, rows}, to).converted(codes.dtype());
    }

    const ExportOptions& m_options;
    const ExportPlan& m_plan;
    GraphCopy m_copy;
    std::map<std::pair<ValueId, DType>, ValueId> m_zeroPoints;
    std::map<ValueId, FileGrid> m_gridOf; ///< by codes value of the applied graph
    bool m_needsNewTypes = false;
};

void addMetadata(Graph& graph, const QuantPlan& plan, const ExportOptions& options)
{
    graph.metadata["tensorlathe.plan"] = dumpJson(planToJson(plan));
    graph.metadata["tensorlathe.plan_digest"] = plan.digest().hex();
    graph.metadata["tensorlathe.version"] = std::string(version());
    if (!options.sourceDigest.empty())
        graph.metadata["tensorlathe.source_digest"] = options.sourceDigest;
}

} // namespace

Graph prepareExport(const Graph& applied, const QuantPlan& plan, const ExportOptions& options)
{
    const ExportPlan steps = planExport(applied, options);
    if (!steps.refusals.empty()) {
        const Refusal& first = steps.refusals[0];
        throw Error(ErrorCode::notExportable, first.layer,
                    {{"what", "The layer \"" + first.layer + "\""},
                     {"format", "ONNX"},
                     {"reason", first.reason},
                     {"nearest", first.nearest}});
    }
    Graph graph = Exporter(applied, options, steps).run();
    addMetadata(graph, plan, options);
    noteClamps(graph, steps.clamps);
    return graph;
}

std::vector<Refusal> exportRefusals(const Graph& applied, const QuantPlan&, const ExportOptions& options)
{
    ExportPlan steps = planExport(applied, options);
    if (!steps.refusals.empty())
        return std::move(steps.refusals);
    try {
        Exporter(applied, options, steps).run();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::notExportable)
            throw;
        return {{error.where(), error.message(), error.hint()}};
    }
    return {};
}

} // namespace lathe
