// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/resize.h"

namespace lathe {

/// How pixels of a stored picture lie in the prepared one: prepared = stored * scale + offset, per axis.
struct PictureMap
{
    PictureSize stored;
    PictureSize prepared;
    double scaleX = 1;
    double scaleY = 1;
    double offsetX = 0;
    double offsetY = 0;
};

} // namespace lathe
