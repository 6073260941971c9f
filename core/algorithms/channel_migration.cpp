// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/channel_migration.h"

#include <algorithm>

#include "core/algorithms/channel_factors.h"
#include "core/algorithms/channel_limits.h"
#include "core/algorithms/layer_clamp.h"

namespace lathe {

namespace {

bool keepsLastAxis(const Graph& graph, const Node& node)
{
    if (node.op != "Reshape" && node.op != "Squeeze" && node.op != "Unsqueeze" && node.op != "Identity")
        return false;
    const auto& from = graph.value(node.input(0)).shape;
    const auto& to = graph.value(node.outputs[0]).shape;
    return from && to && from->rank() > 0 && to->rank() > 0 &&
           (*from)[from->rank() - 1] == (*to)[to->rank() - 1];
}

} // namespace

/// Looks for one value's makers and readers.
class MovableFinder
{
public:
    MovableFinder(const Graph& graph, const std::vector<ScalableLayer>& layers)
        : m_graph(graph)
        , m_layers(layers)
    {
    }

    /// False where something else reads the value, or it is made in a way that cannot be scaled.
    bool find(ValueId value, MovableValue& found) const
    {
        found.name = m_graph.value(value).name;
        if (!findReaders(value, found) || found.readers.empty())
            return false;
        const ScalableLayer& reader = m_layers[found.readers.front()];
        found.channels = reader.inputChannels();
        const bool conv = reader.geometry.conv.has_value();
        return std::all_of(found.readers.begin(), found.readers.end(),
                           [&](std::size_t index) {
                               return m_layers[index].inputChannels() == found.channels &&
                                      m_layers[index].geometry.conv.has_value() == conv;
                           }) &&
               findMakers(value, found, conv);
    }

private:
    bool findReaders(ValueId value, MovableValue& found) const
    {
        if (m_graph.isOutput(value))
            return false;
        for (const NodeId id : m_graph.consumers(value)) {
            const Node& node = m_graph.node(id);
            const auto layer = std::find_if(m_layers.begin(), m_layers.end(), [&](const ScalableLayer& one) {
                return one.layer.nodes.front() == id && node.input(0) == value;
            });
            if (layer != m_layers.end())
                found.readers.push_back(static_cast<std::size_t>(layer - m_layers.begin()));
            else if (!keepsLastAxis(m_graph, node) || !findReaders(node.outputs[0], found))
                return false;
        }
        return true;
    }

    bool takeConstant(ValueId id, MovableValue& found) const
    {
        if (!id.valid() || !m_graph.value(id).isConstant() || m_graph.consumers(id).size() != 1)
            return false;
        const Tensor& constant = m_graph.value(id).constant;
        const Shape& shape = constant.shape();
        if (constant.dtype() != DType::float32 || constant.elements() != found.channels ||
            shape.rank() == 0 || shape[shape.rank() - 1] != found.channels)
            return false;
        found.constants.push_back(m_graph.value(id).name);
        return true;
    }

    bool isMadeByLayer(ValueId value, MovableValue& found, bool conv) const
    {
        const auto maker = std::find_if(m_layers.begin(), m_layers.end(),
                                        [&](const ScalableLayer& one) { return one.layer.output == value; });
        if (maker == m_layers.end())
            return false;
        const Clamp clamp = clampOf(m_graph, maker->layer);
        found.makers.push_back(static_cast<std::size_t>(maker - m_layers.begin()));
        found.end = clamp.end;
        return clamp.kind != Clamp::Kind::other && maker->geometry.rows() == found.channels &&
               maker->geometry.conv.has_value() == conv;
    }

    /// x * f(x), where nothing else reads x and f(x): the channels of x can be divided if the argument of f
    /// is multiplied.
    bool isGated(ValueId value, MovableValue& found, bool conv) const
    {
        const Node& product = m_graph.node(m_graph.producer(value));
        if (product.op != "Mul" || !product.domain.empty() || product.inputs.size() != 2)
            return false;
        for (std::size_t operand = 0; operand < 2; ++operand) {
            const ValueId gate = product.inputs[operand], gated = product.inputs[1 - operand];
            const NodeId function = m_graph.producer(gate);
            if (!function.valid() || m_graph.node(function).inputs != std::vector<ValueId>{gated} ||
                m_graph.consumers(gated).size() != 2 || m_graph.consumers(gate).size() != 1 ||
                m_graph.isOutput(gated) || m_graph.isOutput(gate) || !isElementwise(m_graph.node(function)))
                continue;
            if (!isMadeByLayer(gated, found, conv) ||
                clampOf(m_graph, m_layers[found.makers.front()].layer).kind != Clamp::Kind::none)
                return false;
            found.gate = m_graph.value(gate).name;
            return true;
        }
        return false;
    }

