// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/formats.h"
#include "core/formats/onnx_domains.h"
#include "core/formats/onnx_graph_reader.h"
#include "core/formats/onnx_scan.h"
#include "core/formats/onnx_schema.h"
#include "core/formats/utf8.h"
#include "core/ops/infer_shapes.h"

namespace lathe {
namespace {

using onnx::Message;
namespace schema = onnx;

constexpr int oldestOpset = 7;

[[noreturn]] void invalid(std::string reason) {
    throw Error(ErrorCode::modelInvalid, "", {{"reason", std::move(reason)}});
}

/// Domain and version of an OperatorSetIdProto.
std::pair<std::string, int> readOpset(Message message) {
    std::string domain;
    std::int64_t version = 0;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == schema::opset::domain) domain = field.text();
        if (field.number == schema::opset::version) version = field.int64();
    }
    constexpr std::int64_t highest = 1'000'000;
    if (version < 0 || version > highest) invalid("it names the operator set version " + std::to_string(version));
    return {domain == "ai.onnx" ? std::string() : domain, static_cast<int>(version)};
}

std::pair<std::string, std::string> readMetadata(Message message) {
    std::pair<std::string, std::string> result;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == schema::entry::key) result.first = field.text();
        if (field.number == schema::entry::value) result.second = field.text();
    }
    if (!isUtf8(result.second)) invalid("the metadata \"" + result.first + "\" is not UTF-8");
    return result;
}

void addFunction(Message message, onnx::Functions& functions) {
    std::string_view name;
    std::string_view domain;
    std::string_view overload;
    onnx::Function function;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        switch (field.number) {
            case schema::function::name: name = field.text(); break;
            case schema::function::domain: domain = field.text(); break;
            case schema::function::overload: overload = field.text(); break;
            case schema::function::input: function.inputs.push_back(field.text()); break;
            case schema::function::output: function.outputs.push_back(field.text()); break;
            case schema::function::node: function.nodes.push_back(field.message()); break;
            case schema::function::attributeDefault: function.defaults.push_back(field.message()); break;
            case schema::function::opsetImport:
                if (const auto [set, version] = readOpset(field.message()); set.empty()) function.opset = version;
                break;
            default: break;
        }
    }
    if (!functions.emplace(std::tuple(domain, name, overload), std::move(function)).second)
        invalid("the function " + std::string(name) + " is given twice");
}

/// The fields of a ModelProto.
struct ModelFields {
    std::optional<Message> graph;
    std::map<std::string, int> opsets;
    std::map<std::string, std::string> metadata;
    std::string producerName;
    std::string producerVersion;
    std::string doc;
    std::int64_t irVersion = 0;
    onnx::Functions functions;
};

ModelFields readFields(Message file) {
    ModelFields result;
    WireReader reader(file, ErrorCode::modelTruncated);
    for (WireField field; reader.next(field);) {
        switch (field.number) {
            case schema::model::irVersion: result.irVersion = field.int64(); break;
            case schema::model::producerName: result.producerName = field.text(); break;
            case schema::model::producerVersion: result.producerVersion = field.text(); break;
            case schema::model::doc: result.doc = field.text(); break;
            case schema::model::opsetImport: result.opsets.insert(readOpset(field.message())); break;
            case schema::model::metadata: result.metadata.insert(readMetadata(field.message())); break;
            case schema::model::functions: addFunction(field.message(), result.functions); break;
            case schema::model::graph:
                if (result.graph) invalid("it has two graphs");
                result.graph = field.message();
                break;
            default: break;
        }
    }
    if (!result.graph) invalid("it has no graph");
    if (result.opsets.empty()) invalid("it names no operator set");
    return result;
}

/// The operator set of ai.onnx; models of other domains alone have none, and then any will do.
int mainOpset(const ModelFields& fields) {
    const auto found = fields.opsets.find("");
    if (found == fields.opsets.end()) return 13;
    if (found->second < oldestOpset)
        invalid("it uses operator set " + std::to_string(found->second) + "; the oldest that can be read is " +
                std::to_string(oldestOpset));
    return found->second;
}

Digest digestOf(Message file, const ExternalData& external) {
    Hasher hasher;
    hasher.integer(static_cast<std::int64_t>(file.size())).bytes(file);
    for (const auto& [location, data] : external.files())
        hasher.text(location).integer(static_cast<std::int64_t>(data->bytes().size())).bytes(data->bytes());
    return hasher.finish();
}

ImportedModel readOnnx(std::shared_ptr<const FileBytes> file, const Path& folder, const Control& control) {
    const Message bytes = file->bytes();
    onnx::scan(bytes, control);
    ModelFields fields = readFields(bytes);
    ExternalData external(folder);
    const int opset = mainOpset(fields);
    onnx::ModelContext context{.control = control, .source = {file, external}, .functions = std::move(fields.functions), .opset = opset};

    ImportedModel result;
    result.format = "onnx";
    result.opset = opset;
    result.irVersion = static_cast<int>(std::clamp<std::int64_t>(fields.irVersion, 0, 1000));
    result.producer = fields.producerName + (fields.producerVersion.empty() ? "" : " " + fields.producerVersion);
    result.doc = std::move(fields.doc);
    result.graph = onnx::GraphReader(context, nullptr, nullptr).read(*fields.graph);
    result.graph.opsets = std::move(fields.opsets);
    result.graph.opsets[""] = opset;
    result.graph.opsets = onnx::importedOpsets(result.graph);
    result.graph.metadata = std::move(fields.metadata);
    result.graph.validate();
    result.fileDigest = digestOf(bytes, external);
    for (const auto& [location, data] : external.files()) result.externalFiles.push_back(location);

    control.throwIfStopped();
    upgradeOperators(result.graph, opset);
    inferShapes(result.graph);
    return result;
}

/// A ModelProto starts with field 1, ir_version, a small number, in every file met; protobuf has no magic number.
bool recognizesOnnx(std::span<const std::byte> head) {
    return head.size() >= 4 && head[0] == std::byte{0x08} && head[1] > std::byte{0} && head[1] < std::byte{0x40} &&
           (head[2] == std::byte{0x12} || head[2] == std::byte{0x3a} || head[2] == std::byte{0x42});
}

}  // namespace

void register_onnx_reader(Table<Reader>& table) {
    table.add({.id = "onnx",
               .label = "ONNX",
               .extensions = {".onnx", ".pb"},
               .recognizes = recognizesOnnx,
               .read = readOnnx});
}

}  // namespace lathe
