// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/byte_math.h"
#include "core/runtime/kernel.h"
#include "core/runtime/onednn.h"

namespace lathe {

/// False, with the reason, where oneDNN's products of bytes are not exact: without instructions that add four
/// products to 32 bits at once (VNNI), pairs of them saturate in 16 bits.
bool integerProductsExact(std::string& reason);

/// What a weighted node on bytes computes, besides its geometry.
struct IntegerProduct
{
    std::int64_t channels = 0;
    ByteCodes input;               ///< zero-point and range of the source
    Tensor weights;                ///< int8, channels first, zero-point 0
    std::vector<float> multiplier; ///< one a channel: (sx * sw) / sy, or sx * sw for real results
    std::vector<std::int32_t> bias;
    bool toBytes = true;
    std::int32_t zero = 0, low = 0, high = 255; ///< of the result
};

/// One oneDNN primitive on bytes and what it was made for.
struct IntegerPrimitive
{
    dnnl::primitive primitive;
    dnnl::memory::desc source, weights, target, scratchpad;
    bool withBias = false;
    bool sums = false;              ///< the target is int32 sums, to be requantized by a loop of our own
    std::vector<std::int32_t> bias; ///< may differ from the product's: the source's zero-point folded in
};

/// The operands of a QLinearConv or QGemm, or the reason why they are not constant bytes. `firstOutput`:
/// index of the result's scale; `bias`: index of the bias.
std::optional<IntegerProduct> readIntegerProduct(const StepRequest& request, std::size_t firstOutput,
                                                 std::size_t bias, std::int64_t channels,
                                                 std::string& reason);

/// readIntegerProduct() of a QLinearConv; `reason` too where it writes no bytes.
std::optional<IntegerProduct> readByteConv(const StepRequest& request, std::int64_t channels,
                                           std::string& reason);
/// Sets what every kernel of a QLinearConv reads and leaves: images with their channels last.
std::unique_ptr<Kernel> onImages(std::unique_ptr<Kernel> kernel, const Node& node);

/// A QGemm: rows [rows, depth] times weights [channels, depth].
struct IntegerMatrix
{
    IntegerProduct product;
    std::int64_t rows = 0, depth = 0;
};
/// The operands of a QGemm of rows that lie side by side, or the reason.
std::optional<IntegerMatrix> readIntegerMatrix(const StepRequest& request, std::string& reason);

/// Exact where no conversion of a sum or bias to float32 rounds.
bool requantizesExactly(const IntegerProduct& product, std::span<const std::int32_t> bias, std::int64_t low,
                        std::int64_t high);
/// bias - zero-point * sum of the weights: what makes sums of raw codes those of codes less their zero-point.
std::vector<std::int32_t> biasWithZeroPoint(const IntegerProduct& product);
/// What becomes of sums that start from `bias`; views of both.
inline ByteRequantization requantization(const IntegerProduct& product, std::span<const std::int32_t> bias)
{
    return {product.multiplier, bias, product.zero, product.low, product.high};
}

/// Runs an IntegerPrimitive: packs its weights once a process, requantizes its sums where it leaves sums.
std::unique_ptr<Kernel> makeIntegerKernel(IntegerPrimitive primitive, const IntegerProduct& product,
                                          const dnnl::memory::desc& plainWeights);

}
