// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/winograd.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/runtime/channel_lanes.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

constexpr std::int64_t kSide = 6; ///< inputs of a tile on an axis

LATHE_INLINE void loadAll(const float* from, Lanes& to)
{
    std::memcpy(&to, from, sizeof to);
}

/// One side of the input transform, of numbers `step` apart.
LATHE_INLINE void transformInput(const Lanes* d, std::int64_t step, Lanes* out, std::int64_t outStep)
{
    const Lanes even = d[4 * step] - 4.0f * d[2 * step], odd = d[3 * step] - 4.0f * d[step];
    const Lanes far = d[4 * step] - d[2 * step], twice = 2.0f * (d[3 * step] - d[step]);
    out[0] = 4.0f * d[0] - 5.0f * d[2 * step] + d[4 * step];
    out[outStep] = even + odd;
    out[2 * outStep] = even - odd;
    out[3 * outStep] = far + twice;
    out[4 * outStep] = far - twice;
    out[5 * outStep] = 4.0f * d[step] - 5.0f * d[3 * step] + d[5 * step];
}

/// One side of the output transform.
LATHE_INLINE void transformOutput(const Lanes* m, std::int64_t step, Lanes* out, std::int64_t outStep)
{
    const Lanes sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    const Lanes farSum = m[3 * step] + m[4 * step], farDifference = m[3 * step] - m[4 * step];
    out[0] = m[0] + sum + farSum;
    out[outStep] = difference + 2.0f * farDifference;
    out[2 * outStep] = sum + 4.0f * farSum;
    out[3 * outStep] = difference + 8.0f * farDifference + m[5 * step];
}

/// Where a tile lies.
struct TilePlace
{
    std::int64_t image, row, column; ///< row and column of its first output

    TilePlace(const WinogradShape& shape, std::int64_t tile)
        : image(tile / (shape.rows() * shape.columns()))
        , row(tile / shape.columns() % shape.rows() * kWinogradTile)
        , column(tile % shape.columns() * kWinogradTile)
    {
    }
};

struct InputTransform
{
    LATHE_INLINE static void run(const WinogradShape* shape, const float* input, const WinogradBlock* block,
                                 float* tiles)
    {
        const std::int64_t pointStep = block->room * shape->inChannels;
        for (std::int64_t t = 0; t < block->count; ++t) {
            const TilePlace place(*shape, block->first + t);
            std::array<const float*, static_cast<std::size_t>(kSide * kSide)> pixels;
            bool inside = true;
            for (std::int64_t i = 0; i < kSide * kSide; ++i) {
                const std::int64_t y = place.row - shape->padTop + i / kSide,
                                   x = place.column - shape->padLeft + i % kSide;
                const bool exists = y >= 0 && y < shape->height && x >= 0 && x < shape->width;
                inside = inside && exists;
                pixels[static_cast<std::size_t>(i)] =
                    exists
                        ? input + ((place.image * shape->height + y) * shape->width + x) * shape->inChannels
                        : nullptr;
            }
            float* target = tiles + t * shape->inChannels;
            for (std::int64_t c = 0; c < shape->inChannels; c += kLanes)
                channels(pixels.data(), inside, c, std::min(kLanes, shape->inChannels - c), target + c,
                         pointStep);
        }
    }

    LATHE_INLINE static void channels(const float* const* pixels, bool inside, std::int64_t channel,
                                      std::int64_t count, float* target, std::int64_t pointStep)
    {
        Lanes columns[kSide * kSide];
        for (std::int64_t x = 0; x < kSide; ++x) {
            Lanes column[kSide];
            for (std::int64_t y = 0; y < kSide; ++y) {
                const float* pixel = pixels[y * kSide + x];
                if (inside && count == kLanes)
                    loadAll(pixel + channel, column[y]);
                else if (pixel)
                    load(pixel + channel, count, column[y]);
                else
                    column[y] = Lanes{};
            }
            transformInput(column, 1, columns + x, kSide);
        }
        for (std::int64_t y = 0; y < kSide; ++y) {
            Lanes row[kSide];
            transformInput(columns + y * kSide, 1, row, 1);
            for (std::int64_t x = 0; x < kSide; ++x)
                store(row[x], count, target + (y * kSide + x) * pointStep);
        }
    }
};

