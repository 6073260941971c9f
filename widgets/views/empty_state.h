// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace lathe {

/// What an empty page says: a title, one sentence that teaches, and the buttons that lead on.
class EmptyState : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    void setContent(const QString& icon, const QString& title, const QString& sentence);
    /// Adds a button; the first one is the default.
    QPushButton* addButton(const QString& text);

protected:
    void changeEvent(QEvent* event) override;

private:
    void tint();

    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_sentence;
    QWidget* m_buttons;
};

}
