// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ops/window.h"

namespace lathe {

/// Sizes of a convolution [N, C, spatial...] with weights [M, C/groups, kernel...].
struct ConvGeometry {
    Window window;
    std::int64_t batch = 0;       ///< Shape::unknown when not known
    std::int64_t groups = 1;
    std::int64_t inChannels = 0;
    std::int64_t outChannels = 0;

    std::int64_t inPerGroup() const { return inChannels / groups; }
    std::int64_t outPerGroup() const { return outChannels / groups; }
    bool depthwise() const { return groups > 1 && groups == inChannels; }
    Shape outputShape() const;  ///< [N, M, spatial...]
};

/// Geometry of Conv, ConvInteger and QLinearConv. The weight's shape must be static; the input's may have unknown
/// dimensions (channels are then taken from the weight). Throws Error{operatorInput}.
ConvGeometry convGeometry(const Node& node, const Shape& input, const Shape& weight);

/// Geometry of ConvTranspose with weights [C, M/groups, kernel...]. The window slides over the *output*: its `input` are
/// the output's sizes and its `output` the input's. Throws Error{operatorInput}.
ConvGeometry convTransposeGeometry(const Node& node, const Shape& input, const Shape& weight);
/// [N, M, spatial...] of the result of convTransposeGeometry.
Shape convTransposeOutputShape(const ConvGeometry& geometry);

/// Calls store(index, channel, sum) for each output element of a convolution: the sum over the window of
/// (x - xZero) * (w - wZero(channel)); padding contributes nothing. Sums are formed in Acc, one after the other.
template <typename Acc, typename X, typename W, typename WeightZero, typename Store>
void convolve(const ConvGeometry& geometry, std::span<const X> x, Acc xZero, std::span<const W> w, WeightZero&& wZero,
              Store&& store, const Control& control)
{
    const Window& window = geometry.window;
    const std::int64_t inPlane = window.inputElements(), outPlane = window.outputElements();
    const std::int64_t taps = window.kernelElements(), depth = geometry.inPerGroup() * taps;
    if (geometry.batch == 0 || outPlane == 0)
        return;
    std::vector<Acc> patch(static_cast<std::size_t>(depth));
    std::vector<WindowTap> inside;
    std::vector<std::int64_t> position(window.rank(), 0);
    std::int64_t out = 0;
    do {
        control.throwIfStopped();
        windowTaps(window, position, inside);
        for (std::int64_t n = 0; n < geometry.batch; ++n)
            for (std::int64_t g = 0; g < geometry.groups; ++g) {
                std::fill(patch.begin(), patch.end(), Acc{0});
                for (std::int64_t c = 0; c < geometry.inPerGroup(); ++c) {
                    const X* plane =
                        x.data() + (n * geometry.inChannels + g * geometry.inPerGroup() + c) * inPlane;
                    for (const WindowTap& tap : inside)
                        patch[static_cast<std::size_t>(c * taps + tap.kernel)] =
                            static_cast<Acc>(plane[tap.input]) - xZero;
                }
                for (std::int64_t m = g * geometry.outPerGroup(); m < (g + 1) * geometry.outPerGroup(); ++m) {
                    const W* row = w.data() + m * depth;
                    const Acc zero = wZero(m);
                    Acc sum{0};
                    for (std::int64_t k = 0; k < depth; ++k)
                        sum += patch[static_cast<std::size_t>(k)] * (static_cast<Acc>(row[k]) - zero);
                    store((n * geometry.outChannels + m) * outPlane + out, m, sum);
                }
            }
        ++out;
    } while (nextPosition(position, window.output));
}

}
