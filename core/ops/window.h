// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// A window sliding over the spatial axes of a tensor: one entry an axis. `output` is Shape::unknown where `input` is.
struct Window {
    std::vector<std::int64_t> input, kernel, stride, dilation, padBegin, padEnd, output;

    std::size_t rank() const { return kernel.size(); }
    std::int64_t inputElements() const;
    std::int64_t kernelElements() const;
    std::int64_t outputElements() const;
    bool padded() const;
    /// Input positions that one window spans on an axis: (kernel - 1) * dilation + 1.
    std::int64_t span(std::size_t axis) const { return (kernel[axis] - 1) * dilation[axis] + 1; }
};

/// Reads strides, dilations, pads, auto_pad and (for pooling) ceil_mode of Conv and pooling nodes.
/// Throws Error{operatorInput} for contradictions and for sizes beyond maxDimension.
Window slidingWindow(const Node& node, std::span<const std::int64_t> input, std::vector<std::int64_t> kernel);

/// One kernel element at one output position: its index in the kernel and in the input plane.
struct WindowTap {
    std::int64_t kernel;
    std::int64_t input;
};

/// The taps of the window at `position` (one coordinate an axis) that fall inside the input, kernel order.
void windowTaps(const Window& window, std::span<const std::int64_t> position, std::vector<WindowTap>& taps);

/// The next position in row-major order within `limits`; false after the last one.
bool nextPosition(std::span<std::int64_t> position, std::span<const std::int64_t> limits);

}
