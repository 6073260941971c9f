// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_view.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QStackedLayout>
#include <QToolTip>

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int grabPixels = 6;
constexpr double keyStep = 0.01; // of the drawn range

QCPItemLine* addVertical(QCustomPlot* plot, const QPen& pen)
{
    auto* line = new QCPItemLine(plot);
    line->start->setTypeX(QCPItemPosition::ptPlotCoords);
    line->start->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->end->setTypeX(QCPItemPosition::ptPlotCoords);
    line->end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->setPen(pen);
    line->setVisible(false);
    return line;
}

/// A line at `value` over the ratios [top, bottom] of the plot's height.
void placeVertical(QCPItemLine* line, double value, double top, double bottom, bool visible)
{
    line->start->setCoords(value, top);
    line->end->setCoords(value, bottom);
    line->setVisible(visible);
}

/// Ticks at integer codes, labelled with the codes, at the real values that they stand for.
QSharedPointer<QCPAxisTickerText> codeTicker(const Encoding& encoding)
{
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const double scale = encoding.scale.front();
    const int zero = encoding.zeroPoint.front();
    const int count = encoding.maximumCode - encoding.minimumCode + 1;
    const int step = count <= 17 ? 1 : count <= 64 ? 8 : count <= 256 ? 64 : std::max(1, count / 4);
    for (int code = encoding.minimumCode; code <= encoding.maximumCode; code += step)
        ticker->addTick((code - zero) * scale, QString::number(code));
    ticker->addTick((encoding.maximumCode - zero) * scale, QString::number(encoding.maximumCode));
    return ticker;
}

}

HistogramView::HistogramView(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_empty(new QLabel(this))
{
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(12);
    auto* stack = new QStackedLayout(this);
    stack->addWidget(m_empty);
    stack->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 160);
    setAccessibleName(tr("Histogram"));
    buildPlot();
    applyPalette();
}

void HistogramView::buildPlot()
{
    m_plot->setFocusProxy(this);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    m_plot->setInteractions(QCP::iRangeZoom);
    m_plot->axisRect()->setRangeZoom(Qt::Horizontal);
    m_bars = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    m_bars->setWidthType(QCPBars::wtPlotCoords);
    m_outline = m_plot->addGraph();
    m_outline->setLineStyle(QCPGraph::lsStepLeft);
    m_lowTail = m_plot->addGraph();
    m_highTail = m_plot->addGraph();
    for (QCPGraph* tail : {m_lowTail, m_highTail})
        tail->setLineStyle(QCPGraph::lsStepLeft);
    for (int i = 0; i < 2; ++i) {
        m_percentiles[i] = addVertical(m_plot, QPen(Qt::gray, 1, Qt::DotLine));
        m_extremes[i] = addVertical(m_plot, QPen(Qt::gray, 2));
        m_clipLines[i] = addVertical(m_plot, QPen(Qt::gray, 2));
    }
    m_plot->xAxis2->setVisible(true);
    connect(m_plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), m_plot->xAxis2,
            qOverload<const QCPRange&>(&QCPAxis::setRange));
}

