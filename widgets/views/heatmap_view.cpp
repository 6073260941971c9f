// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/heatmap_view.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QThreadPool>
#include <QToolTip>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace lathe {
namespace {

constexpr int labelWidth = 132;
constexpr int legendHeight = 34;
constexpr int maxImageWidth = 1024;

double positionOf(const HeatmapData& data, float value)
{
    if (data.diverging) {
        const double reach = std::max(std::abs(data.low), std::abs(data.high));
        return reach > 0 ? std::clamp(value / reach, -1.0, 1.0) : 0;
    }
    const double span = data.high - data.low;
    return span > 0 ? std::clamp((value - data.low) / span, 0.0, 1.0) : 1;
}

QColor colorOf(const HeatmapData& data, float value, bool dark)
{
    if (std::isnan(value))
        return {};
    return data.diverging ? diverging(positionOf(data, value), dark) : viridis(positionOf(data, value));
}

/// One line of pixels a row. Rows wider than the image show the worst value of each pixel's cells: a single bad channel
/// must not vanish by averaging.
QImage renderRows(const HeatmapData& data, bool dark)
{
    std::size_t widest = 1;
    for (const HeatmapData::Row& row : data.rows)
        widest = std::max(widest, row.cells.size());
    const int width = static_cast<int>(std::min<std::size_t>(std::max<std::size_t>(widest, 256), maxImageWidth));
    QImage image(width, std::max<int>(1, static_cast<int>(data.rows.size())), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    for (int y = 0; y < static_cast<int>(data.rows.size()); ++y) {
        const std::vector<float>& cells = data.rows[static_cast<std::size_t>(y)].cells;
        if (cells.empty())
            continue;
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const std::size_t first = static_cast<std::size_t>(x) * cells.size() / static_cast<std::size_t>(width);
            const std::size_t last = std::max(first + 1, static_cast<std::size_t>(x + 1) * cells.size() /
                                                             static_cast<std::size_t>(width));
            float worst = cells[first];
            for (std::size_t c = first; c < last; ++c)
                worst = data.highIsGood ? std::fmin(worst, cells[c]) : std::fmax(worst, cells[c]);
            const QColor color = colorOf(data, worst, dark);
            line[x] = color.isValid() ? color.rgb() : qRgba(0, 0, 0, 0);
        }
    }
    return image;
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
    m_data = std::move(snapshot);
    if (!m_data)
        m_image = QImage();
    render();
    update();
}

void HeatmapView::render()
{
    const int number = ++*m_renderer->newest;
    if (!m_data)
        return;
    QThreadPool::globalInstance()->start([this, number, map = m_data, newest = m_renderer->newest, dark = isDark(palette())] {
        QImage image = renderRows(*map, dark);
        if (newest->load() != number)
            return;
        QMetaObject::invokeMethod(qApp, [this, number, newest, image = std::move(image)] {
            if (newest->load() != number) // also when the view is gone: its destructor counts on
                return;
            m_image = image;
            update();
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
    if (std::exchange(m_selected, ids) != ids)
        update();
}

void HeatmapView::setHovered(const QString& id)
{
    if (std::exchange(m_hovered, id) != id)
        update();
}

QRect HeatmapView::mapArea() const
{
    return rect().adjusted(std::min(labelWidth, width() / 3), 0, 0, -legendHeight);
}

QRect HeatmapView::rowRect(int row) const
{
    const QRect area = mapArea();
    const auto rows = static_cast<int>(m_data->rows.size());
    const int top = area.top() + area.height() * row / rows;
    const int bottom = area.top() + area.height() * (row + 1) / rows;
    return {area.left(), top, area.width(), std::max(1, bottom - top)};
}

int HeatmapView::rowAt(const QPoint& position) const
{
    const QRect area = mapArea();
    if (!m_data || m_data->rows.empty() || position.y() < area.top() || position.y() > area.bottom())
        return -1;
    const auto rows = static_cast<int>(m_data->rows.size());
    return std::clamp((position.y() - area.top()) * rows / std::max(1, area.height()), 0, rows - 1);
}

int HeatmapView::columnAt(int row, const QPoint& position) const
{
    const QRect area = mapArea();
    const auto cells = static_cast<int>(m_data->rows[static_cast<std::size_t>(row)].cells.size());
    if (cells == 0 || position.x() < area.left())
        return -1;
    return std::clamp((position.x() - area.left()) * cells / std::max(1, area.width()), 0, cells - 1);
}

void HeatmapView::paintLabels(QPainter& painter) const
{
    const QFontMetrics metrics(font());
    int lastBottom = -1;
    for (int row = 0; row < static_cast<int>(m_data->rows.size()); ++row) {
        const QRect line = rowRect(row);
        const int middle = line.center().y();
        if (middle - metrics.height() / 2 <= lastBottom)
            continue;
        lastBottom = middle + metrics.height() / 2;
        const HeatmapData::Row& entry = m_data->rows[static_cast<std::size_t>(row)];
        const QRect box(0, middle - metrics.height() / 2, mapArea().left() - 6, metrics.height());
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(QString::fromStdString(entry.label), Qt::ElideMiddle, box.width()));
    }
}

void HeatmapView::paintLegend(QPainter& painter) const
{
    const QRect area = mapArea();
    const int barWidth = std::min(200, area.width() / 2);
    const QRect bar(area.left(), area.bottom() + 8, barWidth, 8);
    for (int x = 0; x < bar.width(); ++x) {
        const float value = m_data->low + (m_data->high - m_data->low) * static_cast<float>(x) / static_cast<float>(bar.width());
        painter.fillRect(QRect(bar.left() + x, bar.top(), 1, bar.height()), colorOf(*m_data, value, isDark(palette())));
    }
    const QFontMetrics metrics(font());
    const QRect text(bar.left(), bar.bottom() + 1, bar.width(), metrics.height());
    painter.drawText(text, Qt::AlignLeft, (m_data->highIsGood ? QStringLiteral("≤ ") : QString()) + numberText(m_data->low));
    painter.drawText(text, Qt::AlignRight, QStringLiteral("≥ ") + numberText(m_data->high));
    const QRect right(bar.right() + 12, bar.top() - 4, area.right() - bar.right() - 12, metrics.height() + 4);
    const QString caption = tr("%1 (%2) by layer and %3")
                                .arg(QString::fromStdString(m_data->quantity), QString::fromStdString(m_data->unit),
                                     QString::fromStdString(m_data->columnNoun));
    painter.drawText(right, Qt::AlignVCenter | Qt::AlignLeft, metrics.elidedText(caption, Qt::ElideRight, right.width()));
}

void HeatmapView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    if (!m_data || m_data->rows.empty()) {
        painter.setPen(palette().color(QPalette::Disabled, QPalette::WindowText));
        painter.drawText(rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    if (!m_image.isNull() && m_image.height() == static_cast<int>(m_data->rows.size())) {
        painter.setOpacity(m_stale ? 0.45 : 1.0);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        const bool gaps = mapArea().height() / m_image.height() >= 6;
        for (int row = 0; row < m_image.height(); ++row)
            painter.drawImage(rowRect(row).adjusted(0, 0, 0, gaps ? -1 : 0), m_image, QRect(0, row, m_image.width(), 1));
        painter.setOpacity(1);
    }
    paintLabels(painter);
    paintLegend(painter);
    for (int row = 0; row < static_cast<int>(m_data->rows.size()); ++row) {
        const QString id = QString::fromStdString(m_data->rows[static_cast<std::size_t>(row)].id);
        const bool selected = m_selected.contains(id);
        if (!selected && id != m_hovered)
            continue;
        painter.setPen(QPen(selected ? accent(palette()) : palette().color(QPalette::WindowText), selected ? 2 : 1));
        painter.drawRect(rowRect(row).adjusted(0, 0, -1, -1));
    }
    if (hasFocus()) {
        painter.setPen(QPen(accent(palette()), 1, Qt::DotLine));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

QString HeatmapView::textAt(const QPoint& position) const
{
    const int row = rowAt(position);
    if (row < 0)
        return {};
    const HeatmapData::Row& line = m_data->rows[static_cast<std::size_t>(row)];
    const QString name = QString::fromStdString(line.label);
    const int column = columnAt(row, position);
    if (column < 0)
        return name;
    const auto index = static_cast<std::size_t>(column);
    const QString where = index < m_data->columnLabels.size()
        ? QString::fromStdString(m_data->columnLabels[index])
        : tr("%1 %2 of %3").arg(QString::fromStdString(m_data->columnNoun)).arg(column).arg(line.cells.size());
    return tr("%1, %2: %3 %4 %5")
        .arg(name, where, QString::fromStdString(m_data->quantity), sqnrText(line.cells[index]),
             std::isinf(line.cells[index]) ? QString() : QString::fromStdString(m_data->unit));
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event)
{
    const int row = rowAt(event->position().toPoint());
    const QString id = row < 0 ? QString() : QString::fromStdString(m_data->rows[static_cast<std::size_t>(row)].id);
    if (id == m_hovered)
        return;
    setHovered(id);
    emit rowHovered(id);
}

void HeatmapView::leaveEvent(QEvent*)
{
    setHovered({});
    emit rowHovered({});
}

void HeatmapView::mousePressEvent(QMouseEvent* event)
{
    const int row = rowAt(event->position().toPoint());
    if (row >= 0 && event->button() == Qt::LeftButton)
        emit rowClicked(QString::fromStdString(m_data->rows[static_cast<std::size_t>(row)].id),
                        event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier));
}

void HeatmapView::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (step == 0 || !m_data || m_data->rows.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    int current = -1;
    for (int row = 0; row < static_cast<int>(m_data->rows.size()); ++row)
        if (!m_selected.isEmpty() && QString::fromStdString(m_data->rows[static_cast<std::size_t>(row)].id) == m_selected.last())
            current = row;
    const int next = std::clamp(current + step, 0, static_cast<int>(m_data->rows.size()) - 1);
    emit rowClicked(QString::fromStdString(m_data->rows[static_cast<std::size_t>(next)].id),
                    event->modifiers() & Qt::ShiftModifier);
}

void HeatmapView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    update();
}

bool HeatmapView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_data) {
        auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange)
        render();
    return QWidget::event(event);
}

}
