// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>

namespace lathe::test {

/// A light or a dark palette of the Fusion style, whatever the desktop says.
inline QPalette testPalette(bool dark)
{
    if (!dark)
        return QPalette(QColor(0xef, 0xef, 0xef), QColor(0xef, 0xef, 0xef));
    QPalette colors(QColor(0x35, 0x35, 0x35), QColor(0x2b, 0x2b, 0x2b));
    colors.setColor(QPalette::Base, QColor(0x1f, 0x1f, 0x1f));
    colors.setColor(QPalette::AlternateBase, QColor(0x26, 0x26, 0x26));
    colors.setColor(QPalette::Disabled, QPalette::WindowText, QColor(0x80, 0x80, 0x80));
    colors.setColor(QPalette::Disabled, QPalette::Text, QColor(0x80, 0x80, 0x80));
    colors.setColor(QPalette::PlaceholderText, QColor(0x9a, 0x9a, 0x9a));
    colors.setColor(QPalette::Highlight, QColor(0x2a, 0x6f, 0xa8));
    colors.setColor(QPalette::HighlightedText, Qt::white);
    return colors;
}

inline void useTestPalette(bool dark)
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(testPalette(dark));
}

}
