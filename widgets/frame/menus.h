// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/session/plan_edits.h"

#include <QObject>

class QMainWindow;
class QMenu;

namespace lathe {

class Session;

/// The menu bar: every action with its shortcut. File dialogs live here, the only modal thing but passwords.
class Menus : public QObject
{
    Q_OBJECT
public:
    Menus(QMainWindow& window, Session& session);

    void openDialog();
    void saveDialog();
    void savePlanDialog();

signals:
    void pageChosen(int index);

private:
    void buildFile();
    void buildEdit();
    void buildPlan();
    void addScales(QMenu& menu);
    void addGrids(QMenu& menu, PlanPart part);
    void buildRun();
    void buildView();
    void buildHelp();
    void fillRecent();
    void about();

    QMainWindow& m_window;
    Session& m_session;
    QMenu* m_recent = nullptr;
};

}
