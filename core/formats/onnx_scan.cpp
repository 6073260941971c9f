// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_scan.h"

#include <algorithm>
#include <array>

#include "core/formats/external_data.h"
#include "core/formats/onnx_schema.h"
#include "core/formats/utf8.h"
#include "core/formats/wire.h"

namespace lathe::onnx {
namespace {

enum class Kind : std::uint8_t {
    model, graph, node, attribute, tensor, sparse, valueInfo, type, tensorType, sequenceType, mapType, opaqueType, shape,
    dim, entry, opset, function, training, segment, annotation,
    text,    ///< a leaf that must be UTF-8
    data,    ///< a leaf of any bytes
    number,  ///< a leaf, packed or not
    dims,    ///< numbers whose count is limited
    unknown,
};

struct Row {
    Kind message;
    std::uint32_t field;
    Kind content;
};

constexpr std::array schema = std::to_array<Row>({
    {Kind::model, model::irVersion, Kind::number},
    {Kind::model, model::producerName, Kind::text},
    {Kind::model, model::producerVersion, Kind::text},
    {Kind::model, model::domain, Kind::text},
    {Kind::model, model::modelVersion, Kind::number},
    {Kind::model, model::doc, Kind::text},
    {Kind::model, model::graph, Kind::graph},
    {Kind::model, model::opsetImport, Kind::opset},
    {Kind::model, model::metadata, Kind::entry},
    {Kind::model, model::training, Kind::training},
    {Kind::model, model::functions, Kind::function},
    {Kind::graph, graph::node, Kind::node},
    {Kind::graph, graph::name, Kind::text},
    {Kind::graph, graph::initializer, Kind::tensor},
    {Kind::graph, graph::doc, Kind::text},
    {Kind::graph, graph::input, Kind::valueInfo},
    {Kind::graph, graph::output, Kind::valueInfo},
    {Kind::graph, graph::valueInfo, Kind::valueInfo},
    {Kind::graph, graph::annotation, Kind::annotation},
    {Kind::graph, graph::sparseInitializer, Kind::sparse},
    {Kind::graph, graph::metadata, Kind::entry},
    {Kind::node, node::input, Kind::text},
    {Kind::node, node::output, Kind::text},
    {Kind::node, node::name, Kind::text},
    {Kind::node, node::op, Kind::text},
    {Kind::node, node::attribute, Kind::attribute},
    {Kind::node, node::doc, Kind::text},
    {Kind::node, node::domain, Kind::text},
    {Kind::node, node::overload, Kind::text},
    {Kind::node, node::metadata, Kind::entry},
    {Kind::attribute, attribute::name, Kind::text},
    {Kind::attribute, attribute::real, Kind::number},
    {Kind::attribute, attribute::integer, Kind::number},
    {Kind::attribute, attribute::text, Kind::data},
    {Kind::attribute, attribute::tensor, Kind::tensor},
    {Kind::attribute, attribute::graph, Kind::graph},
    {Kind::attribute, attribute::reals, Kind::number},
    {Kind::attribute, attribute::integers, Kind::number},
    {Kind::attribute, attribute::texts, Kind::data},
    {Kind::attribute, attribute::tensors, Kind::tensor},
    {Kind::attribute, attribute::graphs, Kind::graph},
    {Kind::attribute, attribute::doc, Kind::text},
    {Kind::attribute, attribute::typeProto, Kind::type},
    {Kind::attribute, attribute::typeProtos, Kind::type},
    {Kind::attribute, attribute::type, Kind::number},
    {Kind::attribute, attribute::reference, Kind::text},
    {Kind::attribute, attribute::sparseTensor, Kind::sparse},
    {Kind::attribute, attribute::sparseTensors, Kind::sparse},
    {Kind::tensor, tensor::dims, Kind::dims},
    {Kind::tensor, tensor::dataType, Kind::number},
    {Kind::tensor, tensor::segment, Kind::segment},
    {Kind::tensor, tensor::floats, Kind::number},
    {Kind::tensor, tensor::int32s, Kind::number},
    {Kind::tensor, tensor::strings, Kind::data},
    {Kind::tensor, tensor::int64s, Kind::number},
    {Kind::tensor, tensor::name, Kind::text},
    {Kind::tensor, tensor::raw, Kind::data},
    {Kind::tensor, tensor::doubles, Kind::number},
    {Kind::tensor, tensor::uint64s, Kind::number},
    {Kind::tensor, tensor::doc, Kind::text},
    {Kind::tensor, tensor::externalData, Kind::entry},
    {Kind::tensor, tensor::dataLocation, Kind::number},
    {Kind::tensor, tensor::metadata, Kind::entry},
    {Kind::sparse, sparse::values, Kind::tensor},
    {Kind::sparse, sparse::indices, Kind::tensor},
    {Kind::sparse, sparse::dims, Kind::dims},
    {Kind::valueInfo, valueInfo::name, Kind::text},
    {Kind::valueInfo, valueInfo::type, Kind::type},
    {Kind::valueInfo, valueInfo::doc, Kind::text},
    {Kind::valueInfo, valueInfo::metadata, Kind::entry},
    {Kind::type, type::tensor, Kind::tensorType},
    {Kind::type, type::sequence, Kind::sequenceType},
    {Kind::type, type::map, Kind::mapType},
    {Kind::type, type::denotation, Kind::text},
    {Kind::type, type::opaque, Kind::opaqueType},
    {Kind::type, type::sparse, Kind::tensorType},
    {Kind::type, type::optional, Kind::sequenceType},
    {Kind::tensorType, tensorType::element, Kind::number},
    {Kind::tensorType, tensorType::shape, Kind::shape},
    {Kind::sequenceType, 1, Kind::type},
    {Kind::mapType, 1, Kind::number},
    {Kind::mapType, 2, Kind::type},
    {Kind::opaqueType, 1, Kind::text},
    {Kind::opaqueType, 2, Kind::text},
    {Kind::shape, shape::dim, Kind::dim},
    {Kind::dim, dim::value, Kind::number},
    {Kind::dim, dim::symbol, Kind::text},
    {Kind::dim, dim::denotation, Kind::text},
    {Kind::entry, entry::key, Kind::text},
    {Kind::entry, entry::value, Kind::data},
    {Kind::opset, opset::domain, Kind::text},
    {Kind::opset, opset::version, Kind::number},
    {Kind::function, function::name, Kind::text},
    {Kind::function, function::input, Kind::text},
    {Kind::function, function::output, Kind::text},
    {Kind::function, function::attribute, Kind::text},
    {Kind::function, function::node, Kind::node},
    {Kind::function, function::doc, Kind::text},
    {Kind::function, function::opsetImport, Kind::opset},
    {Kind::function, function::domain, Kind::text},
    {Kind::function, function::attributeDefault, Kind::attribute},
    {Kind::function, function::valueInfo, Kind::valueInfo},
    {Kind::function, function::overload, Kind::text},
    {Kind::function, function::metadata, Kind::entry},
    {Kind::training, training::initialization, Kind::graph},
    {Kind::training, training::algorithm, Kind::graph},
    {Kind::training, training::initializationBinding, Kind::entry},
    {Kind::training, training::updateBinding, Kind::entry},
    {Kind::segment, 1, Kind::number},
    {Kind::segment, 2, Kind::number},
    {Kind::annotation, 1, Kind::text},
    {Kind::annotation, 2, Kind::entry},
});

/// Rows by message and field, so that the walk looks each field up in one step.
constexpr std::size_t fieldSlots = 32;

constexpr auto slots = [] {
    std::array<std::array<Kind, fieldSlots>, static_cast<std::size_t>(Kind::text)> result{};
    for (auto& message : result) message.fill(Kind::unknown);
    for (const Row& row : schema) result[static_cast<std::size_t>(row.message)][row.field] = row.content;
    return result;
}();

Kind contentOf(Kind message, std::uint32_t field) {
    return field < fieldSlots ? slots[static_cast<std::size_t>(message)][field] : Kind::unknown;
}

[[noreturn]] void invalid(std::string reason) {
    throw Error(ErrorCode::modelInvalid, "", {{"reason", std::move(reason)}});
}

class Scanner {
public:
    Scanner(const Control& control, const ScanLimits& limits) : m_control(control), m_limits(limits) {}

