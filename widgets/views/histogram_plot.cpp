// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_plot.h"

#include "widgets/support/number_text.h"
#include "widgets/views/histogram_tickers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lathe {
namespace {

constexpr double markTop = 0.93;    // the marks of the extremes reach from here to the bottom
constexpr int legendFromWidth = 400; // below, the legend would hide the data
constexpr int legendFromHeight = 190;
constexpr int textsFromWidth = 260;
constexpr double barShare = 0.86;    // of the distance of two codes
constexpr double nearestZoom = 1e-4; // of the whole range

/// A line at `value` over the ratios [top, bottom] of the plot's height.
void placeVertical(QCPItemLine* line, double value, double top, double bottom, bool visible)
{
    line->start->setCoords(value, bottom);
    line->end->setCoords(value, top);
    line->setVisible(visible);
}

bool hasOneGrid(const HistogramData& data)
{
    return data.encoding && data.encoding->scale.size() == 1;
}

}

HistogramPlot::HistogramPlot(QWidget* parent)
    : QCustomPlot(parent)
{
    build();
    applyPalette();
}

QCPItemLine* HistogramPlot::addVertical()
{
    auto* line = new QCPItemLine(this);
    for (QCPItemPosition* end : {line->start, line->end}) {
        end->setTypeX(QCPItemPosition::ptPlotCoords);
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
    line->setVisible(false);
    return line;
}

void HistogramPlot::build()
{
    setInteractions(QCP::iRangeZoom | QCP::iRangeDrag);
    axisRect()->setRangeZoom(Qt::Horizontal);
    axisRect()->setRangeDrag(Qt::Horizontal);
    m_bars = new QCPBars(xAxis, yAxis);
    m_bars->setWidthType(QCPBars::wtPlotCoords);
    m_outline = addGraph();
    for (QCPGraph*& tail : m_tails)
        tail = addGraph();
    for (QCPGraph* graph : {m_outline, m_tails[0], m_tails[1]})
        graph->setLineStyle(QCPGraph::lsStepLeft);
    m_percentileName = addGraph();
    m_percentileName->setName(tr("0.1 % and 99.9 % of the values"));
    for (std::size_t i = 0; i < 2; ++i) {
        m_percentiles[i] = addVertical();
        m_extremes[i] = addVertical();
        m_handles[i] = addVertical();
        m_extremeTexts[i] = new QCPItemText(this);
        m_extremeTexts[i]->position->setTypeX(QCPItemPosition::ptPlotCoords);
        m_extremeTexts[i]->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        m_extremeTexts[i]->setPadding(QMargins(3, 0, 3, 0));
        m_extremeTexts[i]->setVisible(false);
    }
    m_cursor = addVertical();
    legend->setIconSize(14, 10);
    legend->setRowSpacing(0);
    legend->setMargins(QMargins(6, 4, 6, 4));
    legend->setBorderPen(Qt::NoPen);
    legend->removeItem(legend->itemCount() - 3); // the low tail's: it would be there twice
    xAxis2->setVisible(true);
    xAxis->setLabel(tr("real value"));
    yAxis->setLabel(tr("values per bin"));
    // Ticks are chosen before the axes get their new length.
    connect(this, &QCustomPlot::afterLayout, this, [this] {
        if (std::exchange(m_laidOutWidth, axisRect()->width()) != axisRect()->width())
            replot(rpQueuedReplot);
    });
    connect(xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this](const QCPRange& range) { limitRange(range); });
}

void HistogramPlot::limitRange(const QCPRange& range)
{
    if (m_data && m_data->edges.size() > 1) {
        const QCPRange limited = range.bounded(m_data->edges.front(), m_data->edges.back());
        if (limited != range)
            xAxis->setRange(limited);
    }
    xAxis2->setRange(xAxis->range());
}

void HistogramPlot::setData(std::shared_ptr<const HistogramData> snapshot)
{
    const bool other = !m_data || !snapshot || snapshot->title != m_data->title;
    const bool whole = m_data && m_data->edges.size() > 1 && xAxis->range().lower <= m_data->edges.front() &&
                       xAxis->range().upper >= m_data->edges.back();
    m_data = std::move(snapshot);
    if (!m_data)
        return;
    m_clip = m_data->clip;
    redraw();
    if (other || whole)
        resetZoom();
    else
        limitRange(xAxis->range());
    replot(rpQueuedReplot);
}

void HistogramPlot::setClip(const Range& clip)
{
    m_clip = clip;
    redraw();
    replot(rpQueuedReplot);
}

void HistogramPlot::setLogarithmic(bool on)
{
    m_logarithmic = on;
    if (m_data)
        redraw();
    replot(rpQueuedReplot);
}

