// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "tests/core/runtime/runtime_support.h"

namespace lathe::test {

/// A network with most kinds of kernels: convolutions, depthwise, residual, gate, pooling, concatenation, linear head.
inline Graph smallNetwork()
{
    return parseGraph(
        "opset 14\n"
        "input x: float32[1x3x12x12]\n"
        "w1: float32[8x3x3x3] = ...\nb1: float32[8] = ...\nw2: float32[8x1x3x3] = ...\nw3: float32[8x8x1x1] = ...\n"
        "b3: float32[8] = ...\nw4: float32[8x8x1x1] = ...\nw5: float32[10x16] = ...\nb5: float32[10] = ...\n"
        "s: int64[2] = [1, 16]\n"
        "c1 = Conv(x, w1, b1) {pads=[1, 1, 1, 1]} @conv1\n"
        "r1 = Relu(c1)\n"
        "c2 = Conv(r1, w2) {pads=[1, 1, 1, 1], group=8} @depthwise\n"
        "h2 = HardSwish(c2)\n"
        "c3 = Conv(h2, w3, b3) @pointwise\n"
        "a = Add(c3, r1) @residual\n"
        "g = GlobalAveragePool(a)\n"
        "e = Conv(g, w4) @excite\n"
        "i = Sigmoid(e)\n"
        "m = Mul(a, i) @gate\n"
        "p = MaxPool(m) {kernel_shape=[2, 2], strides=[2, 2]}\n"
        "v = AveragePool(p) {kernel_shape=[6, 6]}\n"
        "k = Concat(v, g) {axis=1}\n"
        "f = Reshape(k, s)\n"
        "y = Gemm(f, w5, b5) {transB=1} @head\n"
        "output y\n");
}

inline std::shared_ptr<const Encoding> grid(const char* format, float low, float high)
{
    const QuantSpec spec = QuantSpec::parse(format);
    const Range range{low, high};
    return std::make_shared<const Encoding>(makeEncoding(spec, std::span<const Range>(&range, 1), -1, false));
}

inline const char* const kActivations[] = {"x", "r1", "c2", "h2", "c3", "a", "g", "e", "i", "m", "p", "v", "k", "f", "y"};
inline const char* const kWeights[] = {"w1", "w2", "w3", "w4", "w5"};
inline const char* const kBiases[] = {"b1", "b3", "b5"};

/// Every place of smallNetwork() that can be quantized.
inline CompileOptions openEverything()
{
    CompileOptions options;
    for (const char* name : kActivations)
        options.points.push_back({name, Slot::Kind::activation, -1});
    for (const char* name : kWeights)
        options.points.push_back({name, Slot::Kind::weight, -1});
    for (const char* name : kBiases)
        options.points.push_back({name, Slot::Kind::bias, -1});
    return options;
}

/// A setting for every slot of smallNetwork(): ranges taken from a float run of `inputs`.
inline std::map<int, SlotSetting> settingsFor(const Program& program, const TensorMap& inputs, const char* activations,
                                              const char* weights)
{
    const Graph graph = smallNetwork();
    const TensorMap values = runReference(graph, inputs, {}, true);
    const auto rangeOf = [](const Tensor& tensor) {
        const auto all = tensor.data<float>();
        return std::pair{*std::min_element(all.begin(), all.end()), *std::max_element(all.begin(), all.end())};
    };
    std::map<int, SlotSetting> settings;
    for (const char* name : kActivations) {
        const auto [low, high] = rangeOf(values.at(name));
        settings[program.findSlot(name, Slot::Kind::activation)] = {grid(activations, low, high), nullptr};
    }
    for (const char* name : kWeights) {
        const auto [low, high] = rangeOf(graph.value(graph.find(name)).constant);
        settings[program.findSlot(name, Slot::Kind::weight)] = {grid(weights, low, high), nullptr};
    }
    const std::pair<const char*, std::pair<const char*, const char*>> users[] = {{"b1", {"x", "w1"}}, {"b3", {"h2", "w3"}}, {"b5", {"f", "w5"}}};
    for (const auto& [bias, scales] : users) {
        auto encoding = std::make_shared<Encoding>();
        encoding->format = NumberFormat::integer(32, true);
        encoding->scale = {settings.at(program.findSlot(scales.first, Slot::Kind::activation)).encoding->scale[0] *
                           settings.at(program.findSlot(scales.second, Slot::Kind::weight)).encoding->scale[0]};
        encoding->zeroPoint = {0};
        encoding->minimumCode = INT32_MIN;
        encoding->maximumCode = INT32_MAX;
        settings[program.findSlot(bias, Slot::Kind::bias)] = {encoding, nullptr};
    }
    return settings;
}

/// Every value that the program can show, by name.
inline std::map<std::string, std::vector<float>> watchAll(const Program& program, Execution& execution, const TensorMap& inputs,
                                                          const Binding& binding)
{
    std::map<std::string, std::vector<float>> seen;
    std::map<std::string, Tap> taps;
    for (const char* name : kActivations)
        taps[name] = [&seen](const TapView& view) { seen[view.value].assign(view.reals.begin(), view.reals.end()); };
    static_cast<void>(program);
    execution.run(inputs, binding, {}, taps);
    return seen;
}

}
