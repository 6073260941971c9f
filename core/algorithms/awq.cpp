// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/algorithms/channel_migration.h"
#include "core/algorithms/output_error.h"
#include "core/algorithms/rounding_problem.h"
#include "core/algorithms/weight_layer.h"
#include "core/calibration/input_moments.h"
#include "core/quant/weight_resolver.h"

namespace lathe {

namespace {

std::vector<Option> awqOptions()
{
    return {{.id = "steps",
             .label = "Strengths tried",
             .help = "Between none and scales that are as uneven as the activations",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 200,
             .defaultValue = 20}};
}

class Awq
{
public:
    Awq(QuantState& state, const AlgorithmContext& context)
        : m_state(state)
        , m_context(context)
        , m_steps(static_cast<int>(optionValue(awqOptions(), context.options, "steps")))
        , m_migration(state.graph)
        , m_points(findPoints(state.graph, findLayers(state.graph), context.rules))
    {
    }

    std::vector<LayerNote> run()
    {
        collectMoments();
        const auto total = static_cast<std::int64_t>(m_migration.values().size());
        for (std::int64_t i = 0; i < total; ++i) {
            m_context.control.throwIfStopped();
            const MovableValue& value = m_migration.values()[static_cast<std::size_t>(i)];
            if (const std::vector<double> scales = bestScales(value); !scales.empty())
                m_migration.move(value, scales);
            m_context.control.progress(i + 1, total, "values");
        }
        m_migration.store(m_state.graph);
        resolveAnew(m_state, m_context);
        return m_migration.notes();
    }

private:
    const PointLayout::WeightPoint* pointOf(const ScalableLayer& layer) const
    {
        for (const PointLayout::WeightPoint& point : m_points.weights)
            if (point.value == layer.weight && !point.constantOperand &&
                m_state.resolved.encodings.weights.contains(point.value))
                return &point;
        return nullptr;
    }

    /// Second moments of what the readers read in the float run.
    void collectMoments()
    {
        const Runnable run = floatRun(m_state.graph, m_context.control);
        std::vector<ProductGeometry> geometries;
        std::vector<std::size_t> indices;
        for (const MovableValue& value : m_migration.values())
            for (const std::size_t reader : value.readers)
                if (const ScalableLayer& layer = m_migration.layers()[reader];
                    pointOf(layer) && canWatchInput(*run.program, layer.geometry)) {
                    geometries.push_back(layer.geometry);
                    indices.push_back(reader);
                }
        MomentSource source;
        source.program = run.program;
        source.floating = run.binding;
        MomentOptions options;
        options.workers = m_context.workers;
        const Control quiet(m_context.control.stopToken());
        std::vector<InputMoments> moments =
            geometries.empty() ? std::vector<InputMoments>{}
                               : collectInputMoments(source, geometries, m_context.training, options, quiet);
        for (std::size_t i = 0; i < indices.size(); ++i)
            m_moments[indices[i]] = std::move(moments[i]);
    }

    /// Root mean square of each channel, over the taps of a window.
    static std::vector<double> importance(const ScalableLayer& layer, const InputMoments& moments)
    {
        std::vector<double> squares(static_cast<std::size_t>(layer.inputChannels()), 0.0);
        for (std::int64_t channel = 0; channel < layer.inputChannels(); ++channel) {
            const double* second = moments.secondOf(channel / layer.channelsPerGroup());
            for (std::int64_t tap = 0; tap < layer.taps(); ++tap) {
                const std::int64_t k = channel % layer.channelsPerGroup() * layer.taps() + tap;
                squares[static_cast<std::size_t>(channel)] += second[k * moments.depth + k];
            }
        }
        for (double& square : squares)
            square = std::sqrt(square / static_cast<double>(layer.taps()));
        return squares;
    }

    /// The scales with which the readers' outputs change least; empty where that is without any.
    std::vector<double> bestScales(const MovableValue& value)
    {
        if (!value.gate.empty())
            return {};
        for (const std::size_t reader : value.readers)
            if (!m_moments.contains(reader))
                return {};
        const ScalableLayer& first = m_migration.layers()[value.readers.front()];
        const std::vector<double> weights = importance(first, m_moments.at(value.readers.front()));
        std::vector<double> best;
        double least = error(value, std::vector<double>(weights.size(), 1.0));
        for (int step = 1; step <= m_steps; ++step) {
            m_context.control.throwIfStopped();
            std::vector<double> scales = scalesOf(weights, static_cast<double>(step) / m_steps);
            if (const double other = error(value, scales); other < least) {
                least = other;
                best = std::move(scales);
            }
        }
        return best;
    }

