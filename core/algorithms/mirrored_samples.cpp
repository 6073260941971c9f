// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/mirrored_samples.h"

#include "core/algorithms/picture_variation.h"

namespace lathe {

MirroredSamples::MirroredSamples(const Samples& all)
    : m_all(all)
    , m_arePictures(all.size() > 0 && all.preview(0).has_value())
{
}

TensorMap MirroredSamples::load(std::int64_t index) const
{
    TensorMap inputs = m_all.load(at(index));
    if (index >= m_all.size())
        for (auto& [name, input] : inputs)
            if (const auto axes = pictureAxes(input))
                input = varied(input, *axes, {.mirrored = true});
    return inputs;
}

} // namespace lathe
