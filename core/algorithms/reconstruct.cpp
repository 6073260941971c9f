// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/reconstruct.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/output_error.h"
#include "core/algorithms/shrinkage.h"
#include "core/algorithms/target_move.h"
#include "core/algorithms/treat_layers.h"
#include "core/algorithms/varied_samples.h"
#include "core/base/parallel.h"

namespace lathe {

namespace {

using Moment = Eigen::Map<const RowMatrix>;

class Reconstruction
{
public:
    Reconstruction(QuantState& state, const AlgorithmContext& context, const ReconstructOptions& options,
                   const RoundingSolver& solver)
        : m_state(state)
        , m_context(context)
        , m_options(options)
        , m_solver(solver)
        , m_workers(context.workers > 0 ? context.workers : hardwareThreads())
    {
    }

    std::vector<LayerNote> run()
    {
        const std::vector<WeightLayer> layers = weightLayers(
            m_state, m_context.rules, *floatRun(m_state.graph, m_context.control).program, m_notes);
        MomentOptions collect;
        collect.workers = m_workers;
        if (m_options.pull == 0 && m_options.propagate && m_context.training.size() >= fewestSamples)
            collect.halvesOf = m_context.training.size();
        const VariedSamples samples(m_context.training, m_options.views);
        treatLayers(m_state, samples, m_context.control, layers, m_options.passes, m_options.propagate,
                    collect, [this](const WeightLayer& layer, InputMoments& moments, bool first) {
                        if (!first)
                            moments.cross.clear();
                        round(layer, moments);
                    });
        return std::move(m_notes);
    }

private:
    /// With fewer samples their halves say nothing of each other.
    static constexpr std::int64_t fewestSamples = 8;
    static constexpr double pullOfFew = 1;

    double pullOf(const WeightLayer& layer, const InputMoments& moments,
                  const std::vector<double>& weights) const
    {
        if (m_options.pull > 0 || moments.cross.empty())
            return m_options.pull;
        if (moments.halves.empty())
            return pullOfFew;
        // With twice the samples chance counts half as much.
        return chosenPull(weights, moments.halves[0], moments.halves[1], layer.geometry.rowsPerGroup,
                          m_options.means && layer.hasBias(), m_context.control) /
               2;
    }

    void round(const WeightLayer& layer, InputMoments& moments)
    {
        const ProductGeometry& geometry = layer.geometry;
        const bool single = geometry.groups == 1;
        std::vector<RoundingProblem> problems(static_cast<std::size_t>(geometry.groups));
        std::vector<double> before(problems.size()), after(problems.size()), signal(problems.size());
        const std::vector<double> weights =
            weightRows(geometry, m_state.graph.value(m_state.graph.find(layer.point.value)).constant);
        const double pull = pullOf(layer, moments, weights);
        const auto solve = [&](std::int64_t group, int) {
            const auto at = static_cast<std::size_t>(group);
            problems[at] = problem(layer, moments, weights, group, pull);
            problems[at].workers = single ? m_workers : 1;
            before[at] = problems[at].totalError();
            signal[at] = problems[at].totalSignal();
            m_solver(problems[at], m_context.control);
            after[at] = problems[at].totalError();
            problems[at].second.resize(0, 0);
        };
        if (single)
            solve(0, 0);
        else
            parallelFor(geometry.groups, m_workers, m_context.control, solve);
        m_context.control.throwIfStopped();
        keep(layer, problems);
        if (moments.cross.empty())
            moments.mean = moments.referenceMean;
        if (m_options.means)
            correctBias(m_state, layer, moments);
        m_notes.push_back({layer.layer.id, decibels(signal, before), decibels(signal, after), {}});
    }

    static double decibels(const std::vector<double>& signal, const std::vector<double>& noise)
    {
        double signals = 0, noises = 0;
        for (std::size_t i = 0; i < signal.size(); ++i) {
            signals += signal[i];
            noises += noise[i];
        }
        return 10 * std::log10(std::max(signals, 1e-300) / std::max(noises, 1e-300));
    }

    RoundingProblem problem(const WeightLayer& layer, const InputMoments& moments,
                            const std::vector<double>& weights, std::int64_t group, double pull) const
    {
        const ProductGeometry& geometry = layer.geometry;
        RoundingProblem problem;
        problem.target = Moment(weights.data() + group * geometry.rowsPerGroup * geometry.depth,
                                geometry.rowsPerGroup, geometry.depth);
        const bool centred = m_options.means && layer.hasBias();
        // With at least as many observations as inputs discounting costs more than it saves.
        const double observations = independentObservations(moments.samples, moments.count);
        const bool few = m_options.shrink && observations < static_cast<double>(moments.depth);
        if (moments.cross.empty()) {
            problem.second = Moment(moments.secondOf(group), geometry.depth, geometry.depth);
            const double noise = summationNoise * problem.second.trace();
            if (centred)
                problem.second -= meanSquare(moments, group);
            shrink(problem.second, few ? shrinkageOf(problem.second, observations) : 0);
            problem.second.diagonal().array() += noise;
        } else {
            InputChange input = inputChange(moments, group, centred);
            const double chance = few ? shrinkageOf(input.second, observations) : 0;
            input.change *= 1 - chance;
            shrink(input.second, chance);
            problem.second = input.second;
            problem.second.diagonal().array() += input.noise;
            problem.target += targetMove(problem.target, std::move(input), pull, m_context.control);
        }
        dampen(problem.second, m_options.damping);
        setGrids(problem, layer, group);
        return problem;
    }

