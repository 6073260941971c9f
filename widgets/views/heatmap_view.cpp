// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/heatmap_view.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"
#include "widgets/views/heatmap_layout.h"

#include <QCoreApplication>
#include <QMouseEvent>
#include <QThreadPool>
#include <QWheelEvent>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace lathe {
namespace {

constexpr int gap = 8;
constexpr int widestLabels = 220;
constexpr double fewestRows = 3;
constexpr double fewestCells = 4;
constexpr double zoomStep = 0.8;
constexpr int dragDistance = 4;

bool sameRows(const HeatmapData* a, const HeatmapData* b)
{
    return a && b && std::equal(a->rows.begin(), a->rows.end(), b->rows.begin(), b->rows.end(),
                                [](const auto& x, const auto& y) { return x.id == y.id; });
}

}

/// Which rendering is the newest; older ones are dropped when they come back.
struct HeatmapView::Renderer
{
    std::shared_ptr<std::atomic<int>> newest = std::make_shared<std::atomic<int>>(0);
};

HeatmapView::HeatmapView(QWidget* parent)
    : QWidget(parent)
    , m_renderer(std::make_unique<Renderer>())
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Error heatmap"));
}

HeatmapView::~HeatmapView()
{
    ++*m_renderer->newest;
}

void HeatmapView::setData(std::shared_ptr<const HeatmapData> snapshot)
{
    const bool same = sameRows(m_data.get(), snapshot.get());
    m_data = std::move(snapshot);
    m_hasGaps = false;
    if (!same) {
        m_image = {};
        m_selected.clear();
        m_hovered = -1;
        m_cell = -1;
        m_pointed.clear();
        m_window = {0, static_cast<double>(std::max(1, rowCount())), 0, 1};
        m_rowOf.clear();
        for (int r = 0; r < rowCount(); ++r)
            m_rowOf.insert(QString::fromStdString(row(r).id), r);
    }
    for (int r = 0; r < rowCount() && !m_hasGaps; ++r)
        m_hasGaps = row(r).cells.empty() ||
                    std::any_of(row(r).cells.begin(), row(r).cells.end(), [](float v) { return std::isnan(v); });
    measureLabels();
    render();
    update();
}

void HeatmapView::measureLabels()
{
    const QFontMetrics metrics(font());
    int widest = 0;
    for (int r = 0; r < rowCount(); ++r)
        widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(row(r).label)));
    m_labelWidth = std::min(widest, widestLabels) + gap;
}

HeatmapView::Layout HeatmapView::layoutNow() const
{
    Layout layout;
    layout.window = m_window;
    layout.rows = rowCount();
    const int line = QFontMetrics(font()).height();
    const int left = std::min(m_labelWidth, width() / 3) + 4;
    const int top = m_data && !m_data->columnLabels.empty() ? line + 2 : 1;
    const int bottom = height() - 2 * line - gap;
    layout.header = QRect(left, 0, width() - left - 1, top - 1);
    layout.map = QRectF(left, top, std::max(1, width() - left - 1), std::max(1, bottom - top));
    layout.legend = QRect(4, bottom, width() - 4, height() - bottom);
    return layout;
}

void HeatmapView::render()
{
    const int number = ++*m_renderer->newest;
    if (rowCount() == 0)
        return;
    const QSize pixels = (layoutNow().map.size() * devicePixelRatioF()).toSize();
    QThreadPool::globalInstance()->start([this, number, pixels, map = m_data, seen = m_window,
                                          newest = m_renderer->newest, dark = isDark(palette())] {
        if (newest->load() != number)
            return;
        HeatmapImage image = heatmapImage(*map, seen, pixels, dark);
        // By way of the application: the view may be gone, which its destructor tells by counting on.
        QMetaObject::invokeMethod(qApp, [this, number, newest, image = std::move(image)] {
            if (newest->load() != number)
                return;
            m_image = image;
            update();
            emit rendered();
        });
    });
}

void HeatmapView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

void HeatmapView::setStale(bool stale)
{
    if (std::exchange(m_stale, stale) != stale)
        update();
}

