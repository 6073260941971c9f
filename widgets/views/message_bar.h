// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace lathe {

/// A bar at the top of a page: what happened, why, one button that helps. Hidden until show*() is called; Escape closes.
class MessageBar : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { info, warning, error };

    explicit MessageBar(QWidget* parent = nullptr);
    void showMessage(Kind kind, const QString& what, const QString& why, const QString& button = {});
    QString text() const;

signals:
    void buttonClicked();
    void closed();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void tint();

    Kind m_kind = Kind::info;
    QLabel* m_icon;
    QLabel* m_what;
    QLabel* m_why;
    QPushButton* m_button;
    QToolButton* m_close;
};

}
