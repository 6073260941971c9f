// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/session/user_error.h"

#include <QWidget>

namespace lathe {

class MessageBar;

/// A page with its bar for errors above it.
class PageFrame : public QWidget
{
    Q_OBJECT
public:
    PageFrame(const QString& id, QWidget* page, QWidget* parent = nullptr);

    const QString& id() const { return m_id; }
    QWidget& page() { return *m_page; }
    void showError(const UserError& error);
    void clearError();

signals:
    void helpAsked(const lathe::UserError& error);

private:
    QString m_id;
    QWidget* m_page;
    MessageBar* m_bar;
    UserError m_error;
};

}
