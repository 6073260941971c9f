// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;
class QLabel;

namespace lathe {

class OptionsForm;
class Session;

/// The plan's range method and its options, from the table of calibrators.
class MethodForm : public QWidget
{
    Q_OBJECT
public:
    explicit MethodForm(Session& session, QWidget* parent = nullptr);

private:
    void takePlan();
    void givePlan();
    void showMethod(const QString& id);

    Session& m_session;
    QComboBox* m_method;
    QLabel* m_summary;
    OptionsForm* m_options;
};

}
