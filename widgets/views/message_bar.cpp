// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/message_bar.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/icon.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace lathe {
namespace {

constexpr int iconSize = 18;
constexpr int stripeWidth = 4;

QColor stripeOf(MessageBar::Kind kind, const QPalette& palette)
{
    switch (kind) {
    case MessageBar::Kind::error: return alarmColor(palette);
    case MessageBar::Kind::warning: return warningColor(palette);
    case MessageBar::Kind::info: break;
    }
    return accent(palette);
}

}

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_what(new QLabel(this))
    , m_why(new QLabel(this))
    , m_button(new QPushButton(this))
    , m_close(new QToolButton(this))
{
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    m_what->setFont(strong);
    for (QLabel* label : {m_what, m_why}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setWordWrap(true);
    }
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close (Escape)"));
    m_close->setAccessibleName(tr("Close the message"));
    m_button->setObjectName(QStringLiteral("messageButton"));

    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_what);
    texts->addWidget(m_why);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12 + stripeWidth, 8, 8, 8);
    row->setSpacing(10);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addLayout(texts, 1);
    row->addWidget(m_button, 0, Qt::AlignVCenter);
    row->addWidget(m_close, 0, Qt::AlignTop);

    connect(m_button, &QPushButton::clicked, this, &MessageBar::buttonClicked);
    connect(m_close, &QToolButton::clicked, this, [this] {
        hide();
        emit closed();
    });
    hide();
}

void MessageBar::showMessage(Kind kind, const QString& what, const QString& why, const QString& button)
{
    m_kind = kind;
    tint();
    m_what->setText(what);
    m_why->setText(why);
    m_why->setVisible(!why.isEmpty());
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
    setAccessibleName(what);
    show();
    update();
}

void MessageBar::tint()
{
    m_icon->setPixmap(icon(m_kind == Kind::info ? QStringLiteral("info") : QStringLiteral("warning"), palette())
                          .pixmap(QSize(iconSize, iconSize), devicePixelRatioF()));
    m_close->setIcon(icon(QStringLiteral("cancel"), palette()));
}

void MessageBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        tint();
}

QString MessageBar::text() const
{
    return m_why->text().isEmpty() ? m_what->text() : m_what->text() + QLatin1Char('\n') + m_why->text();
}

void MessageBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        m_close->click();
    else
        QFrame::keyPressEvent(event);
}

void MessageBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    QColor ground = stripeOf(m_kind, palette());
    painter.fillRect(QRect(0, 0, stripeWidth, height()), ground);
    ground.setAlphaF(isDark(palette()) ? 0.22F : 0.12F);
    painter.fillRect(rect().adjusted(stripeWidth, 0, 0, 0), ground);
}

}
