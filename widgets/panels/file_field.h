// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLineEdit;

namespace lathe {

/// A line for a file's path with a button that opens the file dialog; files can be dropped on it.
class FileField : public QWidget
{
    Q_OBJECT
public:
    FileField(const QString& title, const QString& filter, QWidget* parent = nullptr);

    QString path() const;
    void setPath(const QString& path);

signals:
    void pathChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QLineEdit* m_edit;
};

}
