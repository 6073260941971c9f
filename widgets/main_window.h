// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/session/user_error.h"

#include <QMainWindow>
#include <vector>

class QStackedWidget;

namespace lathe {

class Menus;
class PageFrame;
class Rail;
class Session;

/// The frame: top bar, rail, pages, job strip. Knows the pages only by their table.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(Session& session, QWidget* parent = nullptr);

    void showPage(const QString& id);
    QString currentPage() const;

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildPages();
    void showIndex(int index);
    void showError(const UserError& error);
    void help(const UserError& error);
    void refreshTitle();
    void restoreState();

    Session& m_session;
    Rail* m_rail;
    QStackedWidget* m_stack;
    Menus* m_menus;
    std::vector<PageFrame*> m_pages;
};

}