    void walk(Kind kind, std::span<const std::byte> message, ErrorCode pastEnd = ErrorCode::modelInvalid) {
        count(m_items, m_limits.items, "messages and texts");
        if (m_items % 65536 == 0) m_control.throwIfStopped();
        if (kind == Kind::node) count(m_nodes, m_limits.nodes, "nodes");
        if (kind == Kind::tensor) count(m_tensors, m_limits.tensors, "tensors");
        const Deeper graphs(m_graphDepth, kind == Kind::graph, m_limits.graphDepth, "its graphs are nested too deeply");
        const Deeper types(m_typeDepth, kind == Kind::type, m_limits.typeDepth, "its types are nested too deeply");
        std::int64_t attributes = 0;
        std::int64_t dims = 0;
        WireReader reader(message, pastEnd);
        for (WireField field; reader.next(field);) {
            const Kind content = contentOf(kind, field.number);
            if (content == Kind::attribute) count(attributes, m_limits.attributesPerNode, "attributes of one node");
            if (content == Kind::dim) count(dims, m_limits.rank, "dimensions of one tensor");
            if (content == Kind::dims) countDims(field, dims);
            if (content < Kind::text) walk(content, field.message());
            else leaf(content, field);
            if (kind == Kind::tensor && field.number == tensor::externalData) external(field.bytes);
        }
    }

private:
    /// Counts a level of nesting while it lives.
    class Deeper {
    public:
        Deeper(int& depth, bool counts, int limit, const char* reason) : m_depth(depth), m_counts(counts) {
            if (counts && depth >= limit) invalid(reason);
            m_depth += m_counts;
        }
        ~Deeper() { m_depth -= m_counts; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

    private:
        int& m_depth;
        bool m_counts;
    };

