// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/bottom_strip.h"

#include "widgets/session/session.h"
#include "widgets/support/number_text.h"

#include <QClipboard>
#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QToolButton>
#include <QUndoView>
#include <QVBoxLayout>

namespace lathe {

BottomStrip::BottomStrip(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_what(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
    , m_copy(new QToolButton(this))
    , m_saved(new QLabel(this))
    , m_history(new QToolButton(this))
{
    m_what->setObjectName(QStringLiteral("jobText"));
    m_what->setFont(tabularFont(font()));
    m_bar->setObjectName(QStringLiteral("jobBar"));
    m_bar->setFixedWidth(160);
    m_bar->setTextVisible(false);
    m_bar->setMaximumHeight(10);
    m_cancel->setObjectName(QStringLiteral("cancelJob"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setToolTip(tr("Stop (Escape). What was measured so far stays on screen where it is valid."));
    m_copy->setObjectName(QStringLiteral("copyCommand"));
    m_copy->setText(tr("Copy as command"));
    m_copy->setAutoRaise(true);
    m_saved->setForegroundRole(QPalette::PlaceholderText);
    m_history->setObjectName(QStringLiteral("history"));
    m_history->setAutoRaise(true);
    m_history->setToolTip(tr("What was changed; click for the whole list."));

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 5, 8, 4);
    layout->setSpacing(8);
    setMinimumHeight(m_cancel->sizeHint().height() + 9);
    layout->addWidget(m_what);
    layout->addWidget(m_bar);
    layout->addWidget(m_cancel);
    layout->addWidget(m_copy);
    layout->addStretch(1);
    layout->addWidget(m_saved);
    layout->addWidget(m_history);

    connect(m_cancel, &QToolButton::clicked, &session.job(), &Job::cancel);
    connect(m_copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_lastCommand); });
    connect(m_history, &QToolButton::clicked, this, &BottomStrip::showHistory);
    Job& job = session.job();
    connect(&job, &Job::started, this, &BottomStrip::refreshJob);
    connect(&job, &Job::progressed, this, &BottomStrip::refreshJob);
    connect(&job, &Job::stoppingChanged, this, &BottomStrip::refreshJob);
    connect(&job, &Job::finished, this, &BottomStrip::refreshJob);
    connect(&session.undoStack(), &QUndoStack::indexChanged, this, &BottomStrip::refreshHistory);
    connect(&session.store(), &ProjectStore::saved, this, &BottomStrip::refreshHistory);
    connect(&session, &Session::projectChanged, this, &BottomStrip::refreshHistory);
    refreshJob();
    refreshHistory();
}

void BottomStrip::refreshJob()
{
    const Job& job = m_session.job();
    const bool running = job.running();
    m_bar->setVisible(running);
    m_cancel->setVisible(running);
    m_cancel->setEnabled(!job.stopping());
    // Jobs that only the window has leave the command of the one before.
    const bool own = running && !job.info().command.isEmpty();
    if (own)
        m_lastCommand = job.info().command;
    m_copy->setVisible(!m_lastCommand.isEmpty() && own == running);
    m_copy->setToolTip(running ? tr("The command line that does this job:\n%1").arg(m_lastCommand)
                               : tr("The command line that does the last job again:\n%1").arg(m_lastCommand));
    if (!running) {
        m_what->setText(m_session.model() ? tr("Ready") : tr("Open a model to begin"));
        return;
    }
    const JobProgress progress = job.progress();
    QString text = job.stopping() ? tr("Stopping: %1").arg(job.info().title) : job.info().title;
    if (progress.total > 0)
        text += QStringLiteral("  %1/%2").arg(progress.done).arg(progress.total);
    if (progress.secondsLeft && !job.stopping())
        text += QStringLiteral(" · ") + tr("%1 left").arg(durationText(*progress.secondsLeft));
    m_what->setText(text);
    m_bar->setRange(0, progress.total > 0 ? 1000 : 0);
    if (progress.total > 0)
        m_bar->setValue(static_cast<int>(progress.done * 1000 / progress.total));
}

void BottomStrip::refreshHistory()
{
    const QUndoStack& stack = m_session.undoStack();
    m_history->setVisible(stack.count() > 0);
    m_history->setText(stack.index() > 0
                           ? tr("%1 · %2").arg(tr("%n changes", nullptr, stack.index()),
                                               fontMetrics().elidedText(stack.text(stack.index() - 1), Qt::ElideMiddle, 360))
                           : tr("All changes undone"));
    m_saved->setText(!m_session.model() ? QString() : m_session.store().busy() ? tr("Saving…") : tr("Saved"));
    m_saved->setToolTip(m_session.hasOwnProject()
                            ? QString::fromStdString(m_session.projectPath().string())
                            : tr("Kept in a private place until you save the project (Ctrl+S):\n%1")
                                  .arg(QString::fromStdString(m_session.projectPath().string())));
}

void BottomStrip::showHistory()
{
    auto* frame = new QFrame(this, Qt::Popup);
    frame->setAttribute(Qt::WA_DeleteOnClose);
    frame->setFrameShape(QFrame::StyledPanel);
    auto* view = new QUndoView(&m_session.undoStack(), frame);
    view->setEmptyLabel(tr("As opened"));
    view->setFrameShape(QFrame::NoFrame);
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(view);
    frame->resize(420, std::min(320, 40 + 24 * (m_session.undoStack().count() + 1)));
    const QPoint corner = m_history->mapToGlobal(QPoint(m_history->width(), 0));
    frame->move(corner.x() - frame->width(), corner.y() - frame->height());
    frame->show();
    view->setFocus();
}

void BottomStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(0, 0, width(), 0);
}

}
