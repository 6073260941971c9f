// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/byte_product.h"

#include <algorithm>
#include <utility>

#include "core/runtime/vnni.h"

namespace lathe {

namespace {

/// Registers of sixteen sums that a block of channels takes: 64 channels, 32, or 16 and fewer.
int vectorsOf(std::int64_t channelsLeft)
{
    return channelsLeft >= 64 ? 4 : channelsLeft >= 32 ? 2 : 1;
}

/// Which channel of its block stands at `place` of a block of `vectors` registers: packing works within parts
/// of 128 bits, which take four channels from each register.
std::int64_t channelAt(std::int64_t place, int vectors)
{
    return place % 16 / 4 * 4 * vectors + place / 16 * 4 + place % 4;
}

/// Calls block(first channel, vectors) for each block.
template <typename Block>
void forEachBlock(std::int64_t channels, Block&& block)
{
    for (std::int64_t first = 0; first < channels;) {
        const int vectors = vectorsOf(channels - first);
        block(first, vectors);
        first += 16 * vectors;
    }
}

/// Sums that are finished at once.
constexpr std::int64_t kTogether = 64;

}

std::vector<std::uint32_t> ByteProduct::pack(std::int64_t channels, std::int64_t depth,
                                             std::span<const std::int8_t> weights)
{
    std::vector<std::uint32_t> packed;
    const auto four = [&](std::int64_t channel, std::int64_t begin) {
        std::uint32_t together = 0;
        for (std::int64_t k = begin; channel < channels && k < std::min(depth, begin + 4); ++k)
            together |= std::uint32_t{static_cast<std::uint8_t>(
                            weights[static_cast<std::size_t>(channel * depth + k)])}
                        << (k % 4 * 8);
        return together;
    };
    forEachBlock(channels, [&](std::int64_t first, int vectors) {
        for (std::int64_t begin = 0; begin < depth; begin += 4)
            for (std::int64_t place = 0; place < 16 * vectors; ++place)
                packed.push_back(four(first + channelAt(place, vectors), begin));
    });
    return packed;
}

ByteProduct::ByteProduct(std::int64_t depth, std::span<const std::uint32_t> packed,
                         const ByteRequantization& how)
    : m_channels(static_cast<std::int64_t>(how.multiplier.size()))
    , m_fours((depth + 3) / 4)
    , m_weights(packed)
    , m_zero(how.zero)
    , m_low(how.low)
    , m_high(how.high)
{
    // Where a block is narrow, several rows are finished together, each with the same multipliers.
    forEachBlock(m_channels, [&](std::int64_t first, int vectors) {
        for (std::int64_t sum = 0; sum < kTogether; ++sum) {
            const std::int64_t channel = first + channelAt(sum % (16 * vectors), vectors);
            const bool exists = channel < m_channels;
            m_multiplier.push_back(exists ? how.multiplier[static_cast<std::size_t>(channel)] : 0.0F);
            m_bias.push_back(exists ? how.bias[static_cast<std::size_t>(channel)] : 0);
        }
    });
}

bool ByteProduct::takes(std::string& reason)
{
    return hasVnni512(reason);
}

#if defined(__x86_64__)

namespace {

/// One block of channels.
struct Block
{
    const std::uint32_t* weights;
    std::int64_t fours;
    std::int64_t pitch; ///< bytes from one row of results to the next
    FourToBytes toBytes;
    __mmask16 lanes; ///< channels that exist, in a block of 16
};

/// Order of fours of bytes that brings rows which were finished together behind each other.
template <int Vectors>
LATHE_VNNI_INLINE __m512i rowByRow(__m512i bytes)
{
    if constexpr (Vectors == 2)
        return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), bytes);
    if constexpr (Vectors == 1)
        return _mm512_permutexvar_epi32(
            _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
    return bytes;
}

/// Stores 4 / Vectors rows.
template <int Vectors>
LATHE_VNNI_INLINE void storeRows(const Block& block, __m512i bytes, std::uint8_t* out)
{
    if constexpr (Vectors == 4)
        _mm512_storeu_si512(out, bytes);
    if constexpr (Vectors == 2) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_castsi512_si256(bytes));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + block.pitch),
                            _mm512_extracti64x4_epi64(bytes, 1));
    }
    if constexpr (Vectors == 1) {
        _mm_mask_storeu_epi8(out, block.lanes, _mm512_castsi512_si128(bytes));
        _mm_mask_storeu_epi8(out + block.pitch, block.lanes, _mm512_extracti32x4_epi32(bytes, 1));
        _mm_mask_storeu_epi8(out + 2 * block.pitch, block.lanes, _mm512_extracti32x4_epi32(bytes, 2));
        _mm_mask_storeu_epi8(out + 3 * block.pitch, block.lanes, _mm512_extracti32x4_epi32(bytes, 3));
    }
}

