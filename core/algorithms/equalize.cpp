// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/algorithms/weight_layer.h"
#include "core/calibration/collect.h"

namespace lathe {

namespace {

std::vector<Option> equalizeOptions()
{
    return {{.id = "rounds",
             .label = "Rounds",
             .help = "Pairs are balanced again and again, until nothing moves or so often",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 1000,
             .defaultValue = 40},
            {.id = "clips",
             .label = "Clip between layers",
             .help = "calibrated: channels that no calibration sample clips are scaled as far as that stays so; "
                     "keep: no channel behind a Clip is scaled",
             .kind = Option::Kind::choice,
             .defaultValue = 0,
             .choices = {"calibrated", "keep"}},
            {.id = "absorb",
             .label = "Move offsets into the next bias",
             .help = "What a channel never fell below in calibration; on other data this changes the float model",
             .kind = Option::Kind::flag,
             .defaultValue = 0}};
}

/// A layer's weights and bias as numbers that can be scaled.
struct Side
{
    Layer layer;
    ProductGeometry geometry;
    std::string weight;
    std::string bias;            ///< "" when there is none
    std::vector<double> rows;
    std::vector<double> biases;  ///< one a row
    bool changed = false;
};

/// Two layers, the second reading the first alone, with nothing or a clamp at 0 between.
struct Pair
{
    std::size_t first;
    std::size_t second;
    bool relu = false;
    /// The smallest product of scales of each channel; infinite: not to be scaled. A Clip bounds how far outputs may grow.
    std::vector<double> floors = {};
};

class Equalizer
{
public:
    Equalizer(QuantState& state, const AlgorithmContext& context, const std::vector<Option>& declared)
        : m_state(state)
        , m_context(context)
        , m_rounds(static_cast<int>(optionValue(declared, context.options, "rounds")))
        , m_withinClips(optionValue(declared, context.options, "clips") == 0)
        , m_absorb(optionValue(declared, context.options, "absorb") != 0)
    {
    }

    std::vector<LayerNote> run()
    {
        findSides();
        findPairs();
        if (m_pairs.empty())
            return {{"", 0, 0, "there are no two layers behind one another that could be balanced"}};
        for (const Pair& pair : m_pairs)
            m_scales.emplace_back(static_cast<std::size_t>(m_sides[pair.first].geometry.rows()), 1.0);
        for (int round = 0; round < m_rounds; ++round) {
            m_context.control.throwIfStopped();
            double moved = 0;
            for (std::size_t i = 0; i < m_pairs.size(); ++i)
                moved = std::max(moved, balance(i));
            if (moved < 1e-3)
                break;
        }
        if (m_absorb)
            for (std::size_t i = 0; i < m_pairs.size(); ++i)
                absorb(i);
        store();
        resolveAnew();
        return notes();
    }

private:
    bool isOwn(ValueId constant) const
    {
        return constant.valid() && m_state.graph.value(constant).isConstant() &&
               m_state.graph.consumers(constant).size() == 1;
    }

    void findSides()
    {
        const Graph& graph = m_state.graph;
        for (const Layer& layer : findLayers(graph)) {
            std::string reason;
            const auto geometry = productGeometry(graph, layer, reason);
            if (!geometry || !isOwn(layer.weight))
                continue;
            Side side{layer, *geometry, graph.value(layer.weight).name, {}, {}, {}};
            side.rows = weightRows(*geometry, graph.value(layer.weight).constant);
            if (layer.bias.valid()) {
                const Tensor& bias = graph.value(layer.bias).constant;
                if (!isOwn(layer.bias) || bias.elements() != geometry->rows() || bias.dtype() != DType::float32 ||
                    graph.node(layer.nodes.front()).real("beta", 1) != 1.0F)
                    continue;
                side.bias = graph.value(layer.bias).name;
                const std::vector<float> values = bias.toFloats();
                side.biases.assign(values.begin(), values.end());
            }
            m_sides.push_back(std::move(side));
        }
    }

    enum class Between { none, relu, clip, other };

    /// What stands between the layer's product and its output.
    Between clampOf(const Layer& layer) const
    {
        Between between = Between::none;
        for (std::size_t i = 1; i < layer.nodes.size(); ++i) {
            const Node& node = m_state.graph.node(layer.nodes[i]);
            if (node.op == "Add")
                continue;
            if (node.op == "Relu")
                between = Between::relu;
            else if (node.op == "Clip" && startsAtZero(node))
                between = Between::clip;
            else
                return Between::other;
        }
        return between;
    }

