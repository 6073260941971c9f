// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/depthwise_rows.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/runtime/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lathe {

namespace {

/// Sums that are formed at once: four registers of int32.
constexpr std::int64_t kTogether = 64;
/// Rows of the window whose bytes share an int32.
constexpr std::int64_t kRowsTogether = 4;
/// Rows that a window may have.
constexpr std::int64_t kMostRows = 16;

std::int64_t rowGroupsOf(const DepthwiseSizes& sizes)
{
    return (sizes.kernelRows + kRowsTogether - 1) / kRowsTogether;
}

/// Channels of a block; with fewer than 64, parts of a row are worked on side by side.
std::int64_t blockSize(std::int64_t channelsLeft)
{
    return channelsLeft >= 64 ? 64 : channelsLeft >= 32 ? 32 : 16;
}

/// Which channel of its block stands at `position` of 64: interleaving and packing registers work within parts of
/// 128 bits, and cancel each other if the sums stay in that order.
std::int64_t channelAt(std::int64_t position, std::int64_t block)
{
    return (position % 16 / 4 * 16 + position / 16 * 4 + position % 4) % block;
}

std::size_t blockCount(std::int64_t channels)
{
    std::size_t count = 0;
    for (std::int64_t first = 0; first < channels; first += blockSize(channels - first))
        ++count;
    return count;
}

}

DepthwiseRows::DepthwiseRows(const DepthwiseSizes& sizes, std::span<const std::int8_t> weights,
                             const ByteRequantization& how, std::uint8_t inputZero)
    : m_sizes(sizes)
    , m_blocks(blockCount(sizes.channels))
    , m_padding(static_cast<std::size_t>(std::max(sizes.inColumns * sizes.channels, kTogether)), inputZero)
    , m_zero(how.zero)
    , m_low(how.low)
    , m_high(how.high)
{
    m_taps = rowGroupsOf(sizes) * sizes.kernelColumns;
    m_weights.resize(m_blocks * static_cast<std::size_t>(m_taps * kTogether), 0);
    m_multiplier.resize(m_blocks * kTogether, 0.0F);
    m_bias.resize(m_blocks * kTogether, 0);
    std::int64_t first = 0;
    for (std::size_t b = 0; b < m_blocks; ++b) {
        const std::int64_t block = blockSize(sizes.channels - first);
        for (std::int64_t position = 0; position < kTogether; ++position)
            if (const std::int64_t channel = first + channelAt(position, block); channel < sizes.channels)
                packChannel(b * kTogether + static_cast<std::size_t>(position),
                            static_cast<std::size_t>(channel), weights, how);
        first += block;
    }
}

void DepthwiseRows::packChannel(std::size_t place, std::size_t channel, std::span<const std::int8_t> weights,
                                const ByteRequantization& how)
{
    m_multiplier[place] = how.multiplier[channel];
    m_bias[place] = how.bias[channel];
    const auto columns = static_cast<std::size_t>(m_sizes.kernelColumns);
    const auto rows = static_cast<std::size_t>(m_sizes.kernelRows);
    const std::size_t block = place / kTogether * kTogether;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t tap = r / kRowsTogether * columns + c;
            auto& four = m_weights[block * static_cast<std::size_t>(m_taps) + tap * kTogether + place - block];
            const auto weight = static_cast<std::uint8_t>(weights[(channel * rows + r) * columns + c]);
            four |= std::uint32_t{weight} << r % kRowsTogether * 8;
        }
}

std::size_t DepthwiseRows::packedBytes() const
{
    return (m_weights.size() + m_multiplier.size() + m_bias.size()) * sizeof(std::int32_t) + m_padding.size();
}

#if defined(__x86_64__)

// GCC 12 takes the undefined registers inside its own intrinsics for ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define LATHE_VNNI_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#define LATHE_VNNI gnu::target(LATHE_VNNI_TARGET)
#define LATHE_VNNI_LAMBDA __attribute__((always_inline, target(LATHE_VNNI_TARGET)))
#define LATHE_VNNI_INLINE [[gnu::always_inline, LATHE_VNNI]] inline

