// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/grid_tape.h"

#include <algorithm>

#include "core/graph/lookup.h"
#include "core/runtime/float_products.h"
#include "core/runtime/gradients.h"

namespace lathe {

namespace {

bool learns(const TapeGrid* grid)
{
    return grid && grid->learned >= 0;
}

} // namespace

GridTape::GridTape(const Graph& graph, const std::map<std::string, TapeGrid>& grids,
                   const std::set<std::string>& trained, const std::vector<std::string>& watched)
    : m_graph(graph)
    , m_opset(opsetOf(graph))
    , m_grids(graph.values().size(), nullptr)
    , m_byName(grids)
    , m_needed(graph.values().size(), false)
    , m_carries(graph.values().size(), false)
{
    for (const auto& [name, grid] : m_byName)
        if (name.find("->") == std::string::npos)
            m_grids[at(valueNamed(graph, name))] = &grid;
        else
            m_hasEdges = true;
    for (const std::string& name : trained)
        m_trained.push_back(valueNamed(graph, name));
    for (const std::string& name : watched)
        m_watched.push_back(valueNamed(graph, name));
    findCarriers();
}

void GridTape::findCarriers()
{
    for (const ValueId id : m_watched)
        m_needed[at(id)] = true;
    for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node)
        if (std::any_of(node->outputs.begin(), node->outputs.end(),
                        [&](ValueId id) { return id.valid() && m_needed[at(id)]; }))
            for (const ValueId id : neededBy(m_graph, *node))
                m_needed[at(id)] = true;
    for (const ValueId id : m_trained)
        m_carries[at(id)] = true;
    for (const ValueId id : m_graph.inputs)
        m_carries[at(id)] = learns(m_grids[at(id)]);
    for (const Node& node : m_graph.nodes()) {
        bool carries = false;
        if (findReverse(node))
            for (const ValueId id : node.inputs)
                carries = carries || (id.valid() && (m_carries[at(id)] || learns(edgeGrid(node, id))));
        for (const ValueId id : node.outputs)
            if (id.valid())
                m_carries[at(id)] =
                    (carries || learns(m_grids[at(id)])) && (m_graph.value(id).dtype == DType::undefined ||
                                                             m_graph.value(id).dtype == DType::float32);
    }
}

const TapeGrid* GridTape::edgeGrid(const Node& node, ValueId input) const
{
    if (!m_hasEdges || node.name.empty())
        return nullptr;
    const auto found = m_byName.find(m_graph.value(input).name + "->" + node.name);
    return found == m_byName.end() ? nullptr : &found->second;
}

DroppedElements GridTape::droppedOf(const Run& run, ValueId id, bool onEdge)
{
    return {run.dropSeed, 2 * static_cast<std::uint64_t>(id.index) + (onEdge ? 1 : 0)};
}

Tensor GridTape::pass(const TapeGrid* grid, const Tensor& value, const TapeState& state,
                      const DroppedElements& dropped)
{
    if (!grid || value.dtype() != DType::float32)
        return value;
    Tensor result;
    if (grid->learned < 0) {
        result = fakeQuantize(value, *grid->fixed);
    } else {
        result = Tensor(DType::float32, value.shape());
        passGrid(state.grids[static_cast<std::size_t>(grid->learned)], value.data<float>(),
                 result.mutableData<float>());
    }
    if (dropped.any())
        dropped.copy(value.data<float>(), result.mutableData<float>());
    return result;
}

Tensor GridTape::reverse(const TapeGrid* grid, const Tensor& value, const Tensor& gradient,
                         const TapeState& state, const DroppedElements& dropped, Result& result)
{
    if (!grid || grid->learned < 0)
        return gradient;
    const auto index = static_cast<std::size_t>(grid->learned);
    Tensor through = gradient;
    if (dropped.any())
        dropped.clear(through.mutableData<float>());
    Tensor before(DType::float32, value.shape());
    const GridGradient found = reverseGrid(state.grids[index], value.data<float>(), through.data<float>(),
                                           before.mutableData<float>());
    result.grids[index].scale += found.scale;
    result.grids[index].zeroPoint += found.zeroPoint;
    if (dropped.any())
        dropped.copy(gradient.data<float>(), before.mutableData<float>());
    return before;
}

std::vector<Tensor> GridTape::operands(const Node& node, const Run& run, const TapeState& state) const
{
    std::vector<Tensor> read;
    for (const ValueId id : node.inputs)
        read.push_back(id.valid()
                           ? pass(edgeGrid(node, id), run.seen[at(id)], state, droppedOf(run, id, true))
                           : Tensor());
    return read;
}

