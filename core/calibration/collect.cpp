// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/collect.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>

#include "core/base/parallel.h"
#include "core/calibration/statistics_collector.h"
#include "core/ops/layers.h"
#include "core/runtime/program.h"

namespace lathe {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Graph inputs first, then what layers make; only real numbers.
struct Watch
{
    std::vector<WatchedTensor> tensors;
    std::size_t inputs = 0;
};

Watch watchOf(const Graph& graph, const Program& program)
{
    Watch watch;
    std::set<std::string> names;
    const auto addAs = [&](const std::string& name, const Value& value) {
        if (isFloat(value.dtype) && names.insert(name).second)
            watch.tensors.push_back({name, value.channelAxis});
    };
    const auto add = [&](ValueId id) { addAs(graph.value(id).name, graph.value(id)); };
    for (const ValueId input : graph.inputs)
        add(input);
    watch.inputs = watch.tensors.size();
    std::set<NodeId> taken;
    for (const Layer& layer : findLayers(graph)) {
        if (layer.body) {
            if (program.canTap(layer.id))
                addAs(layer.id, layer.body->value(layer.output));
            continue;
        }
        taken.insert(layer.nodes.begin(), layer.nodes.end());
        if (graph.isInput(layer.output) || program.canTap(graph.value(layer.output).name))
            add(layer.output);
    }
    // Numbers that no layer made: embeddings that were looked up, integers that were cast.
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        const ValueId from = graph.nodes()[i].input(0);
        const bool bringsNumbers =
            from.valid() && (graph.value(from).isConstant() || !isFloat(graph.value(from).dtype));
        if (!bringsNumbers || taken.count(NodeId{static_cast<std::int32_t>(i)}) != 0)
            continue;
        for (const ValueId output : graph.nodes()[i].outputs)
            if (output.valid() && program.canTap(graph.value(output).name))
                add(output);
    }
    return watch;
}

/// Calls back at most four times a second.
class PartialReports
{
public:
    explicit PartialReports(const CollectOptions& options)
        : m_callback(options.partial)
    {
    }

    void offer(StatisticsCollector& collector)
    {
        if (!m_callback)
            return;
        const std::unique_lock lock(m_mutex, std::try_to_lock);
        constexpr double interval = 0.25;
        if (!lock.owns_lock() || secondsSince(m_last) < interval)
            return;
        m_callback(std::make_shared<const Statistics>(collector.snapshot()));
        m_last = Clock::now();
    }

private:
    const std::function<void(std::shared_ptr<const Statistics>)>& m_callback;
    std::mutex m_mutex;
    Clock::time_point m_last = Clock::now();
};

/// One worker's memory: made when its thread first gets a sample.
struct Worker
{
    Worker(const std::shared_ptr<const Program>& program, StatisticsCollector::Counters noCounts)
        : execution(program)
        , counters(std::move(noCounts))
    {
    }

    Execution execution;
    StatisticsCollector::Counters counters;
    Clock::time_point handedIn = Clock::now(); ///< counts
    double inferenceSeconds = 0;
};

/// One pass: everything that workers share.
class Pass
{
public:
    /// `reports`: histograms are wanted before the end.
    Pass(const Graph& graph, const Samples& samples, int workers, const HistogramSampling& sampling,
         bool reports, const Control& control)
        : m_samples(samples)
        , m_control(control)
        , m_program(watchable(graph, openShapes(graph, samples), control))
        , m_watch(watchOf(graph, *m_program))
        , m_collector(m_watch.tensors, 4 * workers, sampling)
        , m_workers(static_cast<std::size_t>(workers))
        , m_reports(reports)
    {
        m_binding = m_program->defaultBinding().cleared();
    }

    StatisticsCollector& collector() { return m_collector; }

