// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/sensitivity.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>

#include "core/analysis/known_scores.h"
#include "core/analysis/sensitivity_cells.h"
#include "core/analysis/sensitivity_figures.h"
#include "core/base/ordered.h"
#include "core/evaluation/possible_metrics.h"
#include "core/quant/plan_slots.h"
#include "core/runtime/replay.h"

namespace lathe {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A cell's binding: kept over the samples where the cache holds all of them, else made when it is needed.
class CellBindings
{
public:
    CellBindings(const std::vector<PlannedCell>& cells, Binding floating, std::int64_t cacheBytes)
        : m_cells(cells)
        , m_floating(std::move(floating))
        , m_kept(cells.size())
        , m_once(cells.size())
    {
        const auto bytes =
            std::accumulate(cells.begin(), cells.end(), std::int64_t{0},
                            [](std::int64_t sum, const PlannedCell& c) { return sum + c.settingBytes; });
        m_keep = bytes <= cacheBytes;
    }

    Binding get(std::size_t cell)
    {
        if (!m_keep)
            return make(cell);
        std::call_once(m_once[cell], [&] { m_kept[cell] = make(cell); });
        return m_kept[cell];
    }

private:
    Binding make(std::size_t cell) const { return m_floating.with(m_cells[cell].settings); }

    const std::vector<PlannedCell>& m_cells;
    Binding m_floating; ///< simulated, all slots clear
    bool m_keep = true;
    std::vector<Binding> m_kept;
    std::vector<std::once_flag> m_once;
};

/// What one sample gave: by cell, nothing where the time was up.
struct SampleResult
{
    std::vector<std::optional<CellScore>> scores;
    std::int64_t known = 0; ///< scores from the store
    double forwardSeconds = 0;
    bool complete = false;
};

class Sweep
{
public:
    Sweep(const Graph& graph, const std::vector<Layer>& layers, const Statistics& statistics,
          const Samples& samples, const QuantPlan& plan, const PlacementRules& rules,
          const SensitivityOptions& options, const Control& control)
        : m_start(Clock::now())
        , m_samples(samples)
        , m_options(options)
        , m_metric(chooseMetric())
        , m_decoder(makeDecoder(samples.targetInfo().decode))
        , m_program(compile(graph, layers, rules, control))
        , m_cells(planCells(*m_program, graph, layers, statistics, withLayerIds(plan, layers), rules, options,
                            control))
        , m_bindings(m_cells, m_program->defaultBinding().cleared().withPrecision(Precision::simulated),
                     options.cacheBytes)
        , m_watched(m_program->graph(), {m_program->graph().outputs.front()}, *m_program)
        , m_replay(m_program)
        , m_order(m_cells.size())
    {
        measureSuffixes(layers);
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
            return m_cells[a].cell.estimateDb < m_cells[b].cell.estimateDb;
        });
        if (m_options.store)
            m_known.emplace(*m_options.store, m_cells, graph, m_options.data, m_metric.id, m_watched.partCount());
        for (const PlannedCell& cell : m_cells)
            m_replay.addStep(cell.firstStep);
    }

    Sensitivity run(const Control& control)
    {
        const std::int64_t count = std::min<std::int64_t>(m_samples.size(), m_options.probeSamples);
        const int workers = static_cast<int>(
            std::min<std::int64_t>(m_options.workers > 0 ? m_options.workers : hardwareThreads(), count));
        m_executions.resize(static_cast<std::size_t>(workers));
        m_scores.resize(m_cells.size());
        try {
            parallelOrdered(
                count, workers, control,
                [&](std::int64_t index, int worker) { return runSample(index, worker, control); },
                [&](std::int64_t index, SampleResult sample) {
                    merge(sample);
                    control.progress(index + 1, count, "measuring the sensitivity of the layers");
                });
        } catch (...) {
            keepScores();
            throw;
        }
        keepScores();
        return result(workers);
    }

