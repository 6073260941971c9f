// SPDX-License-Identifier: GPL-3.0-or-later
// Operators on one side of a diagonal: EyeLike and Trilu.
#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

DType eyeType(const Node& node, DType input)
{
    return node.has("dtype") ? dtypeFromOnnx(node.integer("dtype", 0)) : input;
}

std::vector<ValueInfo> inferEye(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    return {{eyeType(context.node, input.dtype), input.shape, {}}};
}

std::vector<Tensor> runEye(const RunContext& context)
{
    const Tensor& input = rankedOperand(context, 0, 2);
    const DType type = eyeType(context.node, input.dtype());
    if (dtypeSize(type) == 0)
        context.fail("elements of type " + std::string(dtypeName(type)) + " are not supported");
    const std::int64_t offset = context.node.integer("k", 0);
    const std::int64_t rows = input.shape()[0], columns = input.shape()[1];
    const Tensor one = Tensor::scalar(1.0f).converted(type);
    Tensor output(type, input.shape());
    for (std::int64_t row = 0; row < rows && columns > 0; ++row)
        if (offset >= -row && offset < columns - row)
            copyElements(one, 0, output, row * columns + row + offset, 1);
    return {output};
}

std::string refuseEye(const Node& node)
{
    return node.has("dtype") && dtypeSize(dtypeFromOnnx(node.integer("dtype", 0))) == 0
               ? "elements of type " + std::to_string(node.integer("dtype", 0)) + " are not supported"
               : "";
}

/// Keeps what lies on the diagonal `k` and above it (upper) or below it; the rest becomes 0.
std::vector<Tensor> runTrilu(const RunContext& context)
{
    Tensor output = givenOperand(context, 0);
    const Shape shape = output.shape();
    if (shape.rank() < 2 || dtypeSize(output.dtype()) == 0)
        context.fail("the input does not hold matrices of numbers");
    const bool upper = context.node.integer("upper", 1) != 0;
    const std::int64_t k = integerOperand(context, 1, 0);
    const std::int64_t rows = shape[shape.rank() - 2], columns = shape[shape.rank() - 1];
    const Tensor zero(output.dtype(), Shape{});
    for (std::int64_t i = 0; i < output.elements(); ++i) {
        const std::int64_t distance = i % columns - i / columns % rows;
        if (upper ? distance < k : distance > k)
            copyElements(zero, 0, output, i, 1);
    }
    return {output};
}

}

void register_diagonal(Table<Op>& table)
{
    table.add({.id = "EyeLike",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferEye,
               .run = runEye,
               .refuse = refuseEye});
    table.add({.id = "Trilu",
               .traits = {.kind = OpTraits::Kind::moving},
               .exactness = Exactness::exact,
               .sinceOpset = 14,
               .infer = inferSame,
               .run = runTrilu});
}

}
