// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/pool_geometry.h"

namespace lathe {

namespace {

constexpr std::int64_t maxPower = 1 << 10;

std::vector<ValueInfo> inferPool(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype), typeOnly(DType::int64)};
    const Shape shape = poolOutputShape(*input.shape, poolWindow(context.node, *input.shape));
    return {typed(input.dtype, shape), typed(DType::int64, shape)};
}

/// The index of an element within the whole input, counted with the spatial axes in column order when asked.
std::int64_t flatIndex(const Window& window, std::int64_t plane, std::int64_t at, bool columnOrder)
{
    const std::int64_t base = plane * window.inputElements();
    if (!columnOrder)
        return base + at;
    std::int64_t index = 0, stride = window.inputElements();
    for (std::size_t axis = window.rank(); axis-- > 0;) {
        stride /= window.input[axis];
        index += at % window.input[axis] * stride;
        at /= window.input[axis];
    }
    return base + index;
}

std::vector<Tensor> runMaxPool(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Window window = poolWindow(context.node, input.shape());
    const bool columnOrder = context.node.integer("storage_order", 0) != 0;
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    Tensor indices(DType::int64, poolOutputShape(input.shape(), window));
    Tensor output(input.dtype(), indices.shape());
    const auto chosen = indices.mutableData<std::int64_t>();
    visitNumeric(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        forEachWindow(context.input(0).shape(), window, context.control, [&](auto plane, auto o, const auto&, const std::vector<WindowTap>& taps) {
            T best = std::numeric_limits<T>::lowest();
            std::int64_t where = taps.empty() ? 0 : taps.front().input;
            for (const WindowTap& tap : taps) {
                const T x = in[static_cast<std::size_t>(plane * inPlane + tap.input)];
                if (x > best || x != x) {
                    best = x;
                    where = tap.input;
                }
            }
            out[static_cast<std::size_t>(plane * outPlane + o)] = best;
            chosen[static_cast<std::size_t>(plane * outPlane + o)] = flatIndex(window, plane, where, columnOrder);
        });
    });
    return {output, indices};
}

std::vector<Tensor> runAveragePool(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const Window window = poolWindow(context.node, input.shape());
    const bool includePad = context.node.integer("count_include_pad", 0) != 0;
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    Tensor output(input.dtype(), poolOutputShape(input.shape(), window));
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        forEachWindow(context.input(0).shape(), window, context.control, [&](auto plane, auto o, const auto& position, const std::vector<WindowTap>& taps) {
            double sum = 0;
            for (const WindowTap& tap : taps)
                sum += static_cast<double>(in[static_cast<std::size_t>(plane * inPlane + tap.input)]);
            const std::int64_t count = averageCount(window, position, includePad);
            out[static_cast<std::size_t>(plane * outPlane + o)] =
                static_cast<T>(count > 0 ? sum / static_cast<double>(count) : 0.0);
        });
    });
    return {output};
}

/// The p-norm of each window; padding counts as 0.
std::vector<Tensor> runLpPool(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const Window window = poolWindow(context.node, input.shape());
    const auto p = static_cast<double>(boundedInteger(context.node, "p", 2, 1, maxPower));
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    Tensor output(input.dtype(), poolOutputShape(input.shape(), window));
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        forEachWindow(context.input(0).shape(), window, context.control, [&](auto plane, auto o, const auto&, const std::vector<WindowTap>& taps) {
            double sum = 0;
            for (const WindowTap& tap : taps)
                sum += std::pow(std::abs(static_cast<double>(in[static_cast<std::size_t>(plane * inPlane + tap.input)])), p);
            out[static_cast<std::size_t>(plane * outPlane + o)] = static_cast<T>(std::pow(sum, 1 / p));
        });
    });
    return {output};
}

std::vector<ValueInfo> inferGlobal(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    if (input.shape->rank() < 2)
        context.fail("the input needs at least a batch and a channel axis");
    std::vector<std::int64_t> dims(static_cast<std::size_t>(input.shape->rank()), 1);
    dims[0] = (*input.shape)[0];
    dims[1] = (*input.shape)[1];
    return {typed(input.dtype, Shape(std::move(dims)))};
}

/// Calls pool(values) for each plane [N, C]; its result is that plane's one output element.
template <typename Pool> std::vector<Tensor> poolPlanes(const RunContext& context, Pool&& pool)
{
    const Tensor& input = context.input(0);
    const Shape& shape = input.shape();
    if (shape.rank() < 2)
        context.fail("the input needs at least a batch and a channel axis");
    std::vector<std::int64_t> dims(static_cast<std::size_t>(shape.rank()), 1);
    dims[0] = shape[0];
    dims[1] = shape[1];
    const auto size = static_cast<std::size_t>(shape.elements(2, shape.rank()));
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor output(input.dtype(), Shape(dims));
        const auto out = output.mutableData<T>();
        for (std::size_t plane = 0; plane < out.size(); ++plane)
            out[plane] = static_cast<T>(pool(input.data<T>().subspan(plane * size, size)));
        return output;
    })};
}

std::vector<Tensor> runGlobalAverage(const RunContext& context)
{
    return poolPlanes(context, [](const auto& values) {
        double sum = 0;
        for (const auto value : values)
            sum += static_cast<double>(value);
        return sum / static_cast<double>(values.size());
    });
}

std::vector<Tensor> runGlobalMax(const RunContext& context)
{
    return poolPlanes(context, [](const auto& values) {
        double best = -std::numeric_limits<double>::infinity();
        for (const auto value : values)
            best = std::max(best, static_cast<double>(value));
        return best;
    });
}

std::vector<Tensor> runGlobalLp(const RunContext& context)
{
    const auto p = static_cast<double>(boundedInteger(context.node, "p", 2, 1, maxPower));
    return poolPlanes(context, [p](const auto& values) {
        double sum = 0;
        for (const auto value : values)
            sum += std::pow(std::abs(static_cast<double>(value)), p);
        return std::pow(sum, 1 / p);
    });
}

}

void register_pool(Table<Op>& table)
{
    constexpr OpTraits selecting{.kind = OpTraits::Kind::moving};
    constexpr OpTraits computing{.kind = OpTraits::Kind::computing};
    table.add({.id = "MaxPool",
               .traits = selecting,
               .exactness = Exactness::exact,
               .infer = inferPool,
               .run = viaFloat32<runMaxPool>});
    table.add({.id = "AveragePool",
               .traits = computing,
               .exactness = Exactness::accumulated,
               .infer = inferPool,
               .run = viaFloat32<runAveragePool>});
    table.add({.id = "GlobalAveragePool",
               .traits = computing,
               .exactness = Exactness::accumulated,
               .infer = inferGlobal,
               .run = viaFloat32<runGlobalAverage>});
    table.add({.id = "GlobalMaxPool",
               .traits = selecting,
               .exactness = Exactness::exact,
               .infer = inferGlobal,
               .run = viaFloat32<runGlobalMax>});
    table.add({.id = "LpPool",
               .traits = computing,
               .exactness = Exactness::approximate,
               .infer = inferPool,
               .run = viaFloat32<runLpPool>});
    table.add({.id = "GlobalLpPool",
               .traits = computing,
               .exactness = Exactness::approximate,
               .infer = inferGlobal,
               .run = viaFloat32<runGlobalLp>});
}

}
