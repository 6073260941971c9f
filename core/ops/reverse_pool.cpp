// SPDX-License-Identifier: GPL-3.0-or-later
// Reverses of pooling: to the largest element of a window, or evenly to all.
#include "core/ops/pool_geometry.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

std::vector<Tensor> reverseMaxPool(const ReverseContext& context)
{
    const Window window = poolWindow(context.node, context.input(0).shape());
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    const std::vector<double> x = realsOf(context.input(0)), gradient = onlyGradient(context);
    std::vector<double> at(x.size(), 0.0);
    forEachWindow(context.input(0).shape(), window, context.control,
                  [&](auto plane, auto out, const auto&, const std::vector<WindowTap>& taps) {
                      std::size_t best = x.size();
                      for (const WindowTap& tap : taps) {
                          const auto i = static_cast<std::size_t>(plane * inPlane + tap.input);
                          if (best == x.size() || x[i] > x[best])
                              best = i;
                      }
                      if (best < x.size())
                          at[best] += gradient[static_cast<std::size_t>(plane * outPlane + out)];
                  });
    return wantedOf(context, {&at});
}

std::vector<Tensor> reverseAveragePool(const ReverseContext& context)
{
    const Window window = poolWindow(context.node, context.input(0).shape());
    const bool includePad = context.node.integer("count_include_pad", 0) != 0;
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> at(static_cast<std::size_t>(context.input(0).elements()), 0.0);
    forEachWindow(context.input(0).shape(), window, context.control,
                  [&](auto plane, auto out, const auto& position, const std::vector<WindowTap>& taps) {
                      const auto count = static_cast<double>(
                          std::max<std::int64_t>(averageCount(window, position, includePad), 1));
                      for (const WindowTap& tap : taps)
                          at[static_cast<std::size_t>(plane * inPlane + tap.input)] +=
                              gradient[static_cast<std::size_t>(plane * outPlane + out)] / count;
                  });
    return wantedOf(context, {&at});
}

std::vector<Tensor> reverseGlobalAverage(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const auto size = static_cast<std::size_t>(shape.elements(2, shape.rank()));
    const std::vector<double> gradient = onlyGradient(context);
    std::vector<double> at(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < at.size(); ++i)
        at[i] = gradient[i / size] / static_cast<double>(size);
    return wantedOf(context, {&at});
}

std::vector<Tensor> reverseGlobalMax(const ReverseContext& context)
{
    const Shape& shape = context.input(0).shape();
    const auto size = static_cast<std::ptrdiff_t>(shape.elements(2, shape.rank()));
    const std::vector<double> x = realsOf(context.input(0)), gradient = onlyGradient(context);
    std::vector<double> at(x.size(), 0.0);
    for (std::size_t plane = 0; size > 0 && plane < gradient.size(); ++plane) {
        const auto first = x.begin() + static_cast<std::ptrdiff_t>(plane) * size;
        at[static_cast<std::size_t>(std::max_element(first, first + size) - x.begin())] = gradient[plane];
    }
    return wantedOf(context, {&at});
}

}

void register_reverse_pool(Table<Reverse>& table)
{
    table.add({.id = "MaxPool", .vjp = reverseMaxPool});
    table.add({.id = "AveragePool", .vjp = reverseAveragePool});
    table.add({.id = "GlobalAveragePool", .vjp = reverseGlobalAverage});
    table.add({.id = "GlobalMaxPool", .vjp = reverseGlobalMax});
}

}