void HistogramPlot::setStale(bool stale)
{
    m_stale = stale;
    applyPalette();
    replot(rpQueuedReplot);
}

void HistogramPlot::setHandlesShown(bool on)
{
    m_handlesShown = on;
    if (m_data)
        drawMarks();
    replot(rpQueuedReplot);
}

bool HistogramPlot::hasHandles() const
{
    const bool ranged = m_data && m_data->encoding && !m_data->encoding->scale.empty();
    return ranged && m_handlesShown && m_clip.high > m_clip.low;
}

void HistogramPlot::redraw()
{
    updateAxes();
    drawDistribution();
    drawGrid();
    drawMarks();
}

void HistogramPlot::drawDistribution()
{
    // A logarithmic axis has no zero: empty bins lie below what is drawn.
    QVector<double> x;
    QVector<double> y;
    std::array<QVector<double>, 2> tailX;
    std::array<QVector<double>, 2> tailY;
    std::array<double, 2> outside{};
    std::array<double, 2> tailEnd{};
    const bool clipped = hasOneGrid(*m_data) && m_clip.high > m_clip.low;
    const auto addTail = [&](std::size_t end, double from, double to, double count) {
        tailX[end] << from;
        tailY[end] << count;
        tailEnd[end] = to;
        outside[end] += count;
    };
    for (std::size_t i = 0; i < m_data->counts.size(); ++i) {
        const double from = m_data->edges[i];
        const double to = m_data->edges[i + 1];
        const double count = m_data->counts[i];
        x << from;
        y << count;
        if (clipped && to <= m_clip.low)
            addTail(0, from, to, count);
        if (clipped && from >= m_clip.high)
            addTail(1, from, to, count);
    }
    if (!m_data->edges.empty()) {
        x << m_data->edges.back();
        y << 0;
    }
    m_outline->setData(x, y, true);
    for (std::size_t end = 0; end < 2; ++end) {
        if (!tailX[end].isEmpty()) {
            tailX[end] << tailEnd[end];
            tailY[end] << 0;
        }
        m_tails[end]->setData(tailX[end], tailY[end], true);
    }
    // Exact for the grid that was measured; by bins for a range that is being dragged.
    const double total = std::max(1.0, std::accumulate(m_data->counts.begin(), m_data->counts.end(), 0.0));
    const bool measured = m_clip == m_data->clip;
    nameLegend(measured ? m_data->clippedBelow : outside[0] / total, measured ? m_data->clippedAbove : outside[1] / total);
}

void HistogramPlot::nameLegend(double below, double above)
{
    m_outline->setName(tr("float32"));
    m_tails[1]->setName(tr("clipped: %1 below, %2 above").arg(shareText(below), shareText(above)));
    const QString pattern = !m_data->levels.empty() ? tr("%1 levels") : hasOneGrid(*m_data) ? tr("%1 codes") : tr("%1, one grid a channel");
    m_bars->setName(m_data->encoding ? pattern.arg(QString::fromStdString(m_data->encoding->format.name())) : QString());
    const auto list = [this](QCPAbstractPlottable* plottable, bool on) {
        if (on)
            plottable->addToLegend();
        else
            plottable->removeFromLegend();
    };
    // From the top in the order in which a person looks: the float values first.
    for (QCPAbstractPlottable* plottable : std::initializer_list<QCPAbstractPlottable*>{m_outline, m_bars, m_tails[1], m_percentileName})
        list(plottable, false);
    list(m_outline, true);
    list(m_bars, hasOneGrid(*m_data) ? !m_data->codeCounts.empty() : !m_data->quantizedCounts.empty());
    list(m_tails[1], hasOneGrid(*m_data));
    list(m_percentileName, m_data->highPercentile > m_data->lowPercentile);
}

void HistogramPlot::drawGrid()
{
    QVector<double> x;
    QVector<double> y;
    if (m_data->edges.size() < 2) {
        m_bars->setData(x, y);
        return;
    }
    const double bin = m_data->edges[1] - m_data->edges[0];
    if (!m_data->levels.empty()) {
        // Levels lie apart by different steps: plain counts, one thin bar each.
        for (std::size_t i = 0; i < m_data->levels.size(); ++i) {
            x << m_data->levels[i];
            y << m_data->codeCounts[i];
        }
        m_bars->setWidth(bin * barShare);
    } else if (hasOneGrid(*m_data)) {
        const Encoding& encoding = *m_data->encoding;
        const double scale = encoding.scale.front();
        for (std::size_t i = 0; i < m_data->codeCounts.size(); ++i) {
            x << (encoding.minimumCode + static_cast<int>(i) - encoding.zeroPoint.front()) * scale;
            // Values per bin's width, as the outline shows them, so that the two can be compared.
            y << m_data->codeCounts[i] * bin / scale;
        }
        m_bars->setWidth(scale * barShare);
    } else {
        for (std::size_t i = 0; i < m_data->quantizedCounts.size(); ++i) {
            x << m_data->edges[i] + bin / 2;
            y << m_data->quantizedCounts[i];
        }
        m_bars->setWidth(bin * barShare);
    }
    m_bars->setData(x, y, true);
}