GridTape::Run GridTape::forward(const TensorMap& inputs, const TapeState& state, const Control& control,
                                std::uint64_t dropSeed) const
{
    const std::size_t count = m_graph.values().size();
    Run run{std::vector<Tensor>(count), std::vector<Tensor>(count), dropSeed};
    const auto keep = [&](ValueId id, Tensor value) {
        run.seen[at(id)] = pass(m_grids[at(id)], value, state, droppedOf(run, id, false));
        run.raw[at(id)] = std::move(value);
    };
    for (std::size_t i = 0; i < count; ++i)
        if (const Value& value = m_graph.values()[i]; value.isConstant()) {
            const auto other = state.constants.find(value.name);
            run.seen[i] = other == state.constants.end() ? value.constant : other->second;
        }
    for (const ValueId id : m_graph.inputs)
        keep(id, inputs.at(m_graph.value(id).name));
    for (const Node& node : m_graph.nodes()) {
        if (std::none_of(node.outputs.begin(), node.outputs.end(),
                         [&](ValueId id) { return id.valid() && m_needed[at(id)]; }))
            continue;
        control.throwIfStopped();
        std::vector<Tensor> outputs;
        whileDoing("running " + node.label(),
                   [&] { outputs = runFloatNode(node, operands(node, run, state), m_opset, control); });
        for (std::size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i)
            if (node.outputs[i].valid())
                keep(node.outputs[i], std::move(outputs[i]));
    }
    return run;
}

void GridTape::goBack(const Node& node, const Run& run, const TapeState& state, std::vector<Tensor>& found,
                      Result& result, const Control& control) const
{
    std::vector<Tensor> atOutputs, outputs;
    std::vector<char> wanted;
    bool any = false;
    for (const ValueId id : node.outputs) {
        Tensor gradient = id.valid() ? std::move(found[at(id)]) : Tensor();
        if (!gradient.empty())
            gradient =
                reverse(m_grids[at(id)], run.raw[at(id)], gradient, state, droppedOf(run, id, false), result);
        any = any || !gradient.empty();
        atOutputs.push_back(std::move(gradient));
        outputs.push_back(id.valid() ? run.raw[at(id)] : Tensor());
    }
    for (const ValueId id : node.inputs)
        wanted.push_back(id.valid() && (m_carries[at(id)] || learns(edgeGrid(node, id))) ? 1 : 0);
    if (!any || !findReverse(node) || std::find(wanted.begin(), wanted.end(), 1) == wanted.end())
        return;
    const std::vector<Tensor> read = operands(node, run, state);
    std::vector<Tensor> atInputs;
    whileDoing("going back through " + node.label(), [&] {
        atInputs = reverseFloatNode({node, read, outputs, atOutputs, wanted, m_opset, control});
    });
    for (std::size_t i = 0; i < atInputs.size(); ++i) {
        if (wanted[i] == 0 || atInputs[i].empty())
            continue;
        const ValueId id = node.inputs[i];
        addGradient(found[at(id)], reverse(edgeGrid(node, id), run.seen[at(id)], atInputs[i], state,
                                           droppedOf(run, id, true), result));
    }
}

GridTape::Result GridTape::backward(const Run& run, const std::vector<Tensor>& gradients,
                                    const TapeState& state, const Control& control) const
{
    Result result;
    result.grids.resize(state.grids.size());
    std::vector<Tensor> found(m_graph.values().size());
    for (std::size_t i = 0; i < gradients.size(); ++i)
        if (!gradients[i].empty())
            addGradient(found[at(m_watched[i])], gradients[i]);
    for (auto node = m_graph.nodes().rbegin(); node != m_graph.nodes().rend(); ++node) {
        control.throwIfStopped();
        goBack(*node, run, state, found, result, control);
    }
    for (const ValueId id : m_graph.inputs)
        if (Tensor& gradient = found[at(id)]; !gradient.empty())
            reverse(m_grids[at(id)], run.raw[at(id)], gradient, state, droppedOf(run, id, false), result);
    for (const ValueId id : m_trained)
        if (!found[at(id)].empty())
            result.constants[m_graph.value(id).name] = std::move(found[at(id)]);
    return result;
}

void addResult(GridTape::Result& sum, GridTape::Result more)
{
    for (auto& [name, gradient] : more.constants)
        addGradient(sum.constants[name], gradient);
    sum.grids.resize(std::max(sum.grids.size(), more.grids.size()));
    for (std::size_t i = 0; i < more.grids.size(); ++i) {
        sum.grids[i].scale += more.grids[i].scale;
        sum.grids[i].zeroPoint += more.grids[i].zeroPoint;
    }
}

} // namespace lathe
