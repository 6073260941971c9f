// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/device_graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/checked.h"
#include "core/numeric/qdq.h"
#include "core/ops/layers.h"

namespace lathe {

namespace {

const std::set<std::string, std::less<>>& shapeOnly()
{
    static const std::set<std::string, std::less<>> operators{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity",
                                                              "Dropout"};
    return operators;
}

bool isHalf(DType type)
{
    return type == DType::float16 || type == DType::bfloat16;
}

std::int64_t elementsOf(const Value& value)
{
    if (value.isConstant())
        return value.constant.elements();
    if (!value.shape)
        return 0;
    std::int64_t elements = 1;
    for (int i = 0; i < value.shape->rank(); ++i) {
        const std::int64_t size = std::max<std::int64_t>((*value.shape)[i], (*value.shape)[i] < 0 ? 1 : 0);
        if (__builtin_mul_overflow(elements, size, &elements))
            return 0;
    }
    return elements;
}

class DeviceGraphMaker
{
public:
    DeviceGraphMaker(const Graph& graph, const Target& target)
        : m_graph(graph)
        , m_memory(target.memory)
        , m_layers(findLayers(graph))
        , m_tensor(graph.values().size(), -1)
        , m_constants(graph.values().size())
        , m_live(graph.values().size(), false)
        , m_layerOf(graph.nodes().size(), nullptr)
    {
        for (const Layer& layer : m_layers)
            if (!layer.body)
                for (const NodeId node : layer.nodes)
                    m_layerOf[at(node)] = &layer;
    }

    DeviceGraph run()
    {
        for (const ValueId input : m_graph.inputs) {
            m_live[at(input)] = true;
            m_tensor[at(input)] = addTensor(input);
        }
        for (const Node& node : m_graph.nodes())
            visit(node);
        for (const ValueId output : m_graph.outputs)
            if (const int tensor = m_tensor[at(output)]; tensor >= 0)
                m_result.tensors[index(tensor)].lastRead = static_cast<int>(m_result.steps.size());
        for (DeviceTensor& tensor : m_result.tensors)
            tensor.bytes = containerBytes(m_memory, tensor.elements, tensor.bits);
        return std::move(m_result);
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
    static std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }

    int addTensor(ValueId id)
    {
        const Value& value = m_graph.value(id);
        DeviceTensor tensor;
        tensor.elements = elementsOf(value);
        tensor.bits = value.dtype == DType::undefined ? 32 : dtypeBits(value.dtype);
        tensor.isInteger = isInteger(value.dtype);
        m_result.tensors.push_back(tensor);
        return static_cast<int>(m_result.tensors.size()) - 1;
    }

    void visit(const Node& node)
    {
        const bool live = std::any_of(node.inputs.begin(), node.inputs.end(),
                                      [&](ValueId id) { return id.valid() && m_live[at(id)]; });
        const bool isSize = node.domain.empty() && (node.op == "Shape" || node.op == "Size");
        for (const ValueId output : node.outputs)
            if (output.valid())
                m_live[at(output)] = live && !isSize;
        if (!live)
            return passConstants(node);
        if (isSize)
            return;
        if (isQuantizeNode(node) || narrows(node))
            return quantize(node);
        if (isDequantizeNode(node) || widens(node) || (node.domain.empty() && shapeOnly().contains(node.op)))
            return rename(node);
        step(node);
    }

    bool castsBetween(const Node& node, bool (*from)(DType), bool (*to)(DType)) const
    {
        return node.op == "Cast" && node.input(0).valid() && from(m_graph.value(node.input(0)).dtype) &&
               to(m_graph.value(node.outputs[0]).dtype);
    }
    bool narrows(const Node& node) const
    {
        return castsBetween(node, [](DType type) { return type == DType::float32; }, isHalf);
    }
    bool widens(const Node& node) const
    {
        return castsBetween(node, isHalf, [](DType type) { return type == DType::float32; });
    }

    /// What is dequantized from constants is these constants.
    void passConstants(const Node& node)
    {
        std::vector<std::pair<std::int64_t, int>> bytes; // by constant: size and bits
        for (std::size_t operand = 0; operand < node.inputs.size(); ++operand) {
            const ValueId id = node.inputs[operand];
            if (!id.valid())
                continue;
            const Value& value = m_graph.value(id);
            if (value.isConstant())
                bytes.emplace_back(constantBytes(value, operand == 1 ? 0 : gridBits(node)), constantBits(node, value));
            else
                bytes.insert(bytes.end(), m_constants[at(id)].begin(), m_constants[at(id)].end());
        }
        for (const ValueId output : node.outputs)
            if (output.valid())
                m_constants[at(output)] = bytes;
    }

