// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPalette>

namespace lathe {

/// A monochrome icon of resources/icons by name ("model", "data" ...), drawn in the palette's text colour at any size.
QIcon icon(const QString& name, const QPalette& palette);

}
