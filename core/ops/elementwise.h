// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ops/dispatch.h"

namespace lathe {

/// fn(double) of every float element of `input`, rounded to the element type.
template <typename Fn> Tensor mapFloats(const Node& node, const Tensor& input, Fn&& fn)
{
    return visitFloat(node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor output(input.dtype(), input.shape());
        const auto from = input.data<T>();
        const auto to = output.mutableData<T>();
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = static_cast<T>(fn(static_cast<double>(from[i])));
        return output;
    });
}

/// fn(T) of every element of a numeric tensor, in the element type.
template <typename Fn> Tensor mapNumeric(const Node& node, const Tensor& input, Fn&& fn)
{
    return visitNumeric(node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor output(input.dtype(), input.shape());
        const auto from = input.data<T>();
        const auto to = output.mutableData<T>();
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = static_cast<T>(fn(from[i]));
        return output;
    });
}

}
