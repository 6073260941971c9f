// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/reference.h"

#include <vector>

#include "core/graph/lookup.h"

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

/// Runs one graph; as a BodyRunner, the bodies of its nodes.
class Runner final : public BodyRunner {
public:
    Runner(const Graph& graph, const Control& control, bool keepAll, int opset)
        : m_graph(graph), m_control(control), m_keepAll(keepAll), m_opset(opset), m_values(graph.values().size()),
          m_reads(graph.values().size(), 0)
    {
        for (const Node& node : graph.nodes())
            for (const ValueId id : neededBy(graph, node))
                ++m_reads[at(id)];
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
        bindConstants();
    }

    void runNodes()
    {
        for (const Node& node : m_graph.nodes())
            run(node);
    }

    std::vector<Tensor> run(const Graph& body, std::span<const Tensor> inputs) const override
    {
        Runner inner(body, m_control, false, m_opset);
        inner.bindBody(*this, inputs);
        inner.runNodes();
        std::vector<Tensor> outputs;
        for (const ValueId id : body.outputs)
            outputs.push_back(inner.m_values[at(id)]);
        return outputs;
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

    void bindConstants()
    {
        for (std::size_t i = 0; i < m_values.size(); ++i)
            if (m_graph.values()[i].isConstant())
                m_values[i] = widened(m_graph.values()[i].constant);
    }

    void bindBody(const Runner& outer, std::span<const Tensor> inputs)
    {
        bindConstants();
        for (std::size_t i = 0; i < inputs.size(); ++i)
            m_values[at(m_graph.inputs[i])] = inputs[i];
        for (const ValueId id : m_graph.captures)
            m_values[at(id)] = outer.m_values[at(outer.m_graph.find(m_graph.value(id).name))];
    }

    void run(const Node& node)
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
        whileDoing("running " + node.label(), [&] { results = op->run({node, operands, m_opset, m_control, this}); });
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (!node.outputs[i].valid())
                continue;
            if (i >= results.size() || results[i].empty())
                throw Error(ErrorCode::unsupportedOperator, node.label(),
                            {{"op", opId(node)}, {"reason", "output " + std::to_string(i) + " is not computed"}});
            m_values[at(node.outputs[i])] = widened(std::move(results[i]));
        }
        for (const ValueId id : neededBy(m_graph, node))
            release(id);
    }

    void release(ValueId id)
    {
        if (id.valid() && --m_reads[at(id)] == 0 && !m_keepAll)
            m_values[at(id)] = Tensor();
    }

    const Graph& m_graph;
    const Control& m_control;
    bool m_keepAll;
    int m_opset;
    std::vector<Tensor> m_values;  ///< by value index
    std::vector<int> m_reads;      ///< reads still to come, by value index
};

}

TensorMap runReference(const Graph& graph, const TensorMap& inputs, const Control& control, bool keepAll)
{
    Runner runner(graph, control, keepAll, opsetOf(graph));
    runner.bind(inputs);
    runner.runNodes();
    return runner.results();
}

}