void HistogramPlot::drawMarks()
{
    const bool percentiles = m_data->highPercentile > m_data->lowPercentile;
    placeVertical(m_percentiles[0], m_data->lowPercentile, 0, 1, percentiles);
    placeVertical(m_percentiles[1], m_data->highPercentile, 0, 1, percentiles);
    placeVertical(m_handles[0], m_clip.low, 0.015, 1, hasHandles());
    placeVertical(m_handles[1], m_clip.high, 0.015, 1, hasHandles());
    const std::array<double, 2> ends{m_data->minimum, m_data->maximum};
    const std::array<QString, 2> texts{tr("min %1"), tr("max %1")};
    for (std::size_t i = 0; i < 2; ++i) {
        placeVertical(m_extremes[i], ends[i], markTop, 1, true);
        m_extremeTexts[i]->setText(texts[i].arg(numberText(ends[i])));
        m_extremeTexts[i]->position->setCoords(ends[i], markTop);
        m_extremeTexts[i]->setVisible(width() >= textsFromWidth);
    }
    m_extremeTexts[0]->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
    m_extremeTexts[1]->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
}

void HistogramPlot::updateAxes()
{
    const bool grid = hasOneGrid(*m_data) && m_data->levels.empty();
    xAxis2->setTicks(grid);
    xAxis2->setTickLabels(grid);
    xAxis2->setLabel(grid ? tr("code (%1)").arg(QString::fromStdString(m_data->encoding->format.name())) : QString());
    if (grid)
        xAxis2->setTicker(QSharedPointer<CodeTicker>::create(*m_data->encoding, *xAxis2));

    double highest = m_data->counts.empty() ? 1 : *std::max_element(m_data->counts.begin(), m_data->counts.end());
    if (!m_data->quantizedCounts.empty())
        highest = std::max(highest, *std::max_element(m_data->quantizedCounts.begin(), m_data->quantizedCounts.end()));
    if (!m_data->levels.empty())
        highest = std::max(highest, *std::max_element(m_data->codeCounts.begin(), m_data->codeCounts.end()));
    highest = std::max(highest, 1.0);
    yAxis->setScaleType(m_logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (m_logarithmic)
        yAxis->setTicker(QSharedPointer<LogCountTicker>::create());
    else
        yAxis->setTicker(QSharedPointer<CountTicker>::create());
    yAxis->setRange(m_logarithmic ? 0.5 : 0, m_logarithmic ? highest * 3 : highest * 1.08);
}

void HistogramPlot::resetZoom()
{
    if (m_data && m_data->edges.size() > 1)
        xAxis->setRange(m_data->edges.front(), m_data->edges.back());
    replot(rpQueuedReplot);
}

void HistogramPlot::zoomBy(double factor, std::optional<double> center)
{
    if (!m_data || m_data->edges.size() < 2)
        return;
    const double whole = m_data->edges.back() - m_data->edges.front();
    if (factor < 1 && xAxis->range().size() * factor < whole * nearestZoom)
        return;
    xAxis->scaleRange(factor, center.value_or(xAxis->range().center()));
    replot(rpQueuedReplot);
}

void HistogramPlot::panBy(double share)
{
    xAxis->moveRange(share * xAxis->range().size());
    replot(rpQueuedReplot);
}

double HistogramPlot::handlePixel(int end) const
{
    return xAxis->coordToPixel(end == 0 ? m_clip.low : m_clip.high);
}

double HistogramPlot::extremePixel(int end) const
{
    return xAxis->coordToPixel(end == 0 ? m_data->minimum : m_data->maximum);
}

bool HistogramPlot::inMarkBand(double y) const
{
    const QRect area = axisRect()->rect();
    return y > area.top() + 0.8 * area.height();
}

void HistogramPlot::showCursor(std::optional<double> value)
{
    placeVertical(m_cursor, value.value_or(0), 0, 1, value.has_value());
    replot(rpQueuedReplot);
}

void HistogramPlot::resizeEvent(QResizeEvent* event)
{
    legend->setVisible(width() >= legendFromWidth && height() >= legendFromHeight);
    if (m_data)
        drawMarks();
    QCustomPlot::resizeEvent(event);
}

}
