// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/finding_list.h"

#include "core/targets/catalog.h"
#include "widgets/models/grid_cells.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/grid_view.h"
#include "widgets/session/session.h"
#include "widgets/support/engine_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace lathe {
namespace {

std::shared_ptr<const Grid> gridOf(const std::vector<Finding>& findings, const std::vector<Layer>& layers)
{
    auto grid = std::make_shared<Grid>();
    grid->columns = {{FindingList::tr("Layer"), FindingList::tr("Where."), false},
                     {FindingList::tr("Finding"), FindingList::tr("What kind of trouble it is."), false},
                     {FindingList::tr("Evidence"), FindingList::tr("The figures that tell of it, from calibration and grids."), false}};
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const FindingKind* kind = findingKinds().find(findings[i].kind);
        const QString text = QString::fromStdString(findings[i].text);
        Grid::Row row;
        row.id = QString::number(i);
        row.cells = {textCell(layerName(layers, findings[i].layer)),
                     {kind ? engineText(kind->label) : QString::fromStdString(findings[i].kind), 0,
                      kind ? engineText(kind->summary) : QString()},
                     {text, 0, text}};
        grid->rows.push_back(std::move(row));
    }
    return grid;
}

}

FindingList::FindingList(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_table(new GridView(this))
    , m_remedy(quietText({}, this))
    , m_try(new QPushButton(tr("Try it"), this))
{
    m_table->setObjectName(QStringLiteral("findings"));
    m_table->setAccessibleName(tr("Findings"));
    m_table->setEmptyText(tr("Nothing that calibration and grids could tell speaks against this plan."));
    m_remedy->setObjectName(QStringLiteral("remedy"));
    m_try->setObjectName(QStringLiteral("tryRemedy"));
    m_try->setToolTip(tr("Changes the plan, or runs the algorithm, as one step to undo."));
    auto* line = new QHBoxLayout;
    line->addWidget(m_remedy, 1);
    line->addWidget(m_try, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 8);
    layout->setSpacing(8);
    layout->addWidget(m_table, 1);
    layout->addLayout(line);
    connect(m_table, &GridView::currentIdChanged, this, &FindingList::takeCurrent);
    connect(m_try, &QPushButton::clicked, this, &FindingList::tryRemedy);
    connect(&session, &Session::figuresChanged, this, &FindingList::look);
    connect(&session.job(), &Job::started, this, &FindingList::refreshRemedy);
    connect(&session.job(), &Job::finished, this, &FindingList::refreshRemedy);
    look();
}

void FindingList::look()
{
    const auto& figures = m_session.figures();
    const auto& statistics = m_session.statistics();
    const bool known = m_session.model() && statistics && figures && figures->resolved;
    if (!known) {
        m_looked.reset();
        return show({});
    }
    // Figures also come for what a plan's grids do not decide.
    if (m_looked == figures->resolved)
        return;
    m_looked = figures->resolved;
    m_job.start({}, [model = m_session.model(), statistics, figures](const JobContext&) {
        return diagnose(model->graph, model->layers, figures->plan, *statistics, *figures->resolved,
                        targetNamed(figures->plan.target)->placement);
    }, [this](std::vector<Finding> findings) { show(std::move(findings)); });
}

void FindingList::show(std::vector<Finding> findings)
{
    m_findings = std::move(findings);
    m_table->setGrid(gridOf(m_findings, m_session.model() ? m_session.model()->layers : std::vector<Layer>()));
    emit counted(static_cast<int>(m_findings.size()));
    refreshRemedy();
}

const Finding* FindingList::current() const
{
    const QString id = m_table->currentId();
    const auto index = id.toULongLong();
    return id.isEmpty() || index >= m_findings.size() ? nullptr : &m_findings[index];
}

void FindingList::takeCurrent()
{
    refreshRemedy();
    if (const Finding* finding = current(); finding && m_session.model() && !finding->layer.empty())
        m_session.selection().selectOne(QString::fromStdString(finding->layer));
}

void FindingList::refreshRemedy()
{
    const Finding* finding = current();
    const bool helps = finding && !finding->remedy.isEmpty();
    m_remedy->setText(!finding ? QString() : helps ? QString::fromStdString(finding->remedy.text)
                                                   : tr("Nothing in a plan helps here."));
    m_try->setVisible(helps);
    m_try->setEnabled(helps && !m_session.job().running());
}

void FindingList::tryRemedy()
{
    const Finding* finding = current();
    if (!finding)
        return;
    const Remedy remedy = finding->remedy;
    if (!remedy.layers.empty())
        m_session.changePlan(withRemedy(m_session.plan(), remedy), QString::fromStdString(remedy.text));
    if (!remedy.algorithm.empty())
        m_session.runAlgorithms({AlgorithmChoice{remedy.algorithm, {}}});
}

}
