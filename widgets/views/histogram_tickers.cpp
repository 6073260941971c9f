// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_tickers.h"

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

/// Room that the label of a code needs: four characters and a gap.
constexpr double pixelsPerLabel = 34;

QString countLabel(double count)
{
    if (count >= 1e9)
        return QString::number(count / 1e9, 'g', 3) + QStringLiteral(" G");
    if (count >= 1e6)
        return QString::number(count / 1e6, 'g', 3) + QStringLiteral(" M");
    if (count >= 1e3)
        return QString::number(count / 1e3, 'g', 3) + QStringLiteral(" k");
    return QString::number(count, 'g', 3);
}

}

CodeTicker::CodeTicker(const Encoding& encoding, const QCPAxis& axis)
    : m_scale(encoding.scale.front())
    , m_zero(encoding.zeroPoint.front())
    , m_low(encoding.minimumCode)
    , m_high(encoding.maximumCode)
    , m_axis(axis)
{
}

void CodeTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                          QVector<double>* subTicks, QVector<QString>* labels)
{
    ticks.clear();
    if (subTicks)
        subTicks->clear();
    if (labels)
        labels->clear();
    const double pixelsPerCode = m_axis.axisRect()->width() * m_scale / std::max(range.size(), 1e-30);
    int step = 1;
    while (step * pixelsPerCode < pixelsPerLabel && step <= m_high - m_low)
        step *= 2;
    const auto add = [&](int code) {
        ticks << (code - m_zero) * m_scale;
        if (labels)
            *labels << QString::number(code).replace(QLatin1Char('-'), QChar(0x2212));
    };
    const auto far = [&](int a, int b) { return std::abs(a - b) * pixelsPerCode >= 0.7 * pixelsPerLabel; };
    add(m_low);
    for (int code = step * static_cast<int>(std::ceil(static_cast<double>(m_low) / step)); code < m_high; code += step)
        if (far(code, m_low) && far(code, m_high))
            add(code);
    add(m_high);
}

QString CountTicker::getTickLabel(double tick, const QLocale&, QChar, int)
{
    return countLabel(tick);
}

QString LogCountTicker::getTickLabel(double tick, const QLocale&, QChar, int)
{
    return countLabel(tick);
}

}
