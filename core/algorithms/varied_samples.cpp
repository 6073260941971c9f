// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/varied_samples.h"

#include <random>

#include "core/algorithms/picture_variation.h"

namespace lathe {

namespace {

constexpr std::uint64_t seed = 22;
constexpr std::int64_t partMoved = 20;

std::int64_t drawn(std::mt19937_64& generator, std::int64_t size)
{
    const std::int64_t most = size / partMoved;
    return static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(2 * most + 1)) - most;
}

} // namespace

Option viewsOption(int byDefault)
{
    return {.id = "views",
            .label = "Views of each picture",
            .help = "1 as it is, 2 mirrored too, and with more moved a little as well",
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
    for (auto& [name, input] : inputs)
        if (const auto axes = pictureAxes(input)) {
            PictureVariation variation{.mirrored = view % 2 == 1};
            std::mt19937_64 generator(seed + static_cast<std::uint64_t>(index));
            if (view > 1) {
                variation.down = drawn(generator, input.shape()[axes->rows]);
                variation.right = drawn(generator, input.shape()[axes->columns]);
            }
            input = varied(input, *axes, variation);
        }
    return inputs;
}

} // namespace lathe
