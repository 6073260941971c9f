// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/evaluate.h"

#include <algorithm>
#include <chrono>

#include "core/base/ordered.h"
#include "core/base/text.h"
#include "core/evaluation/classes.h"
#include "core/evaluation/layer_figures.h"
#include "core/evaluation/possible_metrics.h"

namespace lathe {
namespace {

/// Everything one sample contributes.
struct SampleFigures
{
    SampleRecord record;
    std::map<std::string, std::pair<DetectionHits, DetectionHits>> hits; ///< metric id -> (float, quantized)
    std::vector<Comparison> outputs;
    std::vector<LayerFigures> layers;
};

/// Runs samples through both programs on one worker's executions.
class SampleRunner
{
public:
    SampleRunner(const Runnable& floating, const Runnable& quantized,
                 const std::vector<WatchedLayer>& watched, const EvaluateOptions& options,
                 const BoxDecoder* decoder, bool classes)
        : m_floating(floating)
        , m_quantized(quantized)
        , m_watched(watched)
        , m_options(options)
        , m_decoder(decoder)
        , m_classes(classes)
        , m_floatExecution(floating.program)
        , m_quantizedExecution(quantized.program)
    {
    }

    SampleFigures run(const Samples& samples, std::int64_t index, const std::vector<const Metric*>& wanted,
                      const Control& control)
    {
        SampleFigures figures;
        figures.layers.resize(m_watched.size());
        const TensorMap inputs = samples.load(index);
        const TensorMap floatOutputs = runFloat(inputs, control);
        const TensorMap outputs = runQuantized(withOwnState(samples, index, inputs), figures, control);
        for (const auto& [output, input] : samples.feedback())
            m_state[input] = outputs.at(output);
        const Graph& graph = m_floating.program->graph();
        for (const ValueId id : graph.outputs)
            figures.outputs.push_back(
                compare(floatOutputs.at(graph.value(id).name), outputs.at(graph.value(id).name)));
        const std::string& first = graph.value(graph.outputs.front()).name;
        score(samples, index, floatOutputs.at(first), outputs.at(first), wanted, figures);
        return figures;
    }

private:
    /// Where a frame follows, the quantized model goes on from what it made of the one before.
    TensorMap withOwnState(const Samples& samples, std::int64_t index, TensorMap inputs) const
    {
        if (samples.follows(index))
            for (const auto& [input, tensor] : m_state)
                inputs[input] = tensor;
        return inputs;
    }

    TensorMap runFloat(const TensorMap& inputs, const Control& control)
    {
        std::map<std::string, Tap> taps;
        for (std::size_t i = 0; i < m_watched.size(); ++i)
            taps[m_watched[i].value] = [this, i](const TapView& view) {
                m_floatValues[i].assign(view.reals.begin(), view.reals.end());
            };
        m_floatValues.resize(m_watched.size());
        return m_floatExecution.run(inputs, m_floating.binding, control, taps);
    }

    TensorMap runQuantized(const TensorMap& inputs, SampleFigures& figures, const Control& control)
    {
        std::map<std::string, Tap> taps;
        for (std::size_t i = 0; i < m_watched.size(); ++i)
            taps[m_watched[i].value] = [this, i, &figures](const TapView& view) {
                measureLocal(m_watched[i], m_floatValues[i], figures.layers[i]);
                measureAccumulated(m_watched[i], m_floatValues[i], view, m_options.channelFigures,
                                   figures.layers[i]);
            };
        return m_quantizedExecution.run(inputs, m_quantized.binding, control, taps);
    }

