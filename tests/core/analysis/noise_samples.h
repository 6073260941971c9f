// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/unlabelled_samples.h"

namespace lathe::test {

/// Seeded noise in place of pictures, for the sample model.
class NoiseSamples : public UnlabelledSamples
{
public:
    explicit NoiseSamples(std::int64_t count = 6)
        : UnlabelledSamples(count)
    {
    }

    TensorMap load(std::int64_t index) const override
    {
        Tensor image(DType::float32, Shape{1, 3, 32, 32});
        std::uint32_t state = static_cast<std::uint32_t>(index) * 7919U + 1U;
        for (float& value : image.mutableData<float>()) {
            state = state * 1664525U + 1013904223U;
            value = static_cast<float>(state >> 8) * 0x1p-22F - 2.0F;
        }
        return {{"image", image}};
    }
};

}
