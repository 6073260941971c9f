// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_graph_reader.h"

#include "core/base/text.h"
#include "core/formats/onnx_scan.h"
#include "core/formats/onnx_schema.h"
#include "core/formats/onnx_value_info.h"
#include "core/ops/op.h"

namespace lathe::onnx {
namespace {

constexpr int maxFunctionDepth = 32;

[[noreturn]] void invalid(std::string_view where, std::string reason) {
    throw Error(ErrorCode::modelInvalid, std::string(where), {{"reason", std::move(reason)}});
}

std::string_view plainDomain(std::string_view domain) { return domain == "ai.onnx" ? std::string_view() : domain; }

std::string labelOf(const NodeFields& fields) {
    return std::string(fields.op) + (fields.name.empty() ? "" : " " + std::string(fields.name));
}

}  // namespace

/// The fields of a GraphProto, not yet decoded.
struct GraphReader::Parts {
    std::string_view name;
    std::vector<Message> nodes;
    std::vector<Message> initializers;
    std::vector<Message> sparseInitializers;
    std::vector<Message> inputs;
    std::vector<Message> outputs;
    std::vector<Message> valueInfo;

    explicit Parts(Message message) {
        WireReader reader(message);
        for (WireField field; reader.next(field);) {
            switch (field.number) {
                case graph::name: name = field.text(); break;
                case graph::node: nodes.push_back(field.message()); break;
                case graph::initializer: initializers.push_back(field.message()); break;
                case graph::sparseInitializer: sparseInitializers.push_back(field.message()); break;
                case graph::input: inputs.push_back(field.message()); break;
                case graph::output: outputs.push_back(field.message()); break;
                case graph::valueInfo: valueInfo.push_back(field.message()); break;
                default: break;
            }
        }
    }
};

NodeFields readNodeFields(Message message) {
    NodeFields result;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        switch (field.number) {
            case node::input: result.inputs.push_back(field.text()); break;
            case node::output: result.outputs.push_back(field.text()); break;
            case node::name: result.name = field.text(); break;
            case node::op: result.op = field.text(); break;
            case node::attribute: result.attributes.push_back(field.message()); break;
            case node::domain: result.domain = plainDomain(field.text()); break;
            case node::overload: result.overload = field.text(); break;
            default: break;
        }
    }
    return result;
}

Graph GraphReader::read(Message message) {
    const Parts parts(message);
    m_graph.name = parts.name;
    declareOutputs(parts.nodes);
    readInitializers(parts);
    readInputs(parts);
    readNodes(parts.nodes);
    readOutputs(parts);
    readValueInfo(parts);
    m_graph.sort();
    return std::move(m_graph);
}

// Names.

std::string GraphReader::resolved(std::string_view name) const {
    if (!m_scope || name.empty()) return std::string(name);
    if (const auto found = m_scope->names.find(name); found != m_scope->names.end()) return found->second;
    return m_scope->prefix + std::string(name);
}

ValueId GraphReader::use(const std::string& name) {
    if (name.empty()) return {};
    if (const ValueId id = m_graph.find(name); id.valid()) return id;
    const ValueId id = define(name);
    if (m_outer && !m_local.contains(name)) {
        m_outer->use(name);
        m_graph.captures.push_back(id);
    }
    return id;
}

ValueId GraphReader::define(const std::string& name) {
    if (name.empty()) return {};
    if (const ValueId id = m_graph.find(name); id.valid()) return id;
    Value value;
    value.name = name;
    return m_graph.addValue(std::move(value));
}

void GraphReader::defineConstant(const std::string& name, Tensor tensor) {
    if (name.empty()) invalid("", "a constant has no name");
    const ValueId id = define(name);
    Value& value = m_graph.value(id);
    if (value.isConstant() || m_graph.producer(id).valid()) invalid(name, "two values have this name");
    value.dtype = tensor.dtype();
    value.shape = tensor.shape();
    value.constant = std::move(tensor);
}

// Parts of the graph.

void GraphReader::readInitializers(const Parts& parts) {
    for (Message tensor : parts.initializers) {
        m_context.control.throwIfStopped();
        const std::string name = resolved(tensorName(tensor));
        m_local.insert(name);
        defineConstant(name, tensorOf(tensor, name));
    }
    for (Message tensor : parts.sparseInitializers) {
        const std::string name = resolved(sparseTensorName(tensor));
        m_local.insert(name);
        defineConstant(name, tensorOf(tensor, name, true));
    }
}

void GraphReader::readInputs(const Parts& parts) {
    for (Message message : parts.inputs) {
        Value value = readValueInfoProto(message);
        value.name = resolved(value.name);
        if (value.name.empty()) invalid("", "a graph input has no name");
        // Old exporters list initializers among the inputs.
        if (m_graph.constant(m_graph.find(value.name))) continue;
        m_local.insert(value.name);
        m_graph.inputs.push_back(m_graph.addValue(std::move(value)));
    }
}

void GraphReader::readOutputs(const Parts& parts) {
    for (Message message : parts.outputs) {
        Value stated = readValueInfoProto(message);
        if (stated.name.empty()) invalid("", "a graph output has no name");
        const ValueId id = use(resolved(stated.name));
        m_graph.outputs.push_back(id);
        Value& value = m_graph.value(id);
        if (value.dtype == DType::undefined) value.dtype = stated.dtype;
        if (!value.shape) {
            value.shape = std::move(stated.shape);
            value.dimNames = std::move(stated.dimNames);
        }
    }
}