    bool startsAtZero(const Node& node) const
    {
        const Tensor* low = node.input(1).valid() ? m_state.graph.constant(node.input(1)) : nullptr;
        return low && low->elements() == 1 && low->at(0) == 0;
    }

    void findPairs()
    {
        const Graph& graph = m_state.graph;
        for (std::size_t first = 0; first < m_sides.size(); ++first) {
            const Side& a = m_sides[first];
            const std::vector<NodeId> readers = graph.consumers(a.layer.output);
            if (readers.size() != 1 || graph.isOutput(a.layer.output))
                continue;
            const auto reads = [&](const Side& side) {
                return side.layer.nodes.front() == readers[0] && graph.node(readers[0]).input(0) == a.layer.output;
            };
            const auto b = std::find_if(m_sides.begin(), m_sides.end(), reads);
            const Between between = clampOf(a.layer);
            const bool passes = between == Between::none || between == Between::relu ||
                                (between == Between::clip && m_withinClips);
            if (b == m_sides.end() || !passes || a.geometry.conv.has_value() != b->geometry.conv.has_value() ||
                a.geometry.rows() != b->geometry.groups * channelsPerGroup(b->geometry))
                continue;
            Pair pair{first, static_cast<std::size_t>(b - m_sides.begin()), between == Between::relu};
            pair.floors = between == Between::clip ? clipFloors(a)
                                                   : std::vector<double>(static_cast<std::size_t>(a.geometry.rows()), 0.0);
            m_pairs.push_back(std::move(pair));
        }
    }

    /// A channel that stays below the Clip's upper end may grow up to that end; one that reaches it must stay.
    std::vector<double> clipFloors(const Side& side) const
    {
        constexpr double fixed = std::numeric_limits<double>::infinity();
        std::vector<double> floors(static_cast<std::size_t>(side.geometry.rows()), fixed);
        const auto known = m_state.statistics->tensors.find(m_state.graph.value(side.layer.output).name);
        if (known == m_state.statistics->tensors.end() || known->second.channels.size() != floors.size())
            return floors;
        const double high = clipEnd(side.layer);
        for (std::size_t channel = 0; channel < floors.size(); ++channel)
            if (const double largest = double{known->second.channels[channel].maximum}; largest < high)
                floors[channel] = largest / high;
        return floors;
    }

    /// The upper end of the layer's Clip; 0 where it is not a constant, which no channel stays below.
    double clipEnd(const Layer& layer) const
    {
        for (const NodeId id : layer.nodes) {
            const Node& node = m_state.graph.node(id);
            if (node.op != "Clip")
                continue;
            if (!node.input(2).valid())
                return std::numeric_limits<double>::infinity();
            const Tensor* high = m_state.graph.constant(node.input(2));
            return high && high->elements() == 1 ? high->at(0) : 0;
        }
        return 0;
    }

    static std::int64_t taps(const ProductGeometry& geometry)
    {
        return geometry.conv ? geometry.conv->window.kernelElements() : 1;
    }
    static std::int64_t channelsPerGroup(const ProductGeometry& geometry) { return geometry.depth / taps(geometry); }

    /// Calls use(weight) for all weights that read the input channel.
    template <typename Use>
    static void forEachReader(Side& side, std::int64_t channel, Use use)
    {
        const ProductGeometry& geometry = side.geometry;
        const std::int64_t perGroup = channelsPerGroup(geometry);
        const std::int64_t group = channel / perGroup;
        const std::int64_t first = channel % perGroup * taps(geometry);
        for (std::int64_t row = group * geometry.rowsPerGroup; row < (group + 1) * geometry.rowsPerGroup; ++row)
            for (std::int64_t k = first; k < first + taps(geometry); ++k)
                use(row, side.rows[static_cast<std::size_t>(row * geometry.depth + k)]);
    }

    static std::span<double> rowOf(Side& side, std::int64_t row)
    {
        const auto depth = static_cast<std::size_t>(side.geometry.depth);
        return {side.rows.data() + static_cast<std::size_t>(row) * depth, depth};
    }

