// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/evaluation/evaluate.h"
#include "core/numeric/accumulator.h"
#include "core/ops/layers.h"
#include "core/quant/encodings.h"

namespace lathe {

/// What the integer sums of one layer can come to, whatever its input.
struct IntegerSums
{
    std::string layer;
    SumRange sums;                    ///< of products and bias, over all output channels; exact
    bool overflows = false;           ///< a sum can leave 32 bits
    std::int64_t pairs = 0;           ///< pairs of products that share a 16-bit sum on x86 without VNNI
    std::int64_t saturatingPairs = 0; ///< those of them that can saturate it
};

/// Weights [channels, depth, taps] (zero-point taken off) times codes in [low, high] around `zeroPoint`.
/// Pairs are neighbours along the depth, as channels-last kernels (pmaddubsw) take them; the products there
/// are of raw uint8 codes. An odd last one stands alone. `bias` may be empty.
IntegerSums integerSums(std::span<const std::int32_t> weights, std::int64_t channels, std::int64_t depth,
                        int low, int high, int zeroPoint, std::span<const std::int32_t> bias);

/// The figures of all layers whose input and weights are on integer grids, in the order of the layers. Signed
/// codes count as uint8, raised by 128, as ONNX Runtime rewrites Q/DQ pairs off Arm (see
/// core/runtime/pair_sum.cpp). Grids of more than 8 bits have no pairs.
std::vector<IntegerSums> integerSumsOf(const Graph& graph, const std::vector<Layer>& layers,
                                       const Encodings& encodings, const Codes& codes);

/// What a reader should know of them: "overflow" (the largest magnitude of a sum) and "pairSaturation" (the
/// share of pairs).
std::vector<HealthFinding> healthFindings(const std::vector<IntegerSums>& layers);

}
