// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/findings.h"
#include "widgets/session/job.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace lathe {

class GridView;
class Session;

/// What calibration and grids say against the present plan, each finding with a remedy that one press tries.
class FindingList : public QWidget
{
    Q_OBJECT
public:
    explicit FindingList(Session& session, QWidget* parent = nullptr);

signals:
    void counted(int findings);

private:
    void look();
    void show(std::vector<Finding> findings);
    void takeCurrent();
    void refreshRemedy();
    void tryRemedy();
    const Finding* current() const;

    Session& m_session;
    GridView* m_table;
    QLabel* m_remedy;
    QPushButton* m_try;
    Job m_job;
    std::vector<Finding> m_findings;
    std::shared_ptr<const Resolved> m_looked; ///< what m_findings are of
};

}
