// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/summary_chart.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QBarCategoryAxis>
#include <QBarSet>
#include <QChart>
#include <QHorizontalBarSeries>
#include <QLegend>
#include <QMouseEvent>
#include <QPainter>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr double groupShare = 0.72; // of a category's height
constexpr int gap = 6;
constexpr int rowHeight = 22;
constexpr int longestLabel = 22;
constexpr int edge = 8;

constexpr int swatch = 10;

QString shortened(const QString& text)
{
    return text.size() <= longestLabel ? text : text.left(longestLabel / 2 - 1) + QStringLiteral("…") + text.right(longestLabel / 2);
}

}

SummaryChart::SummaryChart(QWidget* parent)
    : QChartView(parent)
{
    setRenderHint(QPainter::Antialiasing);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    chart()->legend()->hide(); // drawn beside the title
    chart()->setBackgroundRoundness(0);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    rebuild();
}

void SummaryChart::setData(SummaryChartData shown, int limit)
{
    m_data = std::move(shown);
    m_leftOut = std::max(0, static_cast<int>(m_data.categories.size()) - limit);
    m_data.categories.resize(m_data.categories.size() - static_cast<std::size_t>(m_leftOut));
    for (SummaryChartData::Category& category : m_data.categories)
        category.bars.resize(static_cast<std::size_t>(m_data.series.size()));
    setAccessibleName(m_data.title);
    rebuild();
    updateGeometry();
}

void SummaryChart::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

void SummaryChart::setHovered(const QString& id)
{
    m_hovered = id;
    viewport()->update();
}

QSize SummaryChart::sizeHint() const
{
    const auto rows = std::max<std::size_t>(m_data.categories.size(), 4);
    const auto bars = std::max<qsizetype>(m_data.series.size(), 1);
    return {420, static_cast<int>(rows) * (rowHeight + 10 * static_cast<int>(bars - 1)) + 72};
}

double SummaryChart::axisEnd() const
{
    if (m_data.axisHigh)
        return *m_data.axisHigh;
    double end = 0;
    for (const SummaryChartData::Category& category : m_data.categories)
        for (const SummaryChartData::Bar& bar : category.bars) {
            const double reach = bar.high && *bar.high > bar.value ? *bar.high : bar.value;
            end = std::isfinite(reach) ? std::max(end, reach) : end;
        }
    return end > 0 ? end : 1;
}

void SummaryChart::rebuild()
{
    chart()->removeAllSeries();
    for (QAbstractAxis* axis : chart()->axes()) {
        chart()->removeAxis(axis);
        delete axis;
    }
    int widestText = 0;
    for (const SummaryChartData::Category& category : m_data.categories)
        for (const SummaryChartData::Bar& bar : category.bars)
            widestText = std::max(widestText, fontMetrics().horizontalAdvance(bar.text));
    // Room for title and legend above, and for the text of the longest bar at the right.
    chart()->setMargins(QMargins(edge, fontMetrics().height() + 2 * edge, widestText + 2 * edge, 2));
    if (m_data.categories.empty()) {
        applyPalette();
        return;
    }
    // The category axis runs upwards, and a group's first set lies lowest: both are turned around.
    auto* bars = new QHorizontalBarSeries;
    bars->setBarWidth(groupShare);
    QStringList labels;
    for (auto category = m_data.categories.rbegin(); category != m_data.categories.rend(); ++category) {
        QString label = shortened(category->label);
        while (labels.contains(label)) // the axis drops a second label of the same words
            label += QChar(0x200B);
        labels << label;
    }
    for (qsizetype s = m_data.series.size() - 1; s >= 0; --s) {
        auto* set = new QBarSet(m_data.series[s]);
        for (auto category = m_data.categories.rbegin(); category != m_data.categories.rend(); ++category) {
            const double value = category->bars[static_cast<std::size_t>(s)].value;
            *set << (std::isnan(value) ? 0 : std::min(value, axisEnd()));
        }
        bars->append(set);
    }
    chart()->addSeries(bars);
    auto* rows = new QBarCategoryAxis;
    rows->append(labels);
    auto* values = new QValueAxis;
    double low = m_data.axisLow.value_or(0);
    for (const SummaryChartData::Category& category : m_data.categories)
        for (const SummaryChartData::Bar& bar : category.bars)
            low = std::min({low, std::isfinite(bar.value) ? bar.value : low, bar.low.value_or(low)});
    values->setRange(low, axisEnd());
    values->setLabelFormat(QStringLiteral("%g"));
    chart()->addAxis(rows, Qt::AlignLeft);
    chart()->addAxis(values, Qt::AlignBottom);
    bars->attachAxis(rows);
    bars->attachAxis(values);
    if (!m_data.axisHigh)
        values->applyNiceNumbers();
    applyPalette();
}