    /// Gives both sides of every channel the same range: s = sqrt(range1 / range2). Returns the largest |log2 s|.
    double balance(std::size_t index)
    {
        Side& first = m_sides[m_pairs[index].first];
        Side& second = m_sides[m_pairs[index].second];
        double moved = 0;
        for (std::int64_t channel = 0; channel < first.geometry.rows(); ++channel) {
            double before = 0, behind = 0;
            for (const double weight : rowOf(first, channel))
                before = std::max(before, std::abs(weight));
            forEachReader(second, channel,
                          [&](std::int64_t, double& weight) { behind = std::max(behind, std::abs(weight)); });
            double& total = m_scales[index][static_cast<std::size_t>(channel)];
            const double floor = m_pairs[index].floors[static_cast<std::size_t>(channel)];
            if (!(before > 0 && behind > 0 && std::isfinite(floor)))
                continue;
            const double scale = std::max(std::sqrt(before / behind), floor / total);
            if (!std::isfinite(scale) || scale == 1)
                continue;
            for (double& weight : rowOf(first, channel))
                weight /= scale;
            if (!first.bias.empty())
                first.biases[static_cast<std::size_t>(channel)] /= scale;
            forEachReader(second, channel, [&](std::int64_t, double& weight) { weight *= scale; });
            total *= scale;
            moved = std::max(moved, std::abs(std::log2(scale)));
        }
        first.changed = second.changed = true;
        return moved;
    }

    /// A channel that stays above c behind a Relu can do so without c, which then stands in the next layer's bias.
    void absorb(std::size_t index)
    {
        const Pair& pair = m_pairs[index];
        Side& first = m_sides[pair.first];
        Side& second = m_sides[pair.second];
        const auto known = m_state.statistics->tensors.find(m_state.graph.value(first.layer.output).name);
        if (!pair.relu || first.bias.empty() || second.bias.empty() || (second.geometry.conv && second.geometry.conv->window.padded()) ||
            known == m_state.statistics->tensors.end() || known->second.channels.size() != first.biases.size())
            return;
        for (std::size_t channel = 0; channel < first.biases.size(); ++channel) {
            const double offset =
                double{known->second.channels[channel].minimum} / m_scales[index][channel];
            if (!(offset > 0))
                continue;
            first.biases[channel] -= offset;
            forEachReader(second, static_cast<std::int64_t>(channel), [&](std::int64_t row, double& weight) {
                second.biases[static_cast<std::size_t>(row)] += weight * offset;
            });
        }
    }

    void setConstant(const std::string& name, const std::function<double(std::size_t)>& value)
    {
        Value& constant = m_state.graph.value(m_state.graph.find(name));
        std::vector<float> values(static_cast<std::size_t>(constant.constant.elements()));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(value(i));
        constant.constant = Tensor::of<float>(constant.constant.shape(), std::span<const float>(values));
    }

    void store()
    {
        for (const Side& side : m_sides) {
            if (!side.changed)
                continue;
            std::vector<double> stored(side.rows.size());
            for (std::int64_t row = 0; row < side.geometry.rows(); ++row)
                for (std::int64_t k = 0; k < side.geometry.depth; ++k)
                    stored[weightIndex(side.geometry, row, k)] =
                        side.rows[static_cast<std::size_t>(row * side.geometry.depth + k)];
            setConstant(side.weight, [&](std::size_t i) { return stored[i]; });
            if (!side.bias.empty())
                setConstant(side.bias, [&](std::size_t i) { return side.biases[i]; });
        }
    }

    /// Ranges belong to a graph: pass 1 once more, then grids and codes.
    void resolveAnew()
    {
        CollectOptions options;
        options.workers = m_context.workers;
        m_state.statistics = std::make_shared<const Statistics>(collectStatistics(
            m_state.graph, m_context.calibration, m_context.dataDigest, options, m_context.control));
        m_state.resolved = resolve(m_context.plan, m_state.graph, *m_state.statistics, m_context.rules, nullptr,
                                   nullptr, m_context.control);
        m_state.biases.clear();
    }

    std::vector<LayerNote> notes() const
    {
        std::vector<LayerNote> result;
        for (const Side& side : m_sides)
            if (side.changed)
                result.push_back({side.layer.id, 0, 0, {}});
        return result;
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    int m_rounds;
    bool m_withinClips;
    bool m_absorb;
    std::vector<Side> m_sides;
    std::vector<Pair> m_pairs;
    std::vector<std::vector<double>> m_scales;   ///< by pair: the product of all scales of a channel
};

std::vector<LayerNote> runEqualize(QuantState& state, const AlgorithmContext& context)
{
    return Equalizer(state, context, equalizeOptions()).run();
}

} // namespace

void register_equalize(Table<Algorithm>& table)
{
    table.add({.id = "equalize",
               .label = "Cross-layer equalization",
               .summary = "Scales channels of one layer up and those that read them down, so that their weights have like "
                          "ranges (Nagel et al., \"Data-Free Quantization Through Weight Equalization and Bias "
                          "Correction\", ICCV 2019).",
               .options = equalizeOptions(),
               .run = runEqualize,
               .judgedWithBias = true});
}

} // namespace lathe
