// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/planar_depthwise.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// Sums are formed lane by lane; arrays are that much longer.
constexpr std::size_t lanes = 16;
/// Taps that loops take at once, as often as there are so many.
constexpr std::size_t tapsAtOnce = 3;

struct AddTapsLoop
{
    LATHE_INLINE static void run(const float* parts, const std::int64_t* taps, const float* w, float* y,
                                 std::int64_t length)
    {
        const float *a = parts + taps[0], *b = parts + taps[1], *c = parts + taps[2];
        const float p = w[0], q = w[1], r = w[2];
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < length; ++i)
            y[i] = y[i] + p * a[i] + q * b[i] + r * c[i];
    }
};

struct AddTimesLoop
{
    LATHE_INLINE static void run(const float* from, float factor, float* to, std::int64_t length)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < length; ++i)
            to[i] += factor * from[i];
    }
};

/// Adds sums of products with `count` other arrays, at most tapsAtOnce.
struct DotLoop
{
    LATHE_INLINE static void run(const float* parts, const std::int64_t* taps, std::size_t count,
                                 const float* gradient, float* sums, std::int64_t length)
    {
        std::array<std::array<float, lanes>, tapsAtOnce> found{};
        for (std::int64_t first = 0; first < length; first += lanes)
            for (std::size_t t = 0; t < count; ++t) {
                const float* x = parts + taps[t] + first;
                LATHE_INDEPENDENT
                for (std::size_t lane = 0; lane < lanes; ++lane)
                    found[t][lane] += gradient[static_cast<std::size_t>(first) + lane] * x[lane];
            }
        for (std::size_t t = 0; t < count; ++t) {
            double sum = 0;
            for (const float one : found[t])
                sum += double{one};
            sums[t] += static_cast<float>(sum);
        }
    }
};

/// Rows or columns of the part at a step of the stride.
std::int64_t partLength(std::int64_t outputs, std::int64_t stride, std::int64_t kernel, std::int64_t dilation)
{
    const std::int64_t needed = (outputs - 1) * stride + (kernel - 1) * dilation + 1;
    return (needed + stride - 1) / stride;
}

/// Works plane by plane in vectorized loops over whole planes. A padded plane is split into one part for each
/// step of the strides, so that what a tap sees lies in one run of numbers, at the same pitch as the outputs;
/// outputs between the ends of rows are computed and left out.
class Planes
{
public:
    explicit Planes(const PlanarConv& conv);

    void run(const float* x, const float* w, float bias, float* y);
    void reverse(const float* x, const float* w, const float* gradient, float* atX, float* atW);

private:
    /// Calls row(offset in the plane, offset in the parts, columns) for each stretch of a row of the input
    /// that falls into one part; its elements lie a stride apart in the plane.
    template <typename Row>
    void forEachStretch(Row&& row) const;
    void toParts(const float* x);

    const PlanarConv& m_conv;
    std::int64_t m_pitch, m_partSize, m_length; ///< of a row, of a part, of the outputs at that pitch
    std::vector<std::int64_t> m_taps;           ///< where each tap begins in the parts
    std::vector<float> m_parts, m_atParts, m_outputs;
};

Planes::Planes(const PlanarConv& conv)
    : m_conv(conv)
    , m_pitch(partLength(conv.outColumns, conv.strideColumns, conv.kernelColumns, conv.dilationColumns))
    , m_partSize(m_pitch * partLength(conv.outRows, conv.strideRows, conv.kernelRows, conv.dilationRows))
    , m_length((conv.outRows - 1) * m_pitch + conv.outColumns)
{
    for (std::int64_t r = 0; r < conv.kernelRows; ++r)
        for (std::int64_t c = 0; c < conv.kernelColumns; ++c) {
            const std::int64_t row = r * conv.dilationRows, column = c * conv.dilationColumns;
            const std::int64_t part =
                row % conv.strideRows * conv.strideColumns + column % conv.strideColumns;
            m_taps.push_back(part * m_partSize + row / conv.strideRows * m_pitch +
                             column / conv.strideColumns);
        }
    const std::size_t space =
        static_cast<std::size_t>(conv.strideRows * conv.strideColumns * m_partSize) + lanes;
    m_parts.resize(space, 0.0F);
    m_atParts.resize(space, 0.0F);
    m_outputs.resize(static_cast<std::size_t>(m_length) + lanes, 0.0F);
}

