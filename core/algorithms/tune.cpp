// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <random>

#include "core/algorithms/distillation.h"
#include "core/algorithms/output_error.h"
#include "core/algorithms/picture_variation.h"
#include "core/algorithms/sample_order.h"
#include "core/algorithms/training.h"
#include "core/algorithms/tuned_numbers.h"
#include "core/base/ordered.h"

namespace lathe {

namespace {

struct TuneOptions
{
    std::int64_t epochs = 0;
    std::int64_t batch = 0;
    TuneRates rates;
    double features = 0;
    bool mirror = true;
    std::int64_t shift = 0;
};

class Tuning
{
public:
    Tuning(QuantState& state, const AlgorithmContext& context, const TuneOptions& options)
        : m_state(state)
        , m_context(context)
        , m_options(options)
        , m_graph(trainingGraph(state.graph))
        , m_numbers(
              state, context.rules,
              weightLayers(state, context.rules, *floatRun(state.graph, context.control).program, m_notes))
        , m_watched(valuesToWatch(m_graph, m_numbers.layers(), options.features))
        , m_teacher(m_graph, {}, {}, namesOf(m_watched))
        , m_student(m_graph, m_numbers.grids(), m_numbers.trained(), namesOf(m_watched))
        , m_quiet(context.control.stopToken())
        , m_workers(context.workers > 0 ? context.workers : hardwareThreads())
    {
    }

    std::vector<LayerNote> run()
    {
        measureSignals();
        m_isPicture = m_context.training.size() > 0 && m_context.training.preview(0).has_value();
        const std::int64_t size = m_context.training.size();
        const std::int64_t batches = (size + m_options.batch - 1) / m_options.batch;
        const std::int64_t total = batches * m_options.epochs;
        SampleOrder order(size, seed);
        for (std::int64_t step = 0; step < total; ++step) {
            takeStep(order.next(m_options.batch), step, total);
            m_context.control.progress(step + 1, total, "steps");
        }
        m_numbers.keep(m_state);
        for (const WeightLayer& layer : m_numbers.layers())
            m_notes.push_back({layer.layer.id, 0, 0, {}});
        return std::move(m_notes);
    }

private:
    static constexpr std::uint64_t seed = 20;

    static std::vector<std::string> namesOf(const std::vector<WatchedValue>& watched)
    {
        std::vector<std::string> names;
        for (const WatchedValue& value : watched)
            names.push_back(value.name);
        return names;
    }

    /// Errors count in parts of the mean square sum of the value in the float model.
    void measureSignals()
    {
        std::vector<double> signals(m_watched.size(), 0.0);
        parallelOrdered(
            m_context.training.size(), m_workers, m_quiet,
            [&](std::int64_t index, int) {
                const GridTape::Run run =
                    m_teacher.forward(trainingInputs(m_context.training, index), {}, m_quiet);
                std::vector<double> squares;
                for (std::size_t i = 0; i < m_watched.size(); ++i) {
                    double sum = 0;
                    for (const float value : m_teacher.watched(run, i).data<float>())
                        sum += double{value} * double{value};
                    squares.push_back(sum);
                }
                return squares;
            },
            [&](std::int64_t, const std::vector<double>& squares) {
                for (std::size_t i = 0; i < squares.size(); ++i)
                    signals[i] += squares[i] / static_cast<double>(m_context.training.size());
            });
        for (std::size_t i = 0; i < signals.size(); ++i)
            m_weights.push_back(signals[i] > 0 ? m_watched[i].share / signals[i] : 0);
    }

    /// A sample as this step sees it.
    TensorMap inputsOf(std::int64_t index, std::int64_t step) const
    {
        TensorMap inputs = trainingInputs(m_context.training, index);
        if (!m_isPicture)
            return inputs;
        std::mt19937_64 generator(seed +
                                  static_cast<std::uint64_t>(step * m_context.training.size() + index));
        const auto draw = [&] {
            const auto range = static_cast<std::uint64_t>(2 * m_options.shift + 1);
            return static_cast<std::int64_t>(generator() % range) - m_options.shift;
        };
        PictureVariation variation;
        variation.mirrored = (generator() >> 63) != 0 && m_options.mirror;
        variation.down = draw();
        variation.right = draw();
        for (auto& [name, input] : inputs)
            if (const auto axes = pictureAxes(input))
                input = varied(input, *axes, variation);
        return inputs;
    }

