// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/depthwise_rows.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/runtime/vnni.h"

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

/// Which channel of its block stands at `position` of 64: interleaving and packing registers work within
/// parts of 128 bits, and cancel each other if the sums stay in that order.
std::int64_t channelAt(std::int64_t position, std::int64_t block)
{
    return (position % 16 / 4 * 16 + position / 16 * 4 + position % 4) % block;
}

/// Calls place(channel) for each of the 64 places of each block; -1 where no channel stands.
template <typename Place>
void forEachPlace(std::int64_t channels, Place&& place)
{
    for (std::int64_t first = 0; first < channels; first += blockSize(channels - first))
        for (std::int64_t position = 0; position < kTogether; ++position) {
            const std::int64_t channel = first + channelAt(position, blockSize(channels - first));
            place(channel < channels ? channel : -1);
        }
}

std::int64_t tapsOf(const DepthwiseSizes& sizes)
{
    return rowGroupsOf(sizes) * sizes.kernelColumns;
}

}

std::vector<std::uint32_t> DepthwiseRows::pack(const DepthwiseSizes& sizes,
                                               std::span<const std::int8_t> weights)
{
    const std::int64_t taps = tapsOf(sizes), columns = sizes.kernelColumns;
    std::vector<std::uint32_t> packed;
    std::int64_t place = 0;
    forEachPlace(sizes.channels, [&](std::int64_t channel) {
        const std::int64_t block = place / kTogether;
        packed.resize(static_cast<std::size_t>((block + 1) * taps * kTogether), 0);
        for (std::int64_t r = 0; channel >= 0 && r < sizes.kernelRows; ++r)
            for (std::int64_t c = 0; c < columns; ++c) {
                const std::int64_t tap = r / kRowsTogether * columns + c;
                const auto weight = static_cast<std::uint8_t>(
                    weights[static_cast<std::size_t>((channel * sizes.kernelRows + r) * columns + c)]);
                packed[static_cast<std::size_t>((block * taps + tap) * kTogether + place % kTogether)] |=
                    std::uint32_t{weight} << r % kRowsTogether * 8;
            }
        ++place;
    });
    return packed;
}

DepthwiseRows::DepthwiseRows(const DepthwiseSizes& sizes, std::span<const std::uint32_t> packed,
                             const ByteRequantization& how, std::uint8_t inputZero)
    : m_sizes(sizes)
    , m_taps(tapsOf(sizes))
    , m_weights(packed)
    , m_padding(static_cast<std::size_t>(std::max(sizes.inColumns * sizes.channels, kTogether)), inputZero)
    , m_zero(how.zero)
    , m_low(how.low)
    , m_high(how.high)
{
    forEachPlace(sizes.channels, [&](std::int64_t channel) {
        m_multiplier.push_back(channel >= 0 ? how.multiplier[static_cast<std::size_t>(channel)] : 0.0F);
        m_bias.push_back(channel >= 0 ? how.bias[static_cast<std::size_t>(channel)] : 0);
    });
}

#if defined(__x86_64__)

namespace {

/// The channels of one block.
struct Block
{
    const DepthwiseSizes& sizes;
    std::int64_t first = 0; ///< channel
    const std::uint32_t* weights = nullptr;
    FourToBytes toBytes;
    __mmask16 channels = 0xFFFF; ///< that exist, in a block of 16
};

/// A row of outputs, cut into parts of one length, the last ones overlapping if need be.
template <int Parts>
struct Cut
{
    explicit Cut(const DepthwiseSizes& sizes)
        : count((sizes.outColumns + Parts - 1) / Parts)
    {
        std::int64_t insideTo = std::numeric_limits<std::int64_t>::max();
        for (std::size_t p = 0; p < Parts; ++p) {
            firstOutput[p] = std::min(static_cast<std::int64_t>(p) * count, sizes.outColumns - count);
            firstColumn[p] = firstOutput[p] * sizes.strideColumns - sizes.padLeft;
            offset[p] = firstColumn[p] * sizes.channels;
            insideFrom = std::max(insideFrom, -firstColumn[p]);
            insideTo = std::min(insideTo, sizes.inColumns - firstColumn[p]);
        }
        insideCount = static_cast<std::uint64_t>(std::max<std::int64_t>(insideTo - insideFrom, 0));
    }

