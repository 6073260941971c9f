// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// The axes before the two of the square matrices.
Shape batchShape(const Node& node, const Shape& shape)
{
    const int rank = shape.rank();
    if (rank < 2 || (shape[rank - 2] >= 0 && shape[rank - 1] >= 0 && shape[rank - 2] != shape[rank - 1]))
        failOperator(node, "the input " + shape.text() + " does not hold square matrices");
    return Shape(std::vector<std::int64_t>(shape.begin(), shape.end() - 2));
}

std::vector<ValueInfo> inferDet(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape)
        return {typeOnly(input.dtype)};
    return {typed(input.dtype, batchShape(context.node, *input.shape))};
}

/// Gaussian elimination with the largest pivot of each column; `matrix` is overwritten.
double determinant(std::vector<double>& matrix, std::size_t size)
{
    double result = 1;
    for (std::size_t column = 0; column < size; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < size; ++row)
            if (std::abs(matrix[row * size + column]) > std::abs(matrix[pivot * size + column]))
                pivot = row;
        const double divisor = matrix[pivot * size + column];
        if (divisor == 0)
            return 0;
        if (pivot != column) {
            std::swap_ranges(&matrix[pivot * size], &matrix[pivot * size] + size, &matrix[column * size]);
            result = -result;
        }
        result *= divisor;
        for (std::size_t row = column + 1; row < size; ++row) {
            const double factor = matrix[row * size + column] / divisor;
            for (std::size_t k = column; k < size; ++k)
                matrix[row * size + k] -= factor * matrix[column * size + k];
        }
    }
    return result;
}

std::vector<Tensor> runDet(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    const Shape shape = batchShape(context.node, input.shape());
    const auto size = static_cast<std::size_t>(input.shape()[input.shape().rank() - 1]);
    Tensor output(input.dtype(), shape);
    visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        for (std::size_t i = 0; i < out.size(); ++i) {
            context.control.throwIfStopped();
            const auto values = in.subspan(i * size * size, size * size);
            std::vector<double> matrix(values.begin(), values.end());
            out[i] = static_cast<T>(determinant(matrix, size));
        }
    });
    return {output};
}

}

void register_det(Table<Op>& table)
{
    table.add({.id = "Det",
               .exactness = Exactness::accumulated,
               .sinceOpset = 11,
               .infer = inferDet,
               .run = viaFloat32<runDet>});
}

}
