// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/function_ref.h"
#include "core/runtime/onednn.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// Weights in the order in which a primitive wants them.
struct PackedWeights
{
    dnnl::memory memory;
    Tensor source; ///< what they were made of, where others may find them by it: keeps its address taken
};

/// How weights are brought from a constant into a primitive's order.
struct Packing
{
    /// What `wanted` describes: the weights themselves, their transforms, or fours of bytes in an order of
    /// our own.
    enum class Order : std::uint8_t
    {
        primitive,
        winograd,
        productFours,
        depthwiseFours
    };

    dnnl::memory::desc plain, wanted;
    float factor = 1;
    bool transposed = false;
    Order order = Order::primitive;

    bool operator==(const Packing& other) const;
};

/// The packed form of a constant, shared between all programs of the process that hold the same storage
/// (copies of a graph do) and want it packed alike. `pack` is called when there is none yet. Any thread may
/// call.
std::shared_ptr<const PackedWeights> sharedWeights(const Tensor& constant, const Packing& packing,
                                                   FunctionRef<dnnl::memory()> pack);

/// As sharedWeights(), for constants that each program makes anew (integer codes): known by type, shape and
/// content.
std::shared_ptr<const PackedWeights> sharedCodes(const Tensor& codes, const Packing& packing,
                                                 FunctionRef<dnnl::memory()> pack);

/// As sharedCodes(), for an order of our own: `pack` gives its fours of bytes.
std::shared_ptr<const PackedWeights> sharedFours(const Tensor& codes, Packing::Order order,
                                                 FunctionRef<std::vector<std::uint32_t>()> pack);
/// What sharedFours() holds.
std::span<const std::uint32_t> foursOf(const PackedWeights& weights);

/// How often these had to pack, in this process: for tests.
std::size_t packingsMade();

}
