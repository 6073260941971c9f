// SPDX-License-Identifier: GPL-3.0-or-later
// A BatchNormalization behind a layer with constant weights is part of that layer: y = s (W x + b - mean) + beta with
// s = gamma / sqrt(variance + epsilon) (Jacob et al., "Quantization and Training of Neural Networks for Efficient
// Integer-Arithmetic-Only Inference", section 3.2).
#include <cmath>

#include "core/passes/fold_affine.h"
#include "core/passes/pass.h"

namespace lathe {
namespace {

/// The normalization as an affine function, or nothing when its parameters are not constants that fit.
std::optional<Affine> affineOf(const Graph& graph, const Node& node, std::int64_t channels) {
    std::vector<std::vector<double>> parameters;  // gamma, beta, mean, variance
    for (std::size_t index = 1; index <= 4; ++index) {
        const Tensor* tensor = graph.constant(node.input(index));
        if (!tensor || !isFloat(tensor->dtype()) || tensor->elements() != channels) return std::nullopt;
        std::vector<double> values;
        for (std::int64_t i = 0; i < channels; ++i) values.push_back(tensor->at(i));
        parameters.push_back(std::move(values));
    }
    const double epsilon = static_cast<double>(node.real("epsilon", 1e-5f));
    Affine result;
    for (std::size_t c = 0; c < parameters[0].size(); ++c) {
        const double scale = parameters[0][c] / std::sqrt(parameters[3][c] + epsilon);
        result.scale.push_back(scale);
        result.shift.push_back(parameters[1][c] - parameters[2][c] * scale);
    }
    return result;
}

bool isInference(const Node& node) {
    if (node.outputs.empty() || !node.outputs[0].valid()) return false;
    for (std::size_t i = 1; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid()) return false;
    return node.integer("training_mode", 0) == 0 && node.integer("spatial", 1) == 1;
}

Edits foldBatchNorm(const Graph& graph, const Control& control) {
    const Uses uses(graph);
    Edits edits;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        control.throwIfStopped();
        const NodeId id{static_cast<std::int32_t>(i)};
        const Node& node = graph.node(id);
        if (node.op != "BatchNormalization" || !node.domain.empty() || !node.input(0).valid() || !isInference(node)) continue;
        const auto weighted = weightedBefore(graph, uses, node.inputs[0], id);
        if (!weighted) continue;
        const auto affine = affineOf(graph, node, weighted->channels);
        if (affine && foldAffine(graph, uses, *weighted, *affine, id, edits.patch)) ++edits.count;
    }
    return edits;
}

}  // namespace

void register_fold_batch_norm(Table<Pass>& table) {
    table.add({.id = "fold_batch_norm", .label = "Batch-norms folded into the layer before them", .find = foldBatchNorm});
}

}  // namespace lathe