    void score(const Samples& samples, std::int64_t index, const Tensor& floatOutput, const Tensor& output,
               const std::vector<const Metric*>& wanted, SampleFigures& figures) const
    {
        SampleRecord& record = figures.record;
        record.id = samples.id(index);
        const std::optional<std::int64_t> label = samples.label(index);
        const Tensor target = samples.target(index);
        record.label = label.value_or(-1);
        if (m_classes) {
            record.floatClass = largestIndex(floatOutput);
            record.quantizedClass = largestIndex(output);
        }
        const MetricSample floating{floatOutput, floatOutput, label, target, m_decoder};
        const MetricSample quantized{output, floatOutput, label, target, m_decoder};
        for (const Metric* metric : wanted) {
            auto& scores = record.scores[metric->id];
            if (!metric->hits) {
                scores = {metric->score(floating), metric->score(quantized)};
                continue;
            }
            // Decoding is slow: once an output.
            const auto& hits = figures.hits[metric->id] = {metric->hits(floating), metric->hits(quantized)};
            scores = {AveragePrecision::ofOne(hits.first), AveragePrecision::ofOne(hits.second)};
        }
    }

    const Runnable& m_floating;
    const Runnable& m_quantized;
    const std::vector<WatchedLayer>& m_watched;
    const EvaluateOptions& m_options;
    const BoxDecoder* m_decoder;
    bool m_classes; ///< the first output are scores of classes
    Execution m_floatExecution;
    Execution m_quantizedExecution;
    std::vector<std::vector<float>> m_floatValues;
    TensorMap m_state; ///< by input: what the quantized model gave for the sample before
};

bool scoresClasses(const Graph& graph)
{
    const Value& output = graph.value(graph.outputs.front());
    return output.shape && output.shape->isStatic() && output.shape->rank() > 0 &&
           output.shape->elements() == (*output.shape)[output.shape->rank() - 1];
}

/// The metrics to compute: those asked for, else all that the data allow.
std::vector<const Metric*> chooseMetrics(const EvaluateOptions& options, const Samples& samples,
                                         const Graph& graph)
{
    std::vector<const Metric*> chosen;
    for (const std::string& id : options.metricIds) {
        const Metric& metric = metrics().get(id, "metric");
        if (!hasTruthFor(metric, samples))
            throw Error(ErrorCode::labelsMissing, "validation", {{"metric", id}});
        chosen.push_back(&metric);
    }
    return chosen.empty() ? possibleMetrics(samples, graph) : chosen;
}

void checkLabels(const Samples& samples, const Graph& graph, std::int64_t count)
{
    if (!scoresClasses(graph))
        return;
    const std::int64_t classes = graph.value(graph.outputs.front()).shape->elements();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto label = samples.label(i);
        if (label && (*label < 0 || *label >= classes))
            throw Error(
                ErrorCode::labelInvalid, samples.id(i),
                {{"label", std::to_string(*label)},
                 {"reason", "the model has " + std::to_string(classes) + " classes, counted from 0"}});
    }
}

/// The run so far; grows sample by sample in order.
class RunBuilder
{
public:
    RunBuilder(const std::vector<WatchedLayer>& watched, const Graph& graph,
               std::vector<const Metric*> wanted)
        : m_wanted(std::move(wanted))
    {
        for (const WatchedLayer& layer : watched) {
            LayerFigures figures;
            figures.id = layer.id;
            m_run.layers.push_back(std::move(figures));
        }
        for (const ValueId id : graph.outputs)
            m_run.outputs.push_back({graph.value(id).name, {}});
    }

    void add(SampleFigures figures)
    {
        for (std::size_t i = 0; i < figures.layers.size(); ++i)
            addFigures(m_run.layers[i], figures.layers[i]);
        for (std::size_t i = 0; i < figures.outputs.size(); ++i)
            m_run.outputs[i].error.merge(figures.outputs[i]);
        for (auto& [metric, hits] : figures.hits) {
            m_hits[metric].first.push_back(std::move(hits.first));
            m_hits[metric].second.push_back(std::move(hits.second));
        }
        m_run.samples.push_back(std::move(figures.record));
    }