namespace {

/// 64 channels of four rows, or their sums, in the order of channelAt().
struct Four
{
    __m512i at[4];
};

/// The channels of one block.
struct Block
{
    const DepthwiseSizes& sizes;
    std::int64_t first = 0; ///< channel
    const std::uint32_t* weights = nullptr;
    const float* multiplier = nullptr;
    const std::int32_t* bias = nullptr;
    float most = 0; ///< largest code less the zero-point
    __m512i zero{}, low{};
    __mmask16 channels = 0xFFFF; ///< that exist, in a block of 16
};

/// A row of outputs, cut into parts of one length, the last ones overlapping if need be.
template <int Parts>
struct Cut
{
    explicit Cut(const DepthwiseSizes& sizes)
        : count((sizes.outColumns + Parts - 1) / Parts)
    {
        for (std::size_t p = 0; p < Parts; ++p) {
            firstOutput[p] = std::min(static_cast<std::int64_t>(p) * count, sizes.outColumns - count);
            firstColumn[p] = firstOutput[p] * sizes.strideColumns - sizes.padLeft;
            offset[p] = firstColumn[p] * sizes.channels;
            insideFrom = std::max(insideFrom, -firstColumn[p]);
            insideTo = std::min(insideTo, sizes.inColumns - firstColumn[p]);
        }
    }

    std::int64_t count; ///< outputs of a part
    std::int64_t insideFrom = 0, insideTo = std::numeric_limits<std::int64_t>::max(); ///< columns that no part has outside
    std::array<std::int64_t, Parts> firstOutput{}, firstColumn{}, offset{};
};

/// The lines of the image, at the block's first channel, that a row of outputs sees; padding where there is none.
template <int Parts>
struct View
{
    const std::uint8_t* const* line;
    const std::uint8_t* padding;
    const Cut<Parts>& cut;
    std::int64_t channels, columns; ///< of the image
    __mmask16 lanes;
};

/// Adds to each sum the products of four bytes. GCC 12 copies the sums around its own intrinsic for it.
LATHE_VNNI_INLINE void addProducts(Four& sums, const Four& bytes, const std::uint32_t* weights)
{
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
        __m512i sum = sums.at[v];
        asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes.at[v]), "vm"(_mm512_loadu_si512(weights + v * 16)));
        sums.at[v] = sum;
    }
}

LATHE_VNNI_INLINE Four biasOf(const Block& block)
{
    Four sums;
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
        sums.at[v] = _mm512_loadu_si512(block.bias + v * 16);
    return sums;
}

/// Sixty-four bytes of all parts, side by side.
template <int Parts>
LATHE_VNNI_INLINE __m512i gather(const std::array<const std::uint8_t*, Parts>& from, __mmask16 lanes)
{
    if constexpr (Parts == 1)
        return _mm512_loadu_si512(from[0]);
    if constexpr (Parts == 2)
        return _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from[0]))),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from[1])), 1);
    if constexpr (Parts == 4) {
        __m512i all = _mm512_castsi128_si512(_mm_maskz_loadu_epi8(lanes, from[0]));
        all = _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(lanes, from[1]), 1);
        all = _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(lanes, from[2]), 2);
        return _mm512_inserti32x4(all, _mm_maskz_loadu_epi8(lanes, from[3]), 3);
    }
}

/// The bytes of four rows, brought side by side channel by channel.
LATHE_VNNI_INLINE Four interleaved(__m512i a, __m512i b, __m512i c, __m512i d)
{
    const __m512i low = _mm512_unpacklo_epi8(a, b), high = _mm512_unpackhi_epi8(a, b);
    const __m512i low2 = _mm512_unpacklo_epi8(c, d), high2 = _mm512_unpackhi_epi8(c, d);
    return {{_mm512_unpacklo_epi16(low, low2), _mm512_unpackhi_epi16(low, low2),
             _mm512_unpacklo_epi16(high, high2), _mm512_unpackhi_epi16(high, high2)}};
}

/// A line's bytes in a column that some part has outside the image.
template <int Parts>
LATHE_VNNI_INLINE __m512i atEdge(const View<Parts>& view, const std::uint8_t* line, std::int64_t column)
{
    std::array<const std::uint8_t*, Parts> from;
    for (std::size_t p = 0; p < Parts; ++p) {
        const std::int64_t c = view.cut.firstColumn[p] + column;
        from[p] = c >= 0 && c < view.columns ? line + c * view.channels : view.padding;
    }
    return gather<Parts>(from, view.lanes);
}

/// Four lines in a column of each part.
template <int Parts>
LATHE_VNNI_INLINE Four columnOf(const View<Parts>& view, const std::uint8_t* const* lines, std::int64_t column)
{
    __m512i row[kRowsTogether];
    if (column >= view.cut.insideFrom && column < view.cut.insideTo) [[likely]] {
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRowsTogether; ++r) {
            const std::uint8_t* line = lines[r] + column * view.channels;
            std::array<const std::uint8_t*, Parts> from;
#pragma GCC unroll 4
            for (std::size_t p = 0; p < Parts; ++p)
                from[p] = line + view.cut.offset[p];
            row[r] = gather<Parts>(from, view.lanes);
        }
    } else {
        for (std::size_t r = 0; r < kRowsTogether; ++r)
            row[r] = atEdge<Parts>(view, lines[r], column);
    }
    return interleaved(row[0], row[1], row[2], row[3]);
}

