// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace lathe {

/// Perceptually uniform magnitude map (viridis), `t` in [0, 1] from dark to bright.
QColor viridis(double t);
/// Signed error, `t` in [-1, 1]: blue, white (or dark on a dark ground), red.
QColor diverging(double t, bool dark);
/// Ordered ramp for bit-widths: few bits warm, many cool; 32 = float is neutral.
QColor bitsColor(int bits, bool dark);
/// Black or white, whichever reads better on `background`.
QColor textOn(const QColor& background);
bool isDark(const QPalette& palette);
/// The one accent colour, readable on the palette's window colour.
QColor accent(const QPalette& palette);

}
