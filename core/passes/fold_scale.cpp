// SPDX-License-Identifier: GPL-3.0-or-later
// A constant that is added to, subtracted from, multiplied with or divided into the channels of a layer with constant
// weights becomes part of weights and bias. So a MatMul of matrices with its bias becomes a Gemm.
#include <algorithm>
#include <set>

#include "core/passes/fold_affine.h"
#include "core/passes/pass.h"

namespace lathe {
namespace {

/// The constant as one number for all channels (axis 1 of an output of `rank`) or one each; nothing when it varies along
/// another axis or would widen the output.
std::optional<std::vector<double>> perChannel(const Tensor& constant, int rank, std::int64_t channels) {
    const Shape& shape = constant.shape();
    if (!isFloat(constant.dtype()) || shape.rank() > rank) return std::nullopt;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const bool isChannel = axis + rank - shape.rank() == 1;
        if (shape[axis] != 1 && !(isChannel && shape[axis] == channels)) return std::nullopt;
    }
    std::vector<double> result;
    for (std::int64_t i = 0; i < constant.elements(); ++i) result.push_back(constant.at(i));
    return result;
}

std::optional<Affine> affineOf(const std::string& op, bool constantFirst, const std::vector<double>& values) {
    std::vector<double> changed = values;
    if (op == "Add") return Affine{{1.0}, values};
    if (op == "Mul") return Affine{values, {0.0}};
    if (op == "Sub") {
        if (constantFirst) return Affine{{-1.0}, values};
        for (double& value : changed) value = -value;
        return Affine{{1.0}, changed};
    }
    if (constantFirst || std::find(values.begin(), values.end(), 0.0) != values.end()) return std::nullopt;
    for (double& value : changed) value = 1 / value;
    return Affine{changed, {0.0}};
}

bool isArithmetic(const Node& node) {
    static const std::set<std::string_view> ops{"Add", "Sub", "Mul", "Div"};
    return node.domain.empty() && ops.contains(node.op) && node.inputs.size() == 2 && node.input(0).valid() &&
           node.input(1).valid() && node.outputs.size() == 1 && node.outputs[0].valid();
}

bool foldInto(const Graph& graph, const Uses& uses, NodeId id, Patch& patch) {
    const Node& node = graph.node(id);
    const bool constantFirst = graph.constant(node.inputs[0]) != nullptr;
    const Tensor* constant = graph.constant(node.inputs[constantFirst ? 0 : 1]);
    const ValueId layer = node.inputs[constantFirst ? 1 : 0];
    const auto& shape = graph.value(layer).shape;
    if (!constant || !shape) return false;
    const auto weighted = weightedBefore(graph, uses, layer, id);
    if (!weighted) return false;
    const auto values = perChannel(*constant, shape->rank(), weighted->channels);
    const auto affine = values ? affineOf(node.op, constantFirst, *values) : std::nullopt;
    return affine && foldAffine(graph, uses, *weighted, *affine, id, patch);
}

Edits foldScale(const Graph& graph, const Control& control) {
    const Uses uses(graph);
    Edits edits;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        control.throwIfStopped();
        const NodeId id{static_cast<std::int32_t>(i)};
        if (isArithmetic(graph.node(id)) && foldInto(graph, uses, id, edits.patch)) ++edits.count;
    }
    return edits;
}

}  // namespace

void register_fold_scale(Table<Pass>& table) {
    table.add({.id = "fold_scale", .label = "Constant scales and biases folded into the layer before them", .find = foldScale});
}

}  // namespace lathe
