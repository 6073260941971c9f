// SPDX-License-Identifier: GPL-3.0-or-later
// MatMulNBits of com.microsoft: a product with weights of 2, 4 or 8 bits in blocks along K, written out as
// DequantizeLinear of the unpacked codes and MatMul.
#include "core/ops/composite.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

const std::string microsoft = "com.microsoft";

struct Sizes
{
    std::int64_t k, n, bits, block;

    std::int64_t blocks() const { return (k + block - 1) / block; }
};

Sizes sizesOf(const Node& node)
{
    return {boundedInteger(node, "K", 0, 1, maxDimension), boundedInteger(node, "N", 0, 1, maxDimension),
            boundedInteger(node, "bits", 4, 2, 8), boundedInteger(node, "block_size", 32, 16, maxDimension)};
}

/// Codes of `count` elements a row, packed from the low bits on; every row starts on a byte.
std::vector<std::uint8_t> unpacked(std::span<const std::byte> packed, std::int64_t rows, std::int64_t count,
                                   std::int64_t bits)
{
    const std::int64_t rowBytes = (count * bits + 7) / 8, mask = (std::int64_t{1} << bits) - 1;
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(rows * count));
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t i = 0; i < count; ++i) {
            const auto byte = packed[static_cast<std::size_t>(row * rowBytes + i * bits / 8)];
            codes[static_cast<std::size_t>(row * count + i)] =
                static_cast<std::uint8_t>((std::to_integer<std::int64_t>(byte) >> (i * bits % 8)) & mask);
        }
    return codes;
}

std::string oddForm(const InferContext& context, const Sizes& sizes)
{
    const Tensor &packed = context.input(1).constant, &zeros = context.input(3).constant;
    if (sizes.bits != 2 && sizes.bits != 4 && sizes.bits != 8)
        return "weights of " + std::to_string(sizes.bits) + " bits are not supported";
    if (context.input(4).present())
        return "reordered groups (g_idx) are not supported";
    if (packed.empty() || (context.input(3).present() && zeros.empty()) || context.input(2).constant.empty())
        return "its weights are not constant";
    if (sizes.block * sizes.bits % 8 != 0 || packed.dtype() != DType::uint8 ||
        packed.elements() != sizes.n * sizes.blocks() * (sizes.block * sizes.bits / 8) ||
        context.input(2).constant.elements() != sizes.n * sizes.blocks())
        return "its packed weights do not have the stated size";
    if (!zeros.empty() && !isFloat(zeros.dtype()) &&
        (zeros.dtype() != DType::uint8 ||
         zeros.elements() != sizes.n * ((sizes.blocks() * sizes.bits + 7) / 8)))
        return "its packed zero-points do not have the stated size";
    if (!zeros.empty() && isFloat(zeros.dtype()))
        return "zero-points that are no codes are not supported";
    return "";
}

/// The codes [N, K] in their own type: the rest of the last block is left out.
Tensor weightCodes(const Tensor& packed, const Sizes& sizes, DType type)
{
    const std::int64_t padded = sizes.blocks() * sizes.block;
    const std::vector<std::uint8_t> codes = unpacked(packed.bytes(), sizes.n, padded, sizes.bits);
    Tensor result(type, Shape{sizes.n, sizes.k});
    const auto to = result.mutableData<std::uint8_t>();
    for (std::int64_t row = 0; row < sizes.n; ++row)
        std::copy_n(codes.begin() + row * padded, sizes.k, to.begin() + row * sizes.k);
    return result;
}

Tensor zeroPointCodes(const Tensor& packed, const Sizes& sizes, DType type)
{
    Tensor result(type, Shape{sizes.n, sizes.blocks()});
    const auto to = result.mutableData<std::uint8_t>();
    if (packed.empty()) {
        std::fill(to.begin(), to.end(), static_cast<std::uint8_t>(1u << (sizes.bits - 1)));
        return result;
    }
    const std::vector<std::uint8_t> codes = unpacked(packed.bytes(), sizes.n, sizes.blocks(), sizes.bits);
    std::copy(codes.begin(), codes.end(), to.begin());
    return result;
}

/// Operands: A [..., K], packed B [N, blocks, bytes], scales [N * blocks], zero-points, g_idx, bias [N].
Expansion expandMatMulNBits(const InferContext& context)
{
    const Sizes sizes = sizesOf(context.node);
    if (const std::string reason = oddForm(context, sizes); !reason.empty())
        return notExpanded(reason);
    const DType type = sizes.bits == 2 ? DType::uint2 : sizes.bits == 4 ? DType::uint4 : DType::uint8;
    ExpansionBuilder b(context);
    const ValueId codes = b.constant(weightCodes(context.input(1).constant, sizes, type));
    const ValueId scales = b.constant(context.input(2).constant.reshaped(Shape{sizes.n, sizes.blocks()}));
    const ValueId zeros = b.constant(zeroPointCodes(context.input(3).constant, sizes, type));
    const ValueId weights = b.add("DequantizeLinear", {codes, scales, zeros},
                                  {{"axis", std::int64_t{1}}, {"block_size", sizes.block}}, microsoft);
    const ValueId turned = b.add("Transpose", {weights}, {{"perm", std::vector<std::int64_t>{1, 0}}});
    b.output(0, b.plus(b.add("MatMul", {b.in(0), turned}), 5));
    return b.finish();
}

/// Without unpacking the weights.
std::vector<ValueInfo> inferMatMulNBits(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!input.shape || input.shape->rank() < 1)
        return {typeOnly(input.dtype)};
    Shape shape = *input.shape;
    shape[shape.rank() - 1] = sizesOf(context.node).n;
    return {typed(input.dtype, std::move(shape))};
}

}

void register_matmul_nbits(Table<Op>& table)
{
    table.add({.id = microsoft + "::MatMulNBits",
               .exactness = Exactness::accumulated,
               .infer = inferMatMulNBits,
               .run = runComposite,
               .expand = expandMatMulNBits});
}

}