QColor SummaryChart::seriesColor(std::size_t series) const
{
    // The last series is what the person works on; those before it are what it is compared with.
    if (static_cast<qsizetype>(series) + 1 == m_data.series.size())
        return accent(palette());
    return isDark(palette()) ? QColor(0x78, 0x78, 0x78) : QColor(0xb4, 0xb4, 0xb4);
}

void SummaryChart::applyPalette()
{
    const QColor text = palette().color(QPalette::WindowText);
    QColor faint = text;
    faint.setAlphaF(0.15F);
    chart()->setBackgroundBrush(palette().color(QPalette::Base));
    for (QAbstractAxis* axis : chart()->axes()) {
        axis->setLabelsColor(text);
        axis->setLabelsFont(font());
        axis->setLinePen(QPen(faint));
        axis->setGridLinePen(QPen(faint, 1, Qt::DotLine));
        axis->setGridLineVisible(axis->alignment() == Qt::AlignBottom);
    }
    for (QAbstractSeries* series : chart()->series()) {
        const QList<QBarSet*> sets = static_cast<QHorizontalBarSeries*>(series)->barSets();
        for (qsizetype i = 0; i < sets.size(); ++i) {
            sets[i]->setColor(seriesColor(static_cast<std::size_t>(sets.size() - 1 - i)));
            sets[i]->setPen(Qt::NoPen);
        }
    }
}

QRectF SummaryChart::barRect(std::size_t category, std::size_t series) const
{
    QAbstractSeries* bars = chart()->series().constFirst();
    const auto rows = static_cast<double>(m_data.categories.size());
    const double row = rows - 1 - static_cast<double>(category);
    const double value = m_data.categories[category].bars[series].value;
    const double end = std::isnan(value) ? 0 : std::min(value, axisEnd());
    const QPointF top = chart()->mapToPosition(QPointF(0, row + groupShare / 2), bars);
    const QPointF bottom = chart()->mapToPosition(QPointF(end, row - groupShare / 2), bars);
    const double height = (bottom.y() - top.y()) / static_cast<double>(m_data.series.size());
    return QRectF(QPointF(top.x(), top.y() + height * static_cast<double>(series)),
                  QPointF(bottom.x(), top.y() + height * static_cast<double>(series + 1)));
}