struct OutputTransform
{
    LATHE_INLINE static void run(const WinogradShape* shape, const float* products,
                                 const WinogradBlock* block, const WinogradFinish* finish, float* output)
    {
        const std::int64_t channels = shape->outChannels, pointStep = block->room * channels;
        for (std::int64_t t = 0; t < block->count; ++t) {
            const TilePlace place(*shape, block->first + t);
            const std::int64_t rows = std::min(kWinogradTile, shape->outHeight - place.row);
            const std::int64_t columns = std::min(kWinogradTile, shape->outWidth - place.column);
            const std::int64_t corner =
                ((place.image * shape->outHeight + place.row) * shape->outWidth + place.column) * channels;
            for (std::int64_t c = 0; c < channels; c += kLanes) {
                const std::int64_t lanes = std::min(kLanes, channels - c);
                Lanes tile[kWinogradTile * kWinogradTile];
                transform(products + t * channels + c, pointStep, lanes, tile);
                Lanes bias{};
                if (finish->bias)
                    load(finish->bias + c, lanes, bias);
                for (std::int64_t y = 0; y < rows; ++y)
                    for (std::int64_t x = 0; x < columns; ++x) {
                        const std::int64_t at = corner + (y * shape->outWidth + x) * channels + c;
                        write(tile[y * kWinogradTile + x] + bias, lanes, *finish, at, output);
                    }
            }
        }
    }

    LATHE_INLINE static void transform(const float* products, std::int64_t pointStep, std::int64_t count,
                                       Lanes* tile)
    {
        Lanes columns[kWinogradTile * kSide];
        for (std::int64_t x = 0; x < kSide; ++x) {
            Lanes column[kSide];
            for (std::int64_t y = 0; y < kSide; ++y) {
                const float* from = products + (y * kSide + x) * pointStep;
                if (count == kLanes)
                    loadAll(from, column[y]);
                else
                    load(from, count, column[y]);
            }
            transformOutput(column, 1, columns + x, kSide);
        }
        for (std::int64_t y = 0; y < kWinogradTile; ++y)
            transformOutput(columns + y * kSide, 1, tile + y * kWinogradTile, 1);
    }

    LATHE_INLINE static void write(Lanes value, std::int64_t count, const WinogradFinish& finish,
                                   std::int64_t at, float* output)
    {
        if (finish.residual) {
            Lanes other;
            load(finish.residual + at, count, other);
            value += other;
        }
        value = value < finish.low ? Lanes{} + finish.low : value;
        value = value > finish.high ? Lanes{} + finish.high : value;
        store(value, count, output + at);
    }
};

}

std::vector<float> winogradWeights(std::span<const float> weights, std::int64_t outChannels,
                                   std::int64_t inChannels)
{
    constexpr double g[kSide][3] = {{1.0 / 4, 0, 0},
                                    {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                    {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                    {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                    {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                    {0, 0, 1}};
    std::vector<float> result(static_cast<std::size_t>(kWinogradPoints * inChannels * outChannels));
    for (std::int64_t o = 0; o < outChannels; ++o)
        for (std::int64_t i = 0; i < inChannels; ++i) {
            const float* w = weights.data() + (o * inChannels + i) * 9;
            double half[kSide][3] = {};
            for (int p = 0; p < kSide; ++p)
                for (int x = 0; x < 3; ++x)
                    for (int y = 0; y < 3; ++y)
                        half[p][x] += g[p][y] * static_cast<double>(w[y * 3 + x]);
            for (int p = 0; p < kSide; ++p)
                for (int q = 0; q < kSide; ++q) {
                    double sum = 0;
                    for (int x = 0; x < 3; ++x)
                        sum += half[p][x] * g[q][x];
                    result[static_cast<std::size_t>(((p * kSide + q) * inChannels + i) * outChannels + o)] =
                        static_cast<float>(sum);
                }
        }
    return result;
}

void winogradInput(const WinogradShape& shape, const float* input, const WinogradBlock& block, float* tiles)
{
    simdCall<InputTransform>(&shape, input, &block, tiles);
}

void winogradOutput(const WinogradShape& shape, const float* products, const WinogradBlock& block,
                    const WinogradFinish& finish, float* output)
{
    simdCall<OutputTransform>(&shape, products, &block, &finish, output);
}

}
