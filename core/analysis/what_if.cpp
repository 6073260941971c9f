// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/what_if.h"

#include "core/runtime/add_tap.h"
#include "core/runtime/boundary_tensor.h"
#include "core/quant/plan_slots.h"
#include "core/analysis/probe.h"
#include "core/base/parallel.h"
#include "core/evaluation/classes.h"
#include "core/quant/apply.h"
#include "core/quant/export_qdq.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>

namespace lathe {
namespace {

constexpr int checkpointCount = 16;

EncodingPtr encodingOf(const std::map<std::string, EncodingPtr>& map, const std::string& key)
{
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second;
}

/// Layers whose own entry differs; nothing when defaults differ and everything must be resolved anew.
std::optional<std::set<std::string>> changedLayers(const QuantPlan& before, const QuantPlan& after)
{
    QuantPlan a = before;
    QuantPlan b = after;
    a.layers.clear();
    b.layers.clear();
    if (!(a == b))
        return std::nullopt;
    std::set<std::string> changed;
    for (const auto& [id, plan] : before.layers)
        if (const auto other = after.layers.find(id); other == after.layers.end() || !(other->second == plan))
            changed.insert(id);
    for (const auto& [id, plan] : after.layers)
        if (!before.layers.contains(id))
            changed.insert(id);
    return changed;
}

/// Wilson's 95 % interval of a proportion.
std::pair<double, double> wilson(double share, double n)
{
    const double z = 1.959963984540054;
    const double center = (share + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

}

struct WhatIf::Impl
{
    Impl(std::shared_ptr<const Graph> itsGraph, std::vector<Layer> itsLayers, std::shared_ptr<const Statistics> itsStatistics,
         const PlacementRules& itsRules, const Options& itsOptions)
        : graph(std::move(itsGraph))
        , layers(std::move(itsLayers))
        , statistics(std::move(itsStatistics))
        , rules(itsRules)
        , resolver(*graph, *statistics, rules)
        , options(itsOptions)
        , workers(itsOptions.workers > 0 ? itsOptions.workers : hardwareThreads())
    {
    }

    std::shared_ptr<const Graph> graph;
    std::vector<Layer> layers;
    std::shared_ptr<const Statistics> statistics;
    const PlacementRules& rules;
    PlanResolver resolver;
    Options options;
    int workers;

    std::shared_ptr<const Program> program;
    std::vector<std::unique_ptr<Execution>> executions;
    std::vector<Checkpoint> checkpoints;
    WatchedOutputs watchedOutput; ///< of the first output
    std::vector<ProbeSample> samples;
    bool classes = true;

    // What the newest update() left: empty before the first one.
    std::shared_ptr<const WhatIfResult> last;
    QuantPlan lastPlan; ///< with layer ids for names
    Binding binding;

    void compileProgram(const Control& control)
    {
        CompileOptions compile;
        compile.tapAll = true;
        compile.points = planSlots(findPoints(*graph, layers, rules));
        program = Program::compile(*graph, compile, control);
        for (int i = 0; i < workers; ++i)
            executions.push_back(std::make_unique<Execution>(program));
        checkpoints = chooseCheckpoints(*program, *executions.front(), checkpointCount);
        watchedOutput = WatchedOutputs(program->graph(), {program->graph().outputs.front()}, *program);
        binding = program->defaultBinding().cleared();
    }

    std::vector<WatchedLayer> watch(const Binding& setting) const
    {
        return options.layerFigures ? watchedLayers(*program, {program, setting}, layers) : std::vector<WatchedLayer>();
    }

    /// As many of the first samples as fit into half of the budget with their float activations; at least 4.
    std::int64_t probeCount(const Samples& source, const std::vector<WatchedLayer>& watched) const
    {
        std::int64_t bytes = 1;
        for (const WatchedLayer& layer : watched) {
            const Value& value = program->graph().value(program->graph().find(layer.value));
            bytes += value.shape->elements() * static_cast<std::int64_t>(sizeof(float));
        }
        const std::int64_t fitting = std::max<std::int64_t>(4, options.cacheBytes / 2 / bytes);
        return std::min({fitting, static_cast<std::int64_t>(options.probeSamples), source.size()});
    }

    void runFloat(const Samples& source, const Control& control)
    {
        const Binding floating = binding.withPrecision(Precision::floating);
        const std::vector<WatchedLayer> watched = watch(floating);
        samples.resize(static_cast<std::size_t>(probeCount(source, watched)));
        parallelFor(static_cast<std::int64_t>(samples.size()), workers, control, [&](std::int64_t index, int worker) {
            ProbeSample& sample = samples[static_cast<std::size_t>(index)];
            sample.inputs = source.load(index);
            sample.floatParts = watchedOutput.of(*program, [&](TapMap taps) {
                for (const WatchedLayer& layer : watched)
                    addTap(taps, layer.value, [&sample](const TapView& view) {
                        sample.floatValues[view.value].assign(view.reals.begin(), view.reals.end());
                    });
                return sample.floatOutputs =
                           executions[static_cast<std::size_t>(worker)]->run(sample.inputs, floating, control, taps);
            });
            control.progress(index + 1, static_cast<std::int64_t>(samples.size()), "preparing the probe set");
        });
    }

    std::shared_ptr<const Resolved> resolvePlan(const QuantPlan& plan, const Control& control) const
    {
        if (last)
            if (const auto changed = changedLayers(lastPlan, plan))
                return std::make_shared<const Resolved>(
                    resolver.resolve(plan, last->resolved.get(), &*changed, control));
        return std::make_shared<const Resolved>(resolver.resolve(plan, nullptr, nullptr, control));
    }

    /// The new settings, and the first step that they touch (stepCount() when none does).
    std::pair<Binding, int> rebind(const Resolved& resolved) const
    {
        std::map<int, SlotSetting> settings;
        int first = last ? program->stepCount() : -1;
        for (int slot = 0; slot < static_cast<int>(program->allSlots().size()); ++slot) {
            SlotSetting setting = planSetting(program->allSlots()[static_cast<std::size_t>(slot)], resolved);
            if (sameSetting(setting, binding.setting(slot)))
                continue;
            first = std::min(first, program->writtenBy(slot));
            settings[slot] = std::move(setting);
        }
        return {binding.with(settings).withPrecision(options.precision), first};
    }

    /// The last checkpoint at or before `step` whose values every sample has; 0 = from the start.
    int restartStep(int step) const
    {
        int restart = 0;
        for (const Checkpoint& checkpoint : checkpoints)
            if (checkpoint.step <= step && !samples.front().checkpoints.empty() &&
                samples.front().checkpoints.contains(checkpoint.step))
                restart = std::max(restart, checkpoint.step);
        return restart;
    }

    /// Boundaries to keep while running from `restart`, the last ones first, under the budget.
    std::vector<const Checkpoint*> checkpointsToKeep(int restart) const
    {
        std::int64_t left = options.cacheBytes / 2 / std::max<std::int64_t>(1, static_cast<std::int64_t>(samples.size()));
        std::vector<const Checkpoint*> kept;
        for (const Checkpoint& checkpoint : checkpoints) {
            if (checkpoint.bytes > left)
                continue;
            left -= checkpoint.bytes;
            if (checkpoint.step > restart)
                kept.push_back(&checkpoint);
        }
        return kept;
    }

    /// One sample from `restart` on; leaves the state of `sample` untouched and returns the new one.
    ProbeSample rerun(const ProbeSample& sample, int restart, const Binding& next,
                      const std::vector<WatchedLayer>& watched, const std::vector<const Checkpoint*>& keep,
                      Execution& execution, const Control& control) const
    {
        ProbeSample result;
        result.figures = sample.figures.empty() ? std::vector<LayerFigures>(watched.size()) : sample.figures;
        TensorMap seen;
        std::map<std::string, Tap> taps;
        for (const Checkpoint* checkpoint : keep)
            for (const std::string& value : checkpoint->values)
                taps[value] = [this, &seen](const TapView& view) {
                    seen[view.value] = boundaryTensor(*program, view);
                };
        for (std::size_t i = 0; i < watched.size(); ++i)
            addTap(taps, watched[i].value, [&, i](const TapView& view) {
                const auto& reference = sample.floatValues.at(view.value);
                result.figures[i] = LayerFigures{};
                measureAccumulated(watched[i], reference, view, true, result.figures[i]);
            });
        if (restart > 0)
            seen = sample.checkpoints.at(restart);
        const auto run = [&](const TapMap& ofParts) {
            for (const auto& [value, tap] : ofParts)
                addTap(taps, value, tap);
            return result.outputs =
                       restart > 0 ? execution.runFrom(restart, sample.checkpoints.at(restart), next, control, taps)
                                   : execution.run(sample.inputs, next, control, taps);
        };
        result.parts = watchedOutput.of(*program, run, sample.parts);
        for (std::size_t i = 0; i < watched.size(); ++i) {
            LayerFigures own;
            measureLocal(watched[i], sample.floatValues.at(watched[i].value), own);
            result.figures[i].id = watched[i].id;
            result.figures[i].local = own.local;
            result.figures[i].clipped = own.clipped;
            result.figures[i].elements = own.elements;
            result.figures[i].zeroScale = own.zeroScale;
        }
        keepCheckpoints(sample, restart, keep, seen, result);
        return result;
    }

    /// Checkpoints before the restart stay; later ones are made of what the taps saw (or of earlier boundaries).
    static void keepCheckpoints(const ProbeSample& before, int restart, const std::vector<const Checkpoint*>& keep,
                                const TensorMap& seen, ProbeSample& result)
    {
        for (const auto& [step, values] : before.checkpoints)
            if (step <= restart)
                result.checkpoints[step] = values;
        for (const Checkpoint* checkpoint : keep) {
            TensorMap values;
            for (const std::string& name : checkpoint->values) {
                if (const auto found = seen.find(name); found != seen.end())
                    values[name] = found->second;
                else if (const auto input = before.inputs.find(name); input != before.inputs.end())
                    values[name] = input->second;
            }
            if (values.size() == checkpoint->values.size())
                result.checkpoints[checkpoint->step] = std::move(values);
        }
    }

    void fillWeightSqnr(WhatIfResult& result) const
    {
        for (const Layer& layer : layers) {
            if (!layer.weight.valid())
                continue;
            const Value& weight = graphOf(layer, *graph).value(layer.weight);
            const EncodingPtr encoding = encodingOf(result.resolved->encodings.weights, weight.name);
            if (!encoding) {
                result.weightSqnrDb[layer.id] = std::numeric_limits<double>::infinity();
                continue;
            }
            if (last && encodingOf(last->resolved->encodings.weights, weight.name) == encoding &&
                last->weightSqnrDb.contains(layer.id)) {
                result.weightSqnrDb[layer.id] = last->weightSqnrDb.at(layer.id);
                continue;
            }
            const auto codes = result.resolved->codes.weights.find(weight.name);
            const Tensor real = codes != result.resolved->codes.weights.end() ? dequantize(codes->second, *encoding)
                                                                             : fakeQuantize(weight.constant, *encoding);
            result.weightSqnrDb[layer.id] = compare(weight.constant, real).sqnrDb();
        }
    }

    void fillTotals(WhatIfResult& result, const std::vector<ProbeSample>& runs, const Binding& setting,
                    const std::vector<WatchedLayer>& watched) const
    {
        const Graph& compiled = program->graph();
        result.layers.resize(watched.size());
        for (std::size_t i = 0; i < watched.size(); ++i)
            result.layers[i].id = watched[i].id;
        for (const ValueId id : compiled.outputs)
            result.outputs.push_back({compiled.value(id).name, {}});
        double agreeing = 0;
        PartErrors parts;
        for (std::size_t s = 0; s < runs.size(); ++s) {
            for (std::size_t i = 0; i < watched.size(); ++i)
                addFigures(result.layers[i], runs[s].figures[i]);
            for (OutputFigures& output : result.outputs)
                output.error.merge(compare(samples[s].floatOutputs.at(output.name), runs[s].outputs.at(output.name)));
            add(parts, watchedOutput.errors(samples[s].floatParts, runs[s].parts, &setting));
            const std::string& first = result.outputs.front().name;
            agreeing += largestIndex(samples[s].floatOutputs.at(first)) == largestIndex(runs[s].outputs.at(first)) ? 1 : 0;
        }
        const auto n = static_cast<double>(runs.size());
        result.outputSqnrDb = sqnrDb(parts);
        result.agreement = agreeing / n;
        result.givesClasses = classes;
        std::tie(result.agreementLow, result.agreementHigh) = wilson(result.agreement, n);
        if (!options.layerFigures)
            return;
        for (const Layer& layer : layers)
            result.floatBytes += layer.parameters * static_cast<std::int64_t>(sizeof(float));
        result.sizeBytes =
            packedSizeBytes(applyEncodings(*graph, result.resolved->encodings, result.resolved->codes));
    }
};

WhatIf::WhatIf(std::shared_ptr<const Graph> graph, std::vector<Layer> layers,
               std::shared_ptr<const Statistics> statistics, const Samples& samples, const PlacementRules& rules,
               Options options, const Control& control)
    : m_impl(std::make_unique<Impl>(std::move(graph), std::move(layers), std::move(statistics), rules, options))
{
    if (samples.size() == 0)
        throw Error(ErrorCode::datasetEmpty, "probe set");
    m_impl->compileProgram(control);
    m_impl->classes = givesClasses(m_impl->program->graph(), samples);
    m_impl->runFloat(samples, control);
}

WhatIf::~WhatIf() = default;

std::shared_ptr<const WhatIfResult> WhatIf::update(const QuantPlan& plan, const Control& control)
{
    const auto start = std::chrono::steady_clock::now();
    Impl& impl = *m_impl;
    auto result = std::make_shared<WhatIfResult>();
    result->plan = plan;
    const QuantPlan byId = withLayerIds(plan, impl.layers);
    result->resolved = impl.resolvePlan(byId, control);
    const auto [next, firstStep] = impl.rebind(*result->resolved);
    const int restart = impl.restartStep(std::max(firstStep, 0));
    const auto keep = impl.checkpointsToKeep(restart);
    const std::vector<WatchedLayer> watched = impl.watch(next);

    std::vector<ProbeSample> runs(impl.samples.size());
    parallelFor(static_cast<std::int64_t>(runs.size()), impl.workers, control, [&](std::int64_t index, int worker) {
        const auto at = static_cast<std::size_t>(index);
        runs[at] = impl.rerun(impl.samples[at], restart, next, watched, keep,
                              *impl.executions[static_cast<std::size_t>(worker)], control);
    });
    if (impl.options.layerFigures)
        impl.fillWeightSqnr(*result);
    impl.fillTotals(*result, runs, next, watched);
    result->stepsReused = restart;
    result->stepsRun = impl.program->stepCount() - restart;

    for (std::size_t i = 0; i < runs.size(); ++i) {
        impl.samples[i].outputs = std::move(runs[i].outputs);
        impl.samples[i].parts = std::move(runs[i].parts);
        impl.samples[i].figures = std::move(runs[i].figures);
        impl.samples[i].checkpoints = std::move(runs[i].checkpoints);
    }
    impl.binding = next;
    result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    impl.last = result;
    impl.lastPlan = byId;
    return result;
}

}
