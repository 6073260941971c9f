// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/input_stream.h"

namespace lathe {

RawSample InputStream::prepared(std::int64_t index) const
{
    if (auto picture = cache->find(index))
        return *std::move(picture);
    RawSample raw = source->read(index);
    if (const auto* image = std::get_if<Image>(&raw)) {
        Image picture = preprocess.applyPictureSteps(*image);
        cache->store(index, picture, {image->width, image->height});
        return picture;
    }
    return raw;
}

PictureMap InputStream::pictureMap(std::int64_t index) const
{
    if (!cache->storedSize(index))
        prepared(index);
    const std::optional<PictureSize> stored = cache->storedSize(index);
    if (!stored)
        throw Error(ErrorCode::datasetInvalid, placeOf(index), {{"reason", "boxes and masks need pictures"}});
    return preprocess.pictureMap(*stored);
}

Tensor InputStream::load(std::int64_t index) const
{
    return preprocess.finish(prepared(index), need, placeOf(index));
}

std::string InputStream::placeOf(std::int64_t index) const
{
    std::string id = source->id(index);
    const bool isNumber = id.find_first_not_of("0123456789") == std::string::npos;
    return isNumber ? "sample " + id + " of input " + need.name : id;
}

} // namespace lathe
