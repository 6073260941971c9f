// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"
#include "core/tensor/tensor.h"

namespace lathe {

/// Sound as the network hears it.
struct Sound
{
    std::vector<float> values; ///< mean of the channels; whole numbers divided by their type's full scale
    std::int64_t rateHz = 0;
};

/// Reads a RIFF WAVE file: whole numbers of 8, 16, 24 and 32 bits, reals of 32 and 64 bits, also in the
/// extensible form. Throws Error{datasetInvalid} naming what is damaged or not supported.
Sound readWav(std::span<const std::byte> file, const std::string& where);

} // namespace lathe