    static int gridBits(const Node& node)
    {
        return static_cast<int>(node.integer(bitsAttribute, 0));
    }
    static int constantBits(const Node& node, const Value& value)
    {
        return gridBits(node) > 0 ? gridBits(node) : dtypeBits(value.constant.dtype());
    }
    std::int64_t constantBytes(const Value& value, int bits) const
    {
        return containerBytes(m_memory, value.constant.elements(),
                              bits > 0 ? bits : dtypeBits(value.constant.dtype()));
    }

    int bitsOfGrid(const Node& node) const
    {
        return gridBits(node) > 0 ? gridBits(node) : dtypeBits(m_graph.value(node.outputs[0]).dtype);
    }

    /// A value that nothing but its quantization reads is written as codes at once; another one is converted.
    void quantize(const Node& node)
    {
        const ValueId from = node.input(0);
        const ValueId to = node.outputs[0];
        const int tensor = m_tensor[at(from)];
        if (tensor < 0)
            return;
        const std::int64_t elements = m_result.tensors[index(tensor)].elements;
        const bool fused = !m_graph.isOutput(from) && m_graph.consumers(from).size() == 1;
        const bool sameGrid = m_gridOf.contains(tensor) && m_gridOf[tensor] == gridText(node);
        if (!sameGrid && (!fused || m_gridOf.contains(tensor))) {
            m_tensor[at(to)] = addTensor(to);
            addConversion(node, tensor, m_tensor[at(to)]);
        } else {
            m_tensor[at(to)] = tensor;
        }
        DeviceTensor& codes = m_result.tensors[index(m_tensor[at(to)])];
        codes.bits = bitsOfGrid(node);
        codes.isInteger = isInteger(m_graph.value(to).dtype);
        codes.elements = elements;
        if (!sameGrid)
            addGridBytes(node, m_tensor[at(to)]);
        m_gridOf[m_tensor[at(to)]] = gridText(node);
    }

    /// Tells grids apart by what states them.
    std::string gridText(const Node& node) const
    {
        std::string text = std::to_string(bitsOfGrid(node));
        for (const std::size_t operand : {1U, 2U})
            if (const Tensor* constant = m_graph.constant(node.input(operand)))
                text += "," + std::to_string(constant->at(0));
        return text;
    }

    void addGridBytes(const Node& node, int tensor)
    {
        const int step = m_result.tensors[index(tensor)].written;
        if (step < 0)
            return;
        for (const std::size_t operand : {1U, 2U})
            if (const ValueId id = node.input(operand); id.valid() && m_graph.value(id).isConstant())
                m_result.steps[index(step)].constantBytes +=
                    constantBytes(m_graph.value(id), operand == 2 ? gridBits(node) : 0);
    }

    void addConversion(const Node& node, int from, int to)
    {
        DeviceStep step;
        step.id = m_graph.value(node.outputs[0]).name;
        step.op = node.op;
        addStep(std::move(step), {from}, {to});
    }

    void addStep(DeviceStep step, const std::vector<int>& reads, const std::vector<int>& writes)
    {
        const int position = static_cast<int>(m_result.steps.size());
        for (const int tensor : reads)
            m_result.tensors[index(tensor)].lastRead = std::max(m_result.tensors[index(tensor)].lastRead, position);
        for (const int tensor : writes)
            m_result.tensors[index(tensor)].written = position;
        step.reads = reads;
        step.writes = writes;
        m_result.steps.push_back(std::move(step));
    }

    void rename(const Node& node)
    {
        if (node.input(0).valid() && !node.outputs.empty())
            m_tensor[at(node.outputs[0])] = m_tensor[at(node.input(0))];
    }

