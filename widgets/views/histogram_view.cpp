// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_view.h"

#include "widgets/support/number_text.h"
#include "widgets/views/histogram_plot.h"

#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QStackedLayout>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr double grabPixels = 6;
constexpr double keyStep = 0.01; // of the drawn range
constexpr double panStep = 0.1;
constexpr double zoomStep = 0.8;

}

HistogramView::HistogramView(QWidget* parent)
    : QWidget(parent)
    , m_plot(new HistogramPlot(this))
    , m_empty(new QLabel(this))
    , m_log(new QToolButton(m_plot))
{
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(12);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    auto* stack = new QStackedLayout(this);
    stack->addWidget(m_empty);
    stack->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(200, 140);
    setAccessibleName(tr("Histogram"));

    m_plot->setFocusProxy(this);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    m_log->setText(tr("log"));
    m_log->setObjectName(QStringLiteral("logarithmic"));
    m_log->setToolTip(tr("Counts on a logarithmic axis, so that rare values can be seen (L)"));
    m_log->setCheckable(true);
    m_log->setChecked(m_logarithmic);
    m_log->setAutoRaise(true);
    m_log->setFocusPolicy(Qt::NoFocus);
    m_log->move(4, 4);
    connect(m_log, &QToolButton::toggled, this, &HistogramView::setLogarithmic);
}

void HistogramView::setData(std::shared_ptr<const HistogramData> snapshot)
{
    m_data = std::move(snapshot);
    m_dragged = -1;
    m_plot->setData(m_data);
    static_cast<QStackedLayout*>(layout())->setCurrentWidget(m_data ? static_cast<QWidget*>(m_plot) : m_empty);
    describe();
}

void HistogramView::describe()
{
    if (!m_data) {
        setAccessibleDescription(m_empty->text());
        return;
    }
    setAccessibleDescription(tr("%1: %2 values from %3 to %4")
                                 .arg(QString::fromStdString(m_data->title), countText(m_data->elements),
                                      numberText(m_data->minimum), numberText(m_data->maximum)));
}

void HistogramView::setEmptyText(const QString& text)
{
    m_empty->setText(text);
    describe();
}

void HistogramView::setLogarithmic(bool on)
{
    if (std::exchange(m_logarithmic, on) == on)
        return;
    m_log->setChecked(on);
    m_plot->setLogarithmic(on);
    emit logarithmicChanged(on);
}

void HistogramView::setStale(bool stale)
{
    m_plot->setStale(stale);
}

void HistogramView::setClipEditable(bool on)
{
    m_clipEditable = on;
    m_plot->setHandlesShown(on);
}

int HistogramView::handleAt(const QPointF& position) const
{
    if (!m_clipEditable || !m_plot->hasHandles())
        return -1;
    const double toLow = std::abs(m_plot->handlePixel(0) - position.x());
    const double toHigh = std::abs(m_plot->handlePixel(1) - position.x());
    if (std::min(toLow, toHigh) > grabPixels)
        return -1;
    return toLow < toHigh ? 0 : 1;
}

int HistogramView::extremeAt(const QPointF& position) const
{
    for (int end = 0; end < 2; ++end)
        if (std::abs(m_plot->extremePixel(end) - position.x()) <= grabPixels)
            return end;
    return -1;
}

bool HistogramView::mousePressed(const QPointF& position)
{
    if (!m_data)
        return false;
    const int extreme = extremeAt(position);
    const int handle = handleAt(position);
    if (extreme >= 0 && (handle < 0 || m_plot->inMarkBand(position.y()))) {
        emit endClicked(extreme == 0 ? End::low : End::high);
        return true;
    }
    m_dragged = handle;
    m_moved = false;
    return handle >= 0;
}

bool HistogramView::mouseMoved(const QPointF& position, Qt::MouseButtons buttons)
{
    if (!m_data)
        return false;
    if (m_dragged >= 0 && (buttons & Qt::LeftButton)) {
        moveClip(m_dragged, m_plot->xAxis->pixelToCoord(position.x()));
        showTooltip(position);
        return true;
    }
    if (buttons != Qt::NoButton)
        return false; // the plot pans
    const int extreme = extremeAt(position);
    const int handle = handleAt(position);
    const bool onExtreme = extreme >= 0 && (handle < 0 || m_plot->inMarkBand(position.y()));
    m_plot->setCursor(onExtreme ? Qt::PointingHandCursor : handle >= 0 ? Qt::SplitHCursor : Qt::ArrowCursor);
    m_plot->showCursor(m_plot->xAxis->pixelToCoord(position.x()));
    showTooltip(position);
    return false;
}

void HistogramView::showTooltip(const QPointF& position)
{
    const double value = m_plot->xAxis->pixelToCoord(position.x());
    QString text = textAt(value);
    const int extreme = extremeAt(position);
    const std::string sample = extreme < 0 ? std::string() : extreme == 0 ? m_data->minimumSample : m_data->maximumSample;
    if (!sample.empty())
        text = tr("Set by the sample %1. Click to see it.").arg(QString::fromStdString(sample));
    else if (m_dragged < 0 && handleAt(position) >= 0)
        text = tr("An end of the range that the codes cover. Drag it, or press Alt with an arrow key (and Shift for the low end).");
    QToolTip::showText(m_plot->mapToGlobal(position.toPoint() + QPoint(12, 12)), text, m_plot);
}

