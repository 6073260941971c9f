// SPDX-License-Identifier: GPL-3.0-or-later
// Convolutions and products by constant weights on bytes: QLinearConv and QGemm.
#include <algorithm>
#include <cmath>

#include "core/numeric/accumulator.h"
#include "core/numeric/qdq.h"
#include "core/runtime/binding_state.h"
#include "core/runtime/code_math.h"
#include "core/runtime/integer_weighted.h"
#include "core/runtime/integer_writer.h"
#include "core/runtime/weight_codes.h"

namespace lathe {

namespace {

/// Where a weighted node has what.
struct Sizes
{
    bool conv = false;
    int channelAxis = 0;
    std::int64_t channels = 0, depth = 0, rows = 0; ///< rows: of a product
};

std::optional<Sizes> sizesOf(const IntegerWriter& writer, const Node& node)
{
    const bool conv = node.op == "Conv", gemm = node.op == "Gemm";
    if (!node.domain.empty() || (!conv && !gemm && node.op != "MatMul") || node.inputs.size() < 2 ||
        !writer.oldValue(node.inputs[1]).isConstant())
        return std::nullopt;
    const Shape &x = writer.shape(node.inputs[0]), &w = writer.shape(node.inputs[1]);
    if (conv)
        return w.rank() < 3 || w.rank() > 5 ? std::nullopt
                                            : std::optional(Sizes{true, 0, w[0], w.elements(1, w.rank()), 0});
    if (w.rank() != 2 || x.rank() < 2 || node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1 ||
        (node.input(2).valid() && node.real("beta", 1) != 1))
        return std::nullopt;
    const bool transposed = gemm && node.integer("transB", 0) != 0;
    return Sizes{false, transposed ? 0 : 1, w[transposed ? 0 : 1], w[transposed ? 1 : 0],
                 x.elements(0, x.rank() - 1)};
}

/// Why the weights cannot be bytes next to this input, or "".
std::string refusal(const IntegerWriter& writer, const Group& group, const Node& node, const Sizes& sizes)
{
    std::string reason;
    if (!integerProductsExact(reason))
        return reason;
    if (!writer.byteGrid(node.inputs[0]))
        return "its input is not on a grid of at most 8 bits";
    const SlotSetting* weight = writer.weight(node.inputs[1]);
    if (!weight || !weight->encoding->format.isInteger() ||
        (weight->encoding->perChannel() && weight->encoding->axis != sizes.channelAxis))
        return "its weights are not on an integer grid of its output channels";
    const ValueId y = group.outputs[0];
    if (group.residual.valid() || writer.shape(y).elements() == 0 ||
        writer.shape(node.inputs[0]).elements() == 0)
        return "the form of its operands";
    const bool toCodes = group.activation.none() || group.activation.clamp();
    if (toCodes && writer.activation(y) && !writer.wantedGrid(y))
        return "its result is on a grid of more than 8 bits";
    if (group.bias.valid()) {
        const std::int64_t count =
            writer.oldValue(group.bias).isConstant() ? writer.shape(group.bias).elements() : 0;
        if (count != 1 && count != sizes.channels)
            return "the bias is not one constant number a channel";
    }
    return "";
}

struct Weights
{
    Tensor codes; ///< int8, in the node's order
    std::vector<std::int32_t> bias;
};

/// Nothing, with the reason, where the codes need more than 8 bits or sums could overflow.
std::optional<Weights> weightsOf(const IntegerWriter& writer, const Group& group, const Sizes& sizes,
                                 std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    const SlotSetting& slot = *writer.weight(node.inputs[1]);
    const std::vector<float> values = centredCodes(slot, writer.oldValue(node.inputs[1]).constant);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (values.empty() || *least < -128 || *most > 127) {
        reason = "its weights, less their zero-point, need more than 8 bits";
        return std::nullopt;
    }
    Weights weights{Tensor(DType::int8, writer.shape(node.inputs[1])), {}};
    std::transform(values.begin(), values.end(), weights.codes.mutableData<std::int8_t>().begin(),
                   [](float code) { return static_cast<std::int8_t>(code); });
    const Encoding input = *writer.byteGrid(node.inputs[0]);
    const SlotSetting* biasSlot = group.bias.valid() ? writer.weight(group.bias) : nullptr;
    Tensor reals;
    if (group.bias.valid()) {
        const auto entry = biasSlot ? std::make_shared<const SlotEntry>(*biasSlot) : nullptr;
        reals = slottedConstant(writer.oldValue(group.bias).constant, entry.get());
    }
    weights.bias = accumulatorBias(biasSlot, group.bias.valid() ? &reals : nullptr,
                                   accumulatorScales(input.scale[0], *slot.encoding, sizes.channels));
    const std::vector<float> rows =
        sizes.conv || sizes.channelAxis == 0 ? values : transposedWeights(values, sizes.channels);
    for (std::size_t c = 0; c < weights.bias.size(); ++c) {
        const std::span<const float> row(rows.data() + c * static_cast<std::size_t>(sizes.depth),
                                         static_cast<std::size_t>(sizes.depth));
        const std::int64_t sum =
            sumRange(row, 0, 255).magnitude() + sumRange(row, 0, input.zeroPoint[0]).magnitude();
        if (sum + std::abs(std::int64_t{weights.bias[c]}) > INT32_MAX) {
            reason = "its sums could exceed 32 bits";
            return std::nullopt;
        }
    }
    return weights;
}

/// The operands up to the weight's zero-point.
std::vector<ValueId> leadingOperands(IntegerWriter& writer, const Node& node, ValueId x, const Sizes& sizes,
                                     Tensor codes)
{
    const Encoding input = *writer.byteGrid(node.inputs[0]);
    const Encoding& weight = *writer.weight(node.inputs[1])->encoding;
    const std::string& name = writer.oldValue(node.inputs[1]).name;
    Tensor scales(DType::float32, Shape{sizes.channels}), zeros(DType::int8, Shape{sizes.channels});
    const auto each = scales.mutableData<float>();
    for (std::size_t c = 0; c < each.size(); ++c)
        each[c] = channelScale(weight, c);
    std::ranges::fill(zeros.mutableData<std::int8_t>(), std::int8_t{0});
    return {x,
            writer.scaleOf(input, "x"),
            writer.zeroOf(input, "x"),
            writer.addConstant(name + "_codes", std::move(codes)),
            writer.addConstant(name + "_scale", std::move(scales)),
            writer.addConstant(name + "_zero_point", std::move(zeros))};
}

/// The value that a result is written to first: the old one's codes, or real numbers that an activation
/// reads.
ValueId resultOf(IntegerWriter& writer, const Group& group, bool toCodes, bool activates,
                 std::optional<Encoding> grid)
{
    const ValueId y = group.outputs[0];
    if (toCodes && grid)
        return writer.defineCodes(y, *grid);
    return writer.defineReal(activates ? writer.old().node(group.nodes.back()).inputs[0] : y);
}

}

bool writeWeightedForm(IntegerWriter& writer, const Group& group, std::string& reason)
{
    const Node& node = writer.old().node(group.nodes[0]);
    const auto sizes = sizesOf(writer, node);
    if (!sizes)
        return false;
    reason = refusal(writer, group, node, *sizes);
    if (!reason.empty())
        return false;
    auto weights = weightsOf(writer, group, *sizes, reason);
    if (!weights)
        return false;
    const ValueId y = group.outputs[0];
    const auto grid = writer.wantedGrid(y);
    const bool toCodes = group.activation.none() || group.activation.clamp();
    const bool activates = !group.activation.none() && !(toCodes && grid);
    ValueId x = writer.codes(node.inputs[0]);
    const Encoding input = *writer.byteGrid(node.inputs[0]);
    const Shape& full = writer.shape(y);
    const bool reshapes = !sizes->conv && full.rank() != 2;
    if (reshapes) {
        const ValueId flat = writer.addCodes("rows", Shape{sizes->rows, sizes->depth}, input);
        const ValueId to =
            writer.addConstant("shape", Tensor::of<std::int64_t>(Shape{2}, {sizes->rows, sizes->depth}));
        writer.addNode("Reshape", "", node.name, {x, to}, {flat});
        x = flat;
    }
    std::vector<ValueId> inputs = leadingOperands(writer, node, x, *sizes, std::move(weights->codes));
    const ValueId bias =
        writer.addConstant("bias_codes", Tensor::of<std::int32_t>(Shape{sizes->channels}, weights->bias));
    std::vector<ValueId> output{ValueId{}, ValueId{}};
    if (toCodes && grid)
        output = {writer.scaleOf(*grid, "y"), writer.zeroOf(*grid, "y")};
    inputs.insert(inputs.end(), output.begin(), output.end());
    inputs.insert(sizes->conv ? inputs.end() : inputs.begin() + 6, bias);
    Attributes attributes = node.attributes;
    if (toCodes && grid)
        attributes = codeRangeAttributes(*grid, group.activation, std::move(attributes));
    const ValueId result = resultOf(writer, group, toCodes, activates, grid);
    ValueId target = result;
    if (reshapes)
        target = toCodes && grid ? writer.addCodes("rows", Shape{sizes->rows, sizes->channels}, *grid)
                                 : writer.addReal("rows", Shape{sizes->rows, sizes->channels});
    writer.addNode(sizes->conv ? "QLinearConv" : "QGemm", sizes->conv ? "" : "com.microsoft", node.name,
                   inputs, {target}, std::move(attributes));
    if (reshapes)
        writer.addNode(
            "Reshape", "", node.name,
            {target, writer.addConstant("shape", Tensor::of<std::int64_t>(Shape{full.rank()}, full.dims()))},
            {result});
    if (activates)
        writer.copyNode(writer.old().node(group.nodes.back()), "");
    return true;
}

}
