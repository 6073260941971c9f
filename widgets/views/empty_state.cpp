// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/empty_state.h"

#include "widgets/support/icon.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace lathe {
namespace {

constexpr int iconSize = 48;
constexpr int textWidth = 520;

}

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_title(new QLabel(this))
    , m_sentence(new QLabel(this))
    , m_buttons(new QWidget(this))
{
    QFont titleFont = font();
    titleFont.setPointSizeF(titleFont.pointSizeF() * 1.35);
    titleFont.setWeight(QFont::DemiBold);
    m_title->setFont(titleFont);
    m_title->setAlignment(Qt::AlignHCenter);
    m_icon->setAlignment(Qt::AlignHCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_sentence->setFixedWidth(textWidth);
    auto* buttonRow = new QHBoxLayout(m_buttons);
    buttonRow->setContentsMargins(0, 0, 0, 0);
    buttonRow->setSpacing(8);

    auto* column = new QVBoxLayout(this);
    column->setSpacing(12);
    column->addStretch(2);
    column->addWidget(m_icon);
    column->addWidget(m_title);
    column->addWidget(m_sentence, 0, Qt::AlignHCenter);
    column->addSpacing(4);
    column->addWidget(m_buttons, 0, Qt::AlignHCenter);
    column->addStretch(3);
}

void EmptyState::setContent(const QString& iconName, const QString& title, const QString& sentence)
{
    m_iconName = iconName;
    m_icon->setVisible(!iconName.isEmpty());
    tint();
    m_title->setText(title);
    m_sentence->setText(sentence);
    m_sentence->setFixedHeight(m_sentence->heightForWidth(textWidth));
    setAccessibleName(title);
}

void EmptyState::tint()
{
    m_icon->setPixmap(icon(m_iconName, palette()).pixmap(QSize(iconSize, iconSize), devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_iconName.isEmpty())
        tint();
}

QPushButton* EmptyState::addButton(const QString& text)
{
    auto* button = new QPushButton(text, m_buttons);
    button->setDefault(m_buttons->layout()->count() == 0);
    m_buttons->layout()->addWidget(button);
    return button;
}

}
