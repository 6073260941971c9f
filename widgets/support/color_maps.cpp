// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/color_maps.h"

#include <QPalette>

#include <algorithm>
#include <array>
#include <cmath>

namespace lathe {
namespace {

/// A piecewise linear map through evenly spaced colours.
template <std::size_t N>
QColor through(const std::array<QRgb, N>& stops, double t)
{
    const double at = std::clamp(t, 0.0, 1.0) * static_cast<double>(N - 1);
    const auto left = std::min(static_cast<std::size_t>(at), N - 2);
    const double share = at - static_cast<double>(left);
    const auto mix = [&](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    const QRgb a = stops[left];
    const QRgb b = stops[left + 1];
    return {mix(qRed(a), qRed(b)), mix(qGreen(a), qGreen(b)), mix(qBlue(a), qBlue(b))};
}

/// Nine samples of viridis (van der Walt and Smith, 2015).
constexpr std::array<QRgb, 9> viridisStops = {0xff440154, 0xff472d7b, 0xff3b528b, 0xff2c728e, 0xff21918c,
                                              0xff28ae80, 0xff5ec962, 0xffaddc30, 0xfffde725};

double luminance(const QColor& color)
{
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

}

QColor viridis(double t)
{
    return through(viridisStops, t);
}

QColor diverging(double t, bool dark)
{
    static constexpr std::array<QRgb, 5> light = {0xff2166ac, 0xff92c5de, 0xfff7f7f7, 0xfff4a582, 0xffb2182b};
    static constexpr std::array<QRgb, 5> night = {0xff6baed6, 0xff2b5d86, 0xff2a2a2a, 0xff8c3a2e, 0xfff08060};
    return through(dark ? night : light, (std::clamp(t, -1.0, 1.0) + 1) / 2);
}

QColor bitsColor(int bits, bool dark)
{
    if (bits >= 32)
        return dark ? QColor(0x80, 0x80, 0x80) : QColor(0xb0, 0xb0, 0xb0);
    static constexpr std::array<QRgb, 5> ramp = {0xffd1495b, 0xffedae49, 0xff9bbf65, 0xff3a9d9d, 0xff30638e};
    // 2 bits at the warm end, 8 at the cool one; wider formats stay there.
    const QColor color = through(ramp, (std::clamp(bits, 2, 8) - 2) / 6.0);
    return dark ? color.darker(115) : color;
}

QColor textOn(const QColor& background)
{
    return luminance(background) > 0.30 ? QColor(Qt::black) : QColor(Qt::white);
}

bool isDark(const QPalette& palette)
{
    return luminance(palette.color(QPalette::Window)) < luminance(palette.color(QPalette::WindowText));
}

QColor accent(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x5a, 0xb0, 0xe8) : QColor(0x1f, 0x6f, 0xb2);
}

}