    GridTape::Result gradientsOf(const TensorMap& inputs, const TapeState& tapeState) const
    {
        const GridTape::Run expected = m_teacher.forward(inputs, {}, m_quiet);
        const GridTape::Run run = m_student.forward(inputs, tapeState, m_quiet);
        std::vector<Tensor> gradients;
        for (std::size_t i = 0; i < m_watched.size(); ++i) {
            const Tensor& actual = m_student.watched(run, i);
            Tensor gradient(DType::float32, actual.shape());
            squaredError(m_teacher.watched(expected, i).data<float>(), actual.data<float>(), m_weights[i],
                         gradient.mutableData<float>());
            gradients.push_back(std::move(gradient));
        }
        return m_student.backward(run, gradients, tapeState, m_quiet);
    }

    void takeStep(const std::vector<std::int64_t>& samples, std::int64_t step, std::int64_t total)
    {
        const TapeState tapeState = m_numbers.tapeState();
        const GridTape::Result sum =
            batchGradients(samples, tapeState, m_workers, m_quiet, [&](std::int64_t sample) {
                return gradientsOf(inputsOf(sample, step), tapeState);
            });
        m_numbers.step(sum, m_options.rates, shareOfRates(step, total));
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    TuneOptions m_options;
    Graph m_graph; ///< without 16-bit floats
    std::vector<LayerNote> m_notes;
    TunedNumbers m_numbers;
    std::vector<WatchedValue> m_watched;
    GridTape m_teacher, m_student;
    std::vector<double> m_weights; ///< by watched value
    Control m_quiet;               ///< inner progress would jump back and forth; steps are what counts
    int m_workers;
    bool m_isPicture = false;
};

std::vector<Option> tuneOptions()
{
    std::vector<Option> options{{.id = "epochs",
                                 .label = "Passes over the samples",
                                 .kind = Option::Kind::integer,
                                 .minimum = 1,
                                 .maximum = 100000,
                                 .defaultValue = 40},
                                batchOption()};
    for (Option& rate : rateOptions({.weights = 0.01, .scales = 0.002, .biases = 0.003, .ranges = 0.02}))
        options.push_back(std::move(rate));
    options.push_back({.id = "features",
                       .label = "Weight of the layers' outputs",
                       .help = "Of all together, against that of the model's outputs, which is 1",
                       .maximum = 1000,
                       .defaultValue = 0.2});
    options.push_back({.id = "mirror",
                       .label = "Mirrored pictures too",
                       .help = "Shows half of the pictures mirrored left to right",
                       .kind = Option::Kind::flag,
                       .defaultValue = 1});
    options.push_back({.id = "shift",
                       .label = "Largest shift of pictures",
                       .help = "In pixels, each time another one",
                       .kind = Option::Kind::integer,
                       .minimum = 0,
                       .maximum = 64,
                       .defaultValue = 0});
    return options;
}

std::vector<LayerNote> runTune(QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Option> declared = tuneOptions();
    const auto value = [&](const char* id) { return optionValue(declared, context.options, id); };
    TuneOptions options;
    options.epochs = static_cast<std::int64_t>(value("epochs"));
    options.batch = static_cast<std::int64_t>(value("batch"));
    options.rates = ratesOf(declared, context.options);
    options.features = value("features");
    options.mirror = value("mirror") != 0;
    options.shift = static_cast<std::int64_t>(value("shift"));
    return Tuning(state, context, options).run();
}

} // namespace

void register_tune(Table<Algorithm>& table)
{
    table.add({.id = "tune",
               .label = "Fine-tuning by distillation",
               .summary =
                   "Moves codes, scales, ranges and biases of all layers together towards the float model's "
                   "outputs (Finkelstein et al., \"QFT: Post-training Quantization via Fast Joint Finetuning "
                   "of All Degrees of Freedom\", 2022, with learned steps by Esser et al., ICLR 2020).",
               .options = tuneOptions(),
               .run = runTune});
}

} // namespace lathe
