// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/session.h"

#include "core/project/target_store.h"
#include "core/targets/catalog.h"
#include "widgets/session/plan_command.h"
#include "widgets/session/recent_files.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <algorithm>

namespace lathe {
namespace {

QString nameOf(const Path& path)
{
    return QString::fromStdString(path.filename().string());
}

}

Session::Session(Options options, QObject* parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_whatIf(m_options.workers)
{
    connect(&m_whatIf, &WhatIfRunner::figuresChanged, this, &Session::refreshFigures);
    connect(&m_whatIf, &WhatIfRunner::staleChanged, this, &Session::figuresChanged);
    connect(&m_whatIf, &WhatIfRunner::failed, this, &Session::failed);
    connect(&m_store, &ProjectStore::failed, this, &Session::failed);
    connect(&m_job, &Job::failed, this, &Session::failed);
    connect(&m_job, &Job::finished, this, [this] {
        m_partialStatistics.reset();
        emit statisticsChanged();
    });
}

Session::~Session() = default;

const std::shared_ptr<const Statistics>& Session::shownStatistics() const
{
    return m_partialStatistics ? m_partialStatistics : m_statistics;
}

std::shared_ptr<const EvaluationRun> Session::currentRun() const
{
    const auto made = adjusted();
    const Digest plan = made ? made->digest() : m_plan.digest();
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run)
        if ((*run)->plan == plan && (!m_dataset || (*run)->data == m_dataset->info().digest))
            return *run;
    return nullptr;
}

bool Session::figuresStale() const
{
    return m_whatIf.stale() || (m_figures && !(m_figures->plan == m_plan));
}

const Layer* Session::layer(const QString& id) const
{
    if (!m_model)
        return nullptr;
    const std::string wanted = id.toStdString();
    for (const Layer& layer : m_model->layers)
        if (layer.id == wanted)
            return &layer;
    return nullptr;
}

bool Session::statisticsStale() const
{
    return m_statistics && m_dataset && m_statistics->data != m_dataset->info().digest;
}

QString Session::title() const
{
    if (!m_model)
        return {};
    const QString project = m_hasOwnProject ? QFileInfo(nameOf(m_store.path())).completeBaseName() : tr("Unsaved project");
    return project + QStringLiteral(" · ") + nameOf(m_model->path);
}

QString Session::cannotRunText() const
{
    if (!m_model || m_model->runnable())
        return {};
    const UnsupportedNode& first = m_model->unsupported.front();
    return tr("%n nodes of it have no kernel yet, the first being %1. The model can be looked at, not calibrated.", nullptr,
              static_cast<int>(m_model->unsupported.size()))
        .arg(QString::fromStdString(first.op));
}

bool Session::canCalibrate() const
{
    return m_model && m_model->runnable() && m_dataset;
}

bool Session::canValidate() const
{
    return canCalibrate() && (m_statistics || m_model->lifted);
}

void Session::takeModel(std::shared_ptr<const Model> model)
{
    m_undoStack.clear();
    m_selection.clear();
    m_whatIf.setSubject(nullptr, nullptr, nullptr);
    m_assignment.reset();
    m_model = std::move(model);
    m_dataset.reset();
    m_statistics.reset();
    m_adjusted.reset();
    m_figures.reset();
    m_gains.reset();
    m_profile.reset();
    m_runs.clear();
    m_partialRun.reset();
    m_plan = QuantPlan();
    m_preprocessingGuessed = false;
    m_hasOwnProject = false;
}

void Session::takeDataset(std::shared_ptr<const Dataset> dataset)
{
    m_dataset = std::move(dataset);
    m_preprocessingGuessed = m_dataset->info().file.string().ends_with(".dataset.json") &&
                             m_dataset->info().file.string().starts_with(m_options.privateFolder.toStdString());
}

void Session::takeProject(const Opened& opened)
{
    m_hasOwnProject = true;
    if (m_model && opened.project->plan)
        m_plan = *opened.project->plan;
    m_statistics = opened.project->statistics;
    m_adjusted = opened.adjusted;
    m_runs = opened.project->runs;
    m_assignment = opened.project->assignment;
    m_store.open(opened.projectPath);
}

void Session::startStore()
{
    const QDir folder(m_options.privateFolder);
    folder.mkpath(QStringLiteral("."));
    const QString name = QFileInfo(nameOf(m_model->path)).completeBaseName() + QLatin1Char('-') +
                         QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-hhmmss-zzz")) +
                         QStringLiteral(".lathe");
    m_store.create(folder.filePath(name).toStdString(), contents());
}

ProjectContents Session::contents() const
{
    ProjectContents contents;
    if (m_model)
        contents.model = FileReference{m_model->path, m_model->fileDigest};
    if (m_dataset)
        contents.dataset = FileReference{m_dataset->info().file, m_dataset->info().digest};
    contents.statistics = m_statistics;
    contents.plan = m_plan;
    contents.adjusted = m_adjusted;
    contents.source = m_model;
    contents.runs = m_runs;
    contents.assignment = m_assignment;
    return contents;
}

void Session::saveAs(const QString& path)
{
    m_store.createCopy(path.toStdString(), contents());
    m_hasOwnProject = true;
    addRecentFile(path);
    emit projectChanged();
}

void Session::restartWhatIf()
{
    const bool ready = canCalibrate() && m_statistics;
    m_whatIf.setSubject(ready ? m_model : nullptr, m_statistics,
                        ready ? m_dataset->split(Split::calibration) : nullptr, findTarget(m_plan.target));
    m_whatIf.setPlan(m_plan);
}

void Session::refreshFigures()
{
    if (m_whatIf.figures()) {
        auto figures = m_whatIf.figures();
        if (const auto run = currentRun(); run && figures->plan == m_plan) {
            auto merged = std::make_shared<PlanFigures>(*figures);
            merged->loss = lossOf(*run, m_dataset ? m_dataset->info().metric : std::string());
            figures = merged;
        }
        m_figures = figures;
    } else if (const auto run = currentRun()) {
        auto figures = std::make_shared<PlanFigures>(*figuresOf(*run, m_plan));
        figures->loss = lossOf(*run, m_dataset ? m_dataset->info().metric : std::string());
        figures->floatBytes = m_model ? m_model->floatBytes : 0;
        m_figures = figures;
    } else {
        m_figures.reset();
    }
    emit figuresChanged();
}

void Session::takePlan(const QuantPlan& plan)
{
    const bool moved = plan.target != m_plan.target;
    m_plan = plan;
    m_store.writeLatest([plan](Project& project) {
        project.setPlan(plan);
        storeTargetFile(project, plan.target, systemFs());
    });
    // Another target puts points elsewhere: its graph is another one.
    if (moved)
        restartWhatIf();
    else
        m_whatIf.setPlan(plan);
    emit planChanged();
    refreshFigures();
}

void Session::changePlan(const QuantPlan& plan, const QString& text, const QString& burst)
{
    if (plan == m_plan)
        return;
    m_undoStack.push(
        new PlanCommand(text, m_plan, plan, burst, [this](const QuantPlan& next) { takePlan(next); }));
}

std::vector<Layer> Session::selectedLayers() const
{
    std::vector<Layer> layers;
    for (const QString& id : m_selection.selected())
        if (const Layer* found = layer(id))
            layers.push_back(*found);
    return layers;
}

namespace {

QString layersText(const std::vector<Layer>& layers)
{
    if (layers.size() == 1)
        return QString::fromStdString(layers.front().name);
    return Session::tr("%n layers", nullptr, static_cast<int>(layers.size()));
}

QString partText(PlanPart part)
{
    switch (part) {
    case PlanPart::weights: return Session::tr("weights");
    case PlanPart::activations: return Session::tr("activations");
    case PlanPart::both: break;
    }
    return Session::tr("weights and activations");
}

}

void Session::setBits(PlanPart part, std::optional<int> bits)
{
    const std::vector<Layer> layers = selectedLayers();
    if (layers.empty())
        return;
    const QString width = bits ? tr("%n bits", nullptr, *bits) : tr("float");
    changePlan(withBits(m_plan, layers, part, bits),
               tr("%1: %2 to %3").arg(layersText(layers), partText(part), width),
               QStringLiteral("bits:") + m_selection.selected().join(QLatin1Char('\n')));
}

void Session::setFormat(PlanPart part, const NumberFormat& format)
{
    const std::vector<Layer> layers = selectedLayers();
    if (layers.empty())
        return;
    changePlan(withFormat(m_plan, layers, part, format),
               tr("%1: %2 to %3").arg(layersText(layers), partText(part), QString::fromStdString(format.name())),
               QStringLiteral("bits:") + m_selection.selected().join(QLatin1Char('\n')));
}

void Session::setGranularity(const Granularity& granularity)
{
    const std::vector<Layer> layers = selectedLayers();
    if (layers.empty())
        return;
    changePlan(withGranularity(m_plan, layers, granularity),
               tr("%1: scales of weights by %2").arg(layersText(layers), QString::fromStdString(granularity.name())),
               QStringLiteral("bits:") + m_selection.selected().join(QLatin1Char('\n')));
}

void Session::setGrid(PlanPart part, const GridKind& grid)
{
    const std::vector<Layer> layers = selectedLayers();
    if (layers.empty())
        return;
    changePlan(withGrid(m_plan, layers, part, grid), tr("%1: grid of %2").arg(layersText(layers), partText(part)),
               QStringLiteral("bits:") + m_selection.selected().join(QLatin1Char('\n')));
}

void Session::toggleLocks()
{
    const std::vector<Layer> layers = selectedLayers();
    if (layers.empty())
        return;
    const bool allLocked = std::all_of(layers.begin(), layers.end(),
                                       [this](const Layer& layer) { return isLocked(m_plan, layer.id); });
    changePlan(withLocked(m_plan, layers, !allLocked),
               (allLocked ? tr("Unlock %1") : tr("Lock %1")).arg(layersText(layers)));
}

void Session::setClip(const QString& id, std::optional<Range> clip)
{
    const Layer* found = layer(id);
    if (!found)
        return;
    changePlan(withClip(m_plan, *found, clip),
               (clip ? tr("%1: clipping range by hand") : tr("%1: clipping range by the method"))
                   .arg(QString::fromStdString(found->name)),
               QStringLiteral("clip:") + id);
}

void Session::setWeightClip(const QString& id, std::optional<Range> clip)
{
    const Layer* found = layer(id);
    if (!found)
        return;
    changePlan(withWeightClip(m_plan, *found, clip),
               (clip ? tr("%1: clipping range of weights by hand") : tr("%1: clipping range of weights by the method"))
                   .arg(QString::fromStdString(found->name)),
               QStringLiteral("weightClip:") + id);
}

void Session::setMethod(const MethodChoice& method)
{
    QuantPlan plan = m_plan;
    plan.method = method;
    changePlan(plan, tr("Range method %1").arg(QString::fromStdString(method.text())), QStringLiteral("method"));
}

void Session::resetLayers()
{
    changePlan(withoutLayers(m_plan), tr("Reset layers"));
}

}
