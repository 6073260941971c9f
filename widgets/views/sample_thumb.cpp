// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/sample_thumb.h"

#include "widgets/support/color_maps.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int margin = 4;

}

SampleThumb::SampleThumb(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void SampleThumb::setImage(const QImage& image)
{
    m_image = image;
    m_signal.clear();
    m_text.clear();
    update();
}

void SampleThumb::setSignal(std::vector<float> values)
{
    m_signal = std::move(values);
    m_image = {};
    m_text.clear();
    update();
}

void SampleThumb::setText(const QString& text)
{
    m_text = text;
    m_image = {};
    m_signal.clear();
    update();
}

void SampleThumb::setCaption(const QString& caption, const QString& note)
{
    m_caption = caption;
    m_note = note;
    setAccessibleName(note.isEmpty() ? caption : caption + QStringLiteral(", ") + note);
    setToolTip(accessibleName());
    updateGeometry();
    update();
}

void SampleThumb::setSide(int pixels)
{
    m_side = pixels;
    updateGeometry();
    update();
}

void SampleThumb::setSelected(bool on)
{
    m_selected = on;
    update();
}

QSize SampleThumb::sizeHint() const
{
    const int lines = (m_caption.isEmpty() ? 0 : 1) + (m_note.isEmpty() ? 0 : 1);
    return {m_side + 2 * margin, m_side + 2 * margin + lines * fontMetrics().height() + (lines > 0 ? margin : 0)};
}

void SampleThumb::paintImage(QPainter& painter, const QRect& frame) const
{
    QSizeF size = m_image.size();
    const double fit = std::min(frame.width() / size.width(), frame.height() / size.height());
    const double device = devicePixelRatioF();
    // Whole device pixels a picture element keep enlarged pictures even.
    const double scale = fit * device >= 2 ? std::floor(fit * device) / device : fit;
    size *= scale;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale < 1);
    painter.drawImage(QRectF(frame.x() + (frame.width() - size.width()) / 2, frame.y() + (frame.height() - size.height()) / 2,
                             size.width(), size.height()),
                      m_image);
}

void SampleThumb::paintSignal(QPainter& painter, const QRect& frame) const
{
    float reach = 0;
    for (const float value : m_signal)
        if (std::isfinite(value))
            reach = std::max(reach, std::abs(value));
    const double middle = frame.center().y() + 0.5;
    const double unit = reach > 0 ? (frame.height() / 2.0 - 3) / reach : 0;
    painter.setPen(QPen(accent(palette()), 1));
    // One vertical stroke a column from its lowest to its highest value.
    const std::size_t count = m_signal.size();
    for (int x = 0; x < frame.width(); ++x) {
        const auto columns = static_cast<std::size_t>(frame.width());
        const std::size_t first = static_cast<std::size_t>(x) * count / columns;
        const std::size_t last = std::min(count, std::max(first + 1, static_cast<std::size_t>(x + 1) * count / columns));
        const auto [low, high] = std::minmax_element(m_signal.begin() + static_cast<std::ptrdiff_t>(first),
                                                     m_signal.begin() + static_cast<std::ptrdiff_t>(last));
        painter.drawLine(QPointF(frame.x() + x + 0.5, middle - *low * unit + 0.5),
                         QPointF(frame.x() + x + 0.5, middle - *high * unit - 0.5));
    }
}

void SampleThumb::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRect frame((width() - m_side) / 2, margin, m_side, m_side);
    QColor ground = palette().color(QPalette::WindowText);
    ground.setAlphaF(0.06F);
    painter.fillRect(frame, ground);
    if (!m_image.isNull())
        paintImage(painter, frame);
    else if (!m_signal.empty())
        paintSignal(painter, frame);
    else
        painter.drawText(frame.adjusted(margin, margin, -margin, -margin), Qt::TextWordWrap, m_text);
    if (m_selected || hasFocus()) {
        painter.setPen(QPen(accent(palette()), 2, m_selected ? Qt::SolidLine : Qt::DotLine));
        painter.drawRect(frame.adjusted(-1, -1, 0, 0));
    }
    const QFontMetrics metrics(font());
    QRect line(0, frame.bottom() + 1 + margin, width(), metrics.height());
    for (const QString& text : {m_caption, m_note}) {
        if (text.isEmpty())
            continue;
        painter.setPen(palette().color(text == m_note && !m_caption.isEmpty() ? QPalette::PlaceholderText : QPalette::WindowText));
        painter.drawText(line, Qt::AlignCenter, metrics.elidedText(text, Qt::ElideMiddle, line.width()));
        line.translate(0, metrics.height());
    }
}

void SampleThumb::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        emit clicked();
}

void SampleThumb::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
        emit clicked();
    else
        QWidget::keyPressEvent(event);
}

}