/// Where the outputs of each part go.
template <int Parts>
using Targets = std::array<std::uint8_t*, Parts>;

template <int Parts>
LATHE_VNNI_INLINE void scatter(__m512i bytes, const Targets<Parts>& to, std::int64_t at, __mmask16 channels)
{
    if constexpr (Parts == 1)
        _mm512_storeu_si512(to[0] + at, bytes);
    if constexpr (Parts == 2) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to[0] + at), _mm512_castsi512_si256(bytes));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to[1] + at), _mm512_extracti64x4_epi64(bytes, 1));
    }
    if constexpr (Parts == 4) {
        _mm_mask_storeu_epi8(to[0] + at, channels, _mm512_castsi512_si128(bytes));
        _mm_mask_storeu_epi8(to[1] + at, channels, _mm512_extracti32x4_epi32(bytes, 1));
        _mm_mask_storeu_epi8(to[2] + at, channels, _mm512_extracti32x4_epi32(bytes, 2));
        _mm_mask_storeu_epi8(to[3] + at, channels, _mm512_extracti32x4_epi32(bytes, 3));
    }
}

/// The codes that sums become.
LATHE_VNNI_INLINE __m512i requantized(const Block& block, const Four& sums)
{
    const __m512 most = _mm512_set1_ps(block.most);
    __m512i code[4];
    // Only what is too large must be cut before it becomes an integer: too little turns into the least.
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
        code[v] = _mm512_cvtps_epi32(_mm512_min_ps(
            _mm512_mul_ps(_mm512_cvtepi32_ps(sums.at[v]), _mm512_loadu_ps(block.multiplier + v * 16)), most));
    const __m512i first = _mm512_adds_epi16(_mm512_packs_epi32(code[0], code[1]), block.zero);
    const __m512i second = _mm512_adds_epi16(_mm512_packs_epi32(code[2], code[3]), block.zero);
    return _mm512_max_epu8(_mm512_packus_epi16(first, second), block.low);
}

/// Windows of three columns at a step of one: a column is interleaved once and added to three outputs.
template <int Parts>
[[LATHE_VNNI]] void threeColumns(const Block& block, View<Parts> view, const Targets<Parts>& out)
{
    const std::uint8_t* const lines[] = {view.line[0], view.line[1], view.line[2], view.line[3]};
    const std::uint32_t *left = block.weights, *middle = left + kTogether, *right = middle + kTogether;
    const std::int64_t count = view.cut.count;
    const auto finish = [&](std::int64_t i, Four& done, Four& next, Four& last) LATHE_VNNI_LAMBDA {
        const Four bytes = columnOf(view, lines, i + 2);
        addProducts(done, bytes, right);
        addProducts(next, bytes, middle);
        last = biasOf(block);
        addProducts(last, bytes, left);
        scatter<Parts>(requantized(block, done), out, i * view.channels, block.channels);
    };
    Four a = biasOf(block), b = a, c;
    const Four first = columnOf(view, lines, 0), second = columnOf(view, lines, 1);
    addProducts(a, first, left);
    addProducts(a, second, middle);
    addProducts(b, second, left);
    for (std::int64_t i = 0;;) {
        finish(i, a, b, c);
        if (++i == count)
            return;
        finish(i, b, c, a);
        if (++i == count)
            return;
        finish(i, c, a, b);
        if (++i == count)
            return;
    }
}

/// Windows of three columns at a step of two.
template <int Parts>
[[LATHE_VNNI]] void threeColumnsAtTwo(const Block& block, View<Parts> view, const Targets<Parts>& out)
{
    const std::uint8_t* const lines[] = {view.line[0], view.line[1], view.line[2], view.line[3]};
    const std::uint32_t *left = block.weights, *middle = left + kTogether, *right = middle + kTogether;
    Four even = columnOf(view, lines, 0);
    for (std::int64_t i = 0; i < view.cut.count; ++i) {
        Four sums = biasOf(block);
        addProducts(sums, even, left);
        addProducts(sums, columnOf(view, lines, 2 * i + 1), middle);
        even = columnOf(view, lines, 2 * i + 2);
        addProducts(sums, even, right);
        scatter<Parts>(requantized(block, sums), out, i * view.channels, block.channels);
    }
}

