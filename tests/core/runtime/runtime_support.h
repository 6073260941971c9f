// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <random>
#include <string>

#include "core/ops/layers.h"
#include "core/ops/reference.h"
#include "core/runtime/program.h"

namespace lathe::test {

/// Seeded numbers in [-1, 1).
inline Tensor randomTensor(const Shape& shape, unsigned seed)
{
    std::mt19937 generator(seed);
    Tensor tensor(DType::float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = static_cast<float>(generator()) / 2147483648.0f - 1.0f;
    return tensor;
}

/// One tensor for each graph input.
inline TensorMap randomInputs(const Graph& graph, unsigned seed)
{
    TensorMap inputs;
    for (const ValueId id : graph.inputs)
        inputs[graph.value(id).name] = randomTensor(*graph.value(id).shape, seed++);
    return inputs;
}

/// Operands of a node: constants as they are, numbers of a seed for the others, nothing where none is given.
inline std::vector<Tensor> randomOperands(const Graph& graph, const Node& node)
{
    std::vector<Tensor> operands;
    for (const ValueId id : node.inputs) {
        if (!id.valid())
            operands.emplace_back();
        else if (const Tensor* constant = graph.constant(id))
            operands.push_back(*constant);
        else
            operands.push_back(randomTensor(*graph.value(id).shape, static_cast<unsigned>(3 + id.index)));
    }
    return operands;
}

/// Largest difference over the largest magnitude of the reference.
inline double relativeError(const Tensor& reference, const Tensor& test)
{
    if (reference.shape() != test.shape() || reference.dtype() != test.dtype())
        return INFINITY;
    double difference = 0, largest = 0;
    for (std::int64_t i = 0; i < reference.elements(); ++i) {
        const double a = reference.at(i), b = test.at(i);
        if (std::isnan(a) != std::isnan(b))
            return INFINITY;
        if (a == b || std::isnan(a))
            continue;
        difference = std::max(difference, std::fabs(a - b));
        largest = std::max(largest, std::fabs(a));
    }
    return difference == 0 ? 0 : difference / std::max(largest, 1e-30);
}

/// True when every element is the same.
inline bool sameElements(const Tensor& a, const Tensor& b)
{
    return relativeError(a, b) == 0;
}

/// The names of a program's kernels in order, separated by spaces. Without reorders: they depend on the layouts that the
/// processor's instruction set prefers.
inline std::string kernelNames(const Program& program)
{
    std::string names;
    for (const KernelChoice& choice : program.kernels())
        if (choice.kernel != "reorder")
            names += (names.empty() ? "" : " ") + choice.kernel;
    return names;
}

}
