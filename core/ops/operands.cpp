// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/operands.h"

#include <string>

namespace lathe {

const Tensor& givenOperand(const RunContext& context, std::size_t index)
{
    const Tensor& tensor = context.input(index);
    if (tensor.empty())
        context.fail("operand " + std::to_string(index) + " is missing");
    return tensor;
}

const Tensor& rankedOperand(const RunContext& context, std::size_t index, int rank)
{
    const Tensor& tensor = givenOperand(context, index);
    if (tensor.shape().rank() != rank)
        context.fail("operand " + std::to_string(index) + " has the shape " + tensor.shape().text() + ", but " +
                     std::to_string(rank) + " axes are needed");
    return tensor;
}

std::vector<std::int64_t> integersOperand(const RunContext& context, std::size_t index)
{
    const Tensor& tensor = givenOperand(context, index);
    if (!isInteger(tensor.dtype()))
        context.fail("operand " + std::to_string(index) + " must hold integers");
    return tensor.toIntegers();
}

std::int64_t integerOperand(const RunContext& context, std::size_t index, std::int64_t fallback)
{
    if (context.input(index).empty())
        return fallback;
    const std::vector<std::int64_t> values = integersOperand(context, index);
    if (values.size() != 1)
        context.fail("operand " + std::to_string(index) + " must be one number");
    return values.front();
}

double realOperand(const RunContext& context, std::size_t index, double fallback)
{
    const Tensor& tensor = context.input(index);
    if (tensor.empty())
        return fallback;
    if (tensor.elements() != 1 || tensor.dtype() == DType::string)
        context.fail("operand " + std::to_string(index) + " must be one number");
    return tensor.at(0);
}

std::optional<std::int64_t> knownInteger(const InferContext& context, std::size_t index)
{
    const auto values = context.integers(index);
    if (!values)
        return std::nullopt;
    if (values->size() != 1)
        context.fail("operand " + std::to_string(index) + " must be one number");
    return values->front();
}

}