/// Windows of any form.
template <int Parts>
[[LATHE_VNNI]] void anyColumns(const Block& block, const View<Parts>& view, const Targets<Parts>& out)
{
    const DepthwiseSizes& sizes = block.sizes;
    for (std::int64_t i = 0; i < view.cut.count; ++i) {
        Four sums = biasOf(block);
        const std::uint32_t* weights = block.weights;
        for (std::int64_t g = 0; g < rowGroupsOf(sizes); ++g)
            for (std::int64_t c = 0; c < sizes.kernelColumns; ++c, weights += kTogether)
                addProducts(sums,
                            columnOf(view, view.line + g * kRowsTogether,
                                     i * sizes.strideColumns + c * sizes.dilationColumns),
                            weights);
        scatter<Parts>(requantized(block, sums), out, i * sizes.channels, block.channels);
    }
}

/// One row of the outputs of one block, from the lines that it sees.
template <int Parts>
[[LATHE_VNNI]] void computeRow(const Block& block, std::array<const std::uint8_t*, kMostRows> lines,
                               const std::uint8_t* padding, std::uint8_t* out)
{
    const DepthwiseSizes& sizes = block.sizes;
    const Cut<Parts> cut(sizes);
    Targets<Parts> targets;
    for (std::size_t p = 0; p < Parts; ++p)
        targets[p] = out + block.first + cut.firstOutput[p] * sizes.channels;
    for (const std::uint8_t*& line : lines)
        line += block.first;
    const View<Parts> view{lines.data(), padding, cut, sizes.channels, sizes.inColumns, block.channels};
    const bool three =
        sizes.kernelColumns == 3 && sizes.dilationColumns == 1 && sizes.kernelRows <= kRowsTogether;
    if (three && sizes.strideColumns == 1)
        threeColumns<Parts>(block, view, targets);
    else if (three && sizes.strideColumns == 2)
        threeColumnsAtTwo<Parts>(block, view, targets);
    else
        anyColumns<Parts>(block, view, targets);
}

}

bool DepthwiseRows::takes(const DepthwiseSizes& sizes, std::string& reason)
{
    static const bool addsFour = __builtin_cpu_supports("avx512vnni") != 0;
    if (!addsFour || simdLevel() != SimdLevel::avx512) {
        reason = "this processor does not add four products at once in 512 bits";
        return false;
    }
    if (sizes.kernelRows > kMostRows) {
        reason = "the window is high";
        return false;
    }
    return true;
}

[[LATHE_VNNI]] void DepthwiseRows::run(const std::uint8_t* image, std::int64_t row, std::uint8_t* out) const
{
    std::array<const std::uint8_t*, kMostRows> lines;
    lines.fill(m_padding.data());
    for (std::int64_t r = 0; r < m_sizes.kernelRows; ++r) {
        const std::int64_t inRow = row * m_sizes.strideRows - m_sizes.padTop + r * m_sizes.dilationRows;
        if (inRow >= 0 && inRow < m_sizes.inRows)
            lines[static_cast<std::size_t>(r)] = image + inRow * m_sizes.inColumns * m_sizes.channels;
    }
    Block block{.sizes = m_sizes,
                .weights = m_weights.data(),
                .multiplier = m_multiplier.data(),
                .bias = m_bias.data(),
                .most = static_cast<float>(m_high - m_zero),
                .zero = _mm512_set1_epi16(static_cast<std::int16_t>(m_zero)),
                .low = _mm512_set1_epi8(static_cast<char>(m_low))};
    while (block.first < m_sizes.channels) {
        const std::int64_t left = m_sizes.channels - block.first, size = blockSize(left);
        if (left < 16)
            block.channels = static_cast<__mmask16>((1 << left) - 1);
        if (size == 64)
            computeRow<1>(block, lines, m_padding.data(), out);
        else if (size == 32)
            computeRow<2>(block, lines, m_padding.data(), out);
        else
            computeRow<4>(block, lines, m_padding.data(), out);
        block.weights += m_taps * kTogether;
        block.multiplier += kTogether;
        block.bias += kTogether;
        block.first += size;
    }
}

#else

bool DepthwiseRows::takes(const DepthwiseSizes&, std::string& reason)
{
    reason = "it is written for x86 processors";
    return false;
}

void DepthwiseRows::run(const std::uint8_t*, std::int64_t, std::uint8_t*) const {}

#endif

}
