// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/dropped_elements.h"

#include "core/base/scramble.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

constexpr std::size_t wordBits = 64, halfBits = 32;

/// Takes the elements whose bits are set.
struct CopyLoop
{
    LATHE_INLINE static void run(const float* from, float* to, std::size_t count, std::uint32_t dropped)
    {
        LATHE_INDEPENDENT
        for (std::size_t i = 0; i < count; ++i)
            to[i] = (dropped >> i & 1U) != 0 ? from[i] : to[i];
    }
};

struct ClearLoop
{
    LATHE_INLINE static void run(float* values, std::size_t count, std::uint32_t dropped)
    {
        LATHE_INDEPENDENT
        for (std::size_t i = 0; i < count; ++i)
            values[i] = (dropped >> i & 1U) != 0 ? 0.0F : values[i];
    }
};

/// All words of a tensor: their bits are those of scrambled(seed + word).
template <typename Loop>
struct Words
{
    template <typename... Pointers>
    LATHE_INLINE static void run(std::uint64_t seed, std::size_t size, Pointers... values)
    {
        const std::size_t whole = size / halfBits * halfBits;
        for (std::size_t first = 0; first < whole; first += halfBits)
            Loop::run((values + first)..., halfBits, bitsAt(seed, first));
        if (whole < size)
            Loop::run((values + whole)..., size - whole, bitsAt(seed, whole));
    }

    LATHE_INLINE static std::uint32_t bitsAt(std::uint64_t seed, std::size_t element)
    {
        return static_cast<std::uint32_t>(scrambled(seed + element / wordBits) >> element % wordBits);
    }
};

} // namespace

std::uint64_t dropSeed(std::int64_t step, std::int64_t sample)
{
    return scrambled(scrambled(static_cast<std::uint64_t>(step)) + static_cast<std::uint64_t>(sample)) | 1;
}

DroppedElements::DroppedElements(std::uint64_t seed, std::uint64_t tensor)
    : m_seed(scrambled(seed + scrambled(tensor)))
    , m_any(seed != 0)
{
}

void DroppedElements::copy(std::span<const float> from, std::span<float> to) const
{
    simdCall<Words<CopyLoop>>(m_seed, to.size(), from.data(), to.data());
}

void DroppedElements::clear(std::span<float> values) const
{
    simdCall<Words<ClearLoop>>(m_seed, values.size(), values.data());
}

} // namespace lathe