    void step(const Node& node)
    {
        const Layer* layer = m_layerOf[static_cast<std::size_t>(&node - m_graph.nodes().data())];
        if (layer && &m_graph.node(layer->nodes.front()) != &node)
            return joinLayer(node, *layer);
        DeviceStep step;
        step.id = layer ? layer->id : nameOfOutput(node);
        step.op = opId(node);
        step.macs = layer ? layer->macs : 0;
        step.depthwise = layer && layer->depthwise;
        std::vector<int> reads;
        readOperands(node, step, reads);
        std::vector<int> writes;
        for (const ValueId output : node.outputs)
            if (output.valid() && (!layer || output == node.outputs[0])) {
                const ValueId kept = layer ? layer->output : output;
                m_tensor[at(output)] = m_tensor[at(kept)] = addTensor(kept);
                writes.push_back(m_tensor[at(output)]);
            }
        if (layer)
            step.id = idOf(*layer);
        addStep(std::move(step), reads, writes);
    }

    /// Batch-norms, added biases and clamps are done on the way out of the layer.
    void joinLayer(const Node& node, const Layer& layer)
    {
        const int tensor = m_tensor[at(layer.output)];
        m_tensor[at(node.outputs[0])] = tensor;
        if (tensor < 0)
            return;
        std::vector<int> reads;
        readOperands(node, m_result.steps[index(m_result.tensors[index(tensor)].written)], reads);
    }

    void readOperands(const Node& node, DeviceStep& step, std::vector<int>& reads)
    {
        const Op* op = findOp(node);
        for (std::size_t operand = 0; operand < node.inputs.size(); ++operand) {
            const ValueId id = node.inputs[operand];
            if (!id.valid())
                continue;
            const bool isWeight = op && op->traits.weightOperand == static_cast<int>(operand);
            if (m_graph.value(id).isConstant()) {
                step.constantBytes += constantBytes(m_graph.value(id), 0);
                if (isWeight)
                    step.weightBits = dtypeBits(m_graph.value(id).constant.dtype());
            } else if (!m_constants[at(id)].empty()) {
                for (const auto& [bytes, bits] : m_constants[at(id)])
                    step.constantBytes += bytes;
                if (isWeight)
                    step.weightBits = m_constants[at(id)].front().second;
            } else if (const int tensor = m_tensor[at(id)]; tensor >= 0) {
                reads.push_back(tensor);
                if (isWeight && reads.size() > 1)
                    step.weightBits = m_result.tensors[index(tensor)].isInteger ? m_result.tensors[index(tensor)].bits : 32;
            }
        }
    }

    std::string nameOfOutput(const Node& node) const
    {
        return node.outputs.empty() || !node.outputs[0].valid() ? node.label() : m_graph.value(node.outputs[0]).name;
    }

    /// A layer at the end of the graph leaves its name to what is dequantized from it.
    std::string idOf(const Layer& layer) const
    {
        const std::vector<NodeId> readers = m_graph.consumers(layer.output);
        if (readers.size() != 1 || !isQuantizeNode(m_graph.node(readers[0])))
            return layer.id;
        for (const NodeId next : m_graph.consumers(m_graph.node(readers[0]).outputs[0]))
            if (isDequantizeNode(m_graph.node(next)) && m_graph.isOutput(m_graph.node(next).outputs[0]))
                return m_graph.value(m_graph.node(next).outputs[0]).name;
        return layer.id;
    }

    const Graph& m_graph;
    const MemoryModel& m_memory;
    std::vector<Layer> m_layers;
    std::vector<int> m_tensor; ///< by value: -1 where it takes no memory
    std::vector<std::vector<std::pair<std::int64_t, int>>> m_constants; ///< by value: bytes and bits behind it
    std::vector<bool> m_live;                                           ///< by value: depends on a graph input
    std::vector<const Layer*> m_layerOf;                                ///< by node
    std::map<int, std::string> m_gridOf;                                ///< by tensor
    DeviceGraph m_result;
};

}

std::int64_t containerBytes(const MemoryModel& memory, std::int64_t elements, int bits)
{
    const auto fits = [&](int width) { return width >= bits; };
    const auto found = std::find_if(memory.containerBits.begin(), memory.containerBits.end(), fits);
    const int width = found == memory.containerBits.end() ? bits : *found;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(elements, static_cast<std::int64_t>(width), &bytes) ||
        __builtin_add_overflow(bytes, 7, &bytes))
        return 0;
    bytes /= 8;
    return (bytes + memory.alignmentBytes - 1) / memory.alignmentBytes * memory.alignmentBytes;
}

DeviceGraph deviceGraphOf(const Graph& applied, const Target& target)
{
    return DeviceGraphMaker(applied, target).run();
}

}
