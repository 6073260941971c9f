// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

DType matrixType(const Node& node)
{
    return dtypeFromOnnx(node.integer("output_datatype", 1));
}

Shape matrixShape(const Node& node, std::int64_t bins, std::int64_t length)
{
    if (bins < 0 || bins > maxDimension || length < 0 || length > maxDimension)
        failOperator(node, "the number of bins or the length is out of range");
    return Shape{length / 2 + 1, bins};
}

std::vector<ValueInfo> inferMel(const InferContext& context)
{
    const auto bins = knownInteger(context, 0), length = knownInteger(context, 1);
    if (!bins || !length)
        return {typed(matrixType(context.node), Shape{Shape::unknown, Shape::unknown})};
    return {typed(matrixType(context.node), matrixShape(context.node, *bins, *length))};
}

/// The spectrum bins at which the triangles begin, peak and end: equal steps on the mel scale.
std::vector<std::int64_t> edgeBins(const RunContext& context, std::int64_t bins, std::int64_t length)
{
    const double low = 2595 * std::log10(1 + realOperand(context, 3, 0) / 700);
    const double high = 2595 * std::log10(1 + realOperand(context, 4, 0) / 700);
    const double rate = realOperand(context, 2, 0);
    const double step = (high - low) / static_cast<double>(bins + 2);
    std::vector<std::int64_t> edges;
    for (std::int64_t i = 0; i < bins + 2; ++i) {
        const double hertz = 700 * (std::pow(10, (low + static_cast<double>(i) * step) / 2595) - 1);
        const double bin = std::floor(static_cast<double>(length + 1) * hertz / rate);
        if (!(bin >= 0 && bin <= static_cast<double>(length / 2)))
            context.fail("an edge of a mel bin lies outside of the spectrum");
        edges.push_back(static_cast<std::int64_t>(bin));
        if (i > 0 && edges.back() < edges[edges.size() - 2])
            context.fail("the upper edge lies below the lower one");
    }
    return edges;
}

std::vector<Tensor> runMel(const RunContext& context)
{
    for (std::size_t i = 0; i < 5; ++i)
        givenOperand(context, i);
    const std::int64_t bins = integerOperand(context, 0, 0), length = integerOperand(context, 1, 0);
    const Shape shape = matrixShape(context.node, bins, length);
    const std::vector<std::int64_t> edges = edgeBins(context, bins, length);
    Tensor matrix(DType::float64, shape);
    const auto out = matrix.mutableData<double>();
    for (std::int64_t bin = 0; bin < bins; ++bin) {
        const auto at = static_cast<std::size_t>(bin);
        const std::int64_t low = edges[at], peak = edges[at + 1], high = edges[at + 2];
        const auto put = [&](std::int64_t row, double weight) { out[static_cast<std::size_t>(row * bins + bin)] = weight; };
        put(peak, 1);
        for (std::int64_t row = low; row < peak; ++row)
            put(row, static_cast<double>(row - low) / static_cast<double>(peak - low));
        for (std::int64_t row = peak; row < high; ++row)
            put(row, static_cast<double>(high - row) / static_cast<double>(high - peak));
    }
    return {matrix.converted(matrixType(context.node))};
}

std::string refuseMel(const Node& node)
{
    return dtypeSize(matrixType(node)) == 0
               ? "elements of type " + std::to_string(node.integer("output_datatype", 1)) + " are not supported"
               : "";
}

}

void register_mel_weight_matrix(Table<Op>& table)
{
    table.add({.id = "MelWeightMatrix",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::approximate,
               .sinceOpset = 17,
               .infer = inferMel,
               .run = runMel,
               .refuse = refuseMel});
}

}
