// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/version.h"
#include "core/formats/formats.h"
#include "core/formats/onnx_domains.h"
#include "core/formats/onnx_schema.h"
#include "core/formats/onnx_value_info.h"
#include "core/formats/packing.h"
#include "core/formats/wire.h"
#include "core/graph/lookup.h"
#include "core/ops/op.h"

namespace lathe {
namespace {

namespace schema = onnx;

/// What protobuf's readers take at most.
constexpr std::size_t maxModelBytes = (std::size_t{1} << 31) - (std::size_t{1} << 20);
/// Smaller tensors stay in the model when the others go to a file of their own.
constexpr std::size_t minExternalBytes = 1024;
constexpr std::size_t externalAlignment = 4096;

/// The IR version of each operator set's release (facts of onnx's Versioning.md); 8 is what every reader of interest takes.
std::int64_t irVersionOf(int opset) {
    constexpr std::pair<int, std::int64_t> steps[] = {{25, 13}, {24, 12}, {23, 11}, {21, 10}, {19, 9}};
    for (const auto& [first, version] : steps)
        if (opset >= first) return version;
    return 8;
}

/// The IR version that introduced an element type.
std::int64_t irVersionOf(DType type) {
    if (type == DType::int2 || type == DType::uint2) return 13;
    if (isFloat8(type)) return 9;
    return type == DType::int4 || type == DType::uint4 ? 10 : 3;
}

WireWriter writeEntry(std::string_view key, std::string_view value) {
    WireWriter result;
    result.text(schema::entry::key, key);
    result.text(schema::entry::value, value);
    return result;
}

class OnnxWriter {
public:
    /// `externalName`: the file for large tensors, empty to keep all in the model.
    explicit OnnxWriter(std::string externalName) : m_externalName(std::move(externalName)) {}

    WrittenModel write(const Graph& graph) {
        const WireWriter body = writeGraph(graph);
        WireWriter result;
        result.int64(schema::model::irVersion, std::max(m_irVersion, irVersionOf(opsetOf(graph))));
        result.text(schema::model::producerName, "tensorlathe");
        result.text(schema::model::producerVersion, version());
        result.message(schema::model::graph, body);
        for (const auto& [domain, number] : schema::importedOpsets(graph)) result.message(schema::model::opsetImport, writeOpset(domain, number));
        for (const auto& [key, value] : graph.metadata) result.message(schema::model::metadata, writeEntry(key, value));
        WrittenModel written{.model = result.take(), .externalData = std::move(m_external), .externalName = {}};
        if (!written.externalData.empty()) written.externalName = m_externalName;
        return written;
    }

private:
    static WireWriter writeOpset(const std::string& domain, int number) {
        WireWriter result;
        result.text(schema::opset::domain, domain);
        result.int64(schema::opset::version, number);
        return result;
    }

    WireWriter writeGraph(const Graph& graph) {
        WireWriter result;
        for (const Node& node : graph.nodes()) result.message(schema::graph::node, writeNode(graph, node));
        result.text(schema::graph::name, graph.name.empty() ? "graph" : graph.name);
        for (const Value& value : graph.values())
            if (value.isConstant()) result.message(schema::graph::initializer, writeTensor(value.name, value.constant));
        for (ValueId id : graph.inputs) result.message(schema::graph::input, writeTyped(graph.value(id)));
        for (ValueId id : graph.outputs) result.message(schema::graph::output, writeTyped(graph.value(id)));
        for (const Node& node : graph.nodes()) writeStatedTypes(graph, node, result);
        return result;
    }

    WireWriter writeTyped(const Value& value) {
        m_irVersion = std::max(m_irVersion, irVersionOf(value.dtype));
        return schema::writeValueInfoProto(value);
    }

    /// What shape inference cannot know: the outputs of operators that it does not know.
    void writeStatedTypes(const Graph& graph, const Node& node, WireWriter& result) {
        if (findOp(node)) return;
        for (ValueId id : node.outputs)
            if (id.valid() && !graph.isOutput(id) && graph.value(id).dtype != DType::undefined)
                result.message(schema::graph::valueInfo, writeTyped(graph.value(id)));
    }

    WireWriter writeNode(const Graph& graph, const Node& node) {
        WireWriter result;
        const auto names = [&](std::uint32_t field, const std::vector<ValueId>& ids) {
            for (ValueId id : ids) result.text(field, id.valid() ? std::string_view(graph.value(id).name) : std::string_view());
        };
        names(schema::node::input, node.inputs);
        names(schema::node::output, node.outputs);
        if (!node.name.empty()) result.text(schema::node::name, node.name);
        result.text(schema::node::op, node.op);
        for (const auto& [key, value] : node.attributes)
            result.message(schema::node::attribute, writeAttribute(node, key, value));
        if (!node.domain.empty()) result.text(schema::node::domain, node.domain);
        return result;
    }

