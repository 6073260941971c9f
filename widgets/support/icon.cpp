// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/icon.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

/// A static library's resources are dropped unless somebody names them; the macro works outside of namespaces only.
static void loadIcons()
{
    Q_INIT_RESOURCE(resources);
}

namespace lathe {
namespace {

/// Draws an SVG whose strokes are "currentColor" in the palette's text colour, sharp at every size.
class TintedSvg : public QIconEngine
{
public:
    TintedSvg(QByteArray svg, const QPalette& palette)
        : m_svg(std::move(svg))
        , m_palette(palette)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        QByteArray colored = m_svg;
        colored.replace("currentColor", m_palette.color(group, QPalette::WindowText).name().toLatin1());
        QSvgRenderer(colored).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap result(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return result;
    }

    QIconEngine* clone() const override { return new TintedSvg(*this); }

private:
    QByteArray m_svg;
    QPalette m_palette;
};

}

QIcon icon(const QString& name, const QPalette& palette)
{
    loadIcons();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new TintedSvg(file.readAll(), palette));
}

}
