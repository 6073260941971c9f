// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <random>
#include <string>

#include "core/calibration/tensor_scan.h"
#include "core/numeric/qdq.h"
#include "core/ops/infer_shapes.h"
#include "core/ops/layers.h"
#include "core/ops/reference.h"
#include "core/quant/apply.h"
#include "core/quant/resolve.h"

namespace lathe::test {

/// A graph from its text form, shapes inferred.
inline Graph graphOf(const std::string& text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return graph;
}

inline Tensor seeded(const Shape& shape, unsigned seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(0.2F, 1);
    Tensor tensor(DType::float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = normal(generator);
    return tensor;
}

inline TensorMap seededInputs(const Graph& graph, unsigned seed)
{
    TensorMap inputs;
    for (const ValueId id : graph.inputs)
        inputs.emplace(graph.value(id).name, seeded(*graph.value(id).shape, seed++));
    return inputs;
}

/// Runs a graph with quantization nodes: these by the definitions of core/numeric, all others by their
/// reference implementations. Returns every value.
inline TensorMap runQuantized(const Graph& graph, const TensorMap& inputs)
{
    TensorMap values = inputs;
    for (const Value& value : graph.values())
        if (value.isConstant())
            values.emplace(value.name, value.constant);
    for (const Node& node : graph.nodes()) {
        std::vector<Tensor> operands;
        for (const ValueId id : node.inputs)
            operands.push_back(id.valid() ? values.at(graph.value(id).name) : Tensor());
        std::vector<Tensor> results;
        // A grid that is computed while running is none to state; operators know what to do.
        const auto grid = isQuantizeNode(node) || isDequantizeNode(node) ? statedEncoding(graph, node) : std::nullopt;
        if (grid && isQuantizeNode(node)) {
            results = {quantize(operands[0], *grid)};
        } else if (grid) {
            results = {dequantize(operands[0], *grid)};
        } else if (node.op == "Clip" && isInteger(operands[0].dtype())) {
            results = {operands[0]};
            for (std::int64_t i = 0; i < operands[0].elements(); ++i) {
                const double code = std::clamp(operands[0].at(i), operands[1].at(0), operands[2].at(0));
                results[0].mutableBytes()[static_cast<std::size_t>(i)] =
                    static_cast<std::byte>(static_cast<int>(code));
            }
        } else {
            const Op* op = findOp(node);
            if (!op)
                throw Error(ErrorCode::internal, node.label(), {{"what", "the test cannot run it"}});
            results = op->run({node, operands, 13, Control()});
        }
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            if (node.outputs[i].valid())
                values.insert_or_assign(graph.value(node.outputs[i]).name, results[i]);
    }
    return values;
}

/// What pass 1 would collect over a few seeded samples, by running the reference implementations.
inline Statistics statisticsOf(const Graph& graph, int samples = 4)
{
    Statistics statistics;
    for (const Layer& layer : findLayers(graph)) {
        const Value& value = graph.value(layer.output);
        TensorStatistics tensor;
        tensor.value = value.name;
        for (int i = 0; i < samples; ++i) {
            const TensorMap values =
                runQuantized(graph, seededInputs(graph, 100U + static_cast<unsigned>(i)));
            const Tensor& seen = values.at(value.name);
            if (seen.dtype() != DType::float32)
                continue;
            tensor.moments.merge(scanMoments(seen.data<float>()));
            tensor.histogram.add(seen.data<float>());
            tensor.shape = seen.shape();
        }
        statistics.tensors.emplace(value.name, std::move(tensor));
    }
    return statistics;
}

/// A small network with everything that placement has to care for.
inline const char* const smallNetwork = R"(
opset 13
input x: float32[1x3x8x8]
w1: float32[4x3x3x3] = ...
b1: float32[4] = [0.1, -0.2, 0.3, 0]
c1 = Conv(x, w1, b1) {pads=[1, 1, 1, 1]} @conv1
r1 = Relu(c1) @relu1
w2: float32[4x1x3x3] = ...
b2: float32[4] = [0, 0.5, -0.5, 0.25]
c2 = Conv(r1, w2, b2) {pads=[1, 1, 1, 1], group=4} @conv2
a = Add(c2, r1) @add
p = MaxPool(a) {kernel_shape=[2, 2], strides=[2, 2]} @pool
w3: float32[4x4x1x1] = ...
c3 = Conv(p, w3) @conv3
s = Sigmoid(c3) @gate
m = Mul(c3, s) @mul
cat = Concat(m, p) {axis=1} @cat
g = GlobalAveragePool(cat) @gap
f = Flatten(g) @flat
w4: float32[8x5] = ...
b4: float32[5] = [1, 2, 3, 4, 5]
h = Gemm(f, w4, b4) @head
y = Softmax(h) @prob
output y
)";

} // namespace lathe::test
