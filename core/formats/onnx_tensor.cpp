// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_tensor.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/formats/onnx_schema.h"
#include "core/formats/packing.h"

namespace lathe::onnx {
namespace {

/// The fields of a TensorProto.
struct TensorFields {
    std::vector<std::int64_t> dims;
    std::int64_t dataType = 0;
    bool isExternal = false;
    std::optional<std::span<const std::byte>> raw;
    std::vector<float> floats;
    std::vector<double> doubles;
    std::vector<std::int64_t> integers;  ///< int32_data, int64_data and uint64_data
    std::vector<std::string> strings;
    std::vector<std::pair<std::string_view, std::string_view>> location;  ///< external_data
    int valueFields = 0;  ///< how many different fields hold values
};

[[noreturn]] void invalid(std::string_view where, std::string reason) {
    throw Error(ErrorCode::modelInvalid, std::string(where), {{"reason", std::move(reason)}});
}

std::pair<std::string_view, std::string_view> readEntry(std::span<const std::byte> message) {
    std::pair<std::string_view, std::string_view> result;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == entry::key) result.first = field.text();
        if (field.number == entry::value) result.second = field.text();
    }
    return result;
}

TensorFields readFields(std::span<const std::byte> message, std::string_view where) {
    TensorFields result;
    std::uint32_t valueField = 0;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        switch (field.number) {
            case tensor::dims: appendInt64(field, result.dims); continue;
            case tensor::dataType: result.dataType = static_cast<std::int32_t>(field.int64()); continue;
            case tensor::dataLocation: result.isExternal = field.int64() == 1; continue;
            case tensor::externalData: result.location.push_back(readEntry(field.message())); continue;
            case tensor::segment: invalid(where, "the tensor is cut into segments, which is not supported");
            case tensor::raw: result.raw = field.message(); break;
            case tensor::floats: appendFloat(field, result.floats); break;
            case tensor::doubles: appendDouble(field, result.doubles); break;
            case tensor::strings: result.strings.emplace_back(field.text()); break;
            case tensor::int32s:
            case tensor::int64s:
            case tensor::uint64s: appendInt64(field, result.integers); break;
            default: continue;
        }
        if (field.number != valueField) ++result.valueFields;
        valueField = field.number;
    }
    return result;
}

Shape checkedShape(const std::vector<std::int64_t>& dims, std::string_view where) {
    std::int64_t elements = 1;
    for (std::int64_t dim : dims) {
        if (dim < 0) invalid(where, "the tensor has the negative dimension " + std::to_string(dim));
        const auto product = checkedMul(elements, dim);
        if (!product) invalid(where, "the tensor has more elements than can be counted");
        elements = *product;
    }
    // A zero among the dimensions hides an overflow of the others, which strides would meet again.
    std::int64_t magnitude = 1;
    for (std::int64_t dim : dims) {
        const auto product = checkedMul(magnitude, std::max<std::int64_t>(dim, 1));
        if (!product) invalid(where, "the tensor's dimensions are too large");
        magnitude = *product;
    }
    return Shape(dims);
}

std::size_t fileSize(DType type, const Shape& shape, std::string_view where) {
    const int bits = dtypeBits(type);
    if (bits < 8) return packedSize(shape.elements(), bits);
    const auto size = checkedMul(shape.elements(), dtypeSize(type));
    if (!size) invalid(where, "the tensor has more bytes than can be counted");
    return static_cast<std::size_t>(*size);
}

Tensor fromBytes(DType type, const Shape& shape, std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
    if (dtypeBits(type) < 8) return unpackElements(type, shape, bytes);
    return Tensor::view(type, shape, bytes, std::move(owner));
}

std::uint64_t parseUnsigned(std::string_view text, std::string_view key, std::string_view where) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        invalid(where, "the " + std::string(key) + " of its external data is not a whole number");
    return value;
}

