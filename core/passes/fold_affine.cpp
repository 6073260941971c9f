// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/passes/fold_affine.h"

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

std::vector<double> reals(const Tensor& tensor) {
    const Tensor wide = tensor.converted(DType::float64);
    const auto data = wide.data<double>();
    return {data.begin(), data.end()};
}

bool isFoldable(const Tensor* tensor) {
    return tensor && (tensor->dtype() == DType::float32 || tensor->dtype() == DType::float64);
}

/// Output channels of a weight of this operator, or 0 when its form is not one that we fold into.
std::int64_t channelsOf(const Graph& graph, const Node& node, const Shape& weight) {
    if (node.op == "Conv") return weight.rank() >= 3 ? weight[0] : 0;
    if (node.op == "ConvTranspose") return weight.rank() >= 3 ? weight[1] * node.integer("group", 1) : 0;
    if (node.op == "Gemm") return weight.rank() == 2 ? weight[node.integer("transB", 0) != 0 ? 0 : 1] : 0;
    // Gemm, which the MatMul becomes, takes matrices alone.
    const auto& left = graph.value(node.inputs[0]).shape;
    return left && left->rank() == 2 && weight.rank() == 2 ? weight[1] : 0;
}

/// The output channel that element `index` of the weight belongs to.
std::size_t channelOf(const Node& node, const Shape& weight, std::int64_t index) {
    if (node.op == "Conv") return static_cast<std::size_t>(index / weight.elements(1, weight.rank()));
    if (node.op == "ConvTranspose") {
        const std::int64_t kernel = weight.elements(2, weight.rank());
        const std::int64_t input = index / (kernel * weight[1]);
        const std::int64_t group = input / (weight[0] / node.integer("group", 1));
        return static_cast<std::size_t>(group * weight[1] + index / kernel % weight[1]);
    }
    const bool transposed = node.op == "Gemm" && node.integer("transB", 0) != 0;
    return static_cast<std::size_t>(transposed ? index / weight[1] : index % weight[1]);
}

/// The node's bias, one number a channel, times what it is multiplied with; nothing when it has another form.
std::optional<std::vector<double>> biasOf(const Graph& graph, const Node& node, std::int64_t channels) {
    const auto count = static_cast<std::size_t>(channels);
    const ValueId id = node.op == "MatMul" ? ValueId{} : node.input(2);
    if (!id.valid()) return std::vector<double>(count, 0.0);
    const Tensor* tensor = graph.constant(id);
    if (!isFoldable(tensor)) return std::nullopt;
    const Shape& shape = tensor->shape();
    const bool isRow = shape.rank() <= 2 && (shape.rank() == 0 || shape[shape.rank() - 1] == tensor->elements());
    if (!isRow || (tensor->elements() != channels && tensor->elements() != 1)) return std::nullopt;
    std::vector<double> values = reals(*tensor);
    values.resize(count, values.front());
    const double beta = node.op == "Gemm" ? static_cast<double>(node.real("beta", 1)) : 1.0;
    for (double& value : values) value *= beta;
    return values;
}

bool allFinite(const Tensor& tensor) {
    const std::vector<double> values = reals(tensor);
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

Patch::NewNode copyOf(const Graph& graph, const Node& node) {
    Patch::NewNode result{node.name, node.op, node.domain, {}, {}, node.attributes};
    for (ValueId id : node.inputs) result.inputs.push_back(id.valid() ? graph.value(id).name : std::string());
    return result;
}

/// A MatMul with bias is a Gemm of matrices; a Gemm's bias is no longer scaled.
void settleForm(Patch::NewNode& node) {
    if (node.op == "MatMul") node.op = "Gemm";
    if (node.op == "Gemm") node.attributes.insert_or_assign("beta", 1.0f);
}

/// The name for what replaces the constant `old` of `reader`: its own when nothing else reads it, else one from `stem`
/// that neither graph nor patch have.
std::string constantName(const Graph& graph, const Uses& uses, ValueId old, NodeId reader, const std::string& stem,
                         const Patch& patch) {
    if (old.valid() && uses.onlyReader(old) == reader) return graph.value(old).name;
    const auto taken = [&](const std::string& name) {
        return graph.find(name).valid() ||
               std::any_of(patch.constants.begin(), patch.constants.end(), [&](const auto& one) { return one.first == name; });
    };
    std::string name = stem;
    for (int suffix = 1; taken(name); ++suffix) name = stem + "_" + std::to_string(suffix);
    return name;
}

}  // namespace

std::optional<WeightedNode> weightedBefore(const Graph& graph, const Uses& uses, ValueId value, NodeId reader) {
    const NodeId id = graph.producer(value);
    if (!id.valid() || uses.onlyReader(value) != reader) return std::nullopt;
    const Node& node = graph.node(id);
    if (!node.domain.empty() || !node.unsupported.empty() || node.outputs.size() != 1) return std::nullopt;
    if (node.op != "Conv" && node.op != "ConvTranspose" && node.op != "Gemm" && node.op != "MatMul") return std::nullopt;
    const Tensor* weight = graph.constant(node.input(1));
    if (!isFoldable(weight) || !node.input(0).valid()) return std::nullopt;
    const std::int64_t channels = channelsOf(graph, node, weight->shape());
    if (channels <= 0 || !biasOf(graph, node, channels)) return std::nullopt;
    if (node.op == "ConvTranspose" && weight->shape()[0] % node.integer("group", 1) != 0) return std::nullopt;
    if (node.input(1) == node.input(2)) return std::nullopt;
    return WeightedNode{id, channels};
}

bool foldAffine(const Graph& graph, const Uses& uses, const WeightedNode& weighted, const Affine& affine, NodeId reader,
                Patch& patch) {
    const Node& node = graph.node(weighted.node);
    const Tensor& weight = *graph.constant(node.input(1));
    const auto at = [](const std::vector<double>& values, std::size_t channel) {
        return values.size() == 1 ? values.front() : values[channel];
    };
    std::vector<double> weights = reals(weight);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] *= at(affine.scale, channelOf(node, weight.shape(), static_cast<std::int64_t>(i)));
    std::vector<double> biases = *biasOf(graph, node, weighted.channels);
    for (std::size_t c = 0; c < biases.size(); ++c) biases[c] = biases[c] * at(affine.scale, c) + at(affine.shift, c);

    const Tensor newWeight = Tensor::of<double>(weight.shape(), weights).converted(weight.dtype());
    const Tensor newBias = Tensor::of<double>(Shape{weighted.channels}, biases).converted(weight.dtype());
    if (!allFinite(newWeight) || !allFinite(newBias)) return false;

    const std::string& output = graph.value(graph.node(reader).outputs[0]).name;
    Patch::NewNode replacement = copyOf(graph, node);
    settleForm(replacement);
    replacement.inputs.resize(3);
    replacement.outputs = {output};
    replacement.inputs[1] = constantName(graph, uses, node.input(1), weighted.node, output + "_weight", patch);
    replacement.inputs[2] = constantName(graph, uses, node.input(2), weighted.node, output + "_bias", patch);
    patch.constants.emplace_back(replacement.inputs[1], newWeight);
    patch.constants.emplace_back(replacement.inputs[2], newBias);
    patch.dropProducers.push_back(graph.value(node.outputs[0]).name);
    patch.dropProducers.push_back(output);
    patch.nodes.push_back(std::move(replacement));
    return true;
}

}  // namespace lathe