    static RowMatrix meanSquare(const InputMoments& moments, std::int64_t group)
    {
        const Eigen::Map<const Eigen::VectorXd> mean(moments.mean.data() + group * moments.depth,
                                                     moments.depth);
        return mean * mean.transpose();
    }

    void setGrids(RoundingProblem& problem, const WeightLayer& layer, std::int64_t group) const
    {
        const ProductGeometry& geometry = layer.geometry;
        const Encoding& encoding = *m_state.resolved.encodings.weights.at(layer.point.value);
        const std::vector<float> codes = m_state.resolved.codes.weights.at(layer.point.value).toFloats();
        const Tensor bias =
            layer.hasBias() ? m_state.graph.value(m_state.graph.find(layer.point.bias)).constant : Tensor();
        const std::vector<double> floors = scaleFloors(m_state, layer, bias, encoding.scale.size());
        problem.ownScales =
            encoding.scale.size() == static_cast<std::size_t>(geometry.rows()) && !onPowersOfTwo(encoding);
        for (std::int64_t r = 0; r < geometry.rowsPerGroup; ++r) {
            const std::int64_t row = group * geometry.rowsPerGroup + r;
            const std::size_t channel = encoding.scale.size() == 1 ? 0 : static_cast<std::size_t>(row);
            const int zero = encoding.zeroPoint[channel];
            problem.grids.push_back({double{encoding.scale[channel]}, floors[channel],
                                     encoding.minimumCode - zero, encoding.maximumCode - zero});
            for (std::int64_t k = 0; k < geometry.depth; ++k)
                problem.steps.push_back(static_cast<int>(codes[weightIndex(geometry, row, k)]) - zero);
        }
    }

    void keep(const WeightLayer& layer, const std::vector<RoundingProblem>& problems)
    {
        const ProductGeometry& geometry = layer.geometry;
        auto encoding = std::make_shared<Encoding>(*m_state.resolved.encodings.weights.at(layer.point.value));
        Tensor& codes = m_state.resolved.codes.weights.at(layer.point.value);
        std::vector<float> values = codes.toFloats();
        for (std::int64_t row = 0; row < geometry.rows(); ++row) {
            const RoundingProblem& problem = problems[static_cast<std::size_t>(row / geometry.rowsPerGroup)];
            const std::int64_t r = row % geometry.rowsPerGroup;
            const std::size_t channel = encoding->scale.size() == 1 ? 0 : static_cast<std::size_t>(row);
            if (problem.ownScales)
                encoding->scale[channel] =
                    static_cast<float>(problem.grids[static_cast<std::size_t>(r)].scale);
            for (std::int64_t k = 0; k < geometry.depth; ++k)
                values[weightIndex(geometry, row, k)] =
                    static_cast<float>(problem.steps[static_cast<std::size_t>(r * geometry.depth + k)] +
                                       encoding->zeroPoint[channel]);
        }
        codes = Tensor::of<float>(codes.shape(), std::span<const float>(values)).converted(codes.dtype());
        m_state.resolved.encodings.weights[layer.point.value] = std::move(encoding);
        refreshBias(m_state, layer);
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    ReconstructOptions m_options;
    const RoundingSolver& m_solver;
    int m_workers;
    std::vector<LayerNote> m_notes;
};

} // namespace

std::vector<Option> reconstructOptions()
{
    return {{.id = "damping",
             .label = "Damping",
             .help = "Added to the diagonal of the second moments, in parts of its mean",
             .minimum = 1e-6,
             .maximum = 10,
             .defaultValue = 0.01},
            {.id = "pull",
             .label = "Pull towards the float weights",
             .help = "Keeps weights from moving to make up for earlier layers; 0: as much as does best where "
                     "one half of "
                     "the samples is held against the other, layer by layer",
             .minimum = 0,
             .maximum = 100,
             .defaultValue = 0.1},
            {.id = "propagate",
             .label = "Inputs as quantized layers give them",
             .kind = Option::Kind::flag,
             .defaultValue = 1},
            {.id = "means", .label = "Correct the bias too", .kind = Option::Kind::flag, .defaultValue = 1},
            {.id = "shrink",
             .label = "Discount chance correlations",
             .help = "Trusts correlations of inputs less where there are fewer samples than inputs",
             .kind = Option::Kind::flag,
             .defaultValue = 1},
            viewsOption(1),
            passesOption()};
}

ReconstructOptions reconstructOptions(const std::vector<Option>& declared, const OptionValues& values)
{
    ReconstructOptions options;
    options.damping = optionValue(declared, values, "damping");
    options.pull = optionValue(declared, values, "pull");
    options.propagate = optionValue(declared, values, "propagate") != 0;
    options.means = optionValue(declared, values, "means") != 0;
    options.shrink = optionValue(declared, values, "shrink") != 0;
    options.views = static_cast<std::int64_t>(optionValue(declared, values, "views"));
    options.passes = static_cast<int>(optionValue(declared, values, "passes"));
    return options;
}

std::vector<LayerNote> reconstructLayers(QuantState& state, const AlgorithmContext& context,
                                         const ReconstructOptions& options, const RoundingSolver& solver)
{
    return Reconstruction(state, context, options, solver).run();
}

} // namespace lathe
