// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

class QToolButton;
class QVBoxLayout;

namespace lathe {

/// The column of pages at the left edge: an icon and a word each, one of them pressed.
class Rail : public QWidget
{
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);
    /// `icon`: a name of resources/icons.
    void addPage(const QString& icon, const QString& label, const QString& objectName);
    void setCurrent(int index);

signals:
    void chosen(int index);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void tint();

    QVBoxLayout* m_layout;
    std::vector<std::pair<QToolButton*, QString>> m_buttons;
};

}
