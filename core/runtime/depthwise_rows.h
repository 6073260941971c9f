// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/runtime/byte_math.h"

namespace lathe {

/// Sizes of a depthwise convolution of an image, channels last.
struct DepthwiseSizes
{
    std::int64_t channels = 0, inRows = 0, inColumns = 0, outRows = 0, outColumns = 0;
    std::int64_t kernelRows = 1, kernelColumns = 1;
    std::int64_t strideRows = 1, strideColumns = 1;
    std::int64_t dilationRows = 1, dilationColumns = 1;
    std::int64_t padTop = 0, padLeft = 0;

    std::int64_t inputBytes() const { return inRows * inColumns * channels; }
};

/// A depthwise convolution of uint8 codes with int8 weights by VPDPBUSD: the bytes of up to four rows of the
/// window are brought side by side, channel by channel, and added to an int32 sum with one instruction. Sums
/// are exact (modulo 2^32) and requantized as by requantizeToBytes(). Immutable: any thread may run it.
class DepthwiseRows
{
public:
    /// False, with the reason: this processor cannot, or a window is too wide.
    static bool takes(const DepthwiseSizes& sizes, std::string& reason);

    /// Weights [channels, kernelRows, kernelColumns] as the constructor takes them: four rows of the window
    /// an element.
    static std::vector<std::uint32_t> pack(const DepthwiseSizes& sizes, std::span<const std::int8_t> weights);

    /// `packed` must stay where it is. `how.bias` has the zero-point of the input in it already
    /// (biasWithZeroPoint()); `inputZero` is what the padding holds.
    DepthwiseRows(const DepthwiseSizes& sizes, std::span<const std::uint32_t> packed,
                  const ByteRequantization& how, std::uint8_t inputZero);

    const DepthwiseSizes& sizes() const { return m_sizes; }
    /// Row `row` of the output, [outColumns, channels], of one image.
    void run(const std::uint8_t* image, std::int64_t row, std::uint8_t* out) const;

private:
    DepthwiseSizes m_sizes;
    std::int64_t m_taps; ///< of a block of channels: four rows and one column of the window each
    std::span<const std::uint32_t> m_weights; ///< [block][tap][64]
    std::vector<float> m_multiplier;          ///< [block][64]
    std::vector<std::int32_t> m_bias;
    std::vector<std::uint8_t> m_padding; ///< a row of the image, but outside it
    std::int32_t m_zero, m_low, m_high;
};

}
