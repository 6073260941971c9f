// SPDX-License-Identifier: GPL-3.0-or-later
// Resize, and Upsample, which becomes one.
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/resize_geometry.h"
#include "core/ops/strided.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// The operands x, roi, scales, sizes; `sizes` wins where both are given.
ResizeRequest requestOf(const Tensor& roi, const Tensor& scales, const Tensor& sizes)
{
    ResizeRequest request;
    if (!roi.empty())
        request.roi = roi.toFloats();
    if (!sizes.empty() && sizes.elements() > 0)
        request.sizes = sizes.toIntegers();
    else if (!scales.empty())
        request.scales = scales.toFloats();
    return request;
}

std::vector<ValueInfo> inferResize(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    const ResizeRequest request =
        requestOf(context.input(1).constant, context.input(2).constant, context.input(3).constant);
    if (request.scales.empty() && request.sizes.empty())
        return {typed(input.dtype, Shape(std::vector<std::int64_t>(static_cast<std::size_t>(input.shape->rank()),
                                                                   Shape::unknown)))};
    return {typed(input.dtype, resizedShape(context.node, *input.shape, request))};
}

/// `values` with axis `axis` of `shape` resampled; positions outside get the extrapolation value.
std::vector<double> resample(const std::vector<double>& values, Shape& shape, int axis, const ResizeAxis& how,
                             double extrapolation)
{
    const auto inner = static_cast<std::size_t>(shape.elements(axis + 1, shape.rank()));
    const auto outer = static_cast<std::size_t>(shape.elements(0, axis));
    const auto in = static_cast<std::size_t>(how.input), out = static_cast<std::size_t>(how.output);
    shape[axis] = how.output;
    std::vector<double> result(static_cast<std::size_t>(shape.elements()));
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t k = 0; k < out; ++k)
            for (std::size_t i = 0; i < inner; ++i) {
                double sum = how.taps[k].empty() ? extrapolation : 0;
                for (const ResizeTap& tap : how.taps[k])
                    sum += tap.weight * values[(o * in + static_cast<std::size_t>(tap.index)) * inner + i];
                result[(o * out + k) * inner + i] = sum;
            }
    return result;
}

std::vector<Tensor> runInterpolated(const RunContext& context, const std::vector<ResizeAxis>& axes)
{
    const Tensor& input = context.input(0);
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto from = input.data<T>();
        std::vector<double> values(from.begin(), from.end());
        Shape shape = input.shape();
        const double extrapolation = context.node.real("extrapolation_value", 0);
        for (int axis = 0; axis < shape.rank(); ++axis)
            if (!axes[static_cast<std::size_t>(axis)].identity)
                values = resample(values, shape, axis, axes[static_cast<std::size_t>(axis)], extrapolation);
        Tensor output(input.dtype(), shape);
        const auto to = output.mutableData<T>();
        std::transform(values.begin(), values.end(), to.begin(), [](double x) { return static_cast<T>(x); });
        return output;
    })};
}

/// Every axis picks one position: the values are moved, whatever their type.
Tensor pickAxis(const Tensor& input, int axis, const ResizeAxis& how)
{
    Shape shape = input.shape();
    shape[axis] = how.output;
    const std::int64_t inner = shape.elements(axis + 1, shape.rank());
    return gatherElements(input, shape, [&](std::int64_t i) {
        const std::int64_t row = i / inner, along = row % how.output;
        return (row / how.output * how.input + how.taps[static_cast<std::size_t>(along)].front().index) * inner +
               i % inner;
    });
}

std::vector<Tensor> runResize(const RunContext& context)
{
    const Tensor& input = context.input(0);
    const ResizeRequest request = requestOf(context.input(1), context.input(2), context.input(3));
    const std::vector<ResizeAxis> axes = resizeAxes(context.node, input.shape(), request);
    const bool crops = context.node.text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize";
    if (context.node.text("mode", "nearest") != "nearest" || crops)
        return runInterpolated(context, axes);
    Tensor output = input;
    for (int axis = 0; axis < input.shape().rank(); ++axis)
        if (!axes[static_cast<std::size_t>(axis)].identity)
            output = pickAxis(output, axis, axes[static_cast<std::size_t>(axis)]);
    return {output};
}

std::string refuseResize(const Node& node)
{
    const std::string mode = node.text("mode", "nearest");
    return mode == "nearest" || mode == "linear" || mode == "cubic" ? "" : "the mode \"" + mode + "\" is not known";
}

/// Opset 10 has x and scales, no coordinate mode, and takes the lower neighbour when it enlarges, the upper one when it
/// shrinks (onnxruntime/core/providers/cpu/tensor/upsamplebase.h, "SIMPLE").
void upgradeResize(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset != 10)
        return;
    const ValueId scales = graph.node(node).input(1);
    const Tensor* known = graph.constant(scales);
    bool shrinks = false;
    if (known)
        for (const float scale : known->toFloats())
            shrinks = shrinks || scale < 1;
    graph.node(node).inputs = {graph.node(node).input(0), ValueId{}, scales};
    graph.node(node).attributes["coordinate_transformation_mode"] = std::string("asymmetric");
    graph.node(node).attributes["nearest_mode"] = std::string(shrinks ? "ceil" : "floor");
}

/// Upsample (opsets 7 to 9) is a Resize with asymmetric coordinates; opset 7 has the scales as an attribute.
void upgradeUpsample(Graph& graph, NodeId node, int fromOpset)
{
    if (fromOpset >= 10)
        return;
    ValueId scales = graph.node(node).input(1);
    if (const std::vector<float> stated = graph.node(node).reals("scales"); !stated.empty()) {
        const Shape shape{static_cast<std::int64_t>(stated.size())};
        scales = addOperandConstant(graph, node, "scales", Tensor::of<float>(shape, std::span(stated)));
        eraseAttribute(graph, node, "scales");
    }
    Node& changed = graph.node(node);
    changed.op = "Resize";
    changed.inputs = {changed.input(0), ValueId{}, scales};
    if (changed.text("mode", "nearest") == "bilinear")
        changed.attributes["mode"] = std::string("linear");
    changed.attributes["coordinate_transformation_mode"] = std::string("asymmetric");
    changed.attributes["nearest_mode"] = std::string("floor");
}

}

void register_resize(Table<Op>& table)
{
    table.add({.id = "Resize",
               .exactness = Exactness::accumulated,
               .sinceOpset = 10,
               .infer = inferResize,
               .run = viaFloat32<runResize>,
               .upgrade = upgradeResize,
               .refuse = refuseResize});
    table.add({.id = "Upsample", .upgrade = upgradeUpsample});
}

}
