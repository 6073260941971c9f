// SPDX-License-Identifier: GPL-3.0-or-later
// Windows of signal processing: sums of cosines.
#include <cmath>

#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// a0 - a1 cos(x) + a2 cos(2 x) over one period of x.
struct Cosines {
    double a0, a1, a2;
};

constexpr Cosines hann{0.5, 0.5, 0}, hamming{25.0 / 46, 21.0 / 46, 0}, blackman{0.42, 0.5, 0.08};

DType windowType(const Node& node)
{
    return dtypeFromOnnx(node.integer("output_datatype", 1));
}

std::int64_t checkedSize(const Node& node, std::int64_t size)
{
    if (size < 0 || size > maxDimension)
        failOperator(node, "the size is " + std::to_string(size));
    return size;
}

std::vector<ValueInfo> inferWindow(const InferContext& context)
{
    const auto size = knownInteger(context, 0);
    return {typed(windowType(context.node), Shape{size ? checkedSize(context.node, *size) : Shape::unknown})};
}

/// A periodic window leaves out the last element of a symmetric one that is one longer.
template <const Cosines& cosines> std::vector<Tensor> runWindow(const RunContext& context)
{
    givenOperand(context, 0);
    const std::int64_t size = checkedSize(context.node, integerOperand(context, 0, 0));
    const std::int64_t period = context.node.integer("periodic", 1) != 0 ? size : size - 1;
    Tensor window(DType::float64, Shape{size});
    const auto out = window.mutableData<double>();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double x = period > 0 ? 2 * M_PI * static_cast<double>(i) / static_cast<double>(period) : M_PI;
        out[i] = cosines.a0 - cosines.a1 * std::cos(x) + cosines.a2 * std::cos(2 * x);
    }
    return {window.converted(windowType(context.node))};
}

std::string refuseWindow(const Node& node)
{
    return dtypeSize(windowType(node)) == 0
               ? "elements of type " + std::to_string(node.integer("output_datatype", 1)) + " are not supported"
               : "";
}

template <const Cosines& cosines> void addWindow(Table<Op>& table, const char* id)
{
    table.add({.id = id,
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::approximate,
               .sinceOpset = 17,
               .infer = inferWindow,
               .run = runWindow<cosines>,
               .refuse = refuseWindow});
}

}

void register_window_functions(Table<Op>& table)
{
    addWindow<hann>(table, "HannWindow");
    addWindow<hamming>(table, "HammingWindow");
    addWindow<blackman>(table, "BlackmanWindow");
}

}
