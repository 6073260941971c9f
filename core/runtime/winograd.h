// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

/// Winograd's minimal filtering F(4x4, 3x3) on channels-last images (Lavin and Gray, "Fast algorithms for
/// convolutional neural networks", 2015): tiles of 6x6 inputs become 36 numbers a channel, whose sums of
/// products with transformed weights are 36 matrix products; their results become tiles of 4x4 outputs. A
/// quarter of the direct form's products.

inline constexpr std::int64_t kWinogradPoints = 36; ///< numbers a transformed tile
inline constexpr std::int64_t kWinogradTile = 4;    ///< outputs of a tile on an axis

struct WinogradShape
{
    std::int64_t batch = 1, inChannels = 0, outChannels = 0;
    std::int64_t height = 0, width = 0; ///< of the input
    std::int64_t outHeight = 0, outWidth = 0;
    std::int64_t padTop = 0, padLeft = 0;

    std::int64_t rows() const { return (outHeight + kWinogradTile - 1) / kWinogradTile; }
    std::int64_t columns() const { return (outWidth + kWinogradTile - 1) / kWinogradTile; }
    std::int64_t tiles() const { return batch * rows() * columns(); }
};

/// What is done to sums before they are written.
struct WinogradFinish
{
    const float* bias = nullptr;     ///< one a channel
    const float* residual = nullptr; ///< added, in the output's layout; may be the output itself
    float low = 0, high = 0;         ///< limits of the result
};

/// Weights [out, in, 3, 3] as [36, in, out].
std::vector<float> winogradWeights(std::span<const float> weights, std::int64_t outChannels,
                                   std::int64_t inChannels);

/// Tiles that are transformed together: `count` of them from `first`, in an array with room for `room`.
struct WinogradBlock
{
    std::int64_t first = 0, count = 0, room = 0;
};

/// The block's tiles as [36, room, in].
void winogradInput(const WinogradShape& shape, const float* input, const WinogradBlock& block, float* tiles);

/// Products [36, room, out] of the block, written to the output.
void winogradOutput(const WinogradShape& shape, const float* products, const WinogradBlock& block,
                    const WinogradFinish& finish, float* output);

}