    void runSample(std::int64_t index, int workerIndex)
    {
        std::optional<Worker>& slot = m_workers[static_cast<std::size_t>(workerIndex)];
        if (!slot)
            slot.emplace(m_program, m_collector.counters());
        const TensorMap inputs = m_samples.load(index);
        auto result = m_collector.emptyResult();
        for (std::size_t i = 0; i < m_watch.inputs; ++i)
            lookAtInput(i, index, inputs, *slot, result);
        infer(index, inputs, *slot, result);
        m_collector.deliver(index, m_samples.id(index), std::move(result));
        constexpr double interval = 0.2; // somewhat less than that of partial reports
        if (!m_reports || secondsSince(slot->handedIn) < interval)
            return;
        m_collector.takeCounts(slot->counters);
        slot->handedIn = Clock::now();
    }

    void takeAllCounts()
    {
        for (auto& worker : m_workers)
            if (worker)
                m_collector.takeCounts(worker->counters);
    }

    double inferenceSeconds() const
    {
        double sum = 0;
        for (const auto& worker : m_workers)
            if (worker)
                sum += worker->inferenceSeconds;
        return sum / static_cast<double>(m_workers.size());
    }

private:
    static std::shared_ptr<const Program> watchable(const Graph& graph, std::map<std::string, Shape> shapes,
                                                    const Control& control)
    {
        CompileOptions compile;
        compile.inputShapes = std::move(shapes);
        compile.keepSlots = false;
        compile.tapAll = true;
        compile.tapInPlace = true;
        return Program::compile(graph, compile, control);
    }

    void lookAtInput(std::size_t tensor, std::int64_t sample, const TensorMap& inputs, Worker& worker,
                     StatisticsCollector::SampleResult& result)
    {
        const auto found = inputs.find(m_watch.tensors[tensor].value);
        if (found == inputs.end())
            return; // Execution::run says what is missing
        const Tensor reals = found->second.converted(DType::float32);
        m_collector.look({tensor, sample, reals.shape(), reals.data<float>()}, worker.counters, result);
    }

    void infer(std::int64_t sample, const TensorMap& inputs, Worker& worker,
               StatisticsCollector::SampleResult& result)
    {
        double lookingSeconds = 0;
        std::map<std::string, Tap> taps;
        for (std::size_t i = m_watch.inputs; i < m_watch.tensors.size(); ++i)
            taps.emplace(m_watch.tensors[i].value, [&, i](const TapView& view) {
                const Clock::time_point start = Clock::now();
                m_collector.look({i, sample, view.shape, view.reals, view.channelsLast}, worker.counters,
                                 result);
                lookingSeconds += secondsSince(start);
            });
        const Clock::time_point start = Clock::now();
        worker.execution.run(inputs, m_binding, m_control, taps);
        worker.inferenceSeconds += secondsSince(start) - lookingSeconds;
    }

    const Samples& m_samples;
    const Control& m_control;
    std::shared_ptr<const Program> m_program;
    Watch m_watch;
    StatisticsCollector m_collector;
    Binding m_binding;
    std::vector<std::optional<Worker>> m_workers;
    bool m_reports;
};

} // namespace

Statistics collectStatistics(const Graph& graph, const Samples& samples, const Digest& dataDigest,
                             const CollectOptions& options, const Control& control)
{
    const Clock::time_point start = Clock::now();
    const std::int64_t count = options.limit > 0 ? std::min(options.limit, samples.size()) : samples.size();
    if (count < 1)
        throw Error(ErrorCode::datasetEmpty, "calibration");
    const int cores = options.workers > 0 ? options.workers : hardwareThreads();
    const int workers = static_cast<int>(std::min<std::int64_t>(cores, count));

    Pass pass(graph, samples, workers, options.sampling, options.partial != nullptr, control);
    PartialReports reports(options);
    std::atomic<std::int64_t> done = 0;
    parallelFor(count, workers, control, [&](std::int64_t index, int worker) {
        try {
            pass.runSample(index, worker);
        } catch (...) {
            pass.collector().abandon();
            throw;
        }
        control.progress(++done, count, "samples");
        reports.offer(pass.collector());
    });

    pass.takeAllCounts();
    Statistics statistics = pass.collector().snapshot();
    statistics.graph = graph.digest();
    statistics.data = dataDigest;
    statistics.inferenceSeconds = pass.inferenceSeconds();
    statistics.seconds = secondsSince(start);
    return statistics;
}

} // namespace lathe
