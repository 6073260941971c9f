// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/op.h"

namespace lathe {

void failOperator(const Node& node, std::string_view reason)
{
    throw Error(ErrorCode::operatorInput, node.label(),
                {{"op", node.op}, {"reason", std::string(reason)}});
}

const ValueInfo& InferContext::input(std::size_t index) const
{
    static const ValueInfo absent;
    return index < inputs.size() ? inputs[index] : absent;
}

std::optional<std::vector<std::int64_t>> InferContext::integers(std::size_t index) const
{
    const ValueInfo& info = input(index);
    if (info.constant.empty())
        return std::nullopt;
    if (!isInteger(info.constant.dtype()))
        fail("operand " + std::to_string(index) + " must hold integers");
    return info.constant.toIntegers();
}

void InferContext::fail(std::string_view reason) const
{
    failOperator(node, reason);
}

const Tensor& RunContext::input(std::size_t index) const
{
    static const Tensor absent;
    return index < inputs.size() ? inputs[index] : absent;
}

void RunContext::fail(std::string_view reason) const
{
    failOperator(node, reason);
}

}
