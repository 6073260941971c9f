// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/base/control.h"
#include "core/formats/onnx_tensor.h"
#include "core/graph/graph.h"

namespace lathe::onnx {

using Message = std::span<const std::byte>;

/// A NodeProto, its attributes not yet decoded.
struct NodeFields {
    std::string_view name;
    std::string_view op;
    std::string_view domain;
    std::string_view overload;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<Message> attributes;
};

NodeFields readNodeFields(Message message);

/// A FunctionProto, its nodes not yet decoded.
struct Function {
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<Message> defaults;  ///< attributes with a default value
    std::vector<Message> nodes;
    int opset = 0;                  ///< of ai.onnx; 0 when not named
};

/// By domain, name and overload.
using Functions = std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Function>;

/// What the readers of all graphs of one model share.
struct ModelContext {
    const Control& control;
    Source source;
    Functions functions = {};
    int opset = 0;             ///< of ai.onnx
    std::int64_t nodes = 0;    ///< made so far, inlined ones too
    int functionDepth = 0;
    int functionCalls = 0;
    /// What inlining decodes again and again is shared or counted: calls cost a few bytes each in the file.
    std::map<const std::byte*, Tensor> functionTensors = {};
    std::int64_t functionBytes = 0;
};

/// Names and attributes as they are seen inside one inlined function call.
struct FunctionScope {
    std::map<std::string, std::string, std::less<>> names;  ///< formal to actual; "" for an omitted operand
    std::string prefix;                                     ///< of all other names
    Attributes attributes;                                  ///< what references to the function's attributes mean
};

/// Decodes one GraphProto (the model's, or a body of If, Loop, Scan) into a Graph.
class GraphReader {
public:
    /// `outer` and `scope` may be null: the enclosing graph, and the function call that the graph stands in.
    GraphReader(ModelContext& context, GraphReader* outer, const FunctionScope* scope)
        : m_context(context), m_outer(outer), m_scope(scope) {}

    /// Nodes sorted, not validated. Throws Error{modelInvalid ...}.
    Graph read(Message message);

private:
    struct Parts;

    std::string resolved(std::string_view name) const;
    ValueId use(const std::string& name);
    ValueId define(const std::string& name);
    void defineConstant(const std::string& name, Tensor tensor);

    void readInitializers(const Parts& parts);
    void readInputs(const Parts& parts);
    void readOutputs(const Parts& parts);
    void readValueInfo(const Parts& parts);
    void readNodes(const std::vector<Message>& nodes);
    void declareOutputs(const std::vector<Message>& nodes);
    void readNode(Message message);
    void addConstantNode(const NodeFields& fields);
    Attributes readAttributes(const NodeFields& fields, std::string& unsupported);
    std::optional<Attribute> readAttribute(Message message, std::string& name, std::string& unsupported);
    Tensor tensorOf(Message message, std::string_view where, bool isSparse = false);
    void countInlined(std::size_t bytes);
    const Function* functionOf(const NodeFields& fields) const;
    void inlineFunction(const Function& function, const NodeFields& call);

    ModelContext& m_context;
    GraphReader* m_outer;
    const FunctionScope* m_scope;
    Graph m_graph;
    std::set<std::string, std::less<>> m_local;  ///< what the graph defines anywhere
};

}  // namespace lathe::onnx