struct Location {
    std::string_view file;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

Location readLocation(const TensorFields& fields, std::string_view where) {
    Location result;
    for (const auto& [key, value] : fields.location) {
        if (key == "location") result.file = value;
        else if (key == "offset") result.offset = parseUnsigned(value, key, where);
        else if (key == "length") result.length = parseUnsigned(value, key, where);
        else if (key != "checksum")
            invalid(where, "its external data has the unknown key \"" + std::string(key.substr(0, 60)) + "\"");
    }
    return result;
}

Tensor readExternal(const TensorFields& fields, DType type, const Shape& shape, std::string_view where, const Source& source) {
    const Location location = readLocation(fields, where);
    checkExternalLocation(location.file);
    const std::size_t needed = fileSize(type, shape, where);
    if (location.length && *location.length != needed)
        invalid(where, "its external data has " + std::to_string(*location.length) + " bytes, but its shape needs " +
                           std::to_string(needed));
    const auto file = source.external.file(location.file);
    const auto bytes = file->bytes();
    if (location.offset > bytes.size() || needed > bytes.size() - location.offset)
        throw Error(ErrorCode::externalDataRange, std::string(where),
                    {{"location", std::string(location.file)},
                     {"reason", "bytes " + std::to_string(location.offset) + " to " + std::to_string(location.offset + needed) +
                                    " are needed, but it has " + std::to_string(bytes.size())}});
    return fromBytes(type, shape, bytes.subspan(static_cast<std::size_t>(location.offset), needed), file);
}

void expectCount(std::size_t actual, const Shape& shape, std::string_view where) {
    if (static_cast<std::int64_t>(actual) != shape.elements())
        invalid(where, "the tensor has " + std::to_string(actual) + " values, but its shape " + shape.text() + " needs " +
                           std::to_string(shape.elements()));
}

/// 2- and 4-bit values in int32_data: onnx.proto says several to an entry of 8 bits, its checker several to one of 32,
/// some writers one; the count tells which.
std::vector<std::int64_t> spreadNarrow(const std::vector<std::int64_t>& words, std::int64_t elements, int bits) {
    std::size_t perWord = 1;
    for (const int used : {8, 32}) {
        const auto candidate = static_cast<std::size_t>(used / bits);
        const auto words64 = static_cast<std::int64_t>(words.size());
        if (words64 != elements && words64 == (elements - 1) / static_cast<std::int64_t>(candidate) + 1) perWord = candidate;
        if (perWord != 1) break;
    }
    std::vector<std::int64_t> result;
    for (std::int64_t word : words)
        for (std::size_t i = 0; i < perWord && static_cast<std::int64_t>(result.size()) < elements; ++i)
            result.push_back((word >> (i * static_cast<std::size_t>(bits))) & ((1 << bits) - 1));
    return result;
}

/// Integers of the message stored as `type`, modulo its width (as two's complement or plain bits).
template <typename T>
Tensor stored(DType type, const Shape& shape, const std::vector<std::int64_t>& values) {
    Tensor result(type, shape);
    const auto target = result.mutableBytes();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = static_cast<T>(values[i]);
        std::memcpy(target.data() + i * sizeof(T), &value, sizeof(T));
    }
    return result;
}

Tensor readIntegers(const TensorFields& fields, DType type, const Shape& shape, std::string_view where) {
    const int bits = dtypeBits(type);
    if (bits < 8) {
        auto values = spreadNarrow(fields.integers, shape.elements(), bits);
        expectCount(values.size(), shape, where);
        for (std::int64_t& value : values)
            if (isSigned(type) && value >> (bits - 1) != 0) value -= std::int64_t{1} << bits;
        return stored<std::int8_t>(type, shape, values);
    }
    expectCount(fields.integers.size(), shape, where);
    if (type == DType::boolean) {
        auto values = fields.integers;
        for (std::int64_t& value : values) value = value != 0;
        return stored<std::uint8_t>(type, shape, values);
    }
    switch (dtypeSize(type)) {
        case 1: return stored<std::uint8_t>(type, shape, fields.integers);
        case 2: return stored<std::uint16_t>(type, shape, fields.integers);
        case 4: return stored<std::uint32_t>(type, shape, fields.integers);
        default: return stored<std::uint64_t>(type, shape, fields.integers);
    }
}

/// A tensor of the values in the typed fields; the element type decides which field they must be in.
Tensor readTyped(const TensorFields& fields, DType type, const Shape& shape, std::string_view where) {
    if (type == DType::string) {
        expectCount(fields.strings.size(), shape, where);
        return Tensor::strings(shape, fields.strings);
    }
    if (type == DType::float32) {
        expectCount(fields.floats.size(), shape, where);
        return Tensor::of<float>(shape, fields.floats);
    }
    if (type == DType::float64) {
        expectCount(fields.doubles.size(), shape, where);
        return Tensor::of<double>(shape, fields.doubles);
    }
    return readIntegers(fields, type, shape, where);
}

