// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"
#include "widgets/views/heatmap_layout.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int legendBar = 120; // at most
constexpr int legendBarHeight = 8;
constexpr int gap = 8;
constexpr double gapFromHeight = 7;   // rows are set apart where they are at least so high
constexpr double outlineFromHeight = 5;
constexpr double mostNumbers = 3000;
constexpr int selectionBar = 3;

/// An end of the scale: a round number, so without the zeros of a measured one.
QString endText(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QStringLiteral("−"));
}

}

void HeatmapView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (rowCount() == 0) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const Layout layout = layoutNow();
    painter.save();
    painter.setClipRect(layout.map);
    paintMap(painter, layout);
    paintNumbers(painter, layout);
    painter.restore();
    paintLabels(painter, layout);
    paintColumnLabels(painter, layout);
    paintMarks(painter, layout);
    paintLegend(painter, layout);
    if (hasFocus()) {
        QColor ring = accent(palette());
        ring.setAlphaF(0.6F);
        painter.setPen(ring);
        painter.drawRect(layout.map.adjusted(-1, -1, 0, 0));
    }
}

void HeatmapView::paintMap(QPainter& painter, const Layout& layout) const
{
    const bool gaps = layout.rowHeight() >= gapFromHeight;
    if (m_hasGaps) {
        QColor hatch = palette().color(QPalette::WindowText);
        hatch.setAlphaF(0.14F);
        for (int r = layout.firstRow(); r < layout.endRow(); ++r)
            painter.fillRect(layout.rowRect(r).adjusted(0, 0, 0, gaps ? -1 : 0), QBrush(hatch, Qt::BDiagPattern));
    }
    if (m_image.image.isNull() || m_image.firstRow + m_image.rows > layout.rows)
        return;
    painter.setOpacity(m_stale ? 0.4 : 1.0);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    const double left = layout.xOf(m_image.left);
    const double width = layout.xOf(m_image.left + m_image.width) - left;
    const QImage& image = m_image.image;
    if (image.height() < m_image.rows) { // several rows a line
        painter.drawImage(QRectF(left, layout.yOf(m_image.firstRow), width, m_image.rows * layout.rowHeight()), image);
    } else {
        for (int line = 0; line < image.height(); ++line) {
            // Whole pixels, so that all gaps are equally sharp.
            const double top = std::round(layout.yOf(m_image.firstRow + line));
            const double bottom = std::round(layout.yOf(m_image.firstRow + line + 1)) - (gaps ? 1 : 0);
            painter.drawImage(QRectF(left, top, width, bottom - top), image, QRectF(0, line, image.width(), 1));
        }
    }
    painter.setOpacity(1);
}

void HeatmapView::paintNumbers(QPainter& painter, const Layout& layout) const
{
    const QFont small = tabularFont(font());
    const QFontMetrics metrics(small);
    const double least = metrics.horizontalAdvance(QStringLiteral("−00.0")) + 8;
    if (layout.rowHeight() < metrics.height() || m_stale)
        return;
    painter.setFont(small);
    double drawn = 0;
    for (int r = layout.firstRow(); r < layout.endRow() && drawn < mostNumbers; ++r) {
        const std::vector<float>& cells = row(r).cells;
        const double cellWidth = layout.map.width() / layout.window.width / std::max<double>(1, static_cast<double>(cells.size()));
        if (cells.empty() || cellWidth < least)
            continue;
        const auto count = static_cast<double>(cells.size());
        const auto first = static_cast<std::size_t>(layout.window.left * count);
        const auto last = std::min(cells.size(), static_cast<std::size_t>(std::ceil((layout.window.left + layout.window.width) * count)));
        for (std::size_t c = first; c < last; ++c, ++drawn) {
            const QColor color = heatmapColor(*m_data, cells[c], isDark(palette()));
            if (!color.isValid())
                continue;
            painter.setPen(textOn(color));
            painter.drawText(QRectF(layout.xOf(static_cast<double>(c) / count), layout.yOf(r), cellWidth, layout.rowHeight()),
                             Qt::AlignCenter, sqnrText(cells[c]));
        }
    }
}

void HeatmapView::paintLabels(QPainter& painter, const Layout& layout) const
{
    const QFontMetrics metrics(font());
    const int textHeight = metrics.ascent() + metrics.descent();
    const QRectF column(0, layout.map.top(), layout.map.left() - gap, layout.map.height());
    std::vector<std::pair<double, double>> taken;
    const auto draw = [&](int r, bool always) {
        const double middle = layout.yOf(r + 0.5);
        const double top = std::clamp(middle - textHeight / 2.0, layout.map.top() - 2, layout.map.bottom() - textHeight + 2);
        const bool free = std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
            return top < other.second && top + textHeight > other.first;
        });
        if (!always && !free)
            return;
        taken.emplace_back(top, top + textHeight);
        QRectF box(column.left(), top, column.width(), textHeight);
        const bool selected = std::find(m_selected.begin(), m_selected.end(), r) != m_selected.end();
        painter.setPen(selected ? accent(palette()) : palette().color(QPalette::WindowText));
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(QString::fromStdString(row(r).label), Qt::ElideMiddle, static_cast<int>(box.width())));
    };
    const auto visible = [&](int r) { return r >= layout.firstRow() && r < layout.endRow(); };
    if (m_hovered >= 0 && visible(m_hovered))
        draw(m_hovered, true);
    for (const int r : m_selected)
        if (visible(r))
            draw(r, false);
    const int stride = std::max(1, static_cast<int>(std::ceil((textHeight - 3) / layout.rowHeight())));
    for (int r = layout.firstRow(); r < layout.endRow(); ++r)
        if (r % stride == 0)
            draw(r, false);
}

