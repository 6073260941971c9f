// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/algorithm_list.h"

#include "widgets/panels/facts.h"
#include "widgets/session/session.h"
#include "widgets/support/engine_text.h"
#include "widgets/support/number_text.h"
#include "widgets/views/options_form.h"

#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace lathe {

AlgorithmList::AlgorithmList(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_list(new QListWidget(this))
    , m_summary(quietText({}, this))
    , m_options(new OptionsForm(this))
    , m_run(new QPushButton(this))
    , m_result(quietText({}, this))
{
    fillList();
    m_run->setObjectName(QStringLiteral("runAlgorithms"));
    m_result->setObjectName(QStringLiteral("algorithmResult"));
    m_options->setObjectName(QStringLiteral("algorithmOptions"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    for (QWidget* part : std::initializer_list<QWidget*>{m_list, m_summary, m_options, m_run, m_result})
        layout->addWidget(part);
    connect(m_list, &QListWidget::currentRowChanged, this, &AlgorithmList::showCurrent);
    connect(m_list, &QListWidget::itemChanged, this, &AlgorithmList::refreshState);
    connect(m_options, &OptionsForm::changed, this, [this] {
        if (const QListWidgetItem* item = m_list->currentItem())
            m_values[item->data(Qt::UserRole).toString().toStdString()] = m_options->values();
    });
    connect(m_run, &QPushButton::clicked, this, [this] { m_session.runAlgorithms(choices()); });
    for (const auto signal : {&Session::statisticsChanged, &Session::modelChanged, &Session::datasetChanged,
                              &Session::planChanged, &Session::adjustedChanged})
        connect(&session, signal, this, &AlgorithmList::refreshState);
    connect(&session.job(), &Job::started, this, &AlgorithmList::refreshState);
    connect(&session.job(), &Job::finished, this, &AlgorithmList::refreshState);
    m_list->setCurrentRow(0);
    refreshState();
}

void AlgorithmList::fillList()
{
    m_list->setObjectName(QStringLiteral("algorithms"));
    m_list->setAccessibleName(tr("Post-training algorithms"));
    m_list->setFrameShape(QFrame::NoFrame);
    // On the list's own dark ground, the boxes of a dark palette cannot be seen.
    m_list->viewport()->setBackgroundRole(QPalette::Window);
    m_list->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (const Algorithm& algorithm : algorithms()) {
        auto* item = new QListWidgetItem(engineText(algorithm.label), m_list);
        item->setData(Qt::UserRole, QString::fromStdString(algorithm.id));
        item->setToolTip(engineText(algorithm.summary));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
    }
    m_list->setFixedHeight(m_list->sizeHintForRow(0) * m_list->count() + 2);
}

std::vector<AlgorithmChoice> AlgorithmList::choices() const
{
    std::vector<AlgorithmChoice> chosen;
    for (int row = 0; row < m_list->count(); ++row) {
        const QListWidgetItem* item = m_list->item(row);
        if (item->checkState() != Qt::Checked)
            continue;
        const std::string id = item->data(Qt::UserRole).toString().toStdString();
        const auto values = m_values.find(id);
        chosen.push_back({id, values == m_values.end() ? OptionValues() : values->second});
    }
    return chosen;
}

void AlgorithmList::showCurrent()
{
    const QListWidgetItem* item = m_list->currentItem();
    const Algorithm* algorithm = item ? algorithms().find(item->data(Qt::UserRole).toString().toStdString()) : nullptr;
    if (!algorithm)
        return;
    m_summary->setText(engineText(algorithm->summary));
    m_options->setOptions(algorithm->options);
    const auto values = m_values.find(algorithm->id);
    m_options->setValues(values == m_values.end() ? OptionValues() : values->second);
    m_options->setVisible(!m_options->isEmpty());
}

void AlgorithmList::refreshState()
{
    const auto count = static_cast<int>(choices().size());
    m_run->setText(count > 0 ? tr("Run %n algorithms", nullptr, count) : tr("Run the checked algorithms"));
    m_run->setEnabled(count > 0 && m_session.canCalibrate() && m_session.statistics() && !m_session.job().running());
    m_result->setText(resultText());
}

QString AlgorithmList::resultText() const
{
    if (!m_session.statistics())
        return tr("Calibrate first: the algorithms learn from the calibration samples.");
    const auto made = m_session.adjusted();
    if (!made)
        return tr("Every fifth calibration sample is withheld; what makes the outputs worse there is undone. A change of the "
                  "plan needs another run.");
    QStringList lines;
    for (const AlgorithmStep& step : made->steps) {
        const QString line = tr("%1: %2 → %3 dB").arg(QString::fromStdString(step.choice), sqnrText(step.beforeDb),
                                                      sqnrText(step.afterDb));
        lines.append(step.reverted ? tr("%1, undone").arg(line) : line);
    }
    return lines.join(QLatin1Char('\n'));
}

}