Tensor assemble(const TensorFields& fields, std::string_view where, const Source& source) {
    const DType type = dtypeOf(fields.dataType);
    if (type == DType::undefined)
        invalid(where, "the element type " + dataTypeName(fields.dataType) + " is not supported");
    const Shape shape = checkedShape(fields.dims, where);
    if (fields.valueFields > 1 || (fields.isExternal && fields.valueFields > 0))
        invalid(where, "the tensor has its values in more than one place");
    if (type == DType::string && (fields.raw || fields.isExternal)) invalid(where, "texts cannot be stored as raw data");
    if (fields.isExternal) return readExternal(fields, type, shape, where, source);
    if (!fields.raw) return readTyped(fields, type, shape, where);
    const std::size_t needed = fileSize(type, shape, where);
    if (fields.raw->size() != needed)
        invalid(where, "the tensor has " + std::to_string(fields.raw->size()) + " bytes, but its shape " + shape.text() +
                           " needs " + std::to_string(needed));
    return fromBytes(type, shape, *fields.raw, source.file);
}

std::span<const std::byte> messageField(std::span<const std::byte> message, std::uint32_t number) {
    std::span<const std::byte> result;
    WireReader reader(message);
    for (WireField field; reader.next(field);)
        if (field.number == number) result = field.message();
    return result;
}

/// The flat index of entry `i` of a sparse tensor: given so, or as one coordinate a dimension.
std::int64_t flatIndex(const std::vector<std::int64_t>& indices, std::int64_t i, bool flat, const Shape& shape, std::string_view where) {
    const auto checked = [&](std::int64_t index, std::int64_t size) {
        if (index < 0 || index >= size) invalid(where, "an index of the sparse tensor is outside its shape");
        return index;
    };
    if (flat) return checked(indices[static_cast<std::size_t>(i)], shape.elements());
    std::int64_t result = 0;
    for (int axis = 0; axis < shape.rank(); ++axis)
        result = result * shape[axis] + checked(indices[static_cast<std::size_t>(i * shape.rank() + axis)], shape[axis]);
    return result;
}

}  // namespace

std::string_view tensorName(std::span<const std::byte> message) { return asText(messageField(message, tensor::name)); }

std::string_view sparseTensorName(std::span<const std::byte> message) {
    return tensorName(messageField(message, sparse::values));
}

Tensor readTensor(std::span<const std::byte> message, std::string_view where, const Source& source) {
    return assemble(readFields(message, where), where, source);
}

Tensor readSparseTensor(std::span<const std::byte> message, std::string_view where, const Source& source) {
    // A dense tensor out of a few bytes: the one place where a small file could ask for much memory.
    constexpr std::int64_t maxDenseBytes = std::int64_t{1} << 28;
    std::vector<std::int64_t> dims;
    WireReader reader(message);
    for (WireField field; reader.next(field);)
        if (field.number == sparse::dims) appendInt64(field, dims);
    const Shape shape = checkedShape(dims, where);
    const Tensor values = readTensor(messageField(message, sparse::values), where, source);
    const Tensor indices = readTensor(messageField(message, sparse::indices), where, source);
    if (dtypeSize(values.dtype()) == 0) invalid(where, "a sparse tensor of texts is not supported");
    const auto bytes = checkedMul(shape.elements(), dtypeSize(values.dtype()));
    if (!bytes || *bytes > maxDenseBytes)
        throw Error(ErrorCode::tooLarge, std::string(where),
                    {{"what", "The sparse tensor " + shape.text() + ", written out,"},
                     {"needed", bytes ? sizeText(*bytes) : std::string("more bytes than can be counted")},
                     {"limit", sizeText(maxDenseBytes)}});
    const std::int64_t count = values.elements();
    const bool flat = indices.shape().rank() == 1;
    if (indices.dtype() != DType::int64 || values.shape().rank() != 1 ||
        indices.shape() != (flat ? Shape{count} : Shape{count, shape.rank()}))
        invalid(where, "the indices of the sparse tensor do not fit its values");
    Tensor result(values.dtype(), shape);
    const auto size = static_cast<std::size_t>(dtypeSize(values.dtype()));
    const auto target = result.mutableBytes();
    const std::vector<std::int64_t> positions = indices.toIntegers();
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t to = flatIndex(positions, i, flat, shape, where);
        std::memcpy(target.data() + static_cast<std::size_t>(to) * size, values.bytes().data() + static_cast<std::size_t>(i) * size, size);
    }
    return result;
}

}  // namespace lathe::onnx
