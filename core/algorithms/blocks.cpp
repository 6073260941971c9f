// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/algorithms/block_training.h"
#include "core/algorithms/model_blocks.h"
#include "core/algorithms/output_error.h"
#include "core/algorithms/training.h"
#include "core/algorithms/varied_samples.h"
#include "core/base/parallel.h"
#include "core/graph/segment.h"

namespace lathe {

namespace {

struct BlockOptions
{
    BlockTrainingOptions training;
    std::int64_t layers = 0;
    std::int64_t views = 1; ///< of each picture
};

class BlockReconstruction
{
public:
    BlockReconstruction(QuantState& state, const AlgorithmContext& context, const BlockOptions& options)
        : m_state(state)
        , m_context(context)
        , m_options(options)
        , m_graph(trainingGraph(state.graph))
        , m_layers(
              weightLayers(state, context.rules, *floatRun(state.graph, context.control).program, m_notes))
        , m_blocks(modelBlocks(m_graph, m_layers, options.layers))
        , m_quiet(context.control.stopToken())
        , m_workers(context.workers > 0 ? context.workers : hardwareThreads())
    {
    }

    std::vector<LayerNote> run()
    {
        loadSamples();
        for (const ModelBlock& block : m_blocks)
            m_totalSteps += block.layers > 0 ? m_options.training.steps : 0;
        for (std::size_t i = 0; i < m_blocks.size(); ++i)
            treat(i);
        return std::move(m_notes);
    }

private:
    /// Of the values kept between two blocks; with more there are fewer samples.
    static constexpr std::int64_t memoryBytes = std::int64_t{2} << 30;

    void loadSamples()
    {
        const VariedSamples samples(m_context.training, m_options.views);
        const std::int64_t most =
            memoryBytes / std::max<std::int64_t>(1, bytesASample(trainingInputs(samples, 0)));
        m_floating.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(most, 1, samples.size())));
        parallelFor(static_cast<std::int64_t>(m_floating.size()), m_workers, m_quiet,
                    [&](std::int64_t i, int) {
                        m_floating[static_cast<std::size_t>(i)] = trainingInputs(samples, i);
                    });
        m_quantized = m_floating;
        for (const ValueId id : m_graph.inputs)
            m_given.insert(m_graph.value(id).name);
    }

    /// Inputs and outputs of the largest block, in the float model and in the quantized one.
    std::int64_t bytesASample(const TensorMap& inputs) const
    {
        std::int64_t before = 0, largest = 0;
        for (const auto& [name, input] : inputs)
            before += input.byteSize();
        std::vector<std::string> names;
        for (const ModelBlock& block : m_blocks)
            names.insert(names.end(), block.outputs.begin(), block.outputs.end());
        const GridTape tape(m_graph, {}, {}, names);
        const std::vector<Tensor> values = runBlock(tape, {}, {inputs}, 1, m_quiet).front();
        std::size_t at = 0;
        for (const ModelBlock& block : m_blocks) {
            std::int64_t bytes = 0;
            for (std::size_t o = 0; o < block.outputs.size(); ++o)
                bytes += values[at++].byteSize();
            largest = std::max(largest, before + bytes);
            before = bytes;
        }
        return 2 * largest;
    }

    /// Names of what belongs to a block: not the values that earlier blocks made.
    std::set<std::string> insideOf(const Graph& block) const
    {
        std::set<std::string> names;
        for (const Value& value : block.values())
            if (!m_given.contains(value.name) || m_graph.isInput(m_graph.find(value.name)))
                names.insert(value.name);
        return names;
    }

    void treat(std::size_t index)
    {
        const ModelBlock& block = m_blocks[index];
        const Segment segment = segmentOf(m_graph, m_given, block.outputs);
        const std::set<std::string> inside = insideOf(segment.graph);
        const BlockOutputs expected =
            runBlock(GridTape(segment.graph, {}, {}, block.outputs), {}, m_floating, m_workers, m_quiet);
        if (block.layers > 0)
            train(block, segment.graph, inside, expected);
        const TunedNumbers now(m_state, m_context.rules, m_layers, &inside);
        const GridTape student(segment.graph, gridsInside(now.grids(), inside), {}, block.outputs);
        goOn(index, expected, runBlock(student, now.tapeState(), m_quantized, m_workers, m_quiet));
    }

