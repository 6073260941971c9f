// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <algorithm>
#include <cmath>
#include <string>

#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"
#include "core/passes/simplify.h"
#include "core/tensor/compare.h"

namespace lathe::test {

/// Seeded inputs for a graph; unknown dimensions become 2, integers stay small.
inline TensorMap inputsOf(const Graph& graph) {
    TensorMap result;
    std::uint64_t state = 1;
    for (ValueId id : graph.inputs) {
        const Value& value = graph.value(id);
        std::vector<std::int64_t> dims(value.shape->begin(), value.shape->end());
        std::replace(dims.begin(), dims.end(), Shape::unknown, std::int64_t{2});
        std::vector<double> values(static_cast<std::size_t>(Shape(dims).elements()));
        for (double& one : values) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            one = static_cast<double>(state >> 40) / 8388608.0 - 1;
            if (!isFloat(value.dtype)) one = std::fabs(std::round(one));
        }
        result.emplace(value.name, Tensor::of<double>(Shape(dims), values).converted(value.dtype));
    }
    return result;
}

/// "" when both graphs compute the same from the same inputs, to `tolerance` relative to the largest magnitude; else
/// what differs. Rewrites round each weight once more, so 1e-5 is far above float32's noise.
inline std::string difference(const Graph& before, const Graph& after, double tolerance = 1e-5) {
    const TensorMap inputs = inputsOf(before);
    const TensorMap expected = runReference(before, inputs, Control());
    const TensorMap actual = runReference(after, inputs, Control());
    if (expected.size() != actual.size()) return "the outputs are not the same";
    for (const auto& [name, tensor] : expected) {
        const auto found = actual.find(name);
        if (found == actual.end()) return "the output " + name + " is gone";
        if (found->second.shape() != tensor.shape() || found->second.dtype() != tensor.dtype()) return "the type of " + name;
        const Comparison comparison = compare(tensor, found->second);
        if (comparison.nonFinite > 0 || !(comparison.relativeMax() <= tolerance))
            return name + " differs by " + std::to_string(comparison.relativeMax());
    }
    return {};
}

/// The graph after the one pass `id`, printed; fails the test when results changed.
inline QByteArray passed(const char* text, std::string_view id, double tolerance = 1e-5) {
    Graph before = parseGraph(text);
    inferShapes(before);
    const std::string_view only[] = {id};
    const Graph after = simplify(before, Control(), only).graph;
    const std::string fault = difference(before, after, tolerance);
    if (!fault.empty()) return QByteArray::fromStdString("results changed: " + fault + "\n" + print(after));
    return QByteArray::fromStdString(print(after));
}

}  // namespace lathe::test
