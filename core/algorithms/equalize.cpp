// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/algorithms/channel_limits.h"
#include "core/algorithms/layer_clamp.h"
#include "core/algorithms/scalable_layer.h"

namespace lathe {

namespace {

/// What becomes of a Clip between two layers.
enum class Clips
{
    limits,
    calibrated,
    keep
};

std::vector<Option> equalizeOptions()
{
    return {
        {.id = "rounds",
         .label = "Rounds",
         .help = "Pairs are balanced again and again, until nothing moves or so often",
         .kind = Option::Kind::integer,
         .minimum = 1,
         .maximum = 1000,
         .defaultValue = 40},
        {.id = "clips",
         .label = "Clip between layers",
         .help =
             "limits: its upper end becomes one a channel, by a Min behind it; calibrated: channels that no "
             "calibration sample clips are scaled as far as that stays so; keep: no channel behind a Clip is "
             "scaled",
         .kind = Option::Kind::choice,
         .defaultValue = static_cast<double>(Clips::limits),
         .choices = {"limits", "calibrated", "keep"}},
        {.id = "growth",
         .label = "Growth of activations",
         .help = "No channel's activations grow beyond the largest of the tensor times this: what weights "
                 "gain in "
                 "resolution, activations lose",
         .minimum = 0.01,
         .maximum = 1e6,
         .defaultValue = 10},
        {.id = "absorb",
         .label = "Move offsets into the next bias",
         .help = "What a channel never fell below in calibration; on other data this changes the float model",
         .kind = Option::Kind::flag,
         .defaultValue = 0}};
}

/// Two layers, the second reading the first alone, with nothing or a clamp at 0 between.
struct Pair
{
    std::size_t first;
    std::size_t second;
    Clamp clamp;
    std::vector<double> scales; ///< by channel: the product of all scales
    std::vector<double> floors; ///< the smallest such product; infinite: not to be scaled
};

class Equalizer
{
public:
    Equalizer(QuantState& state, const AlgorithmContext& context, const std::vector<Option>& declared)
        : m_state(state)
        , m_context(context)
        , m_rounds(static_cast<int>(optionValue(declared, context.options, "rounds")))
        , m_clips(static_cast<Clips>(optionValue(declared, context.options, "clips")))
        , m_growth(optionValue(declared, context.options, "growth"))
        , m_absorb(optionValue(declared, context.options, "absorb") != 0)
        , m_layers(scalableLayers(state.graph))
    {
    }

    std::vector<LayerNote> run()
    {
        findPairs();
        if (m_pairs.empty())
            return {{"", 0, 0, "there are no two layers behind one another that could be balanced"}};
        for (int round = 0; round < m_rounds; ++round) {
            m_context.control.throwIfStopped();
            double moved = 0;
            for (Pair& pair : m_pairs)
                moved = std::max(moved, balance(pair));
            if (moved < 1e-3)
                break;
        }
        if (m_absorb)
            for (const Pair& pair : m_pairs)
                absorb(pair);
        storeLayers(m_state.graph, m_layers);
        if (m_clips == Clips::limits)
            limitChannels();
        resolveAnew(m_state, m_context);
        return notes();
    }

private:
    const std::string& nameOf(ValueId id) const { return m_state.graph.value(id).name; }

    void findPairs()
    {
        const Graph& graph = m_state.graph;
        for (std::size_t first = 0; first < m_layers.size(); ++first) {
            const ScalableLayer& a = m_layers[first];
            const std::vector<NodeId> readers = graph.consumers(a.layer.output);
            if (readers.size() != 1 || graph.isOutput(a.layer.output))
                continue;
            const auto b = std::find_if(m_layers.begin(), m_layers.end(), [&](const ScalableLayer& layer) {
                return layer.layer.nodes.front() == readers[0] &&
                       graph.node(readers[0]).input(0) == a.layer.output;
            });
            const Clamp clamp = clampOf(graph, a.layer);
            const bool passes = clamp.kind != Clamp::Kind::other &&
                                (clamp.kind != Clamp::Kind::clip || m_clips != Clips::keep);
            if (b == m_layers.end() || !passes ||
                a.geometry.conv.has_value() != b->geometry.conv.has_value() ||
                a.geometry.rows() != b->inputChannels())
                continue;
            m_pairs.push_back({first, static_cast<std::size_t>(b - m_layers.begin()), clamp,
                               std::vector<double>(static_cast<std::size_t>(a.geometry.rows()), 1.0),
                               floorsOf(a, clamp)});
        }
    }

    std::vector<double> floorsOf(const ScalableLayer& layer, const Clamp& clamp) const
    {
        constexpr double fixed = std::numeric_limits<double>::infinity();
        const bool clip = clamp.kind == Clamp::Kind::clip;
        const std::vector<double> largest =
            largestOfChannels(*m_state.statistics, nameOf(layer.layer.output));
        std::vector<double> floors(static_cast<std::size_t>(layer.geometry.rows()), clip ? fixed : 0.0);
        if (largest.size() != floors.size())
            return floors;
        const double allowed = m_growth * *std::max_element(largest.begin(), largest.end());
        const bool endStays = clip && m_state.graph.consumers(clamp.endOperand).size() > 1;
        for (std::size_t channel = 0; channel < floors.size(); ++channel) {
            floors[channel] = allowed > 0 ? largest[channel] / allowed : 0.0;
            if (clip && m_clips == Clips::calibrated)
                floors[channel] = largest[channel] < clamp.end ? largest[channel] / clamp.end : fixed;
            else if (endStays)
                floors[channel] = std::max(floors[channel], 1.0);
        }
        return floors;
    }