void HeatmapView::setSelected(const QStringList& ids)
{
    std::vector<int> rows;
    for (const QString& id : ids)
        if (const auto found = m_rowOf.constFind(id); found != m_rowOf.constEnd())
            rows.push_back(*found);
    if (rows == m_selected)
        return;
    if (rows.empty() || m_selected.empty() || rows.back() != m_selected.back())
        m_cell = -1;
    m_selected = std::move(rows);
    if (!m_selected.empty())
        showRow(m_selected.back());
    update();
}

void HeatmapView::setHovered(const QString& id)
{
    const int found = m_rowOf.value(id, -1);
    if (std::exchange(m_hovered, found) != found)
        update();
}

void HeatmapView::setWindow(HeatmapWindow window)
{
    const double all = std::max(1, rowCount());
    window.rows = std::clamp(window.rows, std::min(fewestRows, all), all);
    window.firstRow = std::clamp(window.firstRow, 0.0, all - window.rows);
    std::size_t widest = 1;
    for (int r = 0; r < rowCount(); ++r)
        widest = std::max(widest, row(r).cells.size());
    window.width = std::clamp(window.width, std::min(1.0, fewestCells / static_cast<double>(widest)), 1.0);
    window.left = std::clamp(window.left, 0.0, 1 - window.width);
    if (window == m_window)
        return;
    m_window = window;
    render();
    update();
}

void HeatmapView::resetZoom()
{
    setWindow({0, static_cast<double>(std::max(1, rowCount())), 0, 1});
}

void HeatmapView::zoom(double factor, const QPointF& around, bool rows, bool columns)
{
    const Layout layout = layoutNow();
    HeatmapWindow next = m_window;
    if (rows) {
        const double share = std::clamp((around.y() - layout.map.top()) / layout.map.height(), 0.0, 1.0);
        next.rows = std::clamp(m_window.rows * factor, std::min(fewestRows, m_window.rows), static_cast<double>(layout.rows));
        next.firstRow = m_window.firstRow + share * (m_window.rows - next.rows);
    }
    if (columns) {
        const double share = std::clamp((around.x() - layout.map.left()) / layout.map.width(), 0.0, 1.0);
        next.width = std::min(1.0, m_window.width * factor);
        next.left = m_window.left + share * (m_window.width - next.width);
    }
    setWindow(next);
}

void HeatmapView::showRow(int index)
{
    HeatmapWindow next = m_window;
    if (index < m_window.firstRow)
        next.firstRow = index;
    else if (index + 1 > m_window.firstRow + m_window.rows)
        next.firstRow = index + 1 - m_window.rows;
    setWindow(next);
}

QString HeatmapView::cellText(int index, int column) const
{
    const HeatmapData::Row& line = row(index);
    const QString name = QString::fromStdString(line.label);
    if (column < 0 || column >= static_cast<int>(line.cells.size()))
        return line.cells.empty() ? tr("%1: not measured").arg(name) : name;
    const auto at = static_cast<std::size_t>(column);
    const QString where = at < m_data->columnLabels.size()
        ? QString::fromStdString(m_data->columnLabels[at])
        : tr("%1 %2 of %3").arg(QString::fromStdString(m_data->columnNoun)).arg(column).arg(line.cells.size());
    const float value = line.cells[at];
    if (std::isnan(value))
        return tr("%1, %2: not measured").arg(name, where);
    QString number = sqnrText(value);
    if (std::isfinite(value) && !m_data->unit.empty())
        number += QLatin1Char(' ') + QString::fromStdString(m_data->unit);
    return tr("%1, %2: %3 %4").arg(name, where, QString::fromStdString(m_data->quantity), number);
}

QString HeatmapView::textAt(const QPoint& position) const
{
    const Layout layout = layoutNow();
    const int index = layout.rowAt(position);
    if (index < 0)
        return {};
    const auto cells = static_cast<int>(row(index).cells.size());
    const bool named = position.x() < layout.map.left();
    const int column = static_cast<int>(std::floor(layout.shareAt(position.x()) * cells));
    return cellText(index, named || cells == 0 ? -1 : std::clamp(column, 0, cells - 1));
}