    static bool isElementwise(const Node& node)
    {
        return node.domain.empty() && (node.op == "Sigmoid" || node.op == "HardSigmoid" || node.op == "Tanh");
    }

    bool findMakers(ValueId value, MovableValue& found, bool conv) const
    {
        if (isMadeByLayer(value, found, conv))
            return true;
        const NodeId producer = m_graph.producer(value);
        if (!found.makers.empty() || !producer.valid())
            return false;
        if (isGated(value, found, conv))
            return true;
        if (!found.makers.empty() || conv)
            return false;
        const Node& node = m_graph.node(producer);
        if (node.op == "LayerNormalization" && node.domain.empty())
            return node.integer("axis", -1) == -1 && takeConstant(node.input(1), found) &&
                   (!node.input(2).valid() || takeConstant(node.input(2), found));
        const auto onlyReader = [&](ValueId id) {
            return m_graph.consumers(id).size() == 1 && !m_graph.isOutput(id);
        };
        if (keepsLastAxis(m_graph, node))
            return onlyReader(node.input(0)) && findMakers(node.input(0), found, conv);
        if ((node.op != "Mul" && node.op != "Add") || node.inputs.size() != 2)
            return false;
        const std::size_t constant = m_graph.value(node.inputs[1]).isConstant() ? 1 : 0;
        if (!takeConstant(node.inputs[constant], found))
            return false;
        const ValueId rest = node.inputs[1 - constant];
        return node.op == "Mul" || (onlyReader(rest) && findMakers(rest, found, conv));
    }

    const Graph& m_graph;
    const std::vector<ScalableLayer>& m_layers;
};

ChannelMigration::ChannelMigration(const Graph& graph)
    : m_layers(scalableLayers(graph))
{
    const MovableFinder finder(graph, m_layers);
    for (const Node& node : graph.nodes())
        for (const ValueId output : node.outputs) {
            // What only moves a value is reached from where it is made.
            MovableValue found;
            if (!output.valid() || keepsLastAxis(graph, node) || !finder.find(output, found))
                continue;
            for (const std::string& name : found.constants) {
                const std::vector<float> values = graph.value(graph.find(name)).constant.toFloats();
                m_constants[name].assign(values.begin(), values.end());
            }
            m_values.push_back(std::move(found));
        }
}

void ChannelMigration::move(const MovableValue& value, std::span<const double> scales)
{
    if (!value.gate.empty())
        m_factors[value.gate].resize(static_cast<std::size_t>(value.channels), 1.0);
    for (std::int64_t channel = 0; channel < value.channels; ++channel) {
        const double scale = scales[static_cast<std::size_t>(channel)];
        for (const std::size_t maker : value.makers)
            m_layers[maker].scaleRow(channel, 1 / scale);
        for (const std::string& name : value.constants)
            m_constants.at(name)[static_cast<std::size_t>(channel)] /= scale;
        if (!value.gate.empty())
            m_factors.at(value.gate)[static_cast<std::size_t>(channel)] *= scale;
        for (const std::size_t reader : value.readers)
            m_layers[reader].scaleReaders(channel, scale);
    }
}

void ChannelMigration::store(Graph& graph) const
{
    storeLayers(graph, m_layers);
    for (const auto& [name, values] : m_constants)
        setConstant(graph, name, values);
    ChannelFactors factors;
    for (const auto& [gate, values] : m_factors)
        if (std::any_of(values.begin(), values.end(), [](double factor) { return factor != 1; }))
            factors[gate] = channelNumbers(graph.value(graph.find(gate)), values);
    addChannelFactors(graph, factors);
}

std::vector<LayerNote> ChannelMigration::notes() const
{
    std::vector<LayerNote> result;
    for (const ScalableLayer& layer : m_layers)
        if (layer.changed)
            result.push_back({layer.layer.id, 0, 0, {}});
    if (result.empty())
        result.push_back({"", 0, 0, "no value is made and read so that its channels could be scaled"});
    return result;
}

} // namespace lathe