/// Rows, a multiple of 4 / Vectors, of one block.
template <int Vectors, int Rows>
LATHE_VNNI_INLINE void someRows(const Block& block, const std::uint8_t* rows, std::int64_t stride,
                                std::uint8_t* out)
{
    __m512i sums[Rows][Vectors];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            sums[r][v] = block.toBytes.bias(v);
    const std::uint32_t* weights = block.weights;
    for (std::int64_t four = 0; four < block.fours; ++four, rows += 4, weights += 16 * Vectors) {
        __m512i weight[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            weight[v] = _mm512_loadu_si512(weights + v * 16);
#pragma GCC unroll 16
        for (int r = 0; r < Rows; ++r) {
            std::int32_t bytes;
            __builtin_memcpy(&bytes, rows + r * stride, sizeof(bytes));
            const __m512i same = _mm512_set1_epi32(bytes);
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                sums[r][v] = withProducts(sums[r][v], same, weight[v]);
        }
    }
    constexpr int together = 4 / Vectors;
#pragma GCC unroll 16
    for (int r = 0; r < Rows; r += together) {
        Four four;
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
            four.at[i] = sums[r + i / Vectors][i % Vectors];
        storeRows<Vectors>(block, rowByRow<Vectors>(block.toBytes(four)), out + r * block.pitch);
    }
}

/// `count` rows of one block, Rows at a time; the last of several groups overlaps the one before it.
template <int Vectors, int Rows>
[[LATHE_VNNI]] void groupsOfRows(const Block& block, const std::uint8_t* rows, std::int64_t stride,
                                 std::int64_t count, std::uint8_t* out)
{
    for (std::int64_t next = 0; next < count; next += Rows) {
        const std::int64_t first = std::min(next, count - Rows);
        someRows<Vectors, Rows>(block, rows + first * stride, stride, out + first * block.pitch);
    }
}

/// With as many rows at once as leave registers for the weights.
template <int Vectors>
[[LATHE_VNNI]] void allRows(Block block, const std::uint8_t* rows, std::int64_t stride, std::int64_t count,
                            std::uint8_t* out)
{
    constexpr int most = Vectors == 4 ? 6 : 12, least = 4 / Vectors;
    if (count >= most)
        return groupsOfRows<Vectors, most>(block, rows, stride, count, out);
    if (count >= least)
        return groupsOfRows<Vectors, least>(block, rows, stride, count, out);
    // Fewer than are finished together: each in the place of all of them.
    const std::int64_t pitch = std::exchange(block.pitch, 0);
    for (std::int64_t r = 0; r < count; ++r)
        someRows<Vectors, least>(block, rows + r * stride, 0, out + r * pitch);
}

/// Rows that are multiplied with all weights before the next ones: they stay in the first-level cache.
constexpr std::int64_t kRowsInCache = 96;

}

[[LATHE_VNNI]] void ByteProduct::run(const std::uint8_t* rows, std::int64_t stride, std::int64_t count,
                                     std::uint8_t* out) const
{
    const std::int64_t parts = (count + kRowsInCache - 1) / kRowsInCache;
    for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t begin = count * part / parts, end = count * (part + 1) / parts;
        const std::uint32_t* weights = m_weights.data();
        FourToBytes toBytes(m_multiplier.data(), m_bias.data(), m_zero, m_low, m_high);
        forEachBlock(m_channels, [&](std::int64_t first, int vectors) {
            const std::int64_t left = m_channels - first;
            const Block block{weights, m_fours, m_channels, toBytes,
                              static_cast<__mmask16>(left < 16 ? (1 << left) - 1 : 0xFFFF)};
            const std::uint8_t* from = rows + begin * stride;
            std::uint8_t* to = out + begin * m_channels + first;
            if (vectors == 4)
                allRows<4>(block, from, stride, end - begin, to);
            else if (vectors == 2)
                allRows<2>(block, from, stride, end - begin, to);
            else
                allRows<1>(block, from, stride, end - begin, to);
            weights += m_fours * 16 * vectors;
            toBytes.advance();
        });
    }
}

#else

void ByteProduct::run(const std::uint8_t*, std::int64_t, std::int64_t, std::uint8_t*) const {}

#endif

}
