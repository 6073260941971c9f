// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/runtime/byte_math.h"

namespace lathe {

/// Rows of uint8 codes times int8 weights by VPDPBUSD, requantized as by requantizeToBytes(). For short rows,
/// where requantizing weighs as much as the products: sixty-four codes are finished at once. Sums are exact
/// (modulo 2^32). Immutable: any thread may run it.
class ByteProduct
{
public:
    /// False, with the reason: this processor cannot.
    static bool takes(std::string& reason);

    /// Weights [channels, depth] as the constructor takes them: four bytes of a row an element.
    static std::vector<std::uint32_t> pack(std::int64_t channels, std::int64_t depth,
                                           std::span<const std::int8_t> weights);

    /// `packed` must stay where it is. `how.bias` has the zero-point of the input in it already
    /// (biasWithZeroPoint()).
    ByteProduct(std::int64_t depth, std::span<const std::uint32_t> packed, const ByteRequantization& how);

    std::int64_t channels() const { return m_channels; }
    /// Bytes of a row that run() reads: `depth`, rounded up to four. Codes in the rest count nothing.
    std::int64_t rowBytes() const { return m_fours * 4; }
    /// `count` rows, `stride` bytes apart, to [count, channels].
    void run(const std::uint8_t* rows, std::int64_t stride, std::int64_t count, std::uint8_t* out) const;

private:
    std::int64_t m_channels, m_fours;         ///< fours of bytes in a row
    std::span<const std::uint32_t> m_weights; ///< by block of channels: [four][channel]
    std::vector<float> m_multiplier; ///< by block: one for each of 64 sums that are finished together
    std::vector<std::int32_t> m_bias;
    std::int32_t m_zero, m_low, m_high;
};

}