void SummaryChart::drawForeground(QPainter* painter, const QRectF&)
{
    painter->setFont(tabularFont(font()));
    if (m_data.categories.empty()) {
        painter->setPen(palette().color(QPalette::Disabled, QPalette::WindowText));
        painter->drawText(QRectF(rect()).adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintHeader(*painter);
    QAbstractSeries* bars = chart()->series().constFirst();
    const QColor ink = palette().color(QPalette::WindowText);
    for (std::size_t c = 0; c < m_data.categories.size(); ++c)
        for (std::size_t s = 0; s < m_data.categories[c].bars.size(); ++s) {
            const SummaryChartData::Bar& bar = m_data.categories[c].bars[s];
            const QRectF place = barRect(c, s);
            double right = std::max(place.left(), place.right());
            painter->setPen(QPen(ink, 1));
            if (bar.low && bar.high) {
                const double y = place.center().y();
                const double from = chart()->mapToPosition(QPointF(*bar.low, 0), bars).x();
                const double to = chart()->mapToPosition(QPointF(*bar.high, 0), bars).x();
                painter->drawLine(QPointF(from, y), QPointF(to, y));
                painter->drawLine(QPointF(from, y - 3), QPointF(from, y + 3));
                painter->drawLine(QPointF(to, y - 3), QPointF(to, y + 3));
                right = std::max(right, to);
            }
            painter->drawText(QRectF(right + gap, place.top() - 2, 200, place.height() + 4), Qt::AlignVCenter, bar.text);
        }
    for (std::size_t c = 0; c < m_data.categories.size(); ++c) {
        if (m_hovered.isEmpty() || m_data.categories[c].id != m_hovered)
            continue;
        QRectF row = barRect(c, 0).united(barRect(c, m_data.categories[c].bars.size() - 1));
        row.setLeft(0);
        row.setRight(width());
        QColor glow = palette().color(QPalette::Highlight);
        glow.setAlphaF(0.15F);
        painter->fillRect(row.adjusted(0, -2, 0, 2), glow);
    }
}

void SummaryChart::paintHeader(QPainter& painter) const
{
    const QFontMetrics metrics(font());
    double right = width() - edge;
    painter.setPen(palette().color(QPalette::WindowText));
    for (qsizetype s = m_data.series.size() - 1; s >= 0 && m_data.series.size() > 1; --s) {
        const int advance = metrics.horizontalAdvance(m_data.series[s]);
        right -= advance;
        painter.drawText(QRectF(right, edge, advance + 2, metrics.height()), Qt::AlignVCenter, m_data.series[s]);
        right -= swatch + 4;
        painter.fillRect(QRectF(right, edge + (metrics.height() - swatch) / 2.0, swatch, swatch),
                         seriesColor(static_cast<std::size_t>(s)));
        right -= 2 * edge;
    }
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    painter.setFont(strong);
    const QString title = m_leftOut > 0 ? tr("%1 (%n more not shown)", nullptr, m_leftOut).arg(m_data.title) : m_data.title;
    painter.drawText(QRectF(edge, edge, right - edge, metrics.height()), Qt::AlignVCenter,
                     QFontMetrics(strong).elidedText(title, Qt::ElideRight, static_cast<int>(right - edge)));
    painter.setFont(tabularFont(font()));
}

int SummaryChart::categoryAt(const QPointF& position) const
{
    for (std::size_t c = 0; c < m_data.categories.size(); ++c) {
        const QRectF row = barRect(c, 0).united(barRect(c, m_data.categories[c].bars.size() - 1));
        if (position.y() >= row.top() - 3 && position.y() <= row.bottom() + 3)
            return static_cast<int>(c);
    }
    return -1;
}

void SummaryChart::mousePressEvent(QMouseEvent* event)
{
    const int category = m_data.categories.empty() ? -1 : categoryAt(event->position());
    if (category >= 0 && event->button() == Qt::LeftButton)
        emit categoryClicked(m_data.categories[static_cast<std::size_t>(category)].id);
}

void SummaryChart::mouseMoveEvent(QMouseEvent* event)
{
    const int category = m_data.categories.empty() ? -1 : categoryAt(event->position());
    const QString id = category < 0 ? QString() : m_data.categories[static_cast<std::size_t>(category)].id;
    if (id == m_hovered)
        return;
    setHovered(id);
    emit categoryHovered(id);
}

void SummaryChart::leaveEvent(QEvent* event)
{
    QChartView::leaveEvent(event);
    if (m_hovered.isEmpty())
        return;
    setHovered({});
    emit categoryHovered({});
}

void SummaryChart::changeEvent(QEvent* event)
{
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        applyPalette();
}

}
