// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace lathe {

class Session;

/// What runs (count, time left, Cancel, "Copy as command") at the left, what was changed at the right.
class BottomStrip : public QWidget
{
    Q_OBJECT
public:
    explicit BottomStrip(Session& session, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refreshJob();
    void refreshHistory();
    void showHistory();

    Session& m_session;
    QLabel* m_what;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    QToolButton* m_copy;
    QLabel* m_saved;
    QToolButton* m_history;
    QString m_lastCommand;
};

}