    WireWriter writeAttribute(const Node& node, const std::string& key, const Attribute& attribute) {
        namespace field = schema::attribute;
        WireWriter result;
        result.text(field::name, key);
        const auto typed = [&](field::Type type) { result.int64(field::type, type); };
        if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
            result.int64(field::integer, *integer);
            typed(field::integerType);
        } else if (const auto* real = std::get_if<float>(&attribute)) {
            result.float32(field::real, *real);
            typed(field::realType);
        } else if (const auto* text = std::get_if<std::string>(&attribute)) {
            result.text(field::text, *text);
            typed(field::textType);
        } else if (const auto* tensor = std::get_if<Tensor>(&attribute)) {
            result.message(field::tensor, writeTensor("", *tensor));
            typed(field::tensorType);
        } else if (const auto* body = std::get_if<GraphPtr>(&attribute)) {
            if (!*body) throw Error(ErrorCode::internal, node.label(), {{"what", "a body is missing"}});
            result.message(field::graph, writeGraph(**body));
            typed(field::graphType);
        } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&attribute)) {
            result.packedInt64(field::integers, *integers);
            typed(field::integersType);
        } else if (const auto* reals = std::get_if<std::vector<float>>(&attribute)) {
            result.packedFloat(field::reals, *reals);
            typed(field::realsType);
        } else if (const auto* texts = std::get_if<std::vector<std::string>>(&attribute)) {
            for (const std::string& one : *texts) result.text(field::texts, one);
            typed(field::textsType);
        }
        return result;
    }

    WireWriter writeTensor(const std::string& name, const Tensor& tensor) {
        namespace field = schema::tensor;
        m_irVersion = std::max(m_irVersion, irVersionOf(tensor.dtype()));
        WireWriter result;
        for (std::int64_t dim : tensor.shape()) result.int64(field::dims, dim);
        result.int64(field::dataType, schema::dataTypeOf(tensor.dtype()));
        if (!name.empty()) result.text(field::name, name);
        if (tensor.dtype() == DType::string) {
            for (const std::string& text : tensor.stringData()) result.text(field::strings, text);
            return result;
        }
        if (tensor.elements() == 0) return result;
        const Bytes packed = packElements(tensor);
        if (!m_externalName.empty() && packed.size() >= minExternalBytes) writeExternal(packed, result);
        else result.bytes(field::raw, packed);
        return result;
    }

    void writeExternal(const Bytes& packed, WireWriter& result) {
        m_external.resize((m_external.size() + externalAlignment - 1) / externalAlignment * externalAlignment);
        namespace field = schema::tensor;
        result.message(field::externalData, writeEntry("location", m_externalName));
        result.message(field::externalData, writeEntry("offset", std::to_string(m_external.size())));
        result.message(field::externalData, writeEntry("length", std::to_string(packed.size())));
        result.int64(field::dataLocation, 1);
        m_external.insert(m_external.end(), packed.begin(), packed.end());
    }

    std::string m_externalName;
    Bytes m_external;
    std::int64_t m_irVersion = 8;
};

std::size_t constantBytes(const Graph& graph) {
    std::size_t result = 0;
    for (const Value& value : graph.values()) result += static_cast<std::size_t>(value.constant.byteSize());
    return result;
}

WrittenModel writeOnnx(const Graph& graph, const std::string& name, const WriteOptions& options) {
    graph.validate();
    const bool external = options.externalData || constantBytes(graph) > maxModelBytes;
    if (external && name.empty())
        throw Error(ErrorCode::notExportable, graph.name,
                    {{"what", "A model of more than 2 GB"}, {"format", "one ONNX file"},
                     {"reason", "the format ends there"}, {"nearest", "Write it to a file, with its weights beside it."}});
    WrittenModel result = OnnxWriter(external ? name + ".data" : std::string()).write(graph);
    if (result.model.size() > maxModelBytes)
        throw Error(ErrorCode::notExportable, graph.name,
                    {{"what", "A model with more than 2 GB of structure"}, {"format", "ONNX"},
                     {"reason", "the format ends there"}, {"nearest", "Split the model."}});
    return result;
}

}  // namespace

void register_onnx_writer(Table<Writer>& table) {
    table.add({.id = "onnx", .label = "ONNX", .extension = ".onnx", .write = writeOnnx});
}

}  // namespace lathe
