// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"

#include <QWidget>

#include <map>

class QLabel;
class QListWidget;
class QPushButton;

namespace lathe {

class OptionsForm;
class Session;

/// The post-training algorithms in the order in which they compose: which ones to run, with their options, and what each
/// brought on the samples that it did not see.
class AlgorithmList : public QWidget
{
    Q_OBJECT
public:
    explicit AlgorithmList(Session& session, QWidget* parent = nullptr);

    /// The checked ones with their options.
    std::vector<AlgorithmChoice> choices() const;

private:
    void fillList();
    void showCurrent();
    void refreshState();
    QString resultText() const;

    Session& m_session;
    QListWidget* m_list;
    QLabel* m_summary;
    OptionsForm* m_options;
    QPushButton* m_run;
    QLabel* m_result;
    std::map<std::string, OptionValues> m_values; ///< by algorithm
};

}