    static void count(std::int64_t& counter, std::int64_t limit, const char* what) {
        if (++counter > limit)
            throw Error(ErrorCode::tooLarge, "",
                        {{"what", std::string("The number of ") + what}, {"needed", "more"}, {"limit", std::to_string(limit)}});
    }

    void countDims(const WireField& field, std::int64_t& dims) const {
        const auto lastBytes = [&](std::byte b) { return std::to_integer<int>(b) < 0x80; };
        std::int64_t added = 1;
        if (field.type == WireType::bytes) {
            // More bytes than numbers of that limit can take need no counting.
            if (field.bytes.size() > static_cast<std::size_t>(m_limits.rank) * 10) added = m_limits.rank + 1;
            else added = std::count_if(field.bytes.begin(), field.bytes.end(), lastBytes);
        }
        dims += added;
        if (dims > m_limits.rank) invalid("a tensor has more than " + std::to_string(m_limits.rank) + " dimensions");
    }

    void leaf(Kind content, const WireField& field) {
        if (content == Kind::text || content == Kind::data) count(m_items, m_limits.items, "messages and texts");
        if (content == Kind::text) {
            const std::string_view text = field.text();
            if (text.size() > static_cast<std::size_t>(m_limits.textBytes)) invalid("a name or text is longer than 1 MiB");
            if (!isUtf8(text)) invalid("a name or text is not UTF-8");
        }
        if (content == Kind::unknown) {
            m_unknownBytes += static_cast<std::int64_t>(field.bytes.size()) + 8;
            if (m_unknownBytes > m_limits.unknownBytes) invalid("it is full of unknown fields");
        }
    }

    static void external(std::span<const std::byte> pair) {
        std::string_view key;
        std::string_view value;
        WireReader reader(pair);
        for (WireField field; reader.next(field);) {
            if (field.number == entry::key) key = field.text();
            if (field.number == entry::value) value = field.text();
        }
        if (key == "location") checkExternalLocation(value);
    }

    const Control& m_control;
    const ScanLimits& m_limits;
    std::int64_t m_items = 0;
    std::int64_t m_nodes = 0;
    std::int64_t m_tensors = 0;
    std::int64_t m_unknownBytes = 0;
    int m_graphDepth = 0;
    int m_typeDepth = 0;
};

[[noreturn]] void notAModel(std::string reason) {
    throw Error(ErrorCode::notAModel, "", {{"reason", std::move(reason)}});
}

/// Says what a file that is no model looks like, for the ones that people drop by mistake.
void refuseOtherFormats(std::span<const std::byte> file) {
    const std::string_view head = asText(file.first(std::min<std::size_t>(file.size(), 32)));
    if (head.empty()) notAModel("the file is empty");
    if (head.starts_with("GGUF")) notAModel("it is a GGUF file");
    if (head.size() >= 8 && head.substr(4, 4) == "TFL3") notAModel("it is a TFLite file");
    if (head.starts_with("PK\x03\x04")) notAModel("it is a zip archive (a PyTorch checkpoint, perhaps)");
    if (head.starts_with("\x89HDF")) notAModel("it is an HDF5 file (a Keras model, perhaps)");
    if (head.starts_with("version https://git-lfs")) notAModel("it is a Git LFS pointer; the file itself was not fetched");
    if (head.front() == '<' || head.front() == '{') notAModel("it is a text file");
}

}  // namespace

void scan(std::span<const std::byte> file, const Control& control, const ScanLimits& limits) {
    refuseOtherFormats(file);
    // A model starts with ir_version, as every writer puts it; whatever else starts like a model must also go on like one.
    constexpr std::int64_t highestVersion = 1000;
    WireField first;
    try {
        WireReader(file, ErrorCode::modelTruncated).next(first);
    } catch (const Error&) {
        if (first.number != model::graph || first.type != WireType::bytes) notAModel("its first bytes are not those of one");
        throw;
    }
    const bool versioned = first.number == model::irVersion && first.type == WireType::varint && first.integer > 0 &&
                           first.int64() < highestVersion;
    if (!versioned && first.number != model::graph) notAModel("its first bytes are not those of one");
    Scanner(control, limits).walk(Kind::model, file, ErrorCode::modelTruncated);
}

}  // namespace lathe::onnx