    /// The largest weight that reads a channel which is not constant.
    static double largestOfComputed(ScalableLayer& first, ScalableLayer& second)
    {
        double largest = 0;
        for (std::int64_t channel = 0; channel < first.geometry.rows(); ++channel)
            if (first.largestOfRow(channel) > 0)
                largest = std::max(largest, second.largestOfReaders(channel));
        return largest;
    }

    /// Gives both sides of every channel the same range: s = sqrt(range1 / range2). A constant channel, whose
    /// row is all 0, only has to stay out of the way. Returns the largest |log2 s|.
    double balance(Pair& pair)
    {
        ScalableLayer& first = m_layers[pair.first];
        ScalableLayer& second = m_layers[pair.second];
        const double ordinary = largestOfComputed(first, second);
        double moved = 0;
        for (std::int64_t channel = 0; channel < first.geometry.rows(); ++channel) {
            const double before = first.largestOfRow(channel), behind = second.largestOfReaders(channel);
            double& total = pair.scales[static_cast<std::size_t>(channel)];
            const double floor = pair.floors[static_cast<std::size_t>(channel)];
            if (!(behind > 0 && std::isfinite(floor)))
                continue;
            const double wanted = before > 0 ? std::sqrt(before / behind) : std::min(1.0, ordinary / behind);
            const double scale = std::max(wanted, floor / total);
            if (!std::isfinite(scale) || scale == 1)
                continue;
            first.scaleRow(channel, 1 / scale);
            second.scaleReaders(channel, scale);
            total *= scale;
            moved = std::max(moved, std::abs(std::log2(scale)));
        }
        return moved;
    }

    /// A Clip ends where its scaled channel does: the farthest end stands in the Clip, the others in a Min
    /// behind it.
    void limitChannels()
    {
        ChannelLimits limits;
        for (const Pair& pair : m_pairs) {
            if (pair.clamp.kind != Clamp::Kind::clip)
                continue;
            std::vector<double> ends;
            for (const double scale : pair.scales)
                ends.push_back(pair.clamp.end / scale);
            const auto [nearest, farthest] = std::minmax_element(ends.begin(), ends.end());
            if (m_state.graph.consumers(pair.clamp.endOperand).size() == 1)
                setConstant(m_state.graph, nameOf(pair.clamp.endOperand), {&*farthest, 1});
            if (*nearest < *farthest || *nearest < pair.clamp.end) {
                const std::string& value = nameOf(m_layers[pair.first].layer.output);
                limits[value] = channelLimit(m_state.graph, value, ends);
            }
        }
        addChannelLimits(m_state.graph, limits);
    }

    /// A channel that stays above c behind a Relu can do so without c, which then stands in the next layer's
    /// bias.
    void absorb(const Pair& pair)
    {
        ScalableLayer& first = m_layers[pair.first];
        ScalableLayer& second = m_layers[pair.second];
        const auto known = m_state.statistics->tensors.find(nameOf(first.layer.output));
        if (pair.clamp.kind != Clamp::Kind::relu || first.bias.empty() || second.bias.empty() ||
            (second.geometry.conv && second.geometry.conv->window.padded()) ||
            known == m_state.statistics->tensors.end() ||
            known->second.channels.size() != first.biases.size())
            return;
        for (std::size_t channel = 0; channel < first.biases.size(); ++channel) {
            const double offset = double{known->second.channels[channel].minimum} / pair.scales[channel];
            if (!(offset > 0))
                continue;
            first.biases[channel] -= offset;
            second.forEachReader(static_cast<std::int64_t>(channel), [&](std::int64_t row, double& weight) {
                second.biases[static_cast<std::size_t>(row)] += weight * offset;
            });
            first.changed = second.changed = true;
        }
    }

    std::vector<LayerNote> notes() const
    {
        std::vector<LayerNote> result;
        for (const ScalableLayer& layer : m_layers)
            if (layer.changed)
                result.push_back({layer.layer.id, 0, 0, {}});
        return result;
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    int m_rounds;
    Clips m_clips;
    double m_growth;
    bool m_absorb;
    std::vector<ScalableLayer> m_layers;
    std::vector<Pair> m_pairs;
};

std::vector<LayerNote> runEqualize(QuantState& state, const AlgorithmContext& context)
{
    return Equalizer(state, context, equalizeOptions()).run();
}

} // namespace

void register_equalize(Table<Algorithm>& table)
{
    table.add(
        {.id = "equalize",
         .label = "Cross-layer equalization",
         .summary =
             "Scales channels of one layer up and those that read them down, so that their weights have like "
             "ranges (Nagel et al., \"Data-Free Quantization Through Weight Equalization and Bias "
             "Correction\", ICCV 2019).",
         .options = equalizeOptions(),
         .run = runEqualize,
         .judgedWithBias = true});
}

} // namespace lathe
