// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QTest>
#include <QWidget>

#include <cstdlib>

namespace lathe::test {

/// Shows a widget in the given size and waits for it.
inline bool showSized(QWidget& widget, QSize size)
{
    widget.resize(size);
    widget.show();
    return QTest::qWaitForWindowExposed(&widget);
}

inline QImage painted(QWidget& widget)
{
    return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

inline bool isNear(QRgb a, QRgb b, int tolerance = 12)
{
    return std::abs(qRed(a) - qRed(b)) <= tolerance && std::abs(qGreen(a) - qGreen(b)) <= tolerance &&
           std::abs(qBlue(a) - qBlue(b)) <= tolerance;
}

/// Pixels of about a colour within `area` (of the whole image when it is empty).
inline int countColor(const QImage& image, const QColor& color, QRect area = {}, int tolerance = 12)
{
    area = area.isEmpty() ? image.rect() : area.intersected(image.rect());
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            count += isNear(image.pixel(x, y), color.rgb(), tolerance) ? 1 : 0;
    return count;
}

}
