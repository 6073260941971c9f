// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "core/numeric/qdq.h"
#include "core/ops/op.h"
#include "core/quant/apply.h"
#include "core/quant/clamps.h"
#include "core/quant/graph_copy.h"
#include "core/quant/lift_grids.h"
#include "core/quant/qlinear_ops.h"

namespace lathe {

namespace {

/// What a value of the quantized graph is in the float graph.
struct Origin
{
    ValueId made;          ///< the float value that it stands for
    EncodingPtr codesGrid; ///< set when it holds codes, of `made` on this grid
    EncodingPtr edgeGrid;  ///< set when its readers see `made` through a grid of their own
};

class Lifter
{
public:
    explicit Lifter(const Graph& graph)
        : m_copy(graph)
        , m_grids(graph)
        , m_origin(graph.values().size())
    {
    }

    Lifted run()
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

private:
    Origin& at(ValueId old) { return m_origin[static_cast<std::size_t>(old.index)]; }
    const Value& valueOf(ValueId old) const { return m_copy.source().value(old); }
    const std::string& madeName(ValueId made) { return m_copy.graph().value(made).name; }

    /// A file may leave out what an operator cannot do without.
    static void checkOperands(const Node& node)
    {
        const bool isLifted = isQuantizeNode(node) || isDequantizeNode(node) || node.op == "Cast" ||
                              node.op == "Clip" || qlinearForm(node).has_value();
        if (isLifted && (!node.input(0).valid() || node.outputs.empty() || !node.outputs[0].valid()))
            refuseLift(node, "its input or output is missing");
    }

    /// Edges are named after the node that reads them, so every node needs a name of its own.
    void nameReaders()
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

    /// A graph output keeps its name: what is quantized and dequantized on its way there takes it over.
    void chooseNames()
    {
        const Graph& source = m_copy.source();
        for (const Node& node : m_nodes) {
            if (!isDequantizeNode(node) || !source.isOutput(node.outputs[0]))
                continue;
            ValueId codes = node.input(0);
            NodeId producer = source.producer(codes);
            while (producer.valid() && source.node(producer).op == "Clip") {
                codes = source.node(producer).input(0);
                producer = source.producer(codes);
            }
            if (!producer.valid())
                continue;
            const ValueId base =
                isQuantizeNode(source.node(producer)) ? source.node(producer).input(0) : codes;
            if (!source.isOutput(base) && !source.isInput(base))
                m_names.emplace(base, valueOf(node.outputs[0]).name);
        }
    }

    std::string nameFor(ValueId old) const
    {
        const auto found = m_names.find(old);
        return found == m_names.end() ? valueOf(old).name : found->second;
    }

    void liftNode(const Node& node)
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

    bool isCodes(ValueId old) { return old.valid() && at(old).codesGrid != nullptr; }

    void copyNode(const Node& node)
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

    ValueId make(ValueId old)
    {
        at(old).made = m_copy.addLike(old, nameFor(old));
        return at(old).made;
    }

    /// The float value that `node` reads; a grid of its own is noted for this edge.
    ValueId read(const Node& node, ValueId old)
    {
        Origin& origin = at(old);
        if (!origin.made.valid())
            origin.made = m_copy.copyConstant(old);
        if (origin.codesGrid && node.op != "Shape")
            refuseLift(node, "it reads the codes of \"" + valueOf(old).name + "\"");
        return through(node, origin);
    }

    /// The float value of `origin` as `node` reads it; a grid of its own is noted for this edge. A node that
    /// reads one value in two ways gets a copy of it for the second.
    ValueId through(const Node& node, const Origin& origin)
    {
        const auto [seen, isFirst] = m_seen.emplace(std::pair{node.name, origin.made}, origin.edgeGrid);
        if (!isFirst && seen->second != origin.edgeGrid)
            return addCopy(origin);
        if (origin.edgeGrid)
            m_result.encodings.activations.insert_or_assign(madeName(origin.made) + "->" + node.name,
                                                            origin.edgeGrid);
        return origin.made;
    }

    ValueId addCopy(const Origin& origin)
    {
        const ValueId copy = m_copy.addNew(madeName(origin.made) + "/copy", origin.made,
                                           m_copy.graph().value(origin.made).dtype);
        m_copy.addNode("Identity", madeName(copy), {origin.made}, copy);
        if (origin.edgeGrid)
            m_result.encodings.activations.emplace(madeName(copy), origin.edgeGrid);
        return copy;
    }

