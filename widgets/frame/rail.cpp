// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/rail.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/icon.h"

#include <QEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace lathe {
namespace {

/// A flat button with its icon above its word; the pressed one carries the accent colour at its edge.
class RailButton : public QToolButton
{
public:
    using QToolButton::QToolButton;

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QColor ground = palette().color(QPalette::WindowText);
        ground.setAlpha(isChecked() ? 24 : underMouse() ? 14 : 0);
        painter.fillRect(rect(), ground);
        if (isChecked())
            painter.fillRect(QRect(0, 0, 3, height()), accent(palette()));
        if (hasFocus()) {
            painter.setPen(QPen(accent(palette()), 1));
            painter.drawRect(QRectF(rect()).adjusted(3.5, 0.5, -0.5, -0.5));
        }
        const int side = iconSize().width();
        const int text = fontMetrics().height();
        const int top = (height() - side - 4 - text) / 2;
        icon().paint(&painter, QRect((width() - side) / 2, top, side, side));
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(0, top + side + 4, width(), text), Qt::AlignCenter, this->text());
    }
};

}

Rail::Rail(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 4, 0, 4);
    m_layout->setSpacing(0);
    m_layout->addStretch();
    setAccessibleName(tr("Pages"));
}

void Rail::addPage(const QString& icon, const QString& label, const QString& objectName)
{
    auto* button = new RailButton(this);
    button->setObjectName(objectName);
    button->setText(label);
    button->setCheckable(true);
    button->setAutoExclusive(true);
    button->setIconSize({20, 20});
    button->setFixedSize(std::max(80, fontMetrics().horizontalAdvance(label) + 20), 20 + 4 + fontMetrics().height() + 18);
    const int index = static_cast<int>(m_buttons.size());
    button->setToolTip(tr("%1 (Ctrl+%2)").arg(label).arg(index + 1));
    connect(button, &QToolButton::clicked, this, [this, index] { emit chosen(index); });
    m_layout->insertWidget(index, button);
    m_buttons.emplace_back(button, icon);
    tint();
}

void Rail::setCurrent(int index)
{
    m_buttons[static_cast<std::size_t>(index)].first->setChecked(true);
}

void Rail::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

void Rail::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(width() - 1, 0, width() - 1, height());
}

void Rail::tint()
{
    for (const auto& [button, name] : m_buttons)
        button->setIcon(icon(name, palette()));
}

}