    /// Takes the numbers over where they are better on the samples themselves.
    void train(const ModelBlock& block, const Graph& graph, const std::set<std::string>& inside,
               const BlockOutputs& expected)
    {
        TunedNumbers numbers(m_state, m_context.rules, m_layers, &inside);
        const GridTape student(graph, gridsInside(numbers.grids(), inside), numbers.trained(), block.outputs);
        BlockTraining training(student, numbers, {m_quantized, m_floating, expected}, m_workers, m_quiet);
        const double before = training.sqnrDb();
        training.run(m_options.training,
                     [this] { m_context.control.progress(++m_stepsDone, m_totalSteps, "steps"); });
        const double after = training.sqnrDb();
        if (after > before)
            numbers.keep(m_state);
        for (const WeightLayer& layer : numbers.layers())
            m_notes.push_back({layer.layer.id, before, std::max(before, after), {}});
    }

    /// From here on the block's outputs are given; what no later block reads is forgotten.
    void goOn(std::size_t index, const BlockOutputs& floating, const BlockOutputs& quantized)
    {
        const std::vector<std::string>& outputs = m_blocks[index].outputs;
        m_given.insert(outputs.begin(), outputs.end());
        std::set<std::string> needed;
        for (std::size_t later = index + 1; later < m_blocks.size(); ++later)
            needed.merge(segmentOf(m_graph, m_given, m_blocks[later].outputs).sources);
        const auto update = [&](TensorMap& values, const std::vector<Tensor>& made) {
            for (std::size_t o = 0; o < outputs.size(); ++o)
                values[outputs[o]] = made[o];
            std::erase_if(values, [&](const auto& entry) { return !needed.contains(entry.first); });
        };
        for (std::size_t i = 0; i < m_floating.size(); ++i) {
            update(m_floating[i], floating[i]);
            update(m_quantized[i], quantized[i]);
        }
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    BlockOptions m_options;
    Graph m_graph; ///< without 16-bit floats
    std::vector<LayerNote> m_notes;
    std::vector<WeightLayer> m_layers;
    std::vector<ModelBlock> m_blocks;
    Control m_quiet; ///< inner progress would jump back and forth; steps are what counts
    int m_workers;
    std::vector<TensorMap> m_floating, m_quantized; ///< by sample: values that later blocks read
    std::set<std::string> m_given;                  ///< their names, and those that were there before
    std::int64_t m_stepsDone = 0, m_totalSteps = 0;
};

std::vector<Option> blockOptions()
{
    std::vector<Option> options{{.id = "steps",
                                 .label = "Steps a block",
                                 .kind = Option::Kind::integer,
                                 .minimum = 1,
                                 .maximum = 1000000,
                                 .defaultValue = 300},
                                batchOption(),
                                {.id = "layers",
                                 .label = "Layers a block",
                                 .help = "At least so many with weights; a residual block stays whole",
                                 .kind = Option::Kind::integer,
                                 .minimum = 1,
                                 .maximum = 1000,
                                 .defaultValue = 3}};
    for (Option& rate : rateOptions({.weights = 0.01, .scales = 0.002, .biases = 0.003, .ranges = 0.005}))
        options.push_back(std::move(rate));
    options.push_back({.id = "drop",
                       .label = "Drop half of the activations' grids",
                       .help = "Lets half of the activations through as they are, at each step others",
                       .kind = Option::Kind::flag,
                       .defaultValue = 0});
    options.push_back(viewsOption(2));
    return options;
}

std::vector<LayerNote> runBlocks(QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Option> declared = blockOptions();
    const auto value = [&](const char* id) { return optionValue(declared, context.options, id); };
    BlockOptions options;
    options.training.steps = static_cast<std::int64_t>(value("steps"));
    options.training.batch = static_cast<std::int64_t>(value("batch"));
    options.training.drop = value("drop") != 0;
    options.training.rates = ratesOf(declared, context.options);
    options.layers = static_cast<std::int64_t>(value("layers"));
    options.views = static_cast<std::int64_t>(value("views"));
    return BlockReconstruction(state, context, options).run();
}

} // namespace

void register_blocks(Table<Algorithm>& table)
{
    table.add({.id = "blocks",
               .label = "Block reconstruction",
               .summary =
                   "Moves codes, scales, ranges and biases of a few layers at a time towards the float "
                   "model's values behind them (Li et al., \"BRECQ: Pushing the Limit of Post-Training "
                   "Quantization by Block Reconstruction\", ICLR 2021, with learned steps by Esser et "
                   "al., ICLR 2020; dropping by Wei et al., \"QDrop\", ICLR 2022).",
               .options = blockOptions(),
               .run = runBlocks});
}

} // namespace lathe
