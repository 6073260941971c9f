// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/page_frame.h"

#include "widgets/views/message_bar.h"

#include <QVBoxLayout>

namespace lathe {
namespace {

QString buttonText(Help help)
{
    switch (help) {
    case Help::openFile: return PageFrame::tr("Open another file…");
    case Help::goToData: return PageFrame::tr("Go to calibration");
    case Help::goToPrecision: return PageFrame::tr("Go to the plan");
    case Help::copyText: break;
    }
    return PageFrame::tr("Copy message");
}

}

PageFrame::PageFrame(const QString& id, QWidget* page, QWidget* parent)
    : QWidget(parent)
    , m_id(id)
    , m_page(page)
    , m_bar(new MessageBar(this))
{
    m_bar->setObjectName(QStringLiteral("errorBar"));
    m_bar->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(page, 1);
    connect(m_bar, &MessageBar::buttonClicked, this, [this] { emit helpAsked(m_error); });
}

void PageFrame::showError(const UserError& error)
{
    m_error = error;
    m_bar->showMessage(MessageBar::Kind::error, error.what,
                       error.hint.isEmpty() ? error.why : error.why + QLatin1Char(' ') + error.hint,
                       buttonText(error.help));
}

void PageFrame::clearError()
{
    m_bar->hide();
}

}