QString HeatmapView::idAt(const QPoint& position) const
{
    const int index = layoutNow().rowAt(position);
    return index < 0 ? QString() : QString::fromStdString(row(index).id);
}

void HeatmapView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->position();
    m_pressedWindow = m_window;
    m_panned = false;
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_pressed) {
        const QPointF moved = event->position() - *m_pressed;
        m_panned = m_panned || moved.manhattanLength() >= dragDistance;
        const Layout layout = layoutNow();
        HeatmapWindow next = m_window;
        next.firstRow = m_pressedWindow.firstRow - moved.y() / layout.rowHeight();
        next.left = m_pressedWindow.left - moved.x() / layout.map.width() * m_window.width;
        if (m_panned)
            setWindow(next);
        return;
    }
    const QString pointed = textAt(event->position().toPoint());
    if (std::exchange(m_pointed, pointed) != pointed)
        update();
    const QString id = idAt(event->position().toPoint());
    const int before = m_hovered;
    setHovered(id);
    if (before != m_hovered)
        emit rowHovered(id);
}

void HeatmapView::mouseReleaseEvent(QMouseEvent* event)
{
    const bool whole = m_window == m_pressedWindow; // nothing to pan: a shaky click is a click
    if (event->button() != Qt::LeftButton || !std::exchange(m_pressed, {}) || (m_panned && !whole))
        return;
    const QString id = idAt(event->position().toPoint());
    if (!id.isEmpty())
        emit rowClicked(id, event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier));
}

void HeatmapView::mouseDoubleClickEvent(QMouseEvent*)
{
    resetZoom();
}

void HeatmapView::wheelEvent(QWheelEvent* event)
{
    const int turned = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    if (turned == 0 || rowCount() == 0)
        return;
    const bool names = event->position().x() < layoutNow().map.left();
    const bool columnsOnly = event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier);
    zoom(std::pow(zoomStep, turned / 120.0), event->position(), !columnsOnly, !names);
    event->accept();
}

void HeatmapView::leaveEvent(QEvent*)
{
    m_pointed.clear();
    setHovered({});
    emit rowHovered({});
    update();
}

void HeatmapView::stepRow(int step, bool extend)
{
    const int from = m_selected.empty() ? (step > 0 ? -1 : rowCount()) : m_selected.back();
    const int next = std::clamp(from + step, 0, rowCount() - 1);
    const int cell = m_cell;
    emit rowClicked(QString::fromStdString(row(next).id), extend);
    // The cursor stays in its column as far as the new row reaches.
    if (cell >= 0 && !m_selected.empty())
        m_cell = std::min(cell, static_cast<int>(row(m_selected.back()).cells.size()) - 1);
}

void HeatmapView::stepCell(int step)
{
    if (m_selected.empty() || row(m_selected.back()).cells.empty())
        return;
    const auto cells = static_cast<int>(row(m_selected.back()).cells.size());
    m_cell = m_cell < 0 ? (step > 0 ? 0 : cells - 1) : std::clamp(m_cell + step, 0, cells - 1);
    HeatmapWindow next = m_window;
    const double from = static_cast<double>(m_cell) / cells;
    const double to = (m_cell + 1.0) / cells;
    next.left = std::min(from, std::max(m_window.left, to - m_window.width));
    setWindow(next);
    setAccessibleDescription(cellText(m_selected.back(), m_cell));
    update();
}

void HeatmapView::keyPressEvent(QKeyEvent* event)
{
    if (rowCount() == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    const bool extend = event->modifiers() & Qt::ShiftModifier;
    const QPointF middle = layoutNow().map.center();
    switch (event->key()) {
    case Qt::Key_Down: stepRow(1, extend); break;
    case Qt::Key_Up: stepRow(-1, extend); break;
    case Qt::Key_Right: stepCell(1); break;
    case Qt::Key_Left: stepCell(-1); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoom(zoomStep, middle, true, true); break;
    case Qt::Key_Minus: zoom(1 / zoomStep, middle, true, true); break;
    case Qt::Key_Home: resetZoom(); break;
    default: QWidget::keyPressEvent(event);
    }
}

void HeatmapView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    render();
}

void HeatmapView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        measureLabels();
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        render();
}

}