void GraphReader::readValueInfo(const Parts& parts) {
    for (Message message : parts.valueInfo) {
        Value stated = readValueInfoProto(message);
        const ValueId id = m_graph.find(resolved(stated.name));
        if (!id.valid()) continue;
        Value& value = m_graph.value(id);
        if (value.dtype == DType::undefined) value.dtype = stated.dtype;
        if (!value.shape) value.shape = std::move(stated.shape);
    }
}

void GraphReader::declareOutputs(const std::vector<Message>& nodes) {
    if (!m_outer) return;  // only bodies have to tell their own values from captured ones
    for (Message message : nodes) {
        WireReader reader(message);
        for (WireField field; reader.next(field);)
            if (field.number == node::output) m_local.insert(resolved(field.text()));
    }
}

void GraphReader::readNodes(const std::vector<Message>& nodes) {
    for (Message message : nodes) readNode(message);
}

void GraphReader::readNode(Message message) {
    m_context.control.throwIfStopped();
    if (++m_context.nodes > ScanLimits().nodes)
        throw Error(ErrorCode::tooLarge, "",
                    {{"what", "The number of nodes"}, {"needed", "more"}, {"limit", std::to_string(ScanLimits().nodes)}});
    const NodeFields fields = readNodeFields(message);
    if (fields.op.empty()) invalid(fields.name, "a node has no operator");
    if (fields.op == "Constant" && fields.domain.empty()) return addConstantNode(fields);
    if (const Function* function = functionOf(fields)) return inlineFunction(*function, fields);

    Node result;
    result.name = m_scope && !fields.name.empty() ? m_scope->prefix + std::string(fields.name) : std::string(fields.name);
    result.op = fields.op;
    result.domain = fields.domain;
    whileDoing("reading the node " + labelOf(fields), [&] {
        for (std::string_view input : fields.inputs) result.inputs.push_back(use(resolved(input)));
        for (std::string_view output : fields.outputs) result.outputs.push_back(define(resolved(output)));
        result.attributes = readAttributes(fields, result.unsupported);
        m_graph.addNode(std::move(result));
    });
}

Tensor GraphReader::tensorOf(Message message, std::string_view where, bool isSparse) {
    const auto read = [&] {
        return isSparse ? readSparseTensor(message, where, m_context.source) : readTensor(message, where, m_context.source);
    };
    if (!m_scope) return read();
    if (const auto found = m_context.functionTensors.find(message.data()); found != m_context.functionTensors.end())
        return found->second;
    return m_context.functionTensors.emplace(message.data(), read()).first->second;
}

void GraphReader::countInlined(std::size_t bytes) {
    constexpr std::int64_t limit = std::int64_t{1} << 25;
    m_context.functionBytes += static_cast<std::int64_t>(bytes);
    if (m_context.functionBytes > limit)
        throw Error(ErrorCode::tooLarge, "",
                    {{"what", "The model with its functions written out"}, {"needed", "more"}, {"limit", sizeText(limit)}});
}

// Functions are inlined: what stays are nodes that everything else understands.

const Function* GraphReader::functionOf(const NodeFields& fields) const {
    const auto found = m_context.functions.find({fields.domain, fields.op, fields.overload});
    if (found == m_context.functions.end()) return nullptr;
    Node known;
    known.op = fields.op;
    known.domain = fields.domain;
    if (findOp(known)) return nullptr;
    // Nodes of another operator set version would be read with the wrong meaning.
    const int opset = found->second.opset;
    return opset == 0 || opset == m_context.opset ? &found->second : nullptr;
}

void GraphReader::inlineFunction(const Function& function, const NodeFields& call) {
    countInlined((function.inputs.size() + function.outputs.size() + call.inputs.size()) * sizeof(std::string));
    if (m_context.functionDepth >= maxFunctionDepth) invalid(labelOf(call), "its functions call each other too deeply");
    FunctionScope scope;
    scope.prefix = resolved(call.op) + "_" + std::to_string(++m_context.functionCalls) + "/";
    std::string unsupported;
    const NodeFields defaults{.name = call.name, .op = call.op, .domain = {}, .overload = {}, .inputs = {}, .outputs = {},
                              .attributes = function.defaults};
    scope.attributes = readAttributes(call, unsupported);
    scope.attributes.merge(readAttributes(defaults, unsupported));
    for (std::size_t i = 0; i < function.inputs.size(); ++i)
        scope.names.emplace(function.inputs[i], i < call.inputs.size() ? resolved(call.inputs[i]) : std::string());
    for (std::size_t i = 0; i < function.outputs.size() && i < call.outputs.size(); ++i)
        if (!call.outputs[i].empty()) scope.names.emplace(function.outputs[i], resolved(call.outputs[i]));

    const FunctionScope* const before = std::exchange(m_scope, &scope);
    ++m_context.functionDepth;
    declareOutputs(function.nodes);
    readNodes(function.nodes);
    --m_context.functionDepth;
    m_scope = before;
}

}  // namespace lathe::onnx
