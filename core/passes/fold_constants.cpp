// SPDX-License-Identifier: GPL-3.0-or-later
// Nodes whose result does not depend on the graph's inputs become constants: weights behind a Cast or Transpose, and the
// shape arithmetic of exporters (Shape, Gather, Unsqueeze, Concat ...) where sizes are known.
#include <algorithm>

#include "core/base/checked.h"
#include "core/graph/lookup.h"
#include "core/ops/op.h"
#include "core/passes/pass.h"

namespace lathe {
namespace {

/// A constant may grow to this size; beyond it only as far as twice what went in (so that light model files, which make
/// hundreds of megabytes of weights from one number, stay light).
constexpr std::int64_t maxGrownBytes = std::int64_t{1} << 20;
/// Products of large constants are left to the run.
constexpr std::int64_t maxMacs = std::int64_t{1} << 28;

/// Quantization nodes stay: their codes and grids are content, which dequantized weights would lose.
bool isQuantization(const Node& node) {
    return node.op.find("QuantizeLinear") != std::string::npos || node.op.find("DequantizeLinear") != std::string::npos;
}

class Folder {
public:
    Folder(const Graph& graph, const Control& control) : m_graph(graph), m_control(control) {
        m_opset = opsetOf(graph);
        for (const Value& value : graph.values())
            m_infos.push_back({value.dtype, value.shape, value.constant});
    }

    Edits run() {
        for (const Node& node : m_graph.nodes()) {
            m_control.throwIfStopped();
            fold(node);
        }
        return std::move(m_edits);
    }

private:
    ValueInfo& info(ValueId id) { return m_infos[static_cast<std::size_t>(id.index)]; }

    void fold(const Node& node) {
        const Op* op = findOp(node);
        if (!op || !op->run || !op->infer || !node.unsupported.empty() || isQuantization(node) || !bodies(node).empty()) return;
        // A graph output stays the output of a node.
        if (std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) { return id.valid() && m_graph.isOutput(id); }))
            return;
        std::vector<ValueInfo> inputs;
        for (ValueId id : node.inputs) inputs.push_back(id.valid() ? info(id) : ValueInfo{});
        std::vector<Tensor> results;
        try {
            results = resultsOf(*op, node, inputs);
        } catch (const Error& error) {
            // What is wrong with the node is said when it runs.
            if (error.code() == ErrorCode::stopped) throw;
            return;
        }
        if (results.empty()) return;
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid()) replace(node.outputs[i], results[i]);
        ++m_edits.count;
    }

    /// The node's results when they are known, else nothing.
    std::vector<Tensor> resultsOf(const Op& op, const Node& node, const std::vector<ValueInfo>& inputs) const {
        std::vector<ValueInfo> outputs = op.infer({node, inputs, m_opset});
        outputs.resize(std::max(outputs.size(), node.outputs.size()));
        std::vector<Tensor> results;
        for (const ValueInfo& output : outputs) results.push_back(output.constant);
        if (coversOutputs(node, results)) return results;
        if (std::vector<Tensor> part = partOfShape(node); coversOutputs(node, part)) return part;

        const bool constantInputs = std::all_of(inputs.begin(), inputs.end(), [](const ValueInfo& input) {
            return !input.present() || !input.constant.empty();
        });
        if (!constantInputs || !isCheap(op, node, inputs, outputs)) return {};
        std::vector<Tensor> operands;
        for (const ValueInfo& input : inputs) operands.push_back(input.constant);
        results = op.run({node, operands, m_opset, m_control});
        return coversOutputs(node, results) ? results : std::vector<Tensor>{};
    }

    static bool coversOutputs(const Node& node, const std::vector<Tensor>& results) {
        if (node.outputs.empty()) return false;
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid() && (i >= results.size() || results[i].empty())) return false;
        return true;
    }

    bool isCheap(const Op& op, const Node& node, const std::vector<ValueInfo>& inputs, const std::vector<ValueInfo>& outputs) const {
        std::int64_t given = 0;
        for (const ValueInfo& input : inputs) given += input.constant.byteSize();
        std::int64_t made = 0;
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (!node.outputs[i].valid()) continue;
            if (!outputs[i].isStatic()) return false;
            const auto bytes = checkedMul(outputs[i].shape->elements(), std::max(1, dtypeSize(outputs[i].dtype)));
            const auto sum = bytes ? checkedAdd(made, *bytes) : std::nullopt;
            if (!sum) return false;
            made = *sum;
        }
        if (made > maxGrownBytes && made / 2 > given) return false;
        return !op.macs || op.macs({node, inputs, m_opset}, outputs) <= maxMacs;
    }

    /// Gather or Slice of a Shape whose wanted sizes are known although others are not.
    std::vector<Tensor> partOfShape(const Node& node) const {
        if (node.op != "Gather" || !node.domain.empty() || node.inputs.size() != 2) return {};
        const NodeId maker = m_graph.producer(node.inputs[0]);
        const Tensor* indices = m_graph.constant(node.inputs[1]);
        if (!maker.valid() || !indices || !isInteger(indices->dtype())) return {};
        const Node& shapeNode = m_graph.node(maker);
        if (shapeNode.op != "Shape" || !shapeNode.domain.empty() || shapeNode.has("start") || shapeNode.has("end") ||
            !shapeNode.input(0).valid())
            return {};
        const std::optional<Shape>& shape = m_graph.value(shapeNode.input(0)).shape;
        if (!shape) return {};
        std::vector<std::int64_t> sizes;
        for (std::int64_t index : indices->toIntegers()) {
            const std::int64_t axis = index < 0 ? index + shape->rank() : index;
            if (axis < 0 || axis >= shape->rank() || (*shape)[static_cast<int>(axis)] == Shape::unknown) return {};
            sizes.push_back((*shape)[static_cast<int>(axis)]);
        }
        return {Tensor::of<std::int64_t>(indices->shape(), sizes)};
    }

    void replace(ValueId id, const Tensor& tensor) {
        const std::string& name = m_graph.value(id).name;
        m_edits.patch.dropProducers.push_back(name);
        m_edits.patch.constants.emplace_back(name, tensor);
        info(id) = {tensor.dtype(), tensor.shape(), tensor};
    }

    const Graph& m_graph;
    const Control& m_control;
    int m_opset = 13;
    std::vector<ValueInfo> m_infos;
    Edits m_edits;
};

Edits foldConstants(const Graph& graph, const Control& control) { return Folder(graph, control).run(); }

}  // namespace

void register_fold_constants(Table<Pass>& table) {
    table.add({.id = "fold_constants", .label = "Results that no input changes, computed once", .find = foldConstants});
}

}  // namespace lathe