void HistogramView::applyPalette()
{
    const QPalette& colors = palette();
    const QColor text = colors.color(QPalette::WindowText);
    QColor faint = text;
    faint.setAlphaF(0.18F);
    m_plot->setBackground(colors.color(QPalette::Base));
    QFont small = font();
    small.setPointSizeF(std::max(7.0, small.pointSizeF() * 0.88));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis, m_plot->xAxis2}) {
        axis->setBasePen(QPen(faint));
        axis->setTickPen(QPen(faint));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->grid()->setPen(QPen(faint, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(QPen(faint));
    }
    const QColor main = accent(colors);
    QColor fill = main;
    fill.setAlphaF(0.16F);
    m_outline->setPen(QPen(main, 1.4));
    m_outline->setBrush(fill);
    QColor bar = isDark(colors) ? QColor(0xe0, 0xa0, 0x50) : QColor(0xd0, 0x7f, 0x1e);
    m_bars->setPen(Qt::NoPen);
    bar.setAlphaF(m_stale ? 0.25F : 0.60F);
    m_bars->setBrush(bar);
    const QColor alarm(0xc8, 0x40, 0x40);
    for (QCPGraph* tail : {m_lowTail, m_highTail}) {
        tail->setPen(QPen(alarm, 1.2));
        tail->setBrush(QBrush(alarm, Qt::BDiagPattern));
    }
    for (int i = 0; i < 2; ++i) {
        m_percentiles[i]->setPen(QPen(text, 1, Qt::DotLine));
        m_extremes[i]->setPen(QPen(text, 2));
        QColor handle = bar;
        handle.setAlphaF(m_stale ? 0.4F : 1.0F);
        m_clipLines[i]->setPen(QPen(handle, 2));
    }
    QPalette empty = m_empty->palette();
    empty.setColor(QPalette::WindowText, colors.color(QPalette::Disabled, QPalette::WindowText));
    m_empty->setPalette(empty);
}

void HistogramView::setData(std::shared_ptr<const HistogramData> snapshot)
{
    const bool otherTensor = !m_data || !snapshot || snapshot->title != m_data->title;
    m_data = std::move(snapshot);
    static_cast<QStackedLayout*>(layout())->setCurrentWidget(m_data ? static_cast<QWidget*>(m_plot) : m_empty);
    if (!m_data)
        return;
    m_clip = m_data->clip;
    setAccessibleDescription(tr("%1: from %2 to %3").arg(QString::fromStdString(m_data->title), numberText(m_data->minimum),
                                                         numberText(m_data->maximum)));
    redraw();
    if (otherTensor)
        resetZoom();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void HistogramView::setEmptyText(const QString& text)
{
    m_empty->setText(text);
}

void HistogramView::setLogarithmic(bool on)
{
    if (std::exchange(m_logarithmic, on) == on)
        return;
    if (m_data) {
        redraw();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }
    emit logarithmicChanged(on);
}

void HistogramView::setStale(bool stale)
{
    if (std::exchange(m_stale, stale) == stale)
        return;
    applyPalette();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void HistogramView::setClipEditable(bool on)
{
    m_clipEditable = on;
}

void HistogramView::redraw()
{
    drawDistribution();
    drawGrid();
    drawMarkers();
    updateCodeAxis();
    const double highest = m_data->counts.empty() ? 1 : *std::max_element(m_data->counts.begin(), m_data->counts.end());
    if (m_logarithmic) {
        m_plot->yAxis->setScaleType(QCPAxis::stLogarithmic);
        m_plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog));
        m_plot->yAxis->setNumberFormat(QStringLiteral("eb"));
        m_plot->yAxis->setNumberPrecision(0);
        m_plot->yAxis->setRange(0.5, std::max(2.0, highest * 2));
    } else {
        m_plot->yAxis->setScaleType(QCPAxis::stLinear);
        m_plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
        m_plot->yAxis->setNumberFormat(QStringLiteral("gb"));
        m_plot->yAxis->setNumberPrecision(4);
        m_plot->yAxis->setRange(0, std::max(1.0, highest * 1.08));
    }
    m_plot->xAxis->setLabel(tr("real value"));
    m_plot->yAxis->setLabel(tr("values per bin"));
}

void HistogramView::drawDistribution()
{
    QVector<double> x;
    QVector<double> y;
    QVector<double> lowX;
    QVector<double> lowY;
    QVector<double> highX;
    QVector<double> highY;
    const bool clipped = m_data->encoding && !m_data->encoding->scale.empty() && m_data->clip.high > m_data->clip.low;
    for (std::size_t i = 0; i < m_data->counts.size(); ++i) {
        const double at = m_data->edges[i];
        const double count = m_data->counts[i];
        x << at;
        y << count;
        if (clipped && m_data->edges[i + 1] <= m_clip.low) {
            lowX << at << m_data->edges[i + 1];
            lowY << count << count;
        }
        if (clipped && at >= m_clip.high) {
            highX << at << m_data->edges[i + 1];
            highY << count << count;
        }
    }
    if (!m_data->edges.empty()) {
        x << m_data->edges.back();
        y << 0;
    }
    m_outline->setData(x, y, true);
    m_lowTail->setData(lowX, lowY, true);
    m_highTail->setData(highX, highY, true);
}

void HistogramView::drawGrid()
{
    const std::vector<double>& counts = m_data->codeCounts;
    const bool drawn = m_data->encoding && m_data->encoding->scale.size() == 1 && !counts.empty();
    if (!drawn) {
        m_bars->setData(QVector<double>(), QVector<double>());
        return;
    }
    const Encoding& encoding = *m_data->encoding;
    const double scale = encoding.scale.front();
    // Bars show density, as the outline does: a code that is wider than a bin holds the values of several bins.
    const double binWidth = m_data->edges.size() > 1 ? m_data->edges[1] - m_data->edges[0] : 1;
    QVector<double> x;
    QVector<double> y;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        x << (encoding.minimumCode + static_cast<int>(i) - encoding.zeroPoint.front()) * scale;
        y << counts[i] * std::min(1.0, binWidth / scale);
    }
    m_bars->setWidth(scale * 0.86);
    m_bars->setData(x, y, true);
}

void HistogramView::drawMarkers()
{
    const bool clipped = m_data->encoding && !m_data->encoding->scale.empty() && m_clip.high > m_clip.low;
    placeVertical(m_extremes[0], m_data->minimum, 0.94, 1.0, true);
    placeVertical(m_extremes[1], m_data->maximum, 0.94, 1.0, true);
    const bool percentiles = m_data->highPercentile > m_data->lowPercentile;
    placeVertical(m_percentiles[0], m_data->lowPercentile, 0.0, 1.0, percentiles);
    placeVertical(m_percentiles[1], m_data->highPercentile, 0.0, 1.0, percentiles);
    const bool handles = clipped && m_data->encoding->scale.size() == 1;
    placeVertical(m_clipLines[0], m_clip.low, 0.0, 1.0, handles);
    placeVertical(m_clipLines[1], m_clip.high, 0.0, 1.0, handles);
}

