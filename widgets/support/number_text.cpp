// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <QFontInfo>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace lathe {
namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("NumberText", text);
}

/// Three significant digits without an exponent; at most three after the point.
QString significant(double value)
{
    const double magnitude = std::abs(value);
    // Just below a power of ten, rounding adds a digit.
    const int digits = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3;
    return QString::number(value, 'f', digits);
}

}

QString numberText(double value)
{
    if (std::isnan(value))
        return QStringLiteral("–");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    if (value == 0)
        return QStringLiteral("0");
    const double magnitude = std::abs(value);
    const QString scientific = QString::number(value, 'e', 2);
    if (magnitude < 1e-3 || magnitude >= 1e6)
        return QString(scientific).replace(QLatin1Char('-'), QStringLiteral("−"));
    // The exponent after rounding: 9.996 is 10.0.
    const int exponent = scientific.section(QLatin1Char('e'), 1).toInt();
    QString text = QString::number(value, 'f', std::max(0, 2 - exponent));
    return text.replace(QLatin1Char('-'), QStringLiteral("−"));
}

QString sqnrText(double sqnrDb)
{
    if (std::isnan(sqnrDb))
        return QStringLiteral("–");
    if (std::isinf(sqnrDb))
        return sqnrDb > 0 ? translated(QT_TRANSLATE_NOOP("NumberText", "exact")) : QStringLiteral("−∞");
    return QString::number(sqnrDb, 'f', 1).replace(QLatin1Char('-'), QStringLiteral("−"));
}

QString bytesText(std::int64_t bytes)
{
    constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= (unit == 0 ? 1000.0 : 999.5) && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return (unit == 0 ? QString::number(bytes) : significant(value)) + QLatin1Char(' ') + QLatin1String(units[unit]);
}

QString countText(std::int64_t count)
{
    const auto value = static_cast<double>(count);
    if (count < 1000)
        return QString::number(count);
    if (value < 999.5e3)
        return significant(value / 1e3) + QStringLiteral(" k");
    if (value < 999.5e6)
        return significant(value / 1e6) + QStringLiteral(" M");
    return significant(value / 1e9) + QStringLiteral(" G");
}

QString shareText(double share)
{
    if (share <= 0)
        return QStringLiteral("0");
    if (share < 1e-4)
        return translated(QT_TRANSLATE_NOOP("NumberText", "< 0.01 %"));
    return significant(100 * share) + QStringLiteral(" %");
}

QString durationText(double seconds)
{
    const int whole = static_cast<int>(std::ceil(seconds));
    if (whole < 60)
        return translated(QT_TRANSLATE_NOOP("NumberText", "%1 s")).arg(whole);
    if (whole < 3600)
        return translated(QT_TRANSLATE_NOOP("NumberText", "%1 min %2 s")).arg(whole / 60).arg(whole % 60);
    return translated(QT_TRANSLATE_NOOP("NumberText", "%1 h %2 min")).arg(whole / 3600).arg(whole % 3600 / 60);
}

QFont tabularFont(const QFont& base)
{
    // The figures of the usual interface fonts (DejaVu, Noto, Cantarell) are tabular; others offer it as a style.
    QFont font(base);
    font.setStyleHint(QFont::SansSerif);
    font.setKerning(false);
    return font;
}

}
