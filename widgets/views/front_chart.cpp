// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/front_chart.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QEvent>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr double reachPixels = 14; // of a click around a point
constexpr double margin = 0.08;    // of the range, beyond the outermost points

QCPRange widened(double low, double high)
{
    const double more = high > low ? (high - low) * margin : std::max(std::abs(high) * margin, 1e-9);
    return {low - more, high + more};
}

QCPScatterStyle scatter(QCPScatterStyle::ScatterShape shape, const QColor& line, const QBrush& fill,
                        double size)
{
    return {shape, QPen(line, 1.4), fill, size};
}

}

FrontChart::FrontChart(QWidget* parent)
    : QCustomPlot(parent)
    , m_plans(addGraph())
    , m_front(addGraph())
    , m_uniform(addGraph())
    , m_current(addGraph())
{
    m_plans->setLineStyle(QCPGraph::lsNone);
    m_front->setLineStyle(QCPGraph::lsStepLeft);
    m_uniform->setLineStyle(QCPGraph::lsNone);
    m_current->setLineStyle(QCPGraph::lsNone);
    m_plans->setName(tr("measured"));
    m_front->setName(tr("best at their cost"));
    m_uniform->setName(tr("the same bits everywhere"));
    m_current->removeFromLegend();
    legend->setVisible(true);
    legend->setBorderPen(Qt::NoPen);
    legend->setMargins(QMargins(6, 4, 6, 4));
    legend->setRowSpacing(0);
    axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignBottom);
    applyPalette();
}

void FrontChart::setData(FrontChartData shown)
{
    m_data = std::move(shown);
    redraw();
}

void FrontChart::setCurrent(const QString& id)
{
    if (id == m_data.current)
        return;
    m_data.current = id;
    redraw();
}

void FrontChart::setStale(bool stale)
{
    if (std::exchange(m_stale, stale) == stale)
        return;
    applyPalette();
    redraw();
}

void FrontChart::redraw()
{
    for (QCPGraph* graph : {m_plans, m_front, m_uniform, m_current})
        graph->data()->clear();
    double left = INFINITY, right = -INFINITY, low = INFINITY, high = -INFINITY;
    for (const auto& point : m_data.points) {
        if (!std::isfinite(point.cost) || !std::isfinite(point.worth))
            continue;
        if (point.front)
            m_front->addData(point.cost, point.worth);
        if (point.uniform)
            m_uniform->addData(point.cost, point.worth);
        if (!point.front && !point.uniform)
            m_plans->addData(point.cost, point.worth);
        if (point.id == m_data.current)
            m_current->addData(point.cost, point.worth);
        left = std::min(left, point.cost);
        right = std::max(right, point.cost);
        low = std::min(low, point.worth);
        high = std::max(high, point.worth);
    }
    xAxis->setLabel(m_data.costTitle);
    yAxis->setLabel(m_data.worthTitle);
    if (left <= right) {
        xAxis->setRange(widened(left, right));
        yAxis->setRange(widened(low, high));
    }
    writeNames();
    replot(rpQueuedReplot);
}

void FrontChart::writeNames()
{
    for (QCPItemText* name : m_names)
        removeItem(name);
    m_names.clear();
    for (const auto& point : m_data.points) {
        if (!point.uniform || !std::isfinite(point.worth))
            continue;
        auto* name = new QCPItemText(this);
        name->setText(point.text.section(QLatin1Char('\n'), 0, 0));
        name->setFont(font());
        name->setColor(legend->textColor());
        const bool left = point.cost <= xAxis->range().center();   // the text must not leave the chart
        name->setPositionAlignment((left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
        name->setPadding(QMargins(6, 3, 6, 0));
        name->position->setCoords(point.cost, point.worth);
        m_names.push_back(name);
    }
}

QPointF FrontChart::positionOf(const QString& id) const
{
    for (const auto& point : m_data.points)
        if (point.id == id)
            return {xAxis->coordToPixel(point.cost), yAxis->coordToPixel(point.worth)};
    return {};
}

const FrontChartData::Point* FrontChart::nearest(const QPointF& position) const
{
    const FrontChartData::Point* found = nullptr;
    double least = reachPixels;
    for (const auto& point : m_data.points) {
        const QPointF offset =
            QPointF(xAxis->coordToPixel(point.cost), yAxis->coordToPixel(point.worth)) - position;
        const double distance = std::hypot(offset.x(), offset.y());
        if (distance < least) {
            least = distance;
            found = &point;
        }
    }
    return found;
}

void FrontChart::mousePressEvent(QMouseEvent* event)
{
    if (const auto* point = nearest(event->position()))
        emit pointClicked(QString(point->id));
    QCustomPlot::mousePressEvent(event);
}

bool FrontChart::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QCustomPlot::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto* point = nearest(help->pos());
    QToolTip::showText(help->globalPos(), point ? point->text : QString(), this);
    return true;
}

void FrontChart::changeEvent(QEvent* event)
{
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyPalette();
        redraw();
    }
}

void FrontChart::applyPalette()
{
    const QColor ground = palette().color(QPalette::Base);
    const QColor quiet = blended(palette().color(QPalette::Text), ground, 0.45);
    const QColor text = m_stale ? quiet : palette().color(QPalette::Text);
    const QColor strong = m_stale ? quiet : accent(palette());
    setBackground(ground);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(quiet));
        axis->setTickPen(QPen(quiet));
        axis->setSubTickPen(QPen(quiet));
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setPen(QPen(blended(text, ground, 0.12)));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_plans->setPen(QPen(quiet));
    m_plans->setScatterStyle(scatter(QCPScatterStyle::ssCircle, quiet, Qt::NoBrush, 5));
    m_front->setPen(QPen(strong, 1.4));
    m_front->setScatterStyle(scatter(QCPScatterStyle::ssCircle, strong, strong, 7));
    m_uniform->setScatterStyle(scatter(QCPScatterStyle::ssSquare, text, Qt::NoBrush, 8));
    m_current->setScatterStyle(scatter(QCPScatterStyle::ssCircle, text, Qt::NoBrush, 14));
    legend->setBrush(blended(ground, ground, 1));
    legend->setTextColor(text);
    legend->setFont(font());
}

}
