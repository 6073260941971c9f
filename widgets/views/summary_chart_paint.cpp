// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/summary_chart.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QChart>
#include <QPainter>

#include <algorithm>

namespace lathe {
namespace {

constexpr int gap = 6;
constexpr int swatch = 10;

}

QColor SummaryChart::seriesColor(std::size_t series) const
{
    // The last series is what the person works on; those before it are what it is compared with.
    if (static_cast<qsizetype>(series) + 1 == m_data.series.size())
        return accent(palette());
    return isDark(palette()) ? QColor(0x78, 0x78, 0x78) : QColor(0xb4, 0xb4, 0xb4);
}

QString SummaryChart::titleText() const
{
    const auto left = static_cast<int>(m_data.categories.size() - m_shown);
    return left > 0 ? tr("%1 (%n more not shown)", nullptr, left).arg(m_data.title) : m_data.title;
}

void SummaryChart::drawForeground(QPainter* painter, const QRectF&)
{
    painter->setFont(tabularFont(font()));
    if (m_shown == 0) {
        painter->setPen(palette().color(QPalette::PlaceholderText));
        painter->drawText(QRectF(viewport()->rect()).adjusted(12, 12, -12, -12),
                          Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintHeader(*painter);
    for (std::size_t c = 0; c < m_shown; ++c)
        paintCategory(*painter, c);
}

QFont SummaryChart::titleFont() const
{
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    return strong;
}

int SummaryChart::legendWidth() const
{
    if (m_data.series.size() < 2)
        return 0;
    int width = 0;
    for (const QString& series : m_data.series)
        width += fontMetrics().horizontalAdvance(series) + swatch + 4 + 2 * edge;
    return width;
}

/// Title and legend share a line where both can be read there.
bool SummaryChart::legendIsBelow() const
{
    const int title = QFontMetrics(titleFont()).horizontalAdvance(titleText());
    return legendWidth() > 0 && edge + title + legendWidth() > viewport()->width();
}

double SummaryChart::headerHeight() const
{
    const int line = fontMetrics().height();
    return (legendIsBelow() ? 2 * line + edge / 2 : line) + 2 * edge;
}

void SummaryChart::paintHeader(QPainter& painter) const
{
    const QFontMetrics metrics(font());
    const bool below = legendIsBelow();
    const double legendTop = below ? edge + metrics.height() + edge / 2 : edge;
    double right = below ? legendWidth() - 2 * edge + edge : viewport()->width() - edge;
    painter.setPen(palette().color(QPalette::WindowText));
    for (qsizetype s = m_data.series.size() - 1; s >= 0 && m_data.series.size() > 1; --s) {
        const int advance = metrics.horizontalAdvance(m_data.series[s]);
        right -= advance;
        painter.drawText(QRectF(right, legendTop, advance + 2, metrics.height()), Qt::AlignVCenter,
                         m_data.series[s]);
        right -= swatch + 4;
        painter.fillRect(QRectF(right, legendTop + (metrics.height() - swatch) / 2.0, swatch, swatch),
                         seriesColor(static_cast<std::size_t>(s)));
        right -= 2 * edge;
    }
    if (below)
        right = viewport()->width() - edge;
    const QFont strong = titleFont();
    painter.setFont(strong);
    painter.drawText(
        QRectF(edge, edge, right - edge, metrics.height()), Qt::AlignVCenter,
        QFontMetrics(strong).elidedText(titleText(), Qt::ElideRight, static_cast<int>(right - edge)));
    painter.setFont(tabularFont(font()));
}

void SummaryChart::paintCategory(QPainter& painter, std::size_t c) const
{
    const SummaryChartData::Category& category = m_data.categories[c];
    const QFontMetricsF metrics(painter.font());
    const QRectF first = barRect(c, 0);
    const QRectF last = barRect(c, category.bars.size() - 1);
    if (!m_hovered.isEmpty() && category.id == m_hovered) {
        QColor glow = palette().color(QPalette::Highlight);
        glow.setAlphaF(0.15F);
        painter.fillRect(QRectF(0, first.top() - 2, viewport()->width(), last.bottom() - first.top() + 4),
                         glow);
    }
    painter.setPen(QPen(palette().color(QPalette::WindowText), 1));
    const QRectF name(edge, (first.top() + last.bottom() - metrics.height()) / 2, m_labelWidth,
                      metrics.height());
    painter.drawText(name, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(category.label, Qt::ElideMiddle, name.width() + 1));

    QAbstractSeries* bars = chart()->series().constFirst();
    for (std::size_t s = 0; s < category.bars.size(); ++s) {
        const SummaryChartData::Bar& bar = category.bars[s];
        const QRectF place = barRect(c, s);
        double right = std::max(place.left(), place.right());
        if (bar.low && bar.high) {
            const double y = place.center().y();
            const double from = chart()->mapToPosition(QPointF(*bar.low, 0), bars).x();
            const double to = chart()->mapToPosition(QPointF(*bar.high, 0), bars).x();
            painter.drawLine(QPointF(from, y), QPointF(to, y));
            painter.drawLine(QPointF(from, y - 3), QPointF(from, y + 3));
            painter.drawLine(QPointF(to, y - 3), QPointF(to, y + 3));
            right = std::max(right, to);
        }
        painter.drawText(
            QRectF(right + gap, place.center().y() - metrics.height() / 2, 200, metrics.height()),
            Qt::AlignVCenter, bar.text);
    }
}

}
