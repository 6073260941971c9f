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

/// Nine samples of cividis (Nunez, Anderton and Renslow, 2018).
constexpr std::array<QRgb, 9> cividisStops = {0xff00224e, 0xff123570, 0xff3b496c, 0xff575d6d, 0xff707173,
                                              0xff8a8678, 0xffa59c74, 0xffc3b369, 0xfffee838};

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

QColor cividis(double t)
{
    return through(cividisStops, t);
}

QColor diverging(double t, bool dark)
{
    static constexpr std::array<QRgb, 5> light = {0xff2166ac, 0xff92c5de, 0xfff7f7f7, 0xfff4a582, 0xffb2182b};
    static constexpr std::array<QRgb, 5> night = {0xff6baed6, 0xff2b5d86, 0xff303030, 0xff8c3a2e, 0xfff08060};
    return through(dark ? night : light, (std::clamp(t, -1.0, 1.0) + 1) / 2);
}

QColor bitsColor(int bits, bool dark)
{
    if (bits >= 32)
        return dark ? QColor(0x8a, 0x8a, 0x8a) : QColor(0x9a, 0x9a, 0x9a);
    if (bits > 8)
        return dark ? QColor(0x8f, 0x86, 0xd8) : QColor(0x5b, 0x52, 0xa8);
    static constexpr std::array<QRgb, 7> ramp = {0xffc8364a, 0xffe0702f, 0xffe3a52c, 0xffa9b545, 0xff4da86a, 0xff2f9a9d, 0xff2f75a8};
    return through(ramp, (std::clamp(bits, 2, 8) - 2) / 6.0);
}

double contrast(const QColor& a, const QColor& b)
{
    const auto [low, high] = std::minmax({luminance(a), luminance(b)});
    return (high + 0.05) / (low + 0.05);
}

QColor textOn(const QColor& background)
{
    return contrast(background, Qt::black) >= contrast(background, Qt::white) ? QColor(Qt::black) : QColor(Qt::white);
}

QColor blended(const QColor& color, const QColor& ground, double share)
{
    const auto mix = [share](int a, int b) { return static_cast<int>(std::lround(b + (a - b) * share)); };
    return {mix(color.red(), ground.red()), mix(color.green(), ground.green()), mix(color.blue(), ground.blue())};
}

QColor chipColor(const QColor& color, const QPalette& palette)
{
    return blended(color, palette.color(QPalette::Active, QPalette::Base), isDark(palette) ? 0.30 : 0.20);
}

bool isDark(const QPalette& palette)
{
    return luminance(palette.color(QPalette::Window)) < luminance(palette.color(QPalette::WindowText));
}

QColor accent(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x5a, 0xb0, 0xe8) : QColor(0x1f, 0x6f, 0xb2);
}

QColor gridColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0xe8, 0xa8, 0x50) : QColor(0xc8, 0x74, 0x10);
}

QColor alarmColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0xe8, 0x70, 0x70) : QColor(0xbf, 0x2f, 0x2f);
}

QColor warningColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0xe0, 0xa0, 0x38) : QColor(0xb8, 0x72, 0x08);
}

}
