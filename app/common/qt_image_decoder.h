// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/image.h"

namespace lathe {

/// Qt's decoders (PNG, JPEG, WebP ...) as the engine's ImageDecoder: RGB, EXIF orientation ignored as Pillow does,
/// at most 64 megapixels. Needs no QGuiApplication.
ImageDecoder qtImageDecoder();

}