    std::int64_t count;            ///< outputs of a part
    std::int64_t insideFrom = 0;   ///< first of the columns that every part has inside the image
    std::uint64_t insideCount = 0; ///< of them
    std::array<std::int64_t, Parts> firstOutput{}, firstColumn{}, offset{};
};

/// The lines of the image, at the block's first channel, that a row of outputs sees; padding where there is
/// none.
template <int Parts>
struct View
{
    const std::uint8_t* const* line;
    const std::uint8_t* padding;
    Cut<Parts> cut;
    std::int64_t channels, columns; ///< of the image
    __mmask16 lanes;
};

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
LATHE_VNNI_INLINE Four columnOf(const View<Parts>& view, const std::uint8_t* const* lines,
                                std::int64_t column)
{
    __m512i row[kRowsTogether];
    if (static_cast<std::uint64_t>(column - view.cut.insideFrom) < view.cut.insideCount) [[likely]] {
        std::array<std::int64_t, Parts> at;
#pragma GCC unroll 4
        for (std::size_t p = 0; p < Parts; ++p)
            at[p] = column * view.channels + view.cut.offset[p];
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRowsTogether; ++r) {
            std::array<const std::uint8_t*, Parts> from;
#pragma GCC unroll 4
            for (std::size_t p = 0; p < Parts; ++p)
                from[p] = lines[r] + at[p];
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

/// Windows of three columns at a step of one: a column is interleaved once and added to three outputs.
template <int Parts>
[[LATHE_VNNI]] void threeColumns(const Block& block, View<Parts> view, const Targets<Parts>& out)
{
    const std::uint8_t* const lines[] = {view.line[0], view.line[1], view.line[2], view.line[3]};
    const std::uint32_t *left = block.weights, *middle = left + kTogether, *right = middle + kTogether;
    const std::int64_t count = view.cut.count;
    const FourToBytes toBytes = block.toBytes;
    const auto finish = [&](std::int64_t i, Four& done, Four& next, Four& last) LATHE_VNNI_LAMBDA {
        const Four bytes = columnOf(view, lines, i + 2);
        addProducts(done, bytes, right);
        addProducts(next, bytes, middle);
        last = toBytes.bias();
        addProducts(last, bytes, left);
        scatter<Parts>(toBytes(done), out, i * view.channels, block.channels);
    };
    Four a = block.toBytes.bias(), b = a, c;
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
        Four sums = block.toBytes.bias();
        addProducts(sums, even, left);
        addProducts(sums, columnOf(view, lines, 2 * i + 1), middle);
        even = columnOf(view, lines, 2 * i + 2);
        addProducts(sums, even, right);
        scatter<Parts>(block.toBytes(sums), out, i * view.channels, block.channels);
    }
}

/// Windows of any form.
template <int Parts>
[[LATHE_VNNI]] void anyColumns(const Block& block, const View<Parts>& view, const Targets<Parts>& out)
{
    const DepthwiseSizes& sizes = block.sizes;
    for (std::int64_t i = 0; i < view.cut.count; ++i) {
        Four sums = block.toBytes.bias();
        const std::uint32_t* weights = block.weights;
        for (std::int64_t g = 0; g < rowGroupsOf(sizes); ++g)
            for (std::int64_t c = 0; c < sizes.kernelColumns; ++c, weights += kTogether)
                addProducts(sums,
                            columnOf(view, view.line + g * kRowsTogether,
                                     i * sizes.strideColumns + c * sizes.dilationColumns),
                            weights);
        scatter<Parts>(block.toBytes(sums), out, i * sizes.channels, block.channels);
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
    if (!hasVnni512(reason))
        return false;
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
                .toBytes = FourToBytes(m_multiplier.data(), m_bias.data(), m_zero, m_low, m_high)};
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
        block.toBytes.advance();
        block.first += size;
    }
}

#else

bool DepthwiseRows::takes(const DepthwiseSizes&, std::string& reason)
{
    return hasVnni512(reason);
}

void DepthwiseRows::run(const std::uint8_t*, std::int64_t, std::uint8_t*) const {}

#endif

}
