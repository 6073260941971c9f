// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/reference.h"

#include <vector>

namespace lathe {

namespace {

std::string inputNames(const Graph& graph)
{
    std::string names;
    for (const ValueId id : graph.inputs)
        names += (names.empty() ? "" : ", ") + graph.value(id).name;
    return names;
}

bool fits(const Shape& actual, const Shape& expected)
{
    if (actual.rank() != expected.rank())
        return false;
    for (int axis = 0; axis < actual.rank(); ++axis)
        if (expected[axis] >= 0 && actual[axis] != expected[axis])
            return false;
    return true;
}

void checkInput(const Value& value, const Tensor& tensor)
{
    if (value.dtype != DType::undefined && tensor.dtype() != value.dtype)
        throw Error(ErrorCode::dtypeMismatch, value.name,
                    {{"actual", std::string(dtypeName(tensor.dtype()))},
                     {"expected", std::string(dtypeName(value.dtype))}});
    if (value.shape && !fits(tensor.shape(), *value.shape))
        throw Error(ErrorCode::shapeMismatch, value.name,
                    {{"actual", tensor.shape().text()}, {"expected", value.shape->text()}});
}

/// A 16-bit float tensor is kept as float32 between the nodes.
Tensor widened(Tensor tensor)
{
    const bool half = tensor.dtype() == DType::float16 || tensor.dtype() == DType::bfloat16;
    return half ? tensor.converted(DType::float32) : std::move(tensor);
}

/// The tensor as its value states: 16-bit float types come out as such.
Tensor stated(const Value& value, const Tensor& tensor)
{
    const bool half = value.dtype == DType::float16 || value.dtype == DType::bfloat16;
    return half && tensor.dtype() == DType::float32 ? tensor.converted(value.dtype) : tensor;
}

class Runner {
public:
    Runner(const Graph& graph, const Control& control, bool keepAll)
        : m_graph(graph), m_control(control), m_keepAll(keepAll), m_values(graph.values().size()),
          m_reads(graph.values().size(), 0)
    {
        for (const Node& node : graph.nodes())
            for (const ValueId input : node.inputs)
                if (input.valid())
                    ++m_reads[at(input)];
        for (const ValueId output : graph.outputs)
            ++m_reads[at(output)];
    }

    void bind(const TensorMap& inputs)
    {
        for (const auto& [name, tensor] : inputs) {
            const ValueId id = m_graph.find(name);
            if (!id.valid() || !m_graph.isInput(id))
                throw Error(ErrorCode::inputUnknown, name, {{"input", name}, {"inputs", inputNames(m_graph)}});
            checkInput(m_graph.value(id), tensor);
            m_values[at(id)] = widened(tensor);
        }
        for (const ValueId id : m_graph.inputs)
            if (m_values[at(id)].empty())
                throw Error(ErrorCode::inputMissing, m_graph.value(id).name,
                            {{"input", m_graph.value(id).name}, {"inputs", inputNames(m_graph)}});
        for (std::size_t i = 0; i < m_values.size(); ++i)
            if (m_graph.values()[i].isConstant())
                m_values[i] = widened(m_graph.values()[i].constant);
    }

    void run(const Node& node, int opset)
    {
        m_control.throwIfStopped();
        const Op* op = findOp(node);
        if (!op || !op->run || !node.unsupported.empty())
            throw Error(ErrorCode::unsupportedOperator, node.label(),
                        {{"op", opId(node)},
                         {"reason", node.unsupported.empty() ? std::string("it is not known") : node.unsupported}});
        std::vector<Tensor> operands;
        for (const ValueId input : node.inputs)
            operands.push_back(input.valid() ? m_values[at(input)] : Tensor());
        std::vector<Tensor> results;
        whileDoing("running " + node.label(), [&] { results = op->run({node, operands, opset, m_control}); });
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (!node.outputs[i].valid())
                continue;
            if (i >= results.size() || results[i].empty())
                throw Error(ErrorCode::unsupportedOperator, node.label(),
                            {{"op", opId(node)}, {"reason", "output " + std::to_string(i) + " is not computed"}});
            m_values[at(node.outputs[i])] = widened(std::move(results[i]));
        }
        for (const ValueId input : node.inputs)
            release(input);
    }

    TensorMap results() const
    {
        TensorMap map;
        if (m_keepAll)
            for (std::size_t i = 0; i < m_values.size(); ++i)
                if (!m_values[i].empty())
                    map[m_graph.values()[i].name] = stated(m_graph.values()[i], m_values[i]);
        for (const ValueId id : m_graph.outputs)
            map[m_graph.value(id).name] = stated(m_graph.value(id), m_values[at(id)]);
        return map;
    }

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }

    void release(ValueId id)
    {
        if (id.valid() && --m_reads[at(id)] == 0 && !m_keepAll)
            m_values[at(id)] = Tensor();
    }

    const Graph& m_graph;
    const Control& m_control;
    bool m_keepAll;
    std::vector<Tensor> m_values;  ///< by value index
    std::vector<int> m_reads;      ///< reads still to come, by value index
};

}

TensorMap runReference(const Graph& graph, const TensorMap& inputs, const Control& control, bool keepAll)
{
    Runner runner(graph, control, keepAll);
    runner.bind(inputs);
    const auto found = graph.opsets.find("");
    const int opset = found == graph.opsets.end() ? 13 : found->second;
    for (const Node& node : graph.nodes())
        runner.run(node, opset);
    return runner.results();
}

}
