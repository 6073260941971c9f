// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/layers.h"

#include "core/ops/macs.h"

#include <algorithm>
#include <set>

#include "core/ops/channel_axis.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

using Kind = OpTraits::Kind;

class LayerFinder {
public:
    LayerFinder(const Graph& graph, GraphPtr body, std::string path, std::vector<Layer>& layers)
        : m_graph(graph), m_body(std::move(body)), m_path(std::move(path)), m_layers(layers), m_taken(graph.nodes().size(), false),
          m_live(graph.values().size(), false), m_readers(graph.values().size())
    {
        for (std::size_t i = 0; i < graph.nodes().size(); ++i)
            for (const ValueId input : graph.nodes()[i].inputs)
                if (input.valid() && (m_readers[at(input)].empty() || m_readers[at(input)].back() != node(i)))
                    m_readers[at(input)].push_back(node(i));
        // A value that a body reads must stay visible, as a graph output must.
        for (const Node& reader : graph.nodes())
            for (const GraphPtr& inner : bodies(reader))
                for (const ValueId captured : inner->captures)
                    if (const ValueId outer = graph.find(inner->value(captured).name); outer.valid())
                        m_readers[at(outer)].push_back(NodeId{});
    }

    void findInputs()
    {
        for (const ValueId id : m_graph.inputs) {
            Layer layer;
            layer.id = m_path + "input:" + m_graph.value(id).name;
            layer.name = m_graph.value(id).name;
            layer.op = "Input";
            layer.output = id;
            m_layers.push_back(std::move(layer));
        }
    }

