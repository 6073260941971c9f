// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/input_walk.h"

#include <algorithm>

#include "core/algorithms/output_error.h"
#include "core/base/ordered.h"
#include "core/graph/segment.h"
#include "core/quant/apply.h"

namespace lathe {

namespace {

std::vector<std::string> inputsOf(const std::vector<WeightLayer>& layers)
{
    std::vector<std::string> names;
    for (const WeightLayer& layer : layers)
        names.push_back(layer.geometry.input);
    return names;
}

/// The segment as the quantized graph computes it: its values are on grids at the same places.
Graph quantizedSegment(const QuantState& state, const Graph& segment)
{
    Encodings encodings = state.resolved.encodings;
    std::erase_if(encodings.activations, [&](const auto& entry) {
        return entry.first.find("->") == std::string::npos && !segment.find(entry.first).valid();
    });
    std::map<std::string, Tensor> biases = state.biases;
    std::erase_if(biases, [&](const auto& entry) { return !segment.find(entry.first).valid(); });
    return applyEncodings(withConstants(segment, biases), encodings, state.resolved.codes);
}

/// A graph input as the quantized graph reads it.
Tensor onGrid(const QuantState& state, const std::string& name, const Tensor& value)
{
    const auto found = state.resolved.encodings.activations.find(name);
    return found == state.resolved.encodings.activations.end()
               ? value
               : fakeQuantize(value.converted(DType::float32), *found->second);
}

} // namespace

/// How the inputs of some layers come from what is known.
struct InputWalk::Stage
{
    const QuantState& state;
    std::vector<std::string> wanted;
    Segment segment;
    bool readsSamples = false;  ///< some source is an input of the model
    Runnable runs[2];           ///< no programs where everything is known
    std::set<std::string> keep; ///< outputs of the segment that go to memory
    mutable std::vector<std::unique_ptr<Execution>> executions[2]; ///< by worker
};

InputWalk::InputWalk(const Samples& samples, int workers, bool quantized, std::int64_t memoryBytes)
    : m_samples(samples)
    , m_workers(workers > 0 ? workers : hardwareThreads())
    , m_quantized(quantized)
    , m_memoryBytes(memoryBytes)
{
    for (std::vector<TensorMap>& values : m_values)
        values.resize(static_cast<std::size_t>(samples.size()));
}

InputWalk::~InputWalk() = default;

InputWalk::Stage InputWalk::prepare(const QuantState& state, const std::vector<std::string>& wanted,
                                    const std::vector<std::string>& later, const Control& control) const
{
    Stage stage{state, wanted, segmentOf(state.graph, m_kept, wanted), false, {}, {}, {}};
    for (const std::string& name : stage.segment.sources)
        stage.readsSamples = stage.readsSamples || !m_kept.contains(name);
    Graph& segment = stage.segment.graph;
    if (segment.outputs.empty())
        return stage;
    for (const ValueId input : segment.inputs)
        if (m_kept.contains(segment.value(input).name))
            segment.value(input).shape = m_values[0].front().at(segment.value(input).name).shape();
    stage.runs[0] = floatRun(segment, control);
    if (m_quantized)
        stage.runs[1] =
            compileFor(RunMode::simulated, quantizedSegment(state, segment), observable(), control);
    for (auto& executions : stage.executions)
        executions.resize(static_cast<std::size_t>(m_workers));
    stage.keep = worthKeeping(state.graph, stage, later);
    return stage;
}

/// The outputs that later inputs come from, as many as fit, in the order of the segment.
std::set<std::string> InputWalk::worthKeeping(const Graph& graph, const Stage& stage,
                                              const std::vector<std::string>& later) const
{
    const Graph& segment = stage.segment.graph;
    std::set<std::string> known = m_kept;
    for (const ValueId output : segment.outputs)
        known.insert(segment.value(output).name);
    const std::set<std::string> needed = segmentOf(graph, known, later).sources;
    std::int64_t bytes = 0;
    for (const std::string& name : m_kept)
        bytes += m_values[0].front().at(name).byteSize();
    std::set<std::string> keep;
    for (const ValueId output : segment.outputs) {
        const std::string& name = segment.value(output).name;
        const Graph& concrete = stage.runs[0].program->graph();
        const Value& value = concrete.value(concrete.find(name));
        if (!needed.contains(name) || !value.shape || !value.shape->isStatic())
            continue;
        const std::int64_t more = value.shape->elements() * dtypeSize(value.dtype);
        if ((bytes + more) * m_samples.size() * (m_quantized ? 2 : 1) > m_memoryBytes)
            continue;
        bytes += more;
        keep.insert(name);
    }
    return keep;
}

void InputWalk::record(const Stage& stage, std::int64_t sample, int worker, SampleInputs& result,
                       const Control& control)
{
    const TensorMap loaded = stage.readsSamples ? m_samples.load(sample) : TensorMap{};
    for (int side = 0; side < (m_quantized ? 2 : 1); ++side) {
        TensorMap& known = m_values[side][static_cast<std::size_t>(sample)];
        TensorMap made;
        if (stage.runs[side].program) {
            TensorMap inputs;
            for (const ValueId id : stage.segment.graph.inputs) {
                const std::string& name = stage.segment.graph.value(id).name;
                inputs[name] = m_kept.contains(name) ? known.at(name) : loaded.at(name);
            }
            auto& execution = stage.executions[side][static_cast<std::size_t>(worker)];
            if (!execution)
                execution = std::make_unique<Execution>(stage.runs[side].program);
            made = execution->run(inputs, stage.runs[side].binding, control);
        }
        for (const std::string& name : stage.wanted) {
            std::vector<float>& values = (side == 0 ? result.reference : result.test)[name];
            if (const auto found = made.find(name); found != made.end())
                values = found->second.toFloats();
            else if (m_kept.contains(name))
                values = known.at(name).toFloats();
            else
                values =
                    (side == 0 ? loaded.at(name) : onGrid(stage.state, name, loaded.at(name))).toFloats();
        }
        for (const std::string& name : stage.keep)
            known[name] = made.at(name);
    }
}

/// Lets go of what no later input comes from.
void InputWalk::settle(const Graph& graph, const Stage& stage, const std::vector<std::string>& later)
{
    m_kept.insert(stage.keep.begin(), stage.keep.end());
    const std::set<std::string> needed = segmentOf(graph, m_kept, later).sources;
    std::erase_if(m_kept, [&](const std::string& name) { return !needed.contains(name); });
    for (std::vector<TensorMap>& values : m_values)
        for (TensorMap& sample : values)
            std::erase_if(sample, [&](const auto& entry) { return !m_kept.contains(entry.first); });
}

std::vector<InputMoments> InputWalk::collect(const QuantState& state, const std::vector<WeightLayer>& layers,
                                             const std::vector<WeightLayer>& later,
                                             const MomentOptions& options, const Control& control)
{
    if (m_samples.size() < 1)
        throw Error(ErrorCode::datasetEmpty, "calibration");
    std::vector<ProductGeometry> geometries;
    for (const WeightLayer& layer : layers)
        geometries.push_back(layer.geometry);
    const Stage stage = prepare(state, inputsOf(layers), inputsOf(later), control);
    const auto recordSample = [&](std::span<const ProductGeometry>, std::int64_t sample, int worker) {
        SampleInputs inputs;
        record(stage, sample, worker, inputs, control);
        return inputs;
    };
    MomentOptions used = options;
    used.workers = m_workers;
    std::vector<InputMoments> moments =
        collectInputMoments(recordSample, m_quantized, m_samples.size(), geometries, used, control);
    settle(state.graph, stage, inputsOf(later));
    return moments;
}

void InputWalk::visit(const QuantState& state, const WeightLayer& layer, const std::vector<WeightLayer>& later,
                      const Take& take, const Control& control)
{
    const Stage stage = prepare(state, inputsOf({layer}), inputsOf(later), control);
    const std::string& name = layer.geometry.input;
    parallelOrdered(
        m_samples.size(), m_workers, control,
        [&](std::int64_t sample, int worker) {
            SampleInputs inputs;
            record(stage, sample, worker, inputs, control);
            const std::vector<float>& reference = inputs.reference.at(name);
            return take(reference, m_quantized ? inputs.test.at(name) : reference);
        },
        [](std::int64_t, const std::function<void()>& keep) { keep(); });
    settle(state.graph, stage, inputsOf(later));
}

void InputWalk::changed(const Graph& graph, const std::vector<WeightLayer>& layers)
{
    std::erase_if(m_kept, [&](const std::string& name) {
        const Graph past = segmentOf(graph, {}, {name}).graph;
        return std::any_of(layers.begin(), layers.end(),
                           [&](const WeightLayer& layer) { return past.find(layer.point.value).valid(); });
    });
}

} // namespace lathe
