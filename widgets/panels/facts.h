// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QGridLayout;
class QLabel;

namespace lathe {

struct Fact
{
    QString name;
    QString value;
    QString explanation; ///< tooltip
};

/// Names and values in two aligned columns; values can be selected and copied.
class Facts : public QWidget
{
    Q_OBJECT
public:
    explicit Facts(QWidget* parent = nullptr);
    void setFacts(const std::vector<Fact>& facts);

private:
    void setRow(int row, const Fact& fact);

    QGridLayout* m_grid;
    std::vector<std::pair<QLabel*, QLabel*>> m_rows;
};

/// A small heading above a group of controls.
QLabel* heading(const QString& text, QWidget* parent = nullptr);
/// Wrapped, in the palette's quieter text colour.
QLabel* quietText(const QString& text = {}, QWidget* parent = nullptr);

}
