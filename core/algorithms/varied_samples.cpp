// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/varied_samples.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/algorithms/picture_variation.h"

namespace lathe {

namespace {

constexpr std::uint64_t seed = 22;
constexpr double smallestArea = 0.35;
/// How far the sides of a part may differ from the picture's proportions, each way.
constexpr double stretch = 0.1;

/// From 0 to below 1, the same with every library.
double drawn(std::mt19937_64& generator)
{
    return static_cast<double>(generator() >> 11) * 0x1p-53;
}

PicturePart partOf(double size, std::mt19937_64& generator)
{
    const double shown = std::min(1.0, size);
    return {(1 - shown) * drawn(generator), shown};
}

PictureVariation variationOf(std::int64_t index, std::int64_t view)
{
    PictureVariation variation;
    variation.mirrored = view % 2 == 1;
    if (view < 2)
        return variation;
    std::mt19937_64 generator(seed + static_cast<std::uint64_t>(index));
    const double side = std::sqrt(smallestArea + (1 - smallestArea) * drawn(generator));
    const double higher = 1 + stretch * (2 * drawn(generator) - 1);
    variation.rows = partOf(side * higher, generator);
    variation.columns = partOf(side / higher, generator);
    return variation;
}

} // namespace

Option viewsOption(int byDefault)
{
    return {.id = "views",
            .label = "Views of each picture",
            .help = "1 as it is, 2 mirrored too, and with more parts of it as well",
            .kind = Option::Kind::integer,
            .minimum = 1,
            .maximum = 100,
            .defaultValue = static_cast<double>(byDefault)};
}

VariedSamples::VariedSamples(const Samples& all, std::int64_t views)
    : m_all(all)
    , m_views(all.size() > 0 && all.preview(0).has_value() ? views : 1)
{
}

TensorMap VariedSamples::load(std::int64_t index) const
{
    TensorMap inputs = m_all.load(at(index));
    const std::int64_t view = index / m_all.size();
    if (view == 0)
        return inputs;
    const PictureVariation variation = variationOf(index, view);
    for (auto& [name, input] : inputs)
        if (const auto axes = pictureAxes(input))
            input = varied(input, *axes, variation);
    return inputs;
}

} // namespace lathe
