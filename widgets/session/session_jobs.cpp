// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utc.h"
#include "core/evaluation/possible_metrics.h"
#include "core/project/adjustment.h"
#include "widgets/session/command_line.h"
#include "widgets/session/gate_limit.h"
#include "widgets/session/recent_files.h"
#include "widgets/session/session.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

namespace lathe {
namespace {

QString text(const Path& path)
{
    return QString::fromStdString(path.string());
}

/// Whether a run will have the figure that the gate is about.
bool canGate(const Dataset& dataset, const Graph& graph)
{
    const auto samples = dataset.split(Split::validation);
    if (samples->size() == 0)
        return false;
    const auto possible = possibleMetrics(*samples, graph);
    return std::any_of(possible.begin(), possible.end(),
                       [&](const Metric* metric) { return metric->id == dataset.info().metric; });
}

const QString modelPage = QStringLiteral("model");
const QString dataPage = QStringLiteral("data");
const QString validationPage = QStringLiteral("validation");

}

void Session::open(const QStringList& paths)
{
    if (paths.isEmpty())
        return;
    OpenRequest request{{}, m_model, m_options.decoder, m_options.privateFolder.toStdString()};
    for (const QString& path : paths)
        request.paths.emplace_back(QFileInfo(path).absoluteFilePath().toStdString());
    const QString first = QFileInfo(paths.front()).fileName();
    m_job.start({tr("Opening %1").arg(first), tr("%1 could not be opened").arg(first),
                 commandLine({QStringLiteral("inspect"), paths.front()}), modelPage},
                [request](const JobContext& context) { return openFiles(request, context.control()); },
                [this, paths](Opened opened) {
                    if (opened.troubles.empty())
                        addRecentFile(paths.front());
                    takeOpened(std::move(opened));
                });
}

void Session::openSample()
{
    const QDir folder(m_options.sampleFolder);
    open({folder.filePath(QStringLiteral("glyphs.onnx")), folder.filePath(QStringLiteral("dataset.json"))});
}

void Session::takeOpened(Opened opened)
{
    const bool newModel = opened.model != nullptr;
    if (newModel) {
        takeModel(opened.model);
        if (opened.modelPlan)
            m_plan = *opened.modelPlan;
    }
    if (opened.dataset)
        takeDataset(opened.dataset);
    if (opened.project && newModel) {
        takeProject(opened);
    } else if (newModel) {
        startStore();
    } else if (opened.dataset) {
        m_store.write([reference = FileReference{opened.dataset->info().file, opened.dataset->info().digest}](
                          Project& project) { project.setDataset(reference); });
    }
    if (newModel) {
        emit modelChanged();
        emit projectChanged();
    }
    if (newModel || opened.dataset) {
        emit datasetChanged();
        emit statisticsChanged();
        emit runsChanged();
        refreshFigures();
        restartWhatIf();
    }
    if (newModel) {
        emit planChanged();
        emit assignmentChanged();
    }
    if (opened.plan)
        changePlan(*opened.plan, tr("Plan from file"));
    for (const UserError& error : opened.troubles)
        emit failed(error);

    m_waitingData.insert(m_waitingData.end(), opened.waiting.begin(), opened.waiting.end());
    if (m_model && !m_waitingData.empty()) {
        QStringList paths;
        for (const Path& path : std::exchange(m_waitingData, {}))
            paths.append(text(path));
        open(paths);
    } else if (!m_waitingData.empty()) {
        emit failed({tr("The data set waits for a model"), tr("Data is prepared for the inputs of a model."),
                     tr("Open the model next; the data set is opened right after it."), modelPage});
    }
    if (!opened.bundle.empty()) {
        showPage(QStringLiteral("export"));
        emit bundleOffered(text(opened.bundle));
    }
    if (newModel)
        showPage(opened.project && m_statistics ? QStringLiteral("precision") : modelPage);
    else if (opened.dataset)
        showPage(dataPage);
}

void Session::takeStatistics(std::shared_ptr<const Statistics> statistics)
{
    m_statistics = std::move(statistics);
    m_partialStatistics.reset();
    m_gains.reset();
    m_adjusted.reset();
    m_assignment.reset();
    emit assignmentChanged();
    m_store.write([statistics = m_statistics, plan = m_plan](Project& project) {
        storeAdjustment(project, std::nullopt);
        project.setStatistics(*statistics);
        project.setPlan(plan);
    });
    emit statisticsChanged();
    restartWhatIf();
}

QString Session::commandSource() const
{
    return text(m_store.path());
}

void Session::calibrate(std::int64_t limit)
{
    if (!canCalibrate())
        return;
    QStringList words{QStringLiteral("calibrate"), text(m_model->path), QStringLiteral("--data"),
                      text(m_dataset->info().file)};
    if (limit > 0)
        words << QStringLiteral("--limit") << QString::number(limit);
    // A file of its own: the command makes a new project and must not replace the one that is open.
    words << QStringLiteral("-o") << text(m_model->path.stem()) + QStringLiteral(".lathe");
    m_job.start(
        {tr("Calibrating"), tr("Calibration failed"), commandLine(words), dataPage},
        [this, model = m_model, dataset = m_dataset, workers = m_options.workers, limit](const JobContext& context) {
            CollectOptions options;
            options.limit = limit;
            options.workers = workers;
            options.partial = [this, &context](std::shared_ptr<const Statistics> statistics) {
                context.post([this, statistics] {
                    m_partialStatistics = statistics;
                    emit statisticsChanged();
                });
            };
            return std::make_shared<const Statistics>(lathe::calibrate(*model, *dataset, options, context.control()));
        },
        [this](std::shared_ptr<const Statistics> statistics) { takeStatistics(std::move(statistics)); });
}

void Session::validate(RunMode mode, std::int64_t limit)
{
    if (!canValidate())
        return;
    QStringList words{QStringLiteral("validate"), commandSource(), QStringLiteral("--data"), text(m_dataset->info().file)};
    if (mode != RunMode::simulated)
        words << QStringLiteral("--precision") << QString::fromUtf8(runModeName(mode));
    if (limit > 0)
        words << QStringLiteral("--limit") << QString::number(limit);
    if (canGate(*m_dataset, m_model->graph))
        words << QStringLiteral("--max-drop") << QString::number(gateLimitPercent()) + QLatin1Char('%');
    m_job.start(
        {tr("Validating"), tr("Validation failed"), commandLine(words), validationPage},
        [this, source = quantSource(), dataset = m_dataset, mode, limit,
         workers = m_options.workers](const JobContext& context) {
            const auto quantized = quantizedFor(source, context.control());
            // A file's own numbers belong to the plan that came with it.
            const Digest digest = source.adjusted ? quantized->digest() : source.plan.digest();
            ValidateOptions options;
            options.mode = mode;
            options.evaluate.limit = limit;
            options.evaluate.workers = workers;
            options.evaluate.channelFigures = true;
            options.evaluate.partial = [this, &context, digest](const std::shared_ptr<const EvaluationRun>& run) {
                auto known = std::make_shared<EvaluationRun>(*run);
                known->plan = digest;
                context.post([this, known] {
                    m_partialRun = known;
                    emit runsChanged();
                });
            };
            auto run = std::make_shared<EvaluationRun>(
                lathe::validate(*source.model, *quantized, *dataset, options, context.control()));
            run->plan = digest;
            run->finishedUtc = utcNow();
            return std::shared_ptr<const EvaluationRun>(run);
        },
        [this](std::shared_ptr<const EvaluationRun> run) { takeRun(std::move(run)); });
}

void Session::takeRun(std::shared_ptr<const EvaluationRun> run)
{
    m_partialRun.reset();
    m_runs.push_back(run);
    m_store.write([run](Project& project) { project.addRun(*run); });
    emit runsChanged();
    refreshFigures();
}

}