template <typename Row>
void Planes::forEachStretch(Row&& row) const
{
    const std::int64_t partRows = m_partSize / m_pitch;
    for (std::int64_t r = 0; r < m_conv.inRows; ++r) {
        const std::int64_t padded = r + m_conv.padTop, line = padded / m_conv.strideRows;
        if (line >= partRows)
            return;
        for (std::int64_t phase = 0; phase < m_conv.strideColumns; ++phase) {
            const std::int64_t before = std::max<std::int64_t>(0, m_conv.padLeft - phase);
            const std::int64_t first = (before + m_conv.strideColumns - 1) / m_conv.strideColumns;
            const std::int64_t column = first * m_conv.strideColumns + phase - m_conv.padLeft;
            const std::int64_t inside =
                (m_conv.inColumns - column + m_conv.strideColumns - 1) / m_conv.strideColumns;
            const std::int64_t count = std::min(inside, m_pitch - first);
            const std::int64_t part = padded % m_conv.strideRows * m_conv.strideColumns + phase;
            if (count > 0)
                row(r * m_conv.inColumns + column, part * m_partSize + line * m_pitch + first, count);
        }
    }
}

void Planes::toParts(const float* x)
{
    const std::int64_t stride = m_conv.strideColumns;
    forEachStretch([&](std::int64_t in, std::int64_t part, std::int64_t count) {
        float* to = m_parts.data() + part;
        if (stride == 1)
            std::copy_n(x + in, count, to);
        else
            for (std::int64_t i = 0; i < count; ++i)
                to[i] = x[in + i * stride];
    });
}

void Planes::run(const float* x, const float* w, float bias, float* y)
{
    toParts(x);
    std::fill_n(m_outputs.data(), m_length, bias);
    std::size_t t = 0;
    for (; t + tapsAtOnce <= m_taps.size(); t += tapsAtOnce)
        simdCall<AddTapsLoop>(m_parts.data(), m_taps.data() + t, w + t, m_outputs.data(), m_length);
    for (; t < m_taps.size(); ++t)
        simdCall<AddTimesLoop>(m_parts.data() + m_taps[t], w[t], m_outputs.data(), m_length);
    for (std::int64_t r = 0; r < m_conv.outRows; ++r)
        std::copy_n(m_outputs.data() + r * m_pitch, m_conv.outColumns, y + r * m_conv.outColumns);
}

void Planes::reverse(const float* x, const float* w, const float* gradient, float* atX, float* atW)
{
    // Zero between the ends of rows, and behind the last one.
    std::fill(m_outputs.begin(), m_outputs.end(), 0.0F);
    for (std::int64_t r = 0; r < m_conv.outRows; ++r)
        std::copy_n(gradient + r * m_conv.outColumns, m_conv.outColumns, m_outputs.data() + r * m_pitch);
    if (atW) {
        toParts(x);
        for (std::size_t t = 0; t < m_taps.size(); t += tapsAtOnce)
            simdCall<DotLoop>(m_parts.data(), m_taps.data() + t, std::min(tapsAtOnce, m_taps.size() - t),
                              m_outputs.data(), atW + t, m_length);
    }
    if (!atX)
        return;
    std::fill(m_atParts.begin(), m_atParts.end(), 0.0F);
    for (std::size_t t = 0; t < m_taps.size(); ++t)
        simdCall<AddTimesLoop>(m_outputs.data(), w[t], m_atParts.data() + m_taps[t], m_length);
    const std::int64_t stride = m_conv.strideColumns;
    forEachStretch([&](std::int64_t in, std::int64_t part, std::int64_t count) {
        const float* from = m_atParts.data() + part;
        if (stride == 1)
            simdCall<AddTimesLoop>(from, 1.0F, atX + in, count);
        else
            for (std::int64_t i = 0; i < count; ++i)
                atX[in + i * stride] += from[i];
    });
}

}

void runDepthwise(const PlanarConv& conv, const float* x, const float* w, const float* bias, float* y)
{
    if (conv.outPlane() == 0)
        return;
    Planes planes(conv);
    for (std::int64_t plane = 0; plane < conv.batch * conv.groups; ++plane) {
        const std::int64_t channel = plane % conv.groups;
        planes.run(x + plane * conv.inPlane(), w + channel * conv.depth(), bias ? bias[channel] : 0.0F,
                   y + plane * conv.outPlane());
    }
}

void reverseDepthwise(const PlanarConv& conv, const float* x, const float* w, const float* gradient,
                      float* atX, float* atW)
{
    if (conv.outPlane() == 0)
        return;
    Planes planes(conv);
    for (std::int64_t plane = 0; plane < conv.batch * conv.groups; ++plane) {
        const std::int64_t weights = plane % conv.groups * conv.depth(), input = plane * conv.inPlane();
        planes.reverse(x + input, w + weights, gradient + plane * conv.outPlane(),
                       atX ? atX + input : nullptr, atW ? atW + weights : nullptr);
    }
}

}
