// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/main_window.h"

#include "widgets/frame/bottom_strip.h"
#include "widgets/frame/menus.h"
#include "widgets/frame/page_frame.h"
#include "widgets/frame/rail.h"
#include "widgets/frame/top_bar.h"
#include "widgets/pages/page.h"
#include "widgets/session/session.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

namespace lathe {
namespace {

QStringList localFiles(const QMimeData& data)
{
    QStringList files;
    for (const QUrl& url : data.urls())
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    return files;
}

}

MainWindow::MainWindow(Session& session, QWidget* parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_rail(new Rail)
    , m_stack(new QStackedWidget)
    , m_menus(new Menus(*this, session))
{
    setAcceptDrops(true);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_rail);
    middle->addWidget(m_stack, 1);
    auto* central = new QWidget;
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(new TopBar(session));
    layout->addLayout(middle, 1);
    layout->addWidget(new BottomStrip(session));
    setCentralWidget(central);

    buildPages();
    connect(m_rail, &Rail::chosen, this, &MainWindow::showIndex);
    connect(m_menus, &Menus::pageChosen, this, &MainWindow::showIndex);
    connect(&session, &Session::pageRequested, this, &MainWindow::showPage);
    connect(&session, &Session::failed, this, &MainWindow::showError);
    connect(&session, &Session::projectChanged, this, &MainWindow::refreshTitle);
    connect(&session.job(), &Job::started, this, [this] {
        for (PageFrame* page : m_pages)
            page->clearError();
    });
    refreshTitle();
    restoreState();
}

void MainWindow::buildPages()
{
    for (const Page& page : pages()) {
        const QString id = QString::fromStdString(page.id);
        QWidget* widget = page.create(m_session, nullptr);
        widget->setObjectName(id + QStringLiteral("Page"));
        auto* frame = new PageFrame(id, widget);
        connect(frame, &PageFrame::helpAsked, this, &MainWindow::help);
        m_pages.push_back(frame);
        m_stack->addWidget(frame);
        m_rail->addPage(QString::fromLatin1(page.icon), QCoreApplication::translate("Page", page.label),
                        id + QStringLiteral("Rail"));
    }
    showIndex(0);
}

void MainWindow::showIndex(int index)
{
    m_stack->setCurrentIndex(index);
    m_rail->setCurrent(index);
}

void MainWindow::showPage(const QString& id)
{
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        if (m_pages[i]->id() == id)
            showIndex(static_cast<int>(i));
}

QString MainWindow::currentPage() const
{
    return m_pages[static_cast<std::size_t>(m_stack->currentIndex())]->id();
}

void MainWindow::showError(const UserError& error)
{
    if (error.stopped)
        return;
    PageFrame* place = m_pages[static_cast<std::size_t>(m_stack->currentIndex())];
    for (PageFrame* page : m_pages)
        if (page->id() == error.page)
            place = page;
    place->showError(error);
    showPage(place->id());
}

void MainWindow::help(const UserError& error)
{
    switch (error.help) {
    case Help::openFile: m_menus->openDialog(); break;
    case Help::goToData: showPage(QStringLiteral("data")); break;
    case Help::goToPrecision: showPage(QStringLiteral("precision")); break;
    case Help::copyText:
        QGuiApplication::clipboard()->setText(error.what + QStringLiteral(": ") + error.why + QLatin1Char(' ') + error.hint);
        break;
    }
}

void MainWindow::refreshTitle()
{
    const QString title = m_session.title();
    setWindowTitle(title.isEmpty() ? QStringLiteral("Tensorlathe") : title + QStringLiteral(" – Tensorlathe"));
}

void MainWindow::restoreState()
{
    const QSize room = screen()->availableSize();
    resize(std::min(1440, room.width()), std::min(900, room.height()));
    restoreGeometry(QSettings().value(QStringLiteral("window/geometry")).toByteArray());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings().setValue(QStringLiteral("window/geometry"), saveGeometry());
    m_session.job().cancel();
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localFiles(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    m_session.open(localFiles(*event->mimeData()));
}

}
