// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace lathe {

/// Perceptually uniform magnitude map (viridis), `t` in [0, 1] from dark to bright.
QColor viridis(double t);
/// The same for people who see red and green alike (cividis).
QColor cividis(double t);
/// Signed error, `t` in [-1, 1]: blue, white (or dark on a dark ground), red.
QColor diverging(double t, bool dark);
/// Ordered ramp for bit-widths: few bits warm, many cool; 32 = float is neutral.
QColor bitsColor(int bits, bool dark);
/// Contrast of two opaque colours by WCAG 2, 1 to 21.
double contrast(const QColor& a, const QColor& b);
/// Black or white, whichever reads better on `background`.
QColor textOn(const QColor& background);
/// `share` of `color` over the opaque `ground`.
QColor blended(const QColor& color, const QColor& ground, double share);
/// A pale ground in `color` on which the palette's text reads well.
QColor chipColor(const QColor& color, const QPalette& palette);
bool isDark(const QPalette& palette);
/// The one accent colour, readable on the palette's window colour.
QColor accent(const QPalette& palette);
/// The colour of a quantization grid: codes, ends of the range.
QColor gridColor(const QPalette& palette);
/// What is lost or wrong: clipped tails, errors.
QColor alarmColor(const QPalette& palette);
/// What deserves a look: warnings.
QColor warningColor(const QPalette& palette);

}