private:
    /// Share of the model's multiply-accumulates that come with each layer and after it.
    void measureSuffixes(const std::vector<Layer>& layers)
    {
        std::int64_t total = 0;
        for (const Layer& layer : layers)
            total += layer.macs;
        std::int64_t before = 0;
        for (const Layer& layer : layers) {
            m_suffix[layer.id] =
                total > 0 ? static_cast<double>(total - before) / static_cast<double>(total) : 1;
            before += layer.macs;
        }
    }

    const Metric& chooseMetric() const
    {
        if (m_samples.size() == 0)
            throw Error(ErrorCode::datasetEmpty, "probe set");
        const Metric& wanted = metrics().get(m_options.metric, "metric");
        const bool possible = hasTruthFor(wanted, m_samples) &&
                              (wanted.target == TargetKind::none || !m_samples.target(0).empty());
        return possible ? wanted : metrics().get("agreement", "metric");
    }

    static std::shared_ptr<const Program> compile(const Graph& graph, const std::vector<Layer>& layers,
                                                  const PlacementRules& rules, const Control& control)
    {
        CompileOptions options;
        options.points = planSlots(findPoints(graph, layers, rules));
        return Program::compile(graph, options, control);
    }

    /// The time is up. One new score comes all the same, so that runs with a short budget get on.
    bool mustEnd() const
    {
        return m_options.timeBudgetSeconds > 0 && secondsSince(m_start) > m_options.timeBudgetSeconds &&
               m_measured;
    }

    void keepScores()
    {
        if (m_known)
            m_known->flush();
    }

    SampleResult runSample(std::int64_t index, int worker, const Control& control)
    {
        SampleResult sample;
        sample.scores.resize(m_cells.size());
        if (m_known)
            sample.known = m_known->fill(index, sample.scores);
        sample.complete = sample.known == static_cast<std::int64_t>(m_cells.size());
        if (sample.complete || mustEnd())
            return sample;
        auto& execution = m_executions[static_cast<std::size_t>(worker)];
        if (!execution)
            execution = std::make_unique<Execution>(m_program);
        const TensorMap inputs = m_samples.load(index);
        const auto begin = Clock::now();
        const Binding floating = m_program->defaultBinding().cleared().withPrecision(Precision::floating);
        const TensorMap outputs = execution->run(inputs, floating, control);
        sample.forwardSeconds = secondsSince(begin);
        const Graph& graph = m_program->graph();
        const std::string& first = graph.value(graph.outputs.front()).name;
        TensorMap values;
        const auto recorded = m_watched.of(*m_program, [&](const TapMap& taps) {
            return m_replay.record(*execution, inputs, floating, control, values, taps);
        });
        const SampleScorer scorer{m_metric, m_samples.label(index), m_samples.target(index),
                                  outputs.at(first), m_decoder.get()};
        for (const std::size_t cell : m_order) {
            if (sample.scores[cell])
                continue;
            if (mustEnd())
                return sample;
            TensorMap cellOutputs;
            const Binding binding = m_bindings.get(cell);
            const auto parts = m_watched.of(
                *m_program,
                [&](const TapMap& taps) {
                    return cellOutputs = m_replay.run(*execution, m_cells[cell].firstStep, inputs, values,
                                                      binding, control, taps);
                },
                recorded);
            sample.scores[cell] = scorer.score(cellOutputs.at(first), m_watched.errors(recorded, parts, &binding));
            m_measured = true;
            if (m_known)
                m_known->add(cell, index, *sample.scores[cell]);
        }
        sample.complete = true;
        return sample;
    }

    /// Samples behind one that was cut short do not count; the first one counts as far as it came.
    void merge(const SampleResult& sample)
    {
        if (m_ended)
            return;
        m_ended = !sample.complete;
        if (!sample.complete && m_complete > 0)
            return;
        m_complete += sample.complete ? 1 : 0;
        m_reused += sample.known;
        m_forwardSeconds += sample.forwardSeconds;
        m_forwards += sample.forwardSeconds > 0 ? 1 : 0;
        for (std::size_t i = 0; i < m_cells.size(); ++i)
            if (sample.scores[i]) {
                m_scores[i].push_back(*sample.scores[i]);
                ++m_evaluations;
            }
    }

    Sensitivity result(int workers)
    {
        Sensitivity sensitivity;
        Bootstrap bootstrap(m_options.seed);
        for (std::size_t i = 0; i < m_cells.size(); ++i) {
            sensitivity.meanSuffix +=
                m_suffix.at(m_cells[i].cell.layer) / static_cast<double>(m_cells.size());
            sensitivity.cells.push_back(m_cells[i].cell);
            fillFigures(sensitivity.cells.back(), m_scores[i], m_metric, bootstrap);
        }
        groupCells(sensitivity.cells, m_scores, bootstrap);
        sensitivity.metric = m_metric.id;
        sensitivity.samples = m_complete;
        sensitivity.evaluations = m_evaluations;
        sensitivity.reused = m_reused;
        if (m_forwards > 0) // samples that were known took none
            sensitivity.fullForwardSeconds = m_forwardSeconds / workers *
                                             static_cast<double>(std::max(m_complete, m_forwards)) /
                                             static_cast<double>(m_forwards);
        sensitivity.seconds = secondsSince(m_start);
        return sensitivity;
    }

    Clock::time_point m_start;
    const Samples& m_samples;
    const SensitivityOptions& m_options;
    const Metric& m_metric;
    std::shared_ptr<const BoxDecoder> m_decoder;
    std::shared_ptr<const Program> m_program;
    std::vector<PlannedCell> m_cells;
    CellBindings m_bindings;
    WatchedOutputs m_watched;
    Replay m_replay;
    std::vector<std::size_t> m_order;                     ///< worst estimate first
    std::map<std::string, double> m_suffix;               ///< by layer
    std::vector<std::unique_ptr<Execution>> m_executions; ///< by worker

    std::vector<std::vector<CellScore>> m_scores; ///< by cell, in sample order
    std::int64_t m_complete = 0, m_evaluations = 0;
    std::optional<KnownScores> m_known;
    std::atomic<bool> m_measured = false; ///< a new score
    std::int64_t m_reused = 0, m_forwards = 0;
    double m_forwardSeconds = 0;
    bool m_ended = false;
};

constexpr std::string_view kindNames[]{"weights", "activations", "both"};

}

std::string_view cellKindName(CellKind kind)
{
    return kindNames[static_cast<std::size_t>(kind)];
}

CellKind parseCellKind(std::string_view name)
{
    for (const CellKind kind : {CellKind::weights, CellKind::activations, CellKind::both})
        if (cellKindName(kind) == name)
            return kind;
    throw Error(
        ErrorCode::unknownName, std::string(name),
        {{"kind", "kind of tensors"}, {"name", std::string(name)}, {"known", "weights, activations, both"}});
}

Sensitivity measureSensitivity(const Graph& graph, const std::vector<Layer>& layers,
                               const Statistics& statistics, const Samples& samples, const QuantPlan& plan,
                               const PlacementRules& rules, const SensitivityOptions& options,
                               const Control& control)
{
    return whileDoing("measuring sensitivity", [&] {
        return Sweep(graph, layers, statistics, samples, plan, rules, options, control).run(control);
    });
}

}
