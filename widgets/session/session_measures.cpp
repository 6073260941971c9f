// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/layer_gains.h"
#include "core/base/parallel.h"
#include "core/runtime/profile.h"
#include "core/runtime/run_mode.h"
#include "core/targets/catalog.h"
#include "widgets/session/command_line.h"
#include "widgets/session/session.h"

namespace lathe {
namespace {

constexpr ProfileOptions profileRuns{.repeat = 20, .warmup = 3};

ProfileReport profileModel(const Model& model, const Quantized* quantized, int threads,
                           const Control& control)
{
    const MachinePeak peak = measurePeak(threads, control);
    const auto timed = [&](const Graph& graph, RunMode mode) {
        CompileOptions options;
        options.threads = threads;
        const Runnable made = compileFor(mode, graph, options, control);
        return profileProgram(made.program, made.binding, seededInputs(*made.program, 0), profileRuns,
                              control);
    };
    const Profile floating = timed(model.graph, RunMode::floating);
    if (!quantized)
        return profileReport(peak, floating, nullptr, {});
    const Profile integer = timed(quantized->applied, RunMode::integer);
    return profileReport(peak, floating, &integer, std::string(runModeName(RunMode::integer)));
}

}

void Session::measureGains()
{
    if (!canCalibrate() || !m_statistics)
        return;
    m_job.start(
        {tr("Measuring loss per KiB"),
         tr("The loss per KiB could not be measured"),
         {},
         QStringLiteral("precision")},
        [model = m_model, statistics = m_statistics, plan = m_plan,
         samples = m_dataset->split(Split::calibration),
         workers = m_options.workers](const JobContext& context) {
            const std::shared_ptr<const Graph> graph(model, &model->graph);
            WhatIf::Options options;
            options.workers = workers;
            options.layerFigures = false;
            WhatIf whatIf(graph, model->layers, statistics, *samples, targetNamed(plan.target)->placement, options,
                          Control(context.control().stopToken()));
            auto gains = std::make_shared<PlanGains>();
            gains->plan = plan;
            gains->sqnrDb = outputGains(whatIf, plan, model->layers, context.control());
            return std::shared_ptr<const PlanGains>(gains);
        },
        [this](std::shared_ptr<const PlanGains> gains) {
            m_gains = std::move(gains);
            emit figuresChanged();
        });
}

void Session::measureProfile(int threads)
{
    if (!m_model || !m_model->runnable())
        return;
    const int used = threads > 0 ? threads : hardwareThreads();
    const bool quantized = m_statistics || m_model->lifted;
    QStringList words{QStringLiteral("--threads"), QString::number(used), QStringLiteral("bench"),
                      m_statistics ? commandSource() : QString::fromStdString(m_model->path.string()),
                      QStringLiteral("--profile")};
    if (quantized)
        words << QStringLiteral("--precision") << QStringLiteral("integer");
    m_job.start(
        {tr("Profiling"), tr("The model could not be profiled"), commandLine(words),
         QStringLiteral("profile")},
        [source = quantSource(), used, quantized](const JobContext& context) {
            const auto made = quantized ? quantizedFor(source, context.control()) : nullptr;
            return std::make_shared<const ProfileReport>(
                profileModel(*source.model, made.get(), used, context.control()));
        },
        [this](std::shared_ptr<const ProfileReport> report) {
            m_profile = std::move(report);
            emit profileChanged();
        });
}

}
