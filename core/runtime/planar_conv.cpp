// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/planar_conv.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <vector>

#include "core/runtime/planar_depthwise.h"

namespace lathe {

namespace {

/// Outputs [first, last) along one axis whose tap lies inside the input, and the input of the first.
struct TapRange
{
    std::int64_t first, last, input;
};

TapRange tapRange(std::int64_t offset, std::int64_t stride, std::int64_t in, std::int64_t out)
{
    const std::int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const std::int64_t last = offset >= in ? 0 : std::min(out, (in - 1 - offset) / stride + 1);
    return {std::min(first, out), last, first * stride + offset};
}

/// Calls row(output position, input position, count) for each stretch of a plane's outputs that tap (kr, kc)
/// sees.
template <typename Row>
void forEachRow(const PlanarConv& conv, std::int64_t kr, std::int64_t kc, Row&& row)
{
    const TapRange columns = tapRange(kc * conv.dilationColumns - conv.padLeft, conv.strideColumns,
                                      conv.inColumns, conv.outColumns);
    const TapRange rows =
        tapRange(kr * conv.dilationRows - conv.padTop, conv.strideRows, conv.inRows, conv.outRows);
    if (columns.last <= columns.first)
        return;
    for (std::int64_t r = rows.first; r < rows.last; ++r) {
        const std::int64_t in = r * conv.strideRows + kr * conv.dilationRows - conv.padTop;
        row(r * conv.outColumns + columns.first, in * conv.inColumns + columns.input,
            columns.last - columns.first);
    }
}

/// Calls tap(row of the column matrix, plane, kr, kc) for each channel and kernel element of a group.
template <typename Tap>
void forEachTap(const PlanarConv& conv, Tap&& tap)
{
    std::int64_t row = 0;
    for (std::int64_t c = 0; c < conv.inPerGroup; ++c)
        for (std::int64_t kr = 0; kr < conv.kernelRows; ++kr)
            for (std::int64_t kc = 0; kc < conv.kernelColumns; ++kc)
                tap(row++, c, kr, kc);
}

/// The windows of a group as columns [depth, positions].
void toColumns(const PlanarConv& conv, const float* x, float* columns)
{
    std::fill(columns, columns + conv.depth() * conv.outPlane(), 0.0F);
    forEachTap(conv, [&](std::int64_t row, std::int64_t c, std::int64_t kr, std::int64_t kc) {
        forEachRow(conv, kr, kc, [&](std::int64_t out, std::int64_t in, std::int64_t count) {
            const float* from = x + c * conv.inPlane() + in;
            float* to = columns + row * conv.outPlane() + out;
            if (conv.strideColumns == 1)
                std::copy(from, from + count, to);
            else
                for (std::int64_t i = 0; i < count; ++i)
                    to[i] = from[i * conv.strideColumns];
        });
    });
}

void addColumns(const PlanarConv& conv, const float* columns, float* x)
{
    forEachTap(conv, [&](std::int64_t row, std::int64_t c, std::int64_t kr, std::int64_t kc) {
        forEachRow(conv, kr, kc, [&](std::int64_t out, std::int64_t in, std::int64_t count) {
            const float* from = columns + row * conv.outPlane() + out;
            float* to = x + c * conv.inPlane() + in;
            for (std::int64_t i = 0; i < count; ++i)
                to[i * conv.strideColumns] += from[i];
        });
    });
}

/// True where the columns are the input itself.
bool isPointwise(const PlanarConv& conv)
{
    return conv.kernelRows == 1 && conv.kernelColumns == 1 && conv.strideRows == 1 &&
           conv.strideColumns == 1 && conv.padTop == 0 && conv.padLeft == 0 &&
           conv.inPlane() == conv.outPlane();
}

bool isDepthwise(const PlanarConv& conv)
{
    return conv.inPerGroup == 1 && conv.outPerGroup == 1;
}

/// One thread's space for columns, kept from call to call.
std::vector<float>& columnSpace(std::int64_t size)
{
    thread_local std::vector<float> space;
    if (space.size() < static_cast<std::size_t>(size))
        space.resize(static_cast<std::size_t>(size));
    return space;
}

}

void multiply(bool transA, bool transB, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
              const float* b, float beta, float* c)
{
    if (m == 0 || n == 0)
        return;
    if (k == 0) {
        for (std::int64_t i = 0; i < m * n; ++i)
            c[i] = beta == 0 ? 0.0F : c[i] * beta;
        return;
    }
    dnnl::error::wrap_c_api(dnnl_sgemm(transA ? 'T' : 'N', transB ? 'T' : 'N', m, n, k, 1.0F, a,
                                       transA ? m : k, b, transB ? k : n, beta, c, n),
                            "could not multiply matrices");
}

std::optional<PlanarConv> planarConv(const ConvGeometry& geometry)
{
    const Window& window = geometry.window;
    const std::size_t rank = window.rank();
    if (rank != 1 && rank != 2)
        return std::nullopt;
    const std::size_t last = rank - 1;
    const auto row = [&](const std::vector<std::int64_t>& sizes, std::int64_t single) {
        return rank == 2 ? sizes[0] : single;
    };
    return PlanarConv{
        geometry.batch,          geometry.groups,       geometry.inPerGroup(),   geometry.outPerGroup(),
        row(window.input, 1),    window.input[last],    row(window.output, 1),   window.output[last],
        row(window.kernel, 1),   window.kernel[last],   row(window.stride, 1),   window.stride[last],
        row(window.dilation, 1), window.dilation[last], row(window.padBegin, 0), window.padBegin[last]};
}

void PlanarConv::run(const float* x, const float* w, const float* bias, float* y) const
{
    if (isDepthwise(*this))
        return runDepthwise(*this, x, w, bias, y);
    for (std::int64_t n = 0; n < batch; ++n)
        for (std::int64_t g = 0; g < groups; ++g) {
            const float* in = x + (n * groups + g) * inPerGroup * inPlane();
            const float* weights = w + g * outPerGroup * depth();
            float* out = y + (n * groups + g) * outPerGroup * outPlane();
            for (std::int64_t m = 0; m < outPerGroup; ++m)
                std::fill(out + m * outPlane(), out + (m + 1) * outPlane(),
                          bias ? bias[g * outPerGroup + m] : 0.0F);
            const float* columns = in;
            if (!isPointwise(*this)) {
                std::vector<float>& space = columnSpace(depth() * outPlane());
                toColumns(*this, in, space.data());
                columns = space.data();
            }
            multiply(false, false, outPerGroup, outPlane(), depth(), weights, columns, 1, out);
        }
}

void PlanarConv::reverse(const float* x, const float* w, const float* gradient, float* atX, float* atW) const
{
    if (isDepthwise(*this))
        return reverseDepthwise(*this, x, w, gradient, atX, atW);
    for (std::int64_t n = 0; n < batch; ++n)
        for (std::int64_t g = 0; g < groups; ++g) {
            const std::int64_t input = (n * groups + g) * inPerGroup * inPlane(),
                               weight = g * outPerGroup * depth();
            const float* atY = gradient + (n * groups + g) * outPerGroup * outPlane();
            const bool direct = isPointwise(*this);
            std::vector<float>& space = columnSpace(direct ? 0 : depth() * outPlane());
            if (atW) {
                if (!direct)
                    toColumns(*this, x + input, space.data());
                multiply(false, true, outPerGroup, depth(), outPlane(), atY,
                         direct ? x + input : space.data(), 1, atW + weight);
            }
            if (atX) {
                multiply(true, false, depth(), outPlane(), outPerGroup, w + weight, atY, direct ? 1 : 0,
                         direct ? atX + input : space.data());
                if (!direct)
                    addColumns(*this, space.data(), atX + input);
            }
        }
}

}
