// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_elements.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

/// Where a function that is the identity between two bounds stops being it.
struct Bounds
{
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
};

std::optional<Bounds> boundsOf(const Node& node, std::span<const Tensor> inputs)
{
    Bounds bounds;
    if (node.op == "Relu") {
        bounds.low = 0;
        return bounds;
    }
    for (std::size_t i = 1; i < inputs.size(); ++i)
        if (!inputs[i].empty() && (inputs[i].dtype() != DType::float32 || inputs[i].elements() != 1))
            return std::nullopt;
    if (inputs.size() > 1 && !inputs[1].empty())
        bounds.low = inputs[1].data<float>()[0];
    if (inputs.size() > 2 && !inputs[2].empty())
        bounds.high = inputs[2].data<float>()[0];
    return bounds.low <= bounds.high ? std::optional(bounds) : std::nullopt;
}

/// NaN stays NaN.
struct ClampLoop
{
    LATHE_INLINE static void run(const float* x, float* y, std::int64_t count, Bounds bounds)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            y[i] = clampTo(x[i], bounds.low, bounds.high);
    }
};

struct ClampReverse
{
    LATHE_INLINE static void run(const float* x, const float* gradient, float* at, std::int64_t count,
                                 Bounds bounds)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            at[i] = (x[i] > bounds.low) & (x[i] < bounds.high) ? gradient[i] : 0.0F;
    }
};

struct AddLoop
{
    LATHE_INLINE static void run(const float* a, const float* b, float* y, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            y[i] = a[i] + b[i];
    }
};

bool isClamp(const Node& node)
{
    return node.op == "Relu" || node.op == "Clip";
}

bool isPlainAdd(const Node& node, std::span<const Tensor> inputs)
{
    return node.op == "Add" && inputs.size() == 2 && inputs[1].dtype() == DType::float32 &&
           inputs[0].shape() == inputs[1].shape();
}

bool isAverage(const Node& node, std::span<const Tensor> inputs)
{
    return node.op == "GlobalAveragePool" && inputs[0].shape().rank() > 2 && inputs[0].elements() > 0;
}

std::int64_t planeOf(const Tensor& tensor)
{
    return tensor.shape().elements(2, tensor.shape().rank());
}

Tensor clamp(const Tensor& input, Bounds bounds)
{
    Tensor output(DType::float32, input.shape());
    simdCall<ClampLoop>(input.data<float>().data(), output.mutableData<float>().data(), input.elements(),
                        bounds);
    return output;
}

Tensor add(const Tensor& a, const Tensor& b)
{
    Tensor output(DType::float32, a.shape());
    simdCall<AddLoop>(a.data<float>().data(), b.data<float>().data(), output.mutableData<float>().data(),
                      a.elements());
    return output;
}

Tensor average(const Tensor& input)
{
    std::vector<std::int64_t> dims{input.shape()[0], input.shape()[1]};
    dims.resize(static_cast<std::size_t>(input.shape().rank()), 1);
    Tensor output(DType::float32, Shape(std::move(dims)));
    const std::int64_t plane = planeOf(input);
    const float* x = input.data<float>().data();
    for (float& y : output.mutableData<float>()) {
        double sum = 0;
        for (std::int64_t i = 0; i < plane; ++i)
            sum += double{x[i]};
        y = static_cast<float>(sum / static_cast<double>(plane));
        x += plane;
    }
    return output;
}

Tensor spread(const Tensor& gradient, const Tensor& input)
{
    Tensor at(DType::float32, input.shape());
    const std::int64_t plane = planeOf(input);
    float* to = at.mutableData<float>().data();
    for (const float from : gradient.data<float>()) {
        std::fill(to, to + plane, from / static_cast<float>(plane));
        to += plane;
    }
    return at;
}

bool isFast(const Node& node, std::span<const Tensor> inputs)
{
    return node.domain.empty() && !inputs.empty() && !inputs[0].empty() &&
           inputs[0].dtype() == DType::float32;
}

}

std::optional<std::vector<Tensor>> runElements(const Node& node, std::span<const Tensor> inputs)
{
    if (!isFast(node, inputs))
        return std::nullopt;
    if (isClamp(node)) {
        const auto bounds = boundsOf(node, inputs);
        return bounds ? std::optional(std::vector<Tensor>{clamp(inputs[0], *bounds)}) : std::nullopt;
    }
    if (isPlainAdd(node, inputs))
        return std::vector<Tensor>{add(inputs[0], inputs[1])};
    if (isAverage(node, inputs))
        return std::vector<Tensor>{average(inputs[0])};
    return std::nullopt;
}

std::optional<std::vector<Tensor>> reverseElements(const ReverseContext& context)
{
    if (!isFast(context.node, context.inputs))
        return std::nullopt;
    const Tensor& gradient = context.gradients[0];
    std::vector<Tensor> result(context.inputs.size());
    if (isClamp(context.node)) {
        const auto bounds = boundsOf(context.node, context.inputs);
        if (!bounds)
            return std::nullopt;
        result[0] = Tensor(DType::float32, gradient.shape());
        simdCall<ClampReverse>(context.input(0).data<float>().data(), gradient.data<float>().data(),
                               result[0].mutableData<float>().data(), gradient.elements(), *bounds);
    } else if (isPlainAdd(context.node, context.inputs)) {
        result = {gradient, gradient};
    } else if (isAverage(context.node, context.inputs)) {
        result[0] = spread(gradient, context.input(0));
    } else {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < result.size(); ++i)
        if (!context.wants(i))
            result[i] = Tensor();
    return result;
}

}
