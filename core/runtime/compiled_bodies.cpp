// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/compiled_bodies.h"

#include <algorithm>

#include "core/ops/layers.h"
#include "core/runtime/nested_taps.h"

namespace lathe {

namespace {

/// A 16-bit float as the body states it: values between nodes are float32.
Tensor asStated(const Value& value, const Tensor& tensor)
{
    const bool stated = value.dtype != DType::undefined && value.dtype != tensor.dtype();
    return stated && isFloat(value.dtype) && isFloat(tensor.dtype()) ? tensor.converted(value.dtype) : tensor;
}

}

CompiledBodies::CompiledBodies(const Graph& graph, const Node& node, const CompileOptions& options)
    : m_options(nestedOptions(options))
{
    for (const auto& [path, source] : bodiesByPath(graph, node)) {
        auto body = std::make_unique<Body>();
        body->source = source;
        body->path = path;
        body->closed = closedBody(graph, *source, body->captured);
        m_bodies.push_back(std::move(body));
    }
}

Graph CompiledBodies::closedBody(const Graph& graph, const Graph& source, std::vector<std::size_t>& captured)
{
    Graph closed = source;
    for (const auto& [domain, version] : graph.opsets)
        closed.opsets.try_emplace(domain, version);
    for (const ValueId id : source.captures) {
        Value& value = closed.value(id);
        const ValueId outer = graph.find(value.name);
        if (const Tensor* constant = graph.constant(outer)) {
            value.constant = asStated(value, *constant);
            value.dtype = value.constant.dtype();
            value.shape = constant->shape();
            continue;
        }
        closed.inputs.push_back(id);
        captured.push_back(indexOfCaptured(outer));
    }
    closed.captures.clear();
    return closed;
}

std::size_t CompiledBodies::indexOfCaptured(ValueId id)
{
    const auto found = std::find(m_captured.begin(), m_captured.end(), id);
    if (found != m_captured.end())
        return static_cast<std::size_t>(found - m_captured.begin());
    m_captured.push_back(id);
    return m_captured.size() - 1;
}

CompiledBodies::Run::Run(const CompiledBodies& bodies, State& state, std::vector<Tensor> captured,
                         std::optional<Precision> precision, const TapMap* taps, const Control& control)
    : m_bodies(bodies)
    , m_state(state)
    , m_captured(std::move(captured))
    , m_precision(precision)
    , m_taps(taps)
    , m_control(control)
{
}

std::vector<Tensor> CompiledBodies::Run::run(const Graph& source, std::span<const Tensor> inputs) const
{
    const auto found = std::find_if(m_bodies.m_bodies.begin(), m_bodies.m_bodies.end(),
                                    [&](const auto& body) { return body->source.get() == &source; });
    const Body& body = **found;
    const Graph& closed = body.closed;
    std::vector<Tensor> values(inputs.begin(), inputs.end());
    for (const std::size_t index : body.captured)
        values.push_back(m_captured[index]);
    TensorMap byName;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Value& value = closed.value(closed.inputs[i]);
        values[i] = asStated(value, values[i]);
        byName[value.name] = values[i];
    }
    const auto program = body.programs.get(
        values, [&] { return Program::compile(withInputsLike(closed, values), m_bodies.m_options, m_control); });
    NestedExecutions::Nested& nested = m_state.executions.get(program, m_precision);
    TensorMap results =
        nested.execution.run(byName, nested.binding, m_control, tapsOf(*program, m_taps, body.path));
    std::vector<Tensor> outputs;
    for (const ValueId id : closed.outputs)
        outputs.push_back(results.at(closed.value(id).name));
    return outputs;
}

}