    void liftQuantize(const Node& node)
    {
        const Graph& source = m_copy.source();
        const ValueId input = node.input(0);
        if (valueOf(input).isConstant())
            refuseLift(node, "it quantizes a constant");
        if (source.isOutput(node.outputs[0])) {
            if (!source.consumers(node.outputs[0]).empty())
                refuseLift(node, "its codes leave the graph and are read in it");
            return copyNode(node);
        }
        const Origin from = at(input);
        const EncodingPtr grid = m_grids.behindClip(node);
        auto& known = m_result.encodings.activations;
        const auto placed = known.find(madeName(from.made));
        Origin to{from.made, grid, nullptr};
        if (placed != known.end()) {
            if (from.edgeGrid || !(*placed->second == *grid))
                to.edgeGrid = grid;
            else
                to.codesGrid = placed->second;
        } else if (from.edgeGrid || !allQuantizeAlike(input, *grid)) {
            to.edgeGrid = grid;
        } else {
            known.emplace(madeName(from.made), grid);
        }
        at(node.outputs[0]) = to;
    }

    /// True when nobody sees the value but through this grid.
    bool allQuantizeAlike(ValueId value, const Encoding& grid)
    {
        const Graph& source = m_copy.source();
        if (source.isOutput(value))
            return false;
        for (const NodeId reader : source.consumers(value)) {
            const Node& node = source.node(reader);
            if (!isQuantizeNode(node) || node.input(0) != value || !(*m_grids.behindClip(node) == grid))
                return false;
        }
        return true;
    }

    void liftDequantize(const Node& node)
    {
        const ValueId codes = node.input(0);
        if (valueOf(codes).isConstant())
            return liftConstant(node);
        if (!isCodes(codes))
            return copyNode(node);
        const Origin from = at(codes);
        if (from.codesGrid->format.isDynamic()) {
            at(node.outputs[0]) = {from.made, nullptr, from.edgeGrid};
            return;
        }
        if (!sameSteps(*m_grids.stated(node), *from.codesGrid))
            refuseLift(node, "its grid is not that of the codes");
        at(node.outputs[0]) = {from.made, nullptr, from.edgeGrid};
    }

    void liftConstant(const Node& node)
    {
        const ValueId output = node.outputs[0];
        at(output).made = addConstant(nameFor(output), valueOf(node.input(0)), m_grids.stated(node));
    }

    ValueId addConstant(const std::string& name, const Value& codes, const EncodingPtr& grid)
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

    /// Behind a QuantizeLinear, which already has the narrower grid.
    void liftClip(const Node& node)
    {
        const Origin from = at(node.input(0));
        const EncodingPtr grid = m_grids.clipped(node, from.codesGrid);
        if (!(*grid == *from.codesGrid))
            refuseLift(node, "it clips codes that others read unclipped");
        at(node.outputs[0]) = from;
    }

    /// An operator that moves codes does the same to the numbers, and its output is on the same grid.
    void liftMove(const Node& node)
    {
        const Op* op = findOp(node);
        if (node.op == "Shape")
            return copyNode(node);
        if (!op || op->traits.kind != OpTraits::Kind::moving || node.op == "Pad")
            refuseLift(node, "it computes with codes");
        const EncodingPtr grid = at(node.input(0)).codesGrid;
        Node made = node;
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (!node.inputs[i].valid())
                continue;
            const Origin origin = at(node.inputs[i]);
            if (!origin.codesGrid) {
                made.inputs[i] = read(node, node.inputs[i]);
                continue;
            }
            if (!sameSteps(*origin.codesGrid, *grid))
                refuseLift(node, "its inputs are on different grids");
            made.inputs[i] = through(node, origin);
        }
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid())
                made.outputs[i] = makeOnGrid(node.outputs[i], grid);
        m_copy.graph().addNode(std::move(made));
    }

    ValueId makeOnGrid(ValueId old, const EncodingPtr& grid)
    {
        const ValueId made = make(old);
        m_copy.graph().value(made).dtype = DType::float32;
        at(old).codesGrid = grid;
        m_result.encodings.activations.emplace(madeName(made), grid);
        return made;
    }

    void liftQLinear(const Node& node, const QLinearForm& form)
    {
        Node made;
        made.name = node.name;
        made.op = form.op;
        made.attributes = node.attributes;
        std::vector<EncodingPtr> grids;
        for (std::size_t i = 0; i < form.operands.size(); ++i) {
            const QLinearOperand& operand = form.operands[i];
            const ValueId codes = node.input(operand.codes);
            if (!codes.valid())
                refuseLift(node, "an operand is missing");
            const Shape shape = valueOf(codes).shape.value_or(Shape{});
            grids.push_back(m_grids.operand(node, operand.scale, operand.zeroPoint,
                                            qlinearAxis(node, form, i, shape.rank())));
            made.inputs.push_back(readCodes(node, codes, grids.back()));
        }
        if (form.bias && node.input(*form.bias).valid())
            made.inputs.push_back(readBias(node, *form.bias, grids));
        made.outputs = {
            makeOnGrid(node.outputs[0], m_grids.operand(node, form.outputScale, form.outputZeroPoint, -1))};
        m_copy.graph().addNode(std::move(made));
    }

    ValueId readCodes(const Node& node, ValueId codes, const EncodingPtr& grid)
    {
        Origin& origin = at(codes);
        if (valueOf(codes).isConstant()) {
            if (!origin.made.valid())
                origin = {addConstant(nameFor(codes), valueOf(codes), grid), grid, nullptr};
        } else if (!origin.codesGrid) {
            refuseLift(node, "it reads codes that were not quantized in the graph");
        }
        if (!sameSteps(*origin.codesGrid, *grid))
            refuseLift(node, "its grid is not that of the codes");
        return through(node, origin);
    }

