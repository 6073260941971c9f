// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/linear_space.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/algorithms/axis_moves.h"
#include "core/algorithms/layer_clamp.h"

namespace lathe {

namespace {

/// Walks from one layer's output to everything that must turn with it.
class SpaceFinder
{
public:
    SpaceFinder(const Graph& graph, const std::vector<ScalableLayer>& layers)
        : m_graph(graph)
        , m_layers(layers)
    {
    }

    LinearSpace find(const ScalableLayer& start)
    {
        m_space.block = start.geometry.rows();
        if (visit(start.layer.output, axisOf(start)))
            for (std::size_t i = 0; i < m_open.size() && m_space.refusal.empty(); ++i)
                if (makersOf(m_open[i]))
                    readersOf(m_open[i]);
        if (m_space.refusal.empty() && m_space.readers.empty() && m_space.dotProducts == 0)
            refuse("no layer reads it");
        return std::move(m_space);
    }

private:
    bool refuse(const std::string& reason)
    {
        if (m_space.refusal.empty())
            m_space.refusal = reason;
        return false;
    }

    int rankOf(ValueId value) const
    {
        return m_graph.value(value).shape ? m_graph.value(value).shape->rank() : 0;
    }

    int axisOf(const ScalableLayer& layer) const
    {
        return layer.geometry.conv ? 1 : rankOf(layer.layer.output) - 1;
    }

    bool visit(ValueId value, int axis)
    {
        const auto [known, isNew] = m_axes.emplace(value, axis);
        if (!isNew)
            return known->second == axis || refuse("its vectors meet along different axes");
        const Value& held = m_graph.value(value);
        if (!held.shape || axis < 0 || axis >= held.shape->rank() || (*held.shape)[axis] <= 0)
            return refuse("the shape of \"" + held.name + "\" is not known");
        m_space.block = std::gcd(m_space.block, (*held.shape)[axis]);
        if (held.isConstant())
            return takeConstant(held, value, axis);
        if (m_graph.isOutput(value))
            return refuse("\"" + held.name + "\" leaves the model");
        m_open.push_back(value);
        return true;
    }

    bool takeConstant(const Value& held, ValueId value, int axis)
    {
        if (held.constant.dtype() != DType::float32 || m_graph.consumers(value).size() != 1)
            return refuse("the constant \"" + held.name + "\" has other readers");
        m_space.constants.push_back({held.name, axis});
        return true;
    }

    bool makersOf(ValueId value)
    {
        const int axis = m_axes.at(value);
        const NodeId producer = m_graph.producer(value);
        if (!producer.valid())
            return refuse("\"" + m_graph.value(value).name + "\" is an input of the model");
        const auto maker = std::find_if(m_layers.begin(), m_layers.end(),
                                        [&](const ScalableLayer& one) { return one.layer.output == value; });
        const Node& node = m_graph.node(producer);
        if (maker != m_layers.end()) {
            if (clampOf(m_graph, maker->layer).kind != Clamp::Kind::none || maker->geometry.groups != 1 ||
                axisOf(*maker) != axis)
                return refuse(node.label() + " makes it");
            m_space.makers.push_back(static_cast<std::size_t>(maker - m_layers.begin()));
            return true;
        }
        return passBack(node, axis);
    }

    /// All operands that carry the vectors; of a product by weights and of moves there is one.
    bool passBack(const Node& node, int axis)
    {
        const bool all = node.op == "Add" || node.op == "Sub" || node.op == "Concat";
        bool found = false;
        for (std::size_t operand = 0; operand < node.inputs.size(); ++operand) {
            const auto before = axisBefore(m_graph, node, operand, axis, m_space.block);
            if (before && (all || !found)) {
                found = true;
                if (!visit(node.input(operand), *before))
                    return false;
            } else if (all) {
                return refuse(node.label() + " makes it");
            }
        }
        return found || refuse(node.label() + " makes it");
    }

    bool readersOf(ValueId value)
    {
        for (const NodeId id : m_graph.consumers(value)) {
            const Node& node = m_graph.node(id);
            for (std::size_t operand = 0; operand < node.inputs.size(); ++operand)
                if (node.inputs[operand] == value && !read(id, node, operand, m_axes.at(value)))
                    return false;
        }
        return true;
    }

    bool read(NodeId id, const Node& node, std::size_t operand, int axis)
    {
        const auto reader = std::find_if(m_layers.begin(), m_layers.end(), [&](const ScalableLayer& one) {
            return one.layer.nodes.front() == id;
        });
        if (reader != m_layers.end())
            return takeReader(*reader, node, operand, axis);
        if (node.op == "MatMul" && node.domain.empty() && isContracted(node, operand, axis)) {
            ++m_space.dotProducts;
            const ValueId other = node.input(1 - operand);
            return visit(other, rankOf(other) - (operand == 0 ? 2 : 1));
        }
        const auto behind = axisBehind(m_graph, node, operand, axis, m_space.block);
        if (!behind)
            return refuse(node.label() + " reads it");
        return std::all_of(node.outputs.begin(), node.outputs.end(),
                           [&](ValueId output) { return !output.valid() || visit(output, *behind); });
    }

    bool isContracted(const Node& node, std::size_t operand, int axis) const
    {
        const int rank = rankOf(node.input(operand));
        return rank > 1 && axis == rank - (operand == 0 ? 1 : 2);
    }

    bool takeReader(const ScalableLayer& reader, const Node& node, std::size_t operand, int axis)
    {
        const int wanted = reader.geometry.conv ? 1 : rankOf(node.input(0)) - 1;
        if (operand != 0 || axis != wanted || reader.geometry.groups != 1)
            return refuse(node.label() + " reads it");
        m_space.readers.push_back(static_cast<std::size_t>(&reader - m_layers.data()));
        return true;
    }

    const Graph& m_graph;
    const std::vector<ScalableLayer>& m_layers;
    LinearSpace m_space;
    std::map<ValueId, int> m_axes;
    std::vector<ValueId> m_open; ///< values whose makers and readers count
};

} // namespace

std::vector<LinearSpace> linearSpaces(const Graph& graph, const std::vector<ScalableLayer>& layers)
{
    std::vector<LinearSpace> spaces;
    std::set<std::size_t> taken;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (taken.contains(i) || layers[i].geometry.groups != 1 ||
            clampOf(graph, layers[i].layer).kind != Clamp::Kind::none)
            continue;
        LinearSpace space = SpaceFinder(graph, layers).find(layers[i]);
        if (space.makers.empty())
            space.makers = {i};
        taken.insert(space.makers.begin(), space.makers.end());
        spaces.push_back(std::move(space));
    }
    return spaces;
}

} // namespace lathe
