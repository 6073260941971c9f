// SPDX-License-Identifier: GPL-3.0-or-later
// The part of GraphReader that decodes attributes and Constant nodes.
#include <optional>

#include "core/formats/onnx_graph_reader.h"
#include "core/formats/onnx_schema.h"

namespace lathe::onnx {
namespace {

/// The fields of an AttributeProto.
struct AttributeFields {
    std::string_view name;
    std::string_view reference;
    std::int64_t type = 0;
    std::optional<float> real;
    std::optional<std::int64_t> integer;
    std::optional<std::string_view> text;
    std::optional<Message> tensor;
    std::optional<Message> graph;
    std::optional<Message> sparseTensor;
    std::vector<float> reals;
    std::vector<std::int64_t> integers;
    std::vector<std::string> texts;
};

[[noreturn]] void invalid(std::string_view where, std::string reason) {
    throw Error(ErrorCode::modelInvalid, std::string(where), {{"reason", std::move(reason)}});
}

/// Files older than IR version 2 do not state the type.
std::int64_t impliedType(const AttributeFields& fields) {
    if (fields.real) return attribute::realType;
    if (fields.integer) return attribute::integerType;
    if (fields.text) return attribute::textType;
    if (fields.tensor) return attribute::tensorType;
    if (fields.graph) return attribute::graphType;
    if (!fields.reals.empty()) return attribute::realsType;
    if (!fields.integers.empty()) return attribute::integersType;
    return fields.texts.empty() ? attribute::undefinedType : attribute::textsType;
}

AttributeFields readFields(Message message) {
    AttributeFields result;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        switch (field.number) {
            case attribute::name: result.name = field.text(); break;
            case attribute::reference: result.reference = field.text(); break;
            case attribute::type: result.type = field.int64(); break;
            case attribute::real: result.real = field.float32(); break;
            case attribute::integer: result.integer = field.int64(); break;
            case attribute::text: result.text = field.text(); break;
            case attribute::tensor: result.tensor = field.message(); break;
            case attribute::graph: result.graph = field.message(); break;
            case attribute::sparseTensor: result.sparseTensor = field.message(); break;
            case attribute::reals: appendFloat(field, result.reals); break;
            case attribute::integers: appendInt64(field, result.integers); break;
            case attribute::texts: result.texts.emplace_back(field.text()); break;
            default: break;
        }
    }
    if (result.type == attribute::undefinedType) result.type = impliedType(result);
    return result;
}

template <typename T>
Tensor vectorOf(const std::vector<T>& values) {
    return Tensor::of<T>(Shape{static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace

std::optional<Attribute> GraphReader::readAttribute(Message message, std::string& name, std::string& unsupported) {
    AttributeFields fields = readFields(message);
    if (m_scope && !fields.tensor && !fields.sparseTensor && !fields.graph) countInlined(message.size());
    name = fields.name;
    if (name.empty()) invalid("", "an attribute has no name");
    if (!fields.reference.empty()) {
        if (!m_scope) invalid(name, "the attribute refers to a function's attribute outside of a function");
        const auto found = m_scope->attributes.find(fields.reference);
        return found == m_scope->attributes.end() ? std::nullopt : std::optional(found->second);
    }
    switch (fields.type) {
        case attribute::realType: return fields.real.value_or(0.0f);
        case attribute::integerType: return fields.integer.value_or(0);
        case attribute::textType: return std::string(fields.text.value_or(std::string_view()));
        case attribute::realsType: return std::move(fields.reals);
        case attribute::integersType: return std::move(fields.integers);
        case attribute::textsType: return std::move(fields.texts);
        case attribute::tensorType:
            if (!fields.tensor) invalid(name, "the attribute has no tensor");
            return tensorOf(*fields.tensor, name);
        case attribute::sparseTensorType:
            if (!fields.sparseTensor) invalid(name, "the attribute has no tensor");
            return tensorOf(*fields.sparseTensor, name, true);
        case attribute::graphType: {
            if (!fields.graph) invalid(name, "the attribute has no graph");
            return GraphPtr(std::make_shared<Graph>(GraphReader(m_context, this, m_scope).read(*fields.graph)));
        }
        default:
            unsupported = "its attribute \"" + name + "\" is of a kind that is not supported";
            return std::nullopt;
    }
}

Attributes GraphReader::readAttributes(const NodeFields& fields, std::string& unsupported) {
    Attributes result;
    for (Message message : fields.attributes) {
        std::string name;
        auto value = readAttribute(message, name, unsupported);
        if (value && !result.emplace(name, std::move(*value)).second) invalid(name, "the attribute is given twice");
    }
    return result;
}

void GraphReader::addConstantNode(const NodeFields& fields) {
    const std::string name = fields.outputs.empty() ? std::string() : resolved(fields.outputs.front());
    if (name.empty() || fields.outputs.size() != 1) invalid(fields.name, "a Constant node must have one output");
    std::string unsupported;
    const Attributes attributes = whileDoing("reading the constant " + name, [&] { return readAttributes(fields, unsupported); });
    if (attributes.size() != 1) invalid(name, "a Constant node must have one value");
    const Attribute& value = attributes.begin()->second;
    if (const auto* tensor = std::get_if<Tensor>(&value)) defineConstant(name, *tensor);
    else if (const auto* real = std::get_if<float>(&value)) defineConstant(name, Tensor::scalar(*real));
    else if (const auto* integer = std::get_if<std::int64_t>(&value)) defineConstant(name, Tensor::scalar(*integer));
    else if (const auto* text = std::get_if<std::string>(&value)) defineConstant(name, Tensor::strings(Shape{}, {*text}));
    else if (const auto* reals = std::get_if<std::vector<float>>(&value)) defineConstant(name, vectorOf(*reals));
    else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value)) defineConstant(name, vectorOf(*integers));
    else if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
        defineConstant(name, Tensor::strings(Shape{static_cast<std::int64_t>(texts->size())}, *texts));
    else invalid(name, "the value of the Constant node is of the wrong kind");
}

}  // namespace lathe::onnx
