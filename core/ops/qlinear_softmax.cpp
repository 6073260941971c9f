// SPDX-License-Identifier: GPL-3.0-or-later
// Softmax of codes, as com.microsoft computes it (onnxruntime,
// contrib_ops/cpu/quantization/qlinear_softmax.cc): exponentials come from a table of float32, raised so that
// they use its range, and 1 / (result scale) is cut to a whole number.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/numeric/arithmetic.h"
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/requantize.h"

namespace lathe {

namespace {

/// Rows of `length` elements that are `stride` apart.
struct Rows
{
    std::size_t length, stride;
};

/// The softmax of opset 13 has rows along `axis`; the one before has all axes from there on in one row.
Rows rowsOf(const Node& node, const Shape& shape)
{
    const bool flattens = node.integer("opset", 13) < 13;
    const int axis = axisOf(node, node.integer("axis", flattens ? 1 : -1), shape.rank());
    if (flattens)
        return {static_cast<std::size_t>(shape.elements(axis, shape.rank())), 1};
    return {static_cast<std::size_t>(shape[axis]),
            static_cast<std::size_t>(shape.elements(axis + 1, shape.rank()))};
}

/// exp of the distance in codes to the largest of a row, times a constant that the quotient does not see.
class Exponentials
{
public:
    Exponentials(float scale, std::size_t length)
        : m_scale(static_cast<double>(scale))
        , m_shift(
              std::max(0.0, std::log(std::numeric_limits<float>::max() / static_cast<float>(length)) - 5.0) /
              m_scale)
    {
    }

    float operator()(std::int32_t distance) const
    {
        return static_cast<float>(std::exp((static_cast<double>(distance) + m_shift) * m_scale));
    }

private:
    double m_scale;
    double m_shift; ///< in codes
};

template <typename T>
void softmaxRow(const T* in, T* out, Rows rows, const Exponentials& exponential, float inverse,
                std::int32_t zeroPoint, CodeLimits limits)
{
    std::int32_t largest = lowestCode(DType::int8);
    const auto codeAt = [&](std::size_t i) { return static_cast<std::int32_t>(in[i * rows.stride]); };
    for (std::size_t i = 0; i < rows.length; ++i)
        largest = std::max(largest, codeAt(i));
    float sum = 0;
    for (std::size_t i = 0; i < rows.length; ++i)
        sum += exponential(codeAt(i) - largest);
    for (std::size_t i = 0; i < rows.length; ++i) {
        const float share = exponential(codeAt(i) - largest) * inverse / sum;
        out[i * rows.stride] =
            static_cast<T>(limitCode(roundHalfEven(share) + static_cast<float>(zeroPoint), limits));
    }
}

/// X, scale, zero-point, Y scale, Y zero-point. The zero-point of X makes no difference.
std::vector<Tensor> runQLinearSoftmax(const RunContext& context)
{
    const Tensor& input = context.input(0);
    if (input.dtype() != DType::uint8 && input.dtype() != DType::int8)
        context.fail("its codes must be of 8 bits");
    const Rows rows = rowsOf(context.node, input.shape());
    Tensor output(input.dtype(), input.shape());
    if (input.elements() == 0)
        return {output};
    const Exponentials exponential(scalarScale(context, 1), rows.length);
    const float inverse = std::floor(1.0f / scalarScale(context, 3));
    const std::int32_t zeroPoint = scalarZeroPoint(context, 4);
    const CodeLimits limits = resultCodes(context.node, input.dtype());
    visitInteger(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::size_t start = 0; start < in.size(); start += rows.length * rows.stride) {
            context.control.throwIfStopped();
            for (std::size_t i = start; i < start + rows.stride; ++i)
                softmaxRow(&in[i], &out[i], rows, exponential, inverse, zeroPoint, limits);
        }
    });
    return {output};
}

}

void register_qlinear_softmax(Table<Op>& table)
{
    table.add({.id = "com.microsoft::QLinearSoftmax",
               .exactness = Exactness::approximate,
               .infer = inferSame,
               .run = runQLinearSoftmax});
}

}
