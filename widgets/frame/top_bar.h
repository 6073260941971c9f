// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;
class QToolButton;

namespace lathe {

class BudgetBar;
class Session;

/// Always visible: what is open, what the plan costs, and the button that measures it.
class TopBar : public QWidget
{
    Q_OBJECT
public:
    explicit TopBar(Session& session, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QToolButton* addChip(const char* iconName, const QString& objectName, const QString& page);
    void refreshChips();
    void refreshBudget();
    void tint();

    Session& m_session;
    std::vector<std::pair<QToolButton*, QString>> m_chips;
    QToolButton* m_model;
    QToolButton* m_data;
    QToolButton* m_target;
    BudgetBar* m_budget;
    QPushButton* m_validate;
};

}