    /// The importance to the power of the strength, around 1; channels that are always 0 stay.
    static std::vector<double> scalesOf(const std::vector<double>& importance, double strength)
    {
        std::vector<double> scales;
        double smallest = std::numeric_limits<double>::infinity(), largest = 0;
        for (const double weight : importance) {
            scales.push_back(weight > 0 ? std::pow(weight, strength) : 0.0);
            if (weight > 0)
                smallest = std::min(smallest, scales.back());
            largest = std::max(largest, scales.back());
        }
        for (double& scale : scales)
            scale = scale > 0 ? scale / std::sqrt(smallest * largest) : 1.0;
        return scales;
    }

    double error(const MovableValue& value, const std::vector<double>& scales)
    {
        double sum = 0;
        for (const std::size_t reader : value.readers)
            sum += readerError(m_migration.layers()[reader], m_moments.at(reader), scales);
        return sum;
    }

    /// Mean squared error of the layer's output: the trace of D H D', D what rounding the scaled weights
    /// changes.
    double readerError(const ScalableLayer& layer, const InputMoments& moments,
                       const std::vector<double>& scales) const
    {
        ScalableLayer scaled = layer;
        for (std::int64_t channel = 0; channel < layer.inputChannels(); ++channel)
            scaled.scaleReaders(channel, scales[static_cast<std::size_t>(channel)]);
        scaled.rows = roundedRows(scaled);
        for (std::int64_t channel = 0; channel < layer.inputChannels(); ++channel)
            scaled.scaleReaders(channel, 1 / scales[static_cast<std::size_t>(channel)]);
        const ProductGeometry& geometry = layer.geometry;
        double sum = 0;
        for (std::int64_t group = 0; group < geometry.groups; ++group) {
            const auto offset = group * geometry.rowsPerGroup * geometry.depth;
            const auto rowsOf = [&](const std::vector<double>& rows) {
                return Eigen::Map<const RowMatrix>(rows.data() + offset, geometry.rowsPerGroup,
                                                   geometry.depth);
            };
            const Eigen::Map<const RowMatrix> second(moments.secondOf(group), geometry.depth, geometry.depth);
            const RowMatrix change = rowsOf(layer.rows) - rowsOf(scaled.rows);
            sum += (change * second).cwiseProduct(change).sum();
        }
        return sum;
    }

    /// The weights as the plan's grid will hold them.
    std::vector<double> roundedRows(const ScalableLayer& layer) const
    {
        const PointLayout::WeightPoint& point = *pointOf(layer);
        const Tensor weight = storedWeight(layer, m_state.graph.value(layer.layer.weight).constant.shape());
        const Encoding& present = *m_state.resolved.encodings.weights.at(point.value);
        QuantSpec spec = m_context.plan.weightSpec(point.layer);
        spec.format = present.format;
        if (!present.perChannel())
            spec.granularity = {};
        const ResolvedWeight resolved =
            resolveWeight(point, weight, nullptr, spec, m_context.plan.methodOf(point.layer), nullptr);
        return weightRows(layer.geometry, dequantize(resolved.codes, *resolved.encoding));
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    int m_steps;
    ChannelMigration m_migration;
    PointLayout m_points;
    std::map<std::size_t, InputMoments> m_moments; ///< by layer
};

std::vector<LayerNote> runAwq(QuantState& state, const AlgorithmContext& context)
{
    return Awq(state, context).run();
}

} // namespace

void register_awq(Table<Algorithm>& table)
{
    table.add(
        {.id = "awq",
         .label = "Activation-aware scaling",
         .summary =
             "Multiplies weights that read large activations before they are rounded, by the power of those "
             "that changes the output least (AWQ: Lin et al., \"AWQ: Activation-aware Weight Quantization "
             "for "
             "LLM Compression and Acceleration\", MLSys 2024).",
         .options = awqOptions(),
         .run = runAwq,
         .judgedWithBias = true});
}

} // namespace lathe