    void findNodes()
    {
        for (const ValueId id : m_graph.inputs)
            m_live[at(id)] = true;
        for (const ValueId id : m_graph.captures)
            m_live[at(id)] = !m_fixedCaptures.contains(id);
        // All of them first: a layer looks at what stands behind it, and at that one's other operands.
        for (const Node& current : m_graph.nodes())
            markOutputs(current);
        for (std::size_t i = 0; i < m_graph.nodes().size(); ++i) {
            const Node& current = m_graph.nodes()[i];
            visitBodies(current);
            if (!m_taken[i] && isLayer(current))
                m_layers.push_back(makeLayer(node(i)));
        }
    }

private:
    /// Weights may stand outside of the body that reads them.
    void markFixedCaptures(const LayerFinder& outer)
    {
        for (const ValueId id : m_graph.captures)
            if (const ValueId source = outer.m_graph.find(m_graph.value(id).name);
                source.valid() && !outer.isLive(source))
                m_fixedCaptures.insert(id);
    }

    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
    static std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }
    static NodeId node(std::size_t index) { return NodeId{static_cast<std::int32_t>(index)}; }

    bool isLive(ValueId id) const { return id.valid() && m_live[at(id)]; }

    /// What depends on a graph input is computed anew for each sample; sizes do not count.
    void markOutputs(const Node& current)
    {
        const bool isSize = current.domain.empty() && (current.op == "Shape" || current.op == "Size");
        const bool live = !isSize && (!bodies(current).empty() ||
                                      std::any_of(current.inputs.begin(), current.inputs.end(),
                                                  [&](ValueId id) { return isLive(id); }));
        for (const ValueId output : current.outputs)
            if (output.valid())
                m_live[at(output)] = live;
    }

    void visitBodies(const Node& current)
    {
        for (const auto& [path, body] : bodiesByPath(m_graph, current)) {
            LayerFinder inner(*body, body, m_path + path, m_layers);
            inner.markFixedCaptures(*this);
            inner.findNodes();
        }
    }

    bool isLayer(const Node& current) const
    {
        if (current.outputs.empty() || !isLive(current.outputs[0]) || !bodies(current).empty())
            return false;
        if (!findOp(current))
            return true;  // so that there is a place to say that it is not known
        const DType type = m_graph.value(current.outputs[0]).dtype;
        switch (kindOf(current)) {
        case Kind::weighted: return true;
        case Kind::computing:
        case Kind::clamp: return type == DType::undefined || isFloat(type) || current.domain == "com.microsoft";
        case Kind::moving:
        case Kind::structural: return false;
        }
        return false;
    }

    Layer makeLayer(NodeId main)
    {
        const Node& current = m_graph.node(main);
        const Op* op = findOp(current);
        Layer layer;
        layer.op = current.op;
        layer.body = m_body;
        take(layer, main);
        if (kindOf(current) == Kind::weighted)
            addWeight(layer, current, op->traits);
        else
            layer.parameters = constantElements(current);
        layer.macs = macsOf(m_graph, current);
        if (op && kindOf(current) != Kind::clamp)
            foldFollowers(layer);
        layer.id = m_path + m_graph.value(layer.output).name;
        layer.name = current.name.empty() ? layer.id : current.name;
        return layer;
    }

    void take(Layer& layer, NodeId id)
    {
        m_taken[at(id)] = true;
        layer.nodes.push_back(id);
        layer.output = m_graph.node(id).outputs[0];
    }

    /// The constant behind dequantization and casts, or the operand itself.
    ValueId constantRoot(ValueId id) const
    {
        ValueId root = id;
        while (!m_graph.value(root).isConstant()) {
            const NodeId maker = m_graph.producer(root);
            if (!maker.valid())
                return id;
            const std::string& op = m_graph.node(maker).op;
            const ValueId next = m_graph.node(maker).input(0);
            if ((op != "DequantizeLinear" && op != "Cast" && op != "Identity") || !next.valid())
                return id;
            root = next;
        }
        return root;
    }

    std::int64_t elementsOf(ValueId id) const
    {
        const std::optional<Shape>& shape = m_graph.value(id).shape;
        return shape && shape->isStatic() ? shape->elements() : 0;
    }

    /// A float operand that is the same for every sample and more than one number.
    bool isParameter(ValueId id) const
    {
        return id.valid() && !isLive(id) && isFloat(m_graph.value(id).dtype) && m_graph.value(id).shape &&
               m_graph.value(id).shape->rank() > 0;
    }

    std::int64_t constantElements(const Node& current) const
    {
        std::int64_t count = 0;
        for (const ValueId id : current.inputs)
            if (isParameter(id))
                count += elementsOf(id);
        return count;
    }

    void addWeight(Layer& layer, const Node& current, const OpTraits& traits)
    {
        const ValueId weight = current.input(static_cast<std::size_t>(traits.weightOperand));
        if (!weight.valid() || isLive(weight))
            return;
        layer.weight = constantRoot(weight);
        const std::optional<Shape>& shape = m_graph.value(weight).shape;
        layer.weightChannelAxis = weightChannelAxis(current, traits, shape ? shape->rank() : 0);
        layer.parameters = elementsOf(weight);
        const bool convolves = current.op == "Conv" || current.op == "QLinearConv" || current.op == "ConvInteger";
        layer.depthwise = convolves && shape && shape->rank() > 1 && (*shape)[1] == 1 && current.integer("group", 1) > 1;
        if (traits.biasOperand < 0)
            return;
        const ValueId bias = current.input(static_cast<std::size_t>(traits.biasOperand));
        if (bias.valid() && !isLive(bias)) {
            layer.bias = constantRoot(bias);
            layer.parameters += elementsOf(bias);
        }
    }

    /// The one node that reads the layer's output, when nothing else looks at it.
    NodeId onlyReader(const Layer& layer) const
    {
        const std::vector<NodeId>& readers = m_readers[at(layer.output)];
        return readers.size() == 1 && !m_graph.isOutput(layer.output) ? readers[0] : NodeId{};
    }

    /// The constant that `current` adds to the layer's channels, or an invalid id.
    ValueId addedBias(const Layer& layer, const Node& current) const
    {
        if (current.op != "Add" || !current.domain.empty() || layer.bias.valid() || !layer.weight.valid())
            return {};
        const ValueId other = current.input(0) == layer.output ? current.input(1) : current.input(0);
        const Value& output = m_graph.value(layer.output);
        if (!other.valid() || isLive(other) || !output.shape || !m_graph.value(other).shape)
            return {};
        const Shape& shape = *m_graph.value(other).shape;
        const int channelAxis = output.channelAxis - output.shape->rank();
        for (int axis = -shape.rank(); axis < 0; ++axis)
            if (shape[axis + shape.rank()] != 1 && axis != channelAxis)
                return {};
        return shape.rank() <= output.shape->rank() ? constantRoot(other) : ValueId{};
    }

    bool isFoldableNorm(const Layer& layer, const Node& current) const
    {
        return current.op == "BatchNormalization" && current.domain.empty() && layer.weight.valid() &&
               current.input(0) == layer.output &&
               std::none_of(current.inputs.begin() + 1, current.inputs.end(), [&](ValueId id) { return isLive(id); });
    }

    bool isFoldableClamp(const Layer& layer, const Node& current) const
    {
        const Op* op = findOp(current);
        return op && op->traits.kind == Kind::clamp && current.input(0) == layer.output &&
               std::none_of(current.inputs.begin() + 1, current.inputs.end(), [&](ValueId id) { return isLive(id); });
    }

    void foldFollowers(Layer& layer)
    {
        while (true) {
            const NodeId next = onlyReader(layer);
            if (!next.valid() || m_graph.node(next).outputs.empty() || !m_graph.node(next).outputs[0].valid())
                return;
            const Node& current = m_graph.node(next);
            if (isFoldableNorm(layer, current)) {
                layer.parameters += constantElements(current);
                take(layer, next);
            } else if (const ValueId bias = addedBias(layer, current); bias.valid()) {
                layer.bias = bias;
                layer.parameters += elementsOf(bias);
                take(layer, next);
            } else {
                if (isFoldableClamp(layer, current))
                    take(layer, next);
                return;
            }
        }
    }

    const Graph& m_graph;
    GraphPtr m_body;  ///< null at the top level
    std::string m_path;
    std::vector<Layer>& m_layers;
    std::vector<bool> m_taken;                    ///< by node
    std::vector<bool> m_live;                     ///< by value: depends on a graph input
    std::set<ValueId> m_fixedCaptures;            ///< outer values that do not
    std::vector<std::vector<NodeId>> m_readers;   ///< by value; an invalid id stands for a body
};

}

std::vector<std::pair<std::string, GraphPtr>> bodiesByPath(const Graph& graph, const Node& node)
{
    const bool unnamed = node.name.empty() && !node.outputs.empty() && node.outputs[0].valid();
    const std::string owner = unnamed ? graph.value(node.outputs[0]).name : node.name;
    std::vector<std::pair<std::string, GraphPtr>> found;
    for (const auto& [key, attribute] : node.attributes)
        if (const auto* body = std::get_if<GraphPtr>(&attribute); body && *body)
            found.emplace_back(owner + "/" + key + "/", *body);
    return found;
}

std::vector<Layer> findLayers(const Graph& graph)
{
    std::vector<Layer> layers;
    LayerFinder finder(graph, nullptr, "", layers);
    finder.findInputs();
    finder.findNodes();
    return layers;
}

}
