// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/integer_sums.h"

#include <algorithm>
#include <string>

namespace lathe {

namespace {

bool canSaturate(std::int64_t first, std::int64_t second, int low, int high)
{
    const auto most = [&](std::int64_t w) { return std::max(w * low, w * high); };
    const auto least = [&](std::int64_t w) { return std::min(w * low, w * high); };
    return most(first) + most(second) > INT16_MAX || least(first) + least(second) < INT16_MIN;
}

struct WeightMatrix
{
    std::vector<std::int32_t> values; ///< [channels, depth, taps]
    std::int64_t channels = 0, depth = 0;
};

/// The weight with its output channels first; groups of a transposed convolution are not told apart by
/// channel.
WeightMatrix matrixOf(const Tensor& codes, const Encoding& encoding, int axis)
{
    const Shape& shape = codes.shape();
    const std::vector<std::int64_t> all = codes.toIntegers();
    const std::int64_t inner = shape.elements(axis + 1, shape.rank()), outer = shape.elements(0, axis);
    WeightMatrix matrix{std::vector<std::int32_t>(all.size()), shape[axis], 0};
    const std::int64_t gridInner =
        encoding.perChannel() ? shape.elements(encoding.axis + 1, shape.rank()) : codes.elements();
    const std::int64_t size = outer * inner;
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t c = 0; c < matrix.channels; ++c)
            for (std::int64_t i = 0; i < inner; ++i) {
                const std::int64_t from = (o * matrix.channels + c) * inner + i;
                const auto grid = static_cast<std::size_t>(from / gridInner) % encoding.channels();
                matrix.values[static_cast<std::size_t>(c * size + o * inner + i)] =
                    static_cast<std::int32_t>(all[static_cast<std::size_t>(from)] - encoding.zeroPoint[grid]);
            }
    // Behind the output channels come the input channels (axis 0 of a matrix [K, N], axis 1 of a
    // convolution).
    matrix.depth = axis == 0 && shape.rank() > 1 ? shape[1] : outer;
    return matrix;
}

const Encoding* integerGrid(const std::map<std::string, EncodingPtr>& grids, const std::string& name)
{
    const auto found = grids.find(name);
    return found != grids.end() && found->second && found->second->format.isInteger() ? found->second.get()
                                                                                      : nullptr;
}

/// Of the layer's input, or of the value that moving operators made it of.
const Encoding* inputGrid(const Encodings& encodings, const Graph& graph, const Node& node)
{
    const Node* reader = &node;
    while (reader->input(0).valid()) {
        const std::string& value = graph.value(reader->inputs[0]).name;
        if (const Encoding* grid = integerGrid(encodings.activations, value))
            return grid;
        if (const Encoding* grid = integerGrid(encodings.activations, value + "->" + reader->name))
            return grid;
        const NodeId producer = graph.producer(reader->inputs[0]);
        if (!producer.valid() || kindOf(graph.node(producer)) != OpTraits::Kind::moving)
            return nullptr;
        reader = &graph.node(producer);
    }
    return nullptr;
}

std::vector<std::int32_t> biasOf(const Graph& graph, const Layer& layer, const Codes& codes,
                                 std::int64_t channels)
{
    const auto found =
        layer.bias.valid() ? codes.biases.find(graph.value(layer.bias).name) : codes.biases.end();
    if (found == codes.biases.end() || found->second.elements() != channels)
        return {};
    const std::vector<std::int64_t> values = found->second.toIntegers();
    std::vector<std::int32_t> bias(values.size());
    std::transform(values.begin(), values.end(), bias.begin(),
                   [](std::int64_t code) { return static_cast<std::int32_t>(code); });
    return bias;
}

}

IntegerSums integerSums(std::span<const std::int32_t> weights, std::int64_t channels, std::int64_t depth,
                        int low, int high, int zeroPoint, std::span<const std::int32_t> bias)
{
    IntegerSums result;
    const std::size_t row = channels == 0 ? 0 : weights.size() / static_cast<std::size_t>(channels);
    const std::int64_t taps = depth == 0 ? 0 : static_cast<std::int64_t>(row) / depth;
    const bool bytes = low >= 0 && high <= 255;
    for (std::int64_t c = 0; c < channels; ++c) {
        const auto own = weights.subspan(static_cast<std::size_t>(c) * row, row);
        SumRange sums = sumRange(own, low - zeroPoint, high - zeroPoint);
        const std::int64_t offset = bias.empty() ? 0 : bias[static_cast<std::size_t>(c)];
        sums.low += offset;
        sums.high += offset;
        result.sums.low = c == 0 ? sums.low : std::min(result.sums.low, sums.low);
        result.sums.high = c == 0 ? sums.high : std::max(result.sums.high, sums.high);
        for (std::int64_t d = 0; bytes && d + 1 < depth; d += 2)
            for (std::int64_t t = 0; t < taps; ++t) {
                ++result.pairs;
                result.saturatingPairs +=
                    canSaturate(own[static_cast<std::size_t>(d * taps + t)],
                                own[static_cast<std::size_t>((d + 1) * taps + t)], low, high);
            }
    }
    result.overflows = !result.sums.fitsInt32();
    return result;
}

std::vector<IntegerSums> integerSumsOf(const Graph& top, const std::vector<Layer>& layers,
                                       const Encodings& encodings, const Codes& codes)
{
    std::vector<IntegerSums> results;
    for (const Layer& layer : layers) {
        const Graph& graph = graphOf(layer, top);
        if (!layer.weight.valid() || layer.nodes.empty() || !graph.value(layer.weight).isConstant())
            continue;
        const Node& node = graph.node(layer.nodes.front());
        const Value& weight = graph.value(layer.weight);
        const Encoding* grid = integerGrid(encodings.weights, weight.name);
        const Encoding* input = inputGrid(encodings, graph, node);
        if (!grid || !input || input->perChannel())
            continue;
        const auto stored = codes.weights.find(weight.name);
        const Tensor held = stored == codes.weights.end() ? quantize(weight.constant, *grid) : stored->second;
        if (layer.weightChannelAxis < 0 || layer.weightChannelAxis >= held.shape().rank())
            continue;
        const WeightMatrix matrix = matrixOf(held, *grid, layer.weightChannelAxis);
        const int lift = input->format.isSigned && input->format.bits <= 8 ? 128 : 0;
        IntegerSums sums =
            integerSums(matrix.values, matrix.channels, matrix.depth, input->minimumCode + lift,
                        input->maximumCode + lift, input->zeroPoint[0] + lift,
                        biasOf(graph, layer, codes, matrix.channels));
        sums.layer = layer.id;
        results.push_back(std::move(sums));
    }
    return results;
}

std::vector<HealthFinding> healthFindings(const std::vector<IntegerSums>& layers)
{
    std::vector<HealthFinding> findings;
    for (const IntegerSums& layer : layers) {
        if (layer.overflows)
            findings.push_back({layer.layer, "overflow", static_cast<double>(layer.sums.magnitude()),
                                "Its sums can reach " + std::to_string(layer.sums.magnitude()) +
                                    " and so overflow 32 bits."});
        if (layer.saturatingPairs > 0)
            findings.push_back({layer.layer, "pairSaturation",
                                static_cast<double>(layer.saturatingPairs) / static_cast<double>(layer.pairs),
                                std::to_string(layer.saturatingPairs) + " of " + std::to_string(layer.pairs) +
                                    " pairs of products can saturate 16 bits on x86 processors without VNNI."});
    }
    return findings;
}

}
