// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/catalog.h"
#include "widgets/session/command_line.h"
#include "widgets/session/session.h"

#include <cmath>

namespace lathe {
namespace {

const QString assignPage = QStringLiteral("assign");

/// The value of an option that takes "sizeBytes", "latencyMs" or "energyMj".
QString minimizeWord(const std::string& id)
{
    if (id == "latencyMs")
        return QStringLiteral("latency");
    return id == "energyMj" ? QStringLiteral("energy") : QStringLiteral("size");
}

void addFormats(QStringList& words, const char* option, const std::vector<QuantSpec>& formats)
{
    QStringList names;
    for (const QuantSpec& format : formats)
        names << QString::fromStdString(format.name());
    if (!names.isEmpty())
        words << QString::fromLatin1(option) << names.join(QLatin1Char(','));
}

void addLimit(QStringList& words, const char* option, double limit)
{
    if (std::isfinite(limit))
        words << QString::fromLatin1(option) << QString::number(limit, 'g', 15);
}

}

void Session::setTarget(const QString& id)
{
    const TargetPtr target = findTarget(id.toStdString());
    if (target && target->id != m_plan.target)
        changePlan(retargeted(m_plan, *target), tr("Target %1").arg(QString::fromStdString(target->label)));
}

void Session::takeNearestChoices()
{
    const TargetPtr target = findTarget(m_plan.target);
    if (m_model && target)
        changePlan(withNearestChoices(m_plan, m_model->graph, m_model->layers, *target),
                   tr("Nearest choices of %1").arg(QString::fromStdString(target->label)));
}

void Session::openTargetProfile(const QString& path)
{
    m_job.start(
        {tr("Reading a target profile"), tr("The target profile cannot be used"), {}, assignPage},
        [file = Path(path.toStdString())](const JobContext&) { return addTargetFile(systemFs(), file); },
        [this](const TargetPtr& target) {
            emit targetsChanged();
            setTarget(QString::fromStdString(target->id));
        });
}

QString Session::assignCommand(const AssignOptions& options) const
{
    const Path profile = addedTargetFile(m_plan.target);
    QStringList words{QStringLiteral("assign"),
                      commandSource(),
                      QStringLiteral("-o"),
                      QStringLiteral("plan.json"),
                      QStringLiteral("--target"),
                      QString::fromStdString(profile.empty() ? m_plan.target : profile.string())};
    addLimit(words, "--max-size", options.assignment.maxSizeBytes);
    addLimit(words, "--max-latency-ms", options.maxLatencyMs);
    addLimit(words, "--max-energy-mj", options.maxEnergyMj);
    addLimit(words, "--max-bits", options.maxMeanBits);
    if (options.assignment.maxDrop) {
        addLimit(words, "--max-drop", *options.assignment.maxDrop);
        words << QStringLiteral("--minimize") << minimizeWord(options.assignment.minimize);
    }
    QStringList bits;
    for (const int width : options.sensitivity.bits)
        bits << QString::number(width);
    addFormats(words, "--weight-formats", options.sensitivity.weightFormats);
    addFormats(words, "--activation-formats", options.sensitivity.activationFormats);
    words << QStringLiteral("--bits") << bits.join(QLatin1Char(',')) << QStringLiteral("--samples")
          << QString::number(options.sensitivity.probeSamples);
    if (options.assignment.timeBudgetSeconds > 0)
        words << QStringLiteral("--time-budget")
              << QString::number(options.assignment.timeBudgetSeconds) + QLatin1Char('s');
    return commandLine(words);
}

void Session::assign(AssignOptions options)
{
    if (!canCalibrate() || !m_statistics)
        return;
    options.metric = m_dataset->info().metric;
    options.workers = m_options.workers;
    options.sensitivity.metric = options.metric;
    options.sensitivity.workers = options.workers;
    options.sensitivity.kinds = {CellKind::weights, CellKind::activations};
    const JobInfo info{tr("Choosing bits"), tr("No bits were chosen"), assignCommand(options), assignPage};
    m_assignment =
        std::make_shared<const AssignmentRun>(AssignmentRun{m_plan, limitsOf(options), {}, {}, false});
    emit assignmentChanged();
    const auto change = [this](const std::function<void(AssignmentRun&)>& edit) {
        auto next = std::make_shared<AssignmentRun>(*m_assignment);
        edit(*next);
        m_assignment = next;
        m_store.writeLatest([next](Project& project) { project.setAssignment(*next); });
        emit assignmentChanged();
    };
    const std::shared_ptr<FigureStore> figures = m_store.figures();
    m_job.start(
        info,
        [change, options, figures, model = m_model, dataset = m_dataset, statistics = m_statistics,
         base = m_plan](const JobContext& context) {
            AssignOptions watched = options;
            watched.assignment.store = figures.get();
            watched.assignment.measured = [&](const AssignmentPoint& point) {
                context.post(
                    [change, point] { change([&](AssignmentRun& run) { run.measured.push_back(point); }); });
            };
            watched.assignment.best = [&](const QuantPlan& plan) {
                context.post([change, plan] { change([&](AssignmentRun& run) { run.setBest(plan); }); });
            };
            return lathe::assign(*model, base, statistics, *dataset, watched, context.control()).complete;
        },
        [change](bool complete) { change([&](AssignmentRun& run) { run.complete = complete; }); });
}

}
