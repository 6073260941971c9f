// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/what_if_runner.h"

#include "core/analysis/what_if.h"
#include "core/targets/catalog.h"

namespace lathe {
namespace {

constexpr int gatherMs = 40;

}

/// The engine's object, used by one job at a time: Job never runs two.
struct WhatIfRunner::Engine
{
    WhatIf whatIf;
};

WhatIfRunner::WhatIfRunner(int workers, QObject* parent)
    : QObject(parent)
    , m_workers(workers)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(gatherMs);
    connect(&m_pause, &QTimer::timeout, this, &WhatIfRunner::update);
    connect(&m_job, &Job::failed, this, [this](const UserError& error) {
        m_preparing = false;
        emit failed(error);
    });
}

void WhatIfRunner::setSubject(std::shared_ptr<const Model> model, std::shared_ptr<const Statistics> statistics,
                              std::shared_ptr<const Samples> samples, std::shared_ptr<const Target> target)
{
    m_job.cancel();
    m_pause.stop();
    m_engine.reset();
    m_preparing = false;
    m_model = std::move(model);
    m_statistics = std::move(statistics);
    m_samples = std::move(samples);
    m_target = target ? std::move(target) : targetNamed("generic");
    m_plan.reset();
    m_figures.reset();
    setStale(false);
    emit figuresChanged();
    if (m_model && m_model->runnable() && m_statistics && m_samples)
        prepare();
}

void WhatIfRunner::prepare()
{
    m_preparing = true;
    m_job.start({tr("Preparing estimates"), tr("The probe set could not be prepared"), {}, QStringLiteral("precision")},
                [model = m_model, statistics = m_statistics, samples = m_samples, target = m_target,
                 workers = m_workers](const JobContext& context) {
                    const std::shared_ptr<const Graph> graph(model, &model->graph);
                    WhatIf::Options options;
                    options.workers = workers;
                    return std::shared_ptr<Engine>(new Engine{
                        WhatIf(graph, model->layers, statistics, *samples, target->placement, options, context.control())});
                },
                [this](std::shared_ptr<Engine> engine) {
                    m_preparing = false;
                    m_engine = std::move(engine);
                    if (m_plan)
                        update();
                });
}

void WhatIfRunner::setPlan(const QuantPlan& plan)
{
    if (m_figures && m_figures->plan == plan && !m_stale)
        return;
    m_plan = plan;
    if (!m_engine && !m_preparing)
        return;
    setStale(true);
    m_pause.start();
}

void WhatIfRunner::update()
{
    if (!m_engine || !m_plan)
        return;
    m_job.start({tr("Estimating"), tr("The plan could not be measured"), {}, QStringLiteral("precision")},
                [engine = m_engine, plan = *m_plan, model = m_model, target = m_target](const JobContext& context) {
                    const auto result = engine->whatIf.update(plan, context.control());
                    return figuresOf(*result, targetRefusals(plan, model->graph, model->layers, *target));
                },
                [this](std::shared_ptr<const PlanFigures> figures) {
                    m_figures = std::move(figures);
                    if (m_figures->plan == *m_plan)
                        setStale(false);
                    emit figuresChanged();
                });
}

void WhatIfRunner::setStale(bool stale)
{
    if (stale == m_stale)
        return;
    m_stale = stale;
    emit staleChanged();
}

}