bool HistogramView::mouseReleased()
{
    const bool wasDragged = std::exchange(m_dragged, -1) >= 0;
    if (wasDragged && m_moved)
        emit clipChanged(m_plot->clip().low, m_plot->clip().high);
    return wasDragged;
}

void HistogramView::moveClip(int end, double value)
{
    // A clipping range holds 0, so that zero keeps an exact code.
    Range clip = m_plot->clip();
    if (end == 0)
        clip.low = static_cast<float>(std::min(value, 0.0));
    else
        clip.high = static_cast<float>(std::max(value, 0.0));
    if (!(clip.high > clip.low) || clip == m_plot->clip())
        return;
    m_moved = true;
    m_plot->setClip(clip);
    emit clipChanging(clip.low, clip.high);
}

QString HistogramView::textAt(double value) const
{
    if (!m_data)
        return {};
    QStringList lines{tr("value %1").arg(numberText(value))};
    const auto bin = std::upper_bound(m_data->edges.begin(), m_data->edges.end(), value) - m_data->edges.begin() - 1;
    if (bin >= 0 && bin < static_cast<std::ptrdiff_t>(m_data->counts.size())) {
        const auto index = static_cast<std::size_t>(bin);
        lines << tr("bin %1 to %2: count %3")
                     .arg(numberText(m_data->edges[index]), numberText(m_data->edges[index + 1]),
                          countText(std::llround(m_data->counts[index])));
        if (!m_data->quantizedCounts.empty())
            lines << tr("quantized count %1").arg(countText(std::llround(m_data->quantizedCounts[index])));
    }
    if (!m_data->levels.empty()) {
        const std::size_t nearest = nearestLevel(m_data->levels, value);
        const double level = m_data->levels[nearest];
        lines << tr("nearest level %1: count %2").arg(numberText(level), countText(std::llround(m_data->codeCounts[nearest])))
              << tr("error %1").arg(numberText(level - value));
    } else if (m_data->encoding && m_data->encoding->scale.size() == 1) {
        const Encoding& e = *m_data->encoding;
        const int code = quantizeOne(static_cast<float>(value), e.scale[0], e.zeroPoint[0], e.minimumCode, e.maximumCode);
        const double back = (code - e.zeroPoint[0]) * static_cast<double>(e.scale[0]);
        lines << tr("%1 = (code %2 − zero-point %3) × scale %4")
                     .arg(numberText(back)).arg(code).arg(e.zeroPoint[0]).arg(numberText(e.scale[0]));
        if (!m_data->codeCounts.empty())
            lines << tr("count on this code %1")
                         .arg(countText(std::llround(m_data->codeCounts[static_cast<std::size_t>(code - e.minimumCode)])));
        const bool clipped = value < e.lowestReal() - e.scale[0] / 2 || value > e.highestReal() + e.scale[0] / 2;
        lines << (clipped ? tr("error %1, clipped") : tr("error %1")).arg(numberText(back - value));
    }
    return lines.join(QLatin1Char('\n'));
}

bool HistogramView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot)
        return QWidget::eventFilter(watched, event);
    const auto mouse = [event]() -> const QMouseEvent& { return *static_cast<const QMouseEvent*>(event); };
    switch (event->type()) {
    case QEvent::MouseButtonPress: return mouse().button() == Qt::LeftButton && mousePressed(mouse().position());
    case QEvent::MouseMove: return mouseMoved(mouse().position(), mouse().buttons());
    case QEvent::MouseButtonRelease: return mouseReleased();
    case QEvent::MouseButtonDblClick: m_plot->resetZoom(); return true;
    case QEvent::Leave: m_plot->showCursor({}); return false;
    default: return false;
    }
}

void HistogramView::keyPressEvent(QKeyEvent* event)
{
    const int direction = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (!m_data) {
        QWidget::keyPressEvent(event);
    } else if (direction != 0 && (event->modifiers() & Qt::AltModifier) && m_clipEditable && m_plot->hasHandles()) {
        const int end = event->modifiers() & Qt::ShiftModifier ? 0 : 1;
        const double from = end == 0 ? m_plot->clip().low : m_plot->clip().high;
        m_moved = false;
        moveClip(end, from + keyStep * m_plot->xAxis->range().size() * direction);
        if (m_moved)
            emit clipChanged(m_plot->clip().low, m_plot->clip().high);
    } else if (direction != 0) {
        m_plot->panBy(panStep * direction);
    } else if (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal) {
        m_plot->zoomBy(zoomStep);
    } else if (event->key() == Qt::Key_Minus) {
        m_plot->zoomBy(1 / zoomStep);
    } else if (event->key() == Qt::Key_Home || event->key() == Qt::Key_0) {
        m_plot->resetZoom();
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
    // The plot inherits the new palette after this event.
    QMetaObject::invokeMethod(this, [this] {
        m_plot->applyPalette();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    }, Qt::QueuedConnection);
}

}