    ValueId readBias(const Node& node, std::size_t index, const std::vector<EncodingPtr>& grids)
    {
        const Value& codes = valueOf(node.input(index));
        if (!codes.isConstant() || codes.dtype != DType::int32)
            refuseLift(node, "its bias is no int32 constant");
        const EncodingPtr grid = biasGrid(*grids[0], *grids[1], codes.constant.shape());
        std::string name = codes.name;
        // Two operators may read the same codes at different scales.
        if (m_copy.graph().find(name).valid())
            name = m_copy.graph().freshName(name);
        return addConstant(name, codes, grid);
    }

    /// float32 -> half -> float32 is a value held in half precision.
    bool liftCast(const Node& node)
    {
        const Graph& source = m_copy.source();
        const ValueId half = node.outputs[0];
        const ValueId input = node.input(0);
        const DType type = valueOf(half).dtype;
        if (type != DType::float16 && type != DType::bfloat16)
            return liftWiden(node);
        if (valueOf(input).dtype != DType::float32 || valueOf(input).isConstant() || source.isOutput(half))
            return false;
        for (const NodeId reader : source.consumers(half))
            if (source.node(reader).op != "Cast" ||
                valueOf(source.node(reader).outputs[0]).dtype != DType::float32)
                return false;
        holdIn(halfGrid(type), input, half);
        return true;
    }

    /// Codes that are only read with the scale and zero-point they were made with.
    bool liftDynamic(const Node& node)
    {
        const Graph& source = m_copy.source();
        const ValueId input = node.input(0);
        if (!node.domain.empty() || node.outputs.size() != 3 || !input.valid() || valueOf(input).isConstant())
            return false;
        const std::vector<NodeId> readers = source.consumers(node.outputs[0]);
        for (const NodeId reader : readers)
            if (!isDequantizeNode(source.node(reader)) || source.node(reader).inputs != node.outputs)
                return false;
        for (const ValueId output : node.outputs)
            if (!output.valid() || source.isOutput(output) || source.consumers(output).size() != readers.size())
                return false;
        holdIn(dynamicGrid(), input, node.outputs[0]);
        return true;
    }

    /// `narrow` is the value `input`, held in a form without a scale of its own.
    void holdIn(const EncodingPtr& grid, ValueId input, ValueId narrow)
    {
        const Graph& source = m_copy.source();
        const Origin from = at(input);
        auto& known = m_result.encodings.activations;
        Origin to{from.made, grid, nullptr};
        const bool alone = source.consumers(input).size() == 1 && !source.isOutput(input) && !from.edgeGrid;
        if (!alone || known.count(madeName(from.made)) != 0)
            to.edgeGrid = grid;
        else
            known.emplace(madeName(from.made), grid);
        at(narrow) = to;
    }

    bool liftWiden(const Node& node)
    {
        const ValueId half = node.input(0);
        const DType type = valueOf(half).dtype;
        if ((type != DType::float16 && type != DType::bfloat16) ||
            valueOf(node.outputs[0]).dtype != DType::float32)
            return false;
        if (valueOf(half).isConstant())
            at(node.outputs[0]).made = addConstant(nameFor(node.outputs[0]), valueOf(half), halfGrid(type));
        else if (isCodes(half))
            at(node.outputs[0]) = {at(half).made, nullptr, at(half).edgeGrid};
        else
            return false;
        return true;
    }

    /// Graph outputs keep their names; where the float value has another one, an Identity stands between.
    ValueId outputOf(ValueId old)
    {
        Origin& origin = at(old);
        if (!origin.made.valid())
            origin.made = m_copy.copyConstant(old);
        if (madeName(origin.made) == valueOf(old).name && !origin.edgeGrid)
            return origin.made;
        const ValueId made = m_copy.addLike(old);
        Node identity;
        identity.name = m_copy.graph().value(made).name + "/Identity";
        identity.op = "Identity";
        m_copy.addNode(identity.op, identity.name, {through(identity, origin)}, made);
        return made;
    }

    GraphCopy m_copy;
    LiftGrids m_grids;
    std::vector<Node> m_nodes;
    std::vector<Origin> m_origin; ///< by value of the source
    std::map<ValueId, std::string> m_names;
    std::map<std::pair<std::string, ValueId>, EncodingPtr>
        m_seen; ///< by reader and float value: its own grid or none
    Lifted m_result;
};

} // namespace

bool isQuantized(const Graph& graph)
{
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) {
        return isQuantizeNode(node) || isDequantizeNode(node) || qlinearForm(node).has_value();
    });
}

Lifted lift(const Graph& graph)
{
    const Graph clamped = withClamps(graph);
    return Lifter(clamped).run();
}

} // namespace lathe
