// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/data/picture_cache.h"
#include "core/data/preprocess.h"
#include "core/data/source.h"

namespace lathe {

/// One model input: where its samples come from and how they are prepared.
struct InputStream
{
    InputNeed need;
    std::shared_ptr<const Source> source;
    Preprocess preprocess;
    std::shared_ptr<PictureCache> cache = std::make_shared<PictureCache>();

    /// The raw sample after the picture steps, from the cache when it is there.
    RawSample prepared(std::int64_t index) const;
    /// Where the pixels of a stored picture come to lie. Throws Error{datasetInvalid} when samples are not
    /// pictures.
    PictureMap pictureMap(std::int64_t index) const;
    /// The tensor of one sample.
    Tensor load(std::int64_t index) const;

private:
    /// For messages: samples of arrays have only a number.
    std::string placeOf(std::int64_t index) const;
};

} // namespace lathe