void HeatmapView::paintColumnLabels(QPainter& painter, const Layout& layout) const
{
    if (layout.header.isEmpty())
        return;
    const QFontMetrics metrics(font());
    painter.save();
    painter.setClipRect(layout.header);
    painter.setPen(palette().color(QPalette::WindowText));
    const auto count = static_cast<double>(m_data->columnLabels.size());
    const double width = layout.map.width() / layout.window.width / count;
    int widest = 1;
    for (const std::string& label : m_data->columnLabels)
        widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(label)) + gap);
    const auto stride = static_cast<std::size_t>(std::ceil(widest / width));
    for (std::size_t c = 0; c < m_data->columnLabels.size(); c += stride)
        painter.drawText(QRectF(layout.xOf(static_cast<double>(c) / count) - widest, layout.header.top(), width + 2 * widest,
                                layout.header.height()),
                         Qt::AlignCenter, QString::fromStdString(m_data->columnLabels[c]));
    painter.restore();
}

void HeatmapView::paintMarks(QPainter& painter, const Layout& layout) const
{
    painter.save();
    painter.setClipRect(layout.map.adjusted(-gap, -1, 1, 1));
    const auto outline = [&](int r, const QColor& color, double thickness) {
        const QRectF box = layout.rowRect(r);
        painter.fillRect(QRectF(layout.map.left() - selectionBar - 2, box.top(), selectionBar, std::max(2.0, box.height() - 1)), color);
        if (layout.rowHeight() < outlineFromHeight)
            return;
        painter.setPen(QPen(color, thickness));
        painter.drawRect(box.adjusted(thickness / 2, 0, -thickness / 2, -1));
    };
    if (m_hovered >= 0)
        outline(m_hovered, palette().color(QPalette::WindowText), 1);
    for (const int r : m_selected)
        outline(r, accent(palette()), 2);
    if (!m_selected.empty() && m_cell >= 0 && hasFocus()) {
        const auto count = static_cast<double>(row(m_selected.back()).cells.size());
        const QRectF box = layout.rowRect(m_selected.back());
        const double left = layout.xOf(m_cell / count);
        painter.setPen(QPen(palette().color(QPalette::WindowText), 2));
        painter.drawRect(QRectF(left, box.top(), std::max(3.0, layout.xOf((m_cell + 1) / count) - left), box.height() - 1));
    }
    painter.restore();
}

void HeatmapView::paintLegend(QPainter& painter, const Layout& layout) const
{
    const QFontMetrics metrics(font());
    const QRect area = layout.legend;
    const auto plain = palette().color(QPalette::WindowText);

    QString pointed = m_pointed;
    if (pointed.isEmpty() && m_cell >= 0 && !m_selected.empty())
        pointed = cellText(m_selected.back(), m_cell);
    painter.setPen(pointed.isEmpty() ? palette().color(QPalette::PlaceholderText) : plain);
    if (pointed.isEmpty())
        pointed = tr("Point at a cell to read its number.");
    const QRect first(area.left(), area.top() + gap / 2, area.width(), metrics.height());
    painter.drawText(first, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(pointed, Qt::ElideMiddle, first.width()));

    painter.setPen(plain);
    QRect rest = first.translated(0, metrics.height());
    const auto write = [&](const QString& text) {
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(text, Qt::ElideRight, rest.width()));
        rest.setLeft(rest.left() + metrics.horizontalAdvance(text) + gap);
    };
    const QString unit = QString::fromStdString(m_data->unit);
    write(QStringLiteral("≤ ") + endText(m_data->low));
    const QRect bar(rest.left(), rest.center().y() - legendBarHeight / 2, std::min(legendBar, area.width() / 3), legendBarHeight);
    for (int x = 0; x < bar.width(); ++x) {
        const float share = static_cast<float>(x) / static_cast<float>(std::max(1, bar.width() - 1));
        painter.fillRect(QRect(bar.left() + x, bar.top(), 1, bar.height()),
                         heatmapColor(*m_data, m_data->low + (m_data->high - m_data->low) * share, isDark(palette())));
    }
    rest.setLeft(bar.right() + 1 + gap);
    write(QStringLiteral("≥ ") + endText(m_data->high) + (unit.isEmpty() ? QString() : QLatin1Char(' ') + unit));
    rest.setLeft(rest.left() + gap);
    // What fits of the rest; the longest that does.
    const QString quantity = QString::fromStdString(m_data->quantity);
    const QString where = tr("%1 by layer and %2").arg(quantity, QString::fromStdString(m_data->columnNoun));
    QStringList captions{quantity, where};
    if (m_hasGaps)
        captions << tr("%1; hatched: not measured").arg(where);
    while (captions.size() > 1 && metrics.horizontalAdvance(captions.last()) > rest.width())
        captions.removeLast();
    if (rest.width() > metrics.averageCharWidth() * 3)
        write(captions.last());
}

}