    EvaluationRun finished() const
    {
        EvaluationRun run = m_run;
        for (const Metric* metric : m_wanted) {
            if (const auto hits = m_hits.find(metric->id); hits != m_hits.end()) {
                run.metrics.push_back(pairedPrecision(*metric, hits->second.first, hits->second.second));
                continue;
            }
            std::vector<double> floating;
            std::vector<double> quantized;
            for (const SampleRecord& sample : run.samples) {
                floating.push_back(sample.scores.at(metric->id).first);
                quantized.push_back(sample.scores.at(metric->id).second);
            }
            run.metrics.push_back(pairedResult(*metric, floating, quantized));
        }
        return run;
    }

private:
    EvaluationRun m_run;
    std::vector<const Metric*> m_wanted;
    /// Metric id -> hits of the float and of the quantized run, by sample.
    std::map<std::string, std::pair<std::vector<DetectionHits>, std::vector<DetectionHits>>> m_hits;
};

/// Calls `partial` at most four times a second.
class PartialReports
{
public:
    explicit PartialReports(const EvaluateOptions& options)
        : m_options(options)
    {
    }

    void offer(const RunBuilder& builder)
    {
        const auto now = std::chrono::steady_clock::now();
        if (!m_options.partial || now - m_last < std::chrono::milliseconds(250))
            return;
        m_last = now;
        m_options.partial(std::make_shared<const EvaluationRun>(builder.finished()));
    }

private:
    const EvaluateOptions& m_options;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now();
};

} // namespace

const MetricResult* EvaluationRun::metric(const std::string& id) const
{
    const auto found =
        std::find_if(metrics.begin(), metrics.end(), [&](const MetricResult& m) { return m.id == id; });
    return found == metrics.end() ? nullptr : &*found;
}

bool givesClasses(const Graph& graph, const Samples& samples)
{
    const bool labelled = samples.label(0).has_value();
    return (scoresClasses(graph) || labelled) && samples.targetInfo().kind == TargetKind::none;
}

bool suitsTargets(const Metric& metric, const TargetInfo& targets)
{
    const bool decodes = metric.target != TargetKind::boxes || !targets.decode.is_null();
    return (metric.target == TargetKind::none || metric.target == targets.kind) && decodes;
}

EvaluationRun evaluate(const Runnable& floating, const Runnable& quantized, const std::vector<Layer>& layers,
                       const Samples& samples, const EvaluateOptions& options, const Control& control)
{
    const std::int64_t count = options.limit > 0 ? std::min(options.limit, samples.size()) : samples.size();
    if (count == 0)
        throw Error(ErrorCode::datasetEmpty, "validation");
    const Graph& graph = floating.program->graph();
    checkLabels(samples, graph, count);
    const std::vector<WatchedLayer> watched = options.layerFigures
                                                  ? watchedLayers(*floating.program, quantized, layers)
                                                  : std::vector<WatchedLayer>{};
    const std::vector<const Metric*> wanted = chooseMetrics(options, samples, graph);
    const bool classes = givesClasses(graph, samples);
    const std::shared_ptr<const BoxDecoder> decoder = makeDecoder(samples.targetInfo().decode);

    const int asked = samples.feedback().empty() ? options.workers : 1; // each frame waits for the one before
    const int workers =
        static_cast<int>(std::min<std::int64_t>(asked > 0 ? asked : hardwareThreads(), count));
    std::vector<std::unique_ptr<SampleRunner>> runners(static_cast<std::size_t>(workers));
    RunBuilder builder(watched, graph, wanted);
    PartialReports reports(options);
    parallelOrdered(
        count, workers, control,
        [&](std::int64_t index, int worker) {
            auto& runner = runners[static_cast<std::size_t>(worker)];
            if (!runner)
                runner = std::make_unique<SampleRunner>(floating, quantized, watched, options, decoder.get(),
                                                        classes);
            return runner->run(samples, index, wanted, control);
        },
        [&](std::int64_t index, SampleFigures figures) {
            builder.add(std::move(figures));
            control.progress(index + 1, count, "validating");
            reports.offer(builder);
        });
    return builder.finished();
}

} // namespace lathe
