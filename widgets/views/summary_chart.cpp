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
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int comfortableRow = 24;

}

SummaryChart::SummaryChart(QWidget* parent)
    : QChartView(parent)
{
    setRenderHint(QPainter::Antialiasing);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    chart()->setBackgroundRoundness(0);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->legend()->hide(); // drawn beside the title
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    rebuild();
}

void SummaryChart::setData(SummaryChartData shown, int limit)
{
    m_data = std::move(shown);
    m_limit = limit;
    for (SummaryChartData::Category& category : m_data.categories)
        category.bars.resize(static_cast<std::size_t>(m_data.series.size()));
    setAccessibleName(m_data.title);
    m_shown = 0;
    fit();
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

double SummaryChart::leastRowHeight() const
{
    // The texts at the bars' ends must not touch.
    const auto bars = std::max<qsizetype>(m_data.series.size(), 1);
    return static_cast<double>(bars) * (fontMetrics().ascent() + 1) / groupShare;
}

QSize SummaryChart::sizeHint() const
{
    const auto rows =
        std::clamp<std::size_t>(m_data.categories.size(), 3, static_cast<std::size_t>(std::max(3, m_limit)));
    const double row = std::max<double>(comfortableRow, leastRowHeight());
    return {420, static_cast<int>(static_cast<double>(rows) * row) + 3 * fontMetrics().height() + 2 * edge};
}

/// Lays out title, names and plot for the present size; builds the bars anew when more or fewer of them fit.
void SummaryChart::fit()
{
    const int line = fontMetrics().height();
    const double height = std::max(1.0, viewport()->height() - headerHeight() - line - edge);
    const auto fitting = static_cast<std::size_t>(std::max(1.0, std::floor(height / leastRowHeight())));
    const std::size_t shown =
        std::min({m_data.categories.size(), static_cast<std::size_t>(std::max(0, m_limit)), fitting});
    if (shown != m_shown || shown == 0) {
        m_shown = shown;
        rebuild();
    }
    const double top = headerHeight(); // of the title that says what is not shown
    setToolTip(titleText());           // it may be cut
    m_labelWidth = m_valueWidth = 0;
    for (std::size_t c = 0; c < m_shown; ++c) {
        m_labelWidth = std::max(m_labelWidth, fontMetrics().horizontalAdvance(m_data.categories[c].label));
        for (const SummaryChartData::Bar& bar : m_data.categories[c].bars)
            m_valueWidth = std::max(m_valueWidth, fontMetrics().horizontalAdvance(bar.text));
    }
    m_labelWidth = std::min(m_labelWidth, viewport()->width() / 3);
    // Names and values are painted into the margins.
    chart()->setMargins(QMargins(m_labelWidth + edge, static_cast<int>(top), m_valueWidth + 2 * edge, 2));
    fitTicks();
    viewport()->update();
}

/// As many numbers on the axis as can be read beside each other: the axis would cut them.
void SummaryChart::fitTicks()
{
    const QList<QAbstractAxis*> axes = chart()->axes(Qt::Horizontal);
    if (axes.isEmpty())
        return;
    auto* values = static_cast<QValueAxis*>(axes.constFirst());
    const int plot = viewport()->width() - m_labelWidth - m_valueWidth - 3 * edge;
    const int number = fontMetrics().horizontalAdvance(QString::number(m_axisHigh, 'g', 4)) + 3 * edge;
    values->setRange(m_axisLow, m_axisHigh);
    values->setTickCount(std::clamp(plot / std::max(number, 1), 2, 6));
    if (!m_data.axisHigh)
        values->applyNiceNumbers();
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
    if (m_shown == 0) {
        applyPalette();
        return;
    }
    // The category axis runs upwards, and a group's first set lies lowest: both are turned around.
    auto* bars = new QHorizontalBarSeries;
    bars->setBarWidth(groupShare);
    for (qsizetype s = m_data.series.size() - 1; s >= 0; --s) {
        auto* set = new QBarSet(m_data.series[s]);
        for (std::size_t c = m_shown; c-- > 0;) {
            const double value = m_data.categories[c].bars[static_cast<std::size_t>(s)].value;
            *set << (std::isnan(value) ? 0 : std::min(value, axisEnd()));
        }
        bars->append(set);
    }
    chart()->addSeries(bars);
    // Drawn by paintCategory(): the axis would cut names that are higher than their row.
    auto* rows = new QBarCategoryAxis;
    for (std::size_t c = 0; c < m_shown; ++c)
        rows->append(QString::number(c));
    rows->setLabelsVisible(false);
    rows->setLineVisible(false);
    auto* values = new QValueAxis;
    double low = m_data.axisLow.value_or(0);
    for (const SummaryChartData::Category& category : m_data.categories)
        for (const SummaryChartData::Bar& bar : category.bars)
            low = std::min({low, std::isfinite(bar.value) ? bar.value : low, bar.low.value_or(low)});
    m_axisLow = low;
    m_axisHigh = axisEnd();
    values->setLabelFormat(QStringLiteral("%g"));
    chart()->addAxis(rows, Qt::AlignLeft);
    chart()->addAxis(values, Qt::AlignBottom);
    bars->attachAxis(rows);
    bars->attachAxis(values);
    fitTicks();
    applyPalette();
}

void SummaryChart::applyPalette()
{
    const QColor text = palette().color(QPalette::WindowText);
    QColor faint = text;
    faint.setAlphaF(0.15F);
    chart()->setBackgroundVisible(false);
    setBackgroundBrush(palette().color(QPalette::Base));
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
    const double row = static_cast<double>(m_shown) - 1 - static_cast<double>(category);
    const double value = m_data.categories[category].bars[series].value;
    const double end = std::isnan(value) ? 0 : std::min(value, axisEnd());
    const QPointF top = chart()->mapToPosition(QPointF(0, row + groupShare / 2), bars);
    const QPointF bottom = chart()->mapToPosition(QPointF(end, row - groupShare / 2), bars);
    const double height = (bottom.y() - top.y()) / static_cast<double>(m_data.series.size());
    return QRectF(QPointF(top.x(), top.y() + height * static_cast<double>(series)),
                  QPointF(bottom.x(), top.y() + height * static_cast<double>(series + 1)));
}

int SummaryChart::categoryAt(const QPointF& position) const
{
    for (std::size_t c = 0; c < m_shown; ++c) {
        const QRectF row = barRect(c, 0).united(barRect(c, m_data.categories[c].bars.size() - 1));
        if (position.y() >= row.top() - 3 && position.y() <= row.bottom() + 3)
            return static_cast<int>(c);
    }
    return -1;
}

void SummaryChart::mousePressEvent(QMouseEvent* event)
{
    const int category = categoryAt(event->position());
    if (category >= 0 && event->button() == Qt::LeftButton)
        emit categoryClicked(m_data.categories[static_cast<std::size_t>(category)].id);
}

void SummaryChart::mouseMoveEvent(QMouseEvent* event)
{
    const int category = categoryAt(event->position());
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

void SummaryChart::resizeEvent(QResizeEvent* event)
{
    QChartView::resizeEvent(event);
    fit();
}

void SummaryChart::changeEvent(QEvent* event)
{
    QChartView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange)
        return;
    applyPalette();
    fit();
}

}
