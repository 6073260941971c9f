// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/reverse_parts.h"

#include "core/ops/dispatch.h"

namespace lathe {

std::vector<double> realsOf(const Tensor& tensor, std::int64_t count)
{
    if (tensor.empty())
        return std::vector<double>(static_cast<std::size_t>(count), 0.0);
    if (tensor.dtype() == DType::float64) {
        const auto data = tensor.data<double>();
        return {data.begin(), data.end()};
    }
    const std::vector<float> data = tensor.toFloats();
    return {data.begin(), data.end()};
}

Tensor tensorLike(const Tensor& like, const std::vector<double>& reals)
{
    Tensor result(DType::float64, like.shape());
    std::copy(reals.begin(), reals.end(), result.mutableData<double>().begin());
    return result.converted(like.dtype());
}

std::vector<Tensor> wantedOf(const ReverseContext& context,
                             std::initializer_list<const std::vector<double>*> all)
{
    std::vector<Tensor> result(context.inputs.size());
    std::size_t i = 0;
    for (const std::vector<double>* reals : all) {
        if (i < result.size() && context.wants(i))
            result[i] = tensorLike(context.input(i), *reals);
        ++i;
    }
    return result;
}

std::vector<double> onlyGradient(const ReverseContext& context)
{
    for (std::size_t i = 1; i < context.gradients.size(); ++i)
        if (!context.gradients[i].empty())
            context.fail("there is no reverse from output " + std::to_string(i));
    return realsOf(context.gradients[0]);
}

}
