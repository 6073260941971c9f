// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/window.h"

#include <algorithm>

#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

std::int64_t product(const std::vector<std::int64_t>& sizes)
{
    return Shape(sizes).elements();
}

std::int64_t ceilDivide(std::int64_t a, std::int64_t b)
{
    return (a + b - 1) / b;
}

/// Pads such that every input position starts the next window a stride further.
void padSame(Window& window, std::size_t axis, bool extraAtEnd)
{
    const std::int64_t input = window.input[axis];
    window.output[axis] = ceilDivide(input, window.stride[axis]);
    const std::int64_t total =
        std::max<std::int64_t>(0, (window.output[axis] - 1) * window.stride[axis] + window.span(axis) - input);
    window.padBegin[axis] = extraAtEnd ? total / 2 : total - total / 2;
    window.padEnd[axis] = total - window.padBegin[axis];
}

void slide(Window& window, std::size_t axis, bool ceilMode, const Node& node)
{
    const std::int64_t padded = window.input[axis] + window.padBegin[axis] + window.padEnd[axis];
    const std::int64_t room = padded - window.span(axis);
    if (room < 0)
        failOperator(node, "the window spans " + std::to_string(window.span(axis)) + ", more than the padded input of " +
                               std::to_string(padded));
    const std::int64_t stride = window.stride[axis];
    std::int64_t count = (ceilMode ? ceilDivide(room, stride) : room / stride) + 1;
    // A last window that would start beyond the input is dropped.
    if (ceilMode && (count - 1) * stride >= window.input[axis] + window.padBegin[axis])
        --count;
    window.output[axis] = count;
}

}

std::int64_t Window::inputElements() const { return product(input); }
std::int64_t Window::kernelElements() const { return product(kernel); }
std::int64_t Window::outputElements() const { return product(output); }

bool Window::padded() const
{
    const auto isSet = [](std::int64_t pad) { return pad != 0; };
    return std::ranges::any_of(padBegin, isSet) || std::ranges::any_of(padEnd, isSet);
}

Window slidingWindow(const Node& node, std::span<const std::int64_t> input, std::vector<std::int64_t> kernel)
{
    const std::size_t rank = input.size();
    if (rank == 0 || kernel.size() != rank)
        failOperator(node, "the kernel has " + std::to_string(kernel.size()) + " axes, the input has " +
                               std::to_string(rank) + " spatial ones");
    for (std::size_t axis = 0; axis < rank; ++axis)
        if (kernel[axis] < 1 || kernel[axis] > maxDimension || input[axis] > maxDimension)
            failOperator(node, "a kernel or input size is out of range");

    Window window;
    window.input.assign(input.begin(), input.end());
    window.kernel = std::move(kernel);
    window.stride = boundedIntegers(node, "strides", rank, 1, 1, maxDimension);
    window.dilation = boundedIntegers(node, "dilations", rank, 1, 1, maxDimension);
    const std::string autoPad = node.text("auto_pad", "NOTSET");
    window.padBegin.assign(rank, 0);
    window.padEnd.assign(rank, 0);
    if (autoPad == "NOTSET") {
        const auto pads = boundedIntegers(node, "pads", 2 * rank, 0, 0, maxDimension);
        std::copy_n(pads.begin(), rank, window.padBegin.begin());
        std::copy_n(pads.begin() + static_cast<std::ptrdiff_t>(rank), rank, window.padEnd.begin());
    } else if (autoPad != "VALID" && autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER") {
        failOperator(node, "auto_pad \"" + autoPad + "\" is not known");
    }

    const bool same = autoPad.starts_with("SAME");
    const bool ceilMode = node.integer("ceil_mode", 0) != 0;
    window.output.assign(rank, Shape::unknown);
    for (std::size_t axis = 0; axis < rank; ++axis) {
        if (window.input[axis] < 0)
            continue;
        if (same)
            padSame(window, axis, autoPad == "SAME_UPPER");
        else
            slide(window, axis, ceilMode, node);
    }
    return window;
}

void windowTaps(const Window& window, std::span<const std::int64_t> position, std::vector<WindowTap>& taps)
{
    taps.assign(1, WindowTap{0, 0});
    std::vector<WindowTap> outer;
    for (std::size_t axis = 0; axis < window.rank(); ++axis) {
        outer.swap(taps);
        taps.clear();
        const std::int64_t start = position[axis] * window.stride[axis] - window.padBegin[axis];
        for (const WindowTap& tap : outer)
            for (std::int64_t k = 0; k < window.kernel[axis]; ++k) {
                const std::int64_t at = start + k * window.dilation[axis];
                if (at >= 0 && at < window.input[axis])
                    taps.push_back({tap.kernel * window.kernel[axis] + k, tap.input * window.input[axis] + at});
            }
    }
}

bool nextPosition(std::span<std::int64_t> position, std::span<const std::int64_t> limits)
{
    for (std::size_t axis = position.size(); axis-- > 0;) {
        if (++position[axis] < limits[axis])
            return true;
        position[axis] = 0;
    }
    return false;
}

}