void HistogramView::updateCodeAxis()
{
    const bool grid = m_data->encoding && m_data->encoding->scale.size() == 1;
    m_plot->xAxis2->setTicks(grid);
    m_plot->xAxis2->setTickLabels(grid);
    m_plot->xAxis2->setLabel(grid ? tr("code (%1)").arg(QString::fromStdString(m_data->encoding->format.name())) : QString());
    if (grid)
        m_plot->xAxis2->setTicker(codeTicker(*m_data->encoding));
}

void HistogramView::resetZoom()
{
    if (m_data && m_data->edges.size() > 1)
        m_plot->xAxis->setRange(m_data->edges.front(), m_data->edges.back());
}

int HistogramView::endAt(double pixel) const
{
    for (int i = 0; i < 2; ++i)
        if (m_clipEditable && m_clipLines[i]->visible() &&
            std::abs(m_plot->xAxis->coordToPixel(m_clipLines[i]->start->key()) - pixel) <= grabPixels)
            return i;
    return -1;
}

bool HistogramView::mousePressed(const QPoint& position)
{
    if (!m_data)
        return false;
    m_dragged = endAt(position.x());
    if (m_dragged >= 0)
        return true;
    for (int i = 0; i < 2; ++i) {
        if (std::abs(m_plot->xAxis->coordToPixel(m_extremes[i]->start->key()) - position.x()) > grabPixels)
            continue;
        emit endClicked(i == 0 ? End::low : End::high);
        return true;
    }
    return false;
}

void HistogramView::mouseMoved(const QPoint& position, bool pressed)
{
    if (!m_data)
        return;
    const double value = m_plot->xAxis->pixelToCoord(position.x());
    if (pressed && m_dragged >= 0) {
        moveClip(m_dragged == 0 ? End::low : End::high, value, false);
        return;
    }
    m_plot->setCursor(endAt(position.x()) >= 0 ? Qt::SplitHCursor : Qt::ArrowCursor);
    QToolTip::showText(m_plot->mapToGlobal(position + QPoint(12, 12)), tooltipAt(value), m_plot);
}

void HistogramView::mouseReleased()
{
    if (std::exchange(m_dragged, -1) >= 0)
        emit clipChanged(m_clip.low, m_clip.high);
}

void HistogramView::moveClip(End end, double value, bool final)
{
    // A clipping range holds 0, so that zero keeps an exact code.
    if (end == End::low)
        m_clip.low = static_cast<float>(std::min(value, 0.0));
    else
        m_clip.high = static_cast<float>(std::max(value, 0.0));
    drawDistribution();
    drawMarkers();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    emit clipChanging(m_clip.low, m_clip.high);
    if (final)
        emit clipChanged(m_clip.low, m_clip.high);
}

QString HistogramView::tooltipAt(double value) const
{
    QStringList lines{tr("value %1").arg(numberText(value))};
    const auto bin = std::upper_bound(m_data->edges.begin(), m_data->edges.end(), value) - m_data->edges.begin() - 1;
    if (bin >= 0 && bin < static_cast<std::ptrdiff_t>(m_data->counts.size()))
        lines << tr("%1 values in this bin").arg(countText(static_cast<std::int64_t>(m_data->counts[static_cast<std::size_t>(bin)])));
    if (m_data->encoding && m_data->encoding->scale.size() == 1) {
        const Encoding& e = *m_data->encoding;
        const int code = quantizeOne(static_cast<float>(value), e.scale[0], e.zeroPoint[0], e.minimumCode, e.maximumCode);
        const double back = (code - e.zeroPoint[0]) * static_cast<double>(e.scale[0]);
        lines << tr("code %1 = (%1 − %2) × %3 = %4").arg(code).arg(e.zeroPoint[0]).arg(numberText(e.scale[0]), numberText(back));
        lines << tr("error %1").arg(numberText(back - value));
    }
    return lines.join(QLatin1Char('\n'));
}

bool HistogramView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot)
        return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::MouseButtonPress: return mousePressed(static_cast<QMouseEvent*>(event)->pos());
    case QEvent::MouseMove:
        mouseMoved(static_cast<QMouseEvent*>(event)->pos(), static_cast<QMouseEvent*>(event)->buttons() & Qt::LeftButton);
        return false;
    case QEvent::MouseButtonRelease: mouseReleased(); return false;
    case QEvent::MouseButtonDblClick:
        resetZoom();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
        return true;
    default: return false;
    }
}

void HistogramView::keyPressEvent(QKeyEvent* event)
{
    const int direction = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const bool handles = m_data && m_clipEditable && m_clipLines[0]->visible();
    if (direction != 0 && handles && (event->modifiers() & Qt::AltModifier)) {
        const double step = keyStep * (m_data->edges.back() - m_data->edges.front()) * direction;
        const bool low = event->modifiers() & Qt::ShiftModifier;
        moveClip(low ? End::low : End::high, (low ? m_clip.low : m_clip.high) + step, true);
    } else if (event->key() == Qt::Key_L) {
        setLogarithmic(!m_logarithmic);
    } else {
        QWidget::keyPressEvent(event);
    }
}

void HistogramView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange)
        return;
    applyPalette();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}
