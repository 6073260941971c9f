// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"

namespace lathe {

namespace {

bool isHalf(DType type)
{
    return type == DType::float16 || type == DType::bfloat16;
}

}

std::vector<Tensor> runWidened(const RunContext& context, RunFunction run)
{
    DType half = DType::undefined;
    for (const Tensor& input : context.inputs)
        if (half == DType::undefined && isHalf(input.dtype()))
            half = input.dtype();
    if (half == DType::undefined)
        return run(context);

    std::vector<Tensor> widened(context.inputs.begin(), context.inputs.end());
    for (Tensor& input : widened)
        if (isHalf(input.dtype()))
            input = input.converted(DType::float32);
    std::vector<Tensor> outputs = run(RunContext{context.node, widened, context.opset, context.control});
    for (Tensor& output : outputs)
        if (output.dtype() == DType::float32)
            output = output.converted(half);
    return outputs;
}

}
