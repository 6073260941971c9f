// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/npy.h"

#include <cstring>
#include <optional>

#include "core/base/checked.h"
#include "core/base/text.h"

namespace lathe {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 1u << 20;
constexpr int kMaxRank = 64;

struct Header
{
    std::string descr;
    bool fortranOrder = false;
    std::vector<std::int64_t> dims;
    std::size_t dataOffset = 0;
};

[[noreturn]] void fail(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::npySyntax, std::string(where), {{"reason", reason}});
}

/// Reads the Python dictionary of the header: three known keys, each once.
class HeaderReader
{
public:
    HeaderReader(std::string_view text, std::string_view where)
        : m_text(text)
        , m_where(where)
    {
    }

    Header read()
    {
        Header header;
        bool hasDescr = false, hasOrder = false, hasShape = false;
        expect('{');
        while (!accept('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr" && !hasDescr) {
                header.descr = quoted();
                hasDescr = true;
            } else if (key == "fortran_order" && !hasOrder) {
                header.fortranOrder = truth();
                hasOrder = true;
            } else if (key == "shape" && !hasShape) {
                header.dims = tuple();
                hasShape = true;
            } else {
                fail(m_where, "its header has an unexpected or repeated key");
            }
            if (!accept(',') && peek() != '}')
                fail(m_where, "its header cannot be understood");
        }
        if (peek() != '\0')
            fail(m_where, "its header cannot be understood");
        if (!hasDescr || !hasOrder || !hasShape)
            fail(m_where, "its header is incomplete");
        return header;
    }

private:
    char peek()
    {
        m_text = m_text.substr(std::min(m_text.find_first_not_of(" \t\r\n"), m_text.size()));
        return m_text.empty() ? '\0' : m_text.front();
    }
    bool accept(char wanted)
    {
        if (peek() != wanted || m_text.empty())
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    void expect(char wanted)
    {
        if (!accept(wanted))
            fail(m_where, "its header cannot be understood");
    }
    std::string quoted()
    {
        const char quote = peek();
        if (quote != '\'' && quote != '"')
            fail(m_where, "its element type is not a plain one");
        const std::size_t end = m_text.find(quote, 1);
        if (end == std::string_view::npos)
            fail(m_where, "its header cannot be understood");
        std::string value(m_text.substr(1, end - 1));
        m_text.remove_prefix(end + 1);
        return value;
    }
    bool truth()
    {
        peek();
        for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {"False", false}}) {
            if (!m_text.starts_with(word))
                continue;
            m_text.remove_prefix(word.size());
            return value;
        }
        fail(m_where, "its header cannot be understood");
    }
    std::vector<std::int64_t> tuple()
    {
        std::vector<std::int64_t> dims;
        expect('(');
        while (!accept(')')) {
            peek();
            const std::size_t digits = std::min(m_text.find_first_not_of("0123456789"), m_text.size());
            if (digits == 0 || digits > 18 || static_cast<int>(dims.size()) >= kMaxRank)
                fail(m_where, "its shape is not valid");
            dims.push_back(parseInteger(m_text.substr(0, digits), m_where));
            m_text.remove_prefix(digits);
            if (!accept(',') && peek() != ')')
                fail(m_where, "its shape is not valid");
        }
        return dims;
    }

    std::string_view m_text;
    std::string_view m_where;
};

std::size_t littleEndian(std::span<const std::byte> bytes)
{
    std::size_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | std::to_integer<std::size_t>(bytes[i]);
    return value;
}

Header readHeader(std::span<const std::byte> bytes, std::string_view where)
{
    if (bytes.size() < 10 || asText(bytes.first(6)) != kMagic)
        fail(where, "it does not start as one");
    const int major = std::to_integer<int>(bytes[6]);
    if (major < 1 || major > 3)
        fail(where, "its version " + std::to_string(major) + " is not known");
    const std::size_t lengthSize = major == 1 ? 2 : 4;
    if (bytes.size() < 8 + lengthSize)
        fail(where, "it ends in its header");
    const std::size_t length = littleEndian(bytes.subspan(8, lengthSize));
    const std::size_t start = 8 + lengthSize;
    if (length > kMaxHeader)
        fail(where, "its header is too long");
    if (length > bytes.size() - start)
        fail(where, "it ends in its header");
    Header header = HeaderReader(asText(bytes.subspan(start, length)), where).read();
    header.dataOffset = start + length;
    return header;
}

struct NpyType
{
    std::string_view descr;
    DType type;
};

constexpr NpyType kTypes[] = {
    {"f4", DType::float32}, {"f8", DType::float64}, {"f2", DType::float16}, {"i1", DType::int8},
    {"i2", DType::int16},   {"i4", DType::int32},   {"i8", DType::int64},   {"u1", DType::uint8},
    {"u2", DType::uint16},  {"u4", DType::uint32},  {"u8", DType::uint64},  {"b1", DType::boolean},
};

DType typeOf(const std::string& descr, std::string_view where)
{
    const std::string_view order = std::string_view(descr).substr(0, std::min<std::size_t>(1, descr.size()));
    const std::string_view kind = std::string_view(descr).substr(order.size());
    for (const NpyType& row : kTypes) {
        if (row.descr != kind)
            continue;
        if (order == "<" || order == "=" || dtypeSize(row.type) == 1)
            return row.type;
        if (order == ">")
            fail(where, "its numbers are big-endian, which is not supported");
    }
    fail(where, "its element type \"" + descr + "\" is not supported");
}

/// Elements from column-major to row-major order.
Tensor fromFortranOrder(DType type, const Shape& shape, std::span<const std::byte> data)
{
    Tensor result(type, shape);
    const auto size = static_cast<std::size_t>(dtypeSize(type));
    const auto target = result.mutableBytes();
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()), 0);
    const std::vector<std::int64_t> strides = shape.strides();
    for (std::int64_t from = 0; from < shape.elements(); ++from) {
        std::int64_t to = 0;
        for (std::size_t axis = 0; axis < index.size(); ++axis)
            to += index[axis] * strides[axis];
        std::memcpy(target.data() + static_cast<std::size_t>(to) * size,
                    data.data() + static_cast<std::size_t>(from) * size, size);
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            if (++index[axis] < shape[static_cast<int>(axis)])
                break;
            index[axis] = 0;
        }
    }
    return result;
}

Tensor readArray(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, std::string_view where)
{
    Header header = readHeader(bytes, where);
    const DType type = typeOf(header.descr, where);
    const Shape shape(std::move(header.dims));
    const auto data = bytes.subspan(header.dataOffset);
    const auto needed = whileDoing("reading " + std::string(where),
                                   [&] { return checkedMul(shape.elements(), dtypeSize(type)); });
    if (!needed || static_cast<std::uint64_t>(*needed) != data.size())
        fail(where,
             "it has " + std::to_string(data.size()) + " bytes of data, but its shape is " + shape.text());
    if (header.fortranOrder && shape.rank() > 1) {
        // Booleans other than 0 and 1 are mended by view().
        const Tensor ordered = fromFortranOrder(type == DType::boolean ? DType::uint8 : type, shape, data);
        return type == DType::boolean ? ordered.converted(type) : ordered;
    }
    const Tensor view = Tensor::view(type, shape, data, owner);
    if (owner)
        return view;
    Tensor copy = view;
    copy.mutableBytes();
    return copy;
}

} // namespace

Tensor readNpy(std::span<const std::byte> bytes, std::string_view where)
{
    return readArray(bytes, nullptr, where);
}

Tensor readNpy(std::shared_ptr<const FileBytes> file, std::string_view where)
{
    const auto bytes = file->bytes();
    return readArray(bytes, std::move(file), where);
}

Bytes writeNpy(const Tensor& tensor)
{
    const std::string_view descr = [&]() -> std::string_view {
        if (tensor.dtype() == DType::bfloat16)
            return "u2";
        if (isFloat8(tensor.dtype()))
            return "u1";
        if (dtypeBits(tensor.dtype()) < 8 && dtypeBits(tensor.dtype()) > 0)
            return isSigned(tensor.dtype()) ? "i1" : "u1";
        for (const NpyType& row : kTypes)
            if (row.type == tensor.dtype())
                return row.descr;
        throw Error(
            ErrorCode::dtypeMismatch, "",
            {{"actual", std::string(dtypeName(tensor.dtype()))}, {"expected", "a numeric element type"}});
    }();
    std::string header = "{'descr': '";
    header += dtypeSize(tensor.dtype()) == 1 ? "|" : "<";
    header += std::string(descr) + "', 'fortran_order': False, 'shape': (";
    for (const std::int64_t dim : tensor.shape())
        header += std::to_string(dim) + ", ";
    if (tensor.shape().rank() > 1)
        header.resize(header.size() - 2);
    if (tensor.shape().rank() == 1)
        header.pop_back();
    header += "), }";
    // The data starts at a multiple of 64, after a line end.
    header.append(64 - (10 + header.size() + 1) % 64, ' ');
    header += '\n';

    std::string start(kMagic);
    start += '\x01';
    start += '\0';
    start += static_cast<char>(header.size() & 0xff);
    start += static_cast<char>(header.size() >> 8);
    start += header;
    Bytes result;
    result.reserve(start.size() + tensor.bytes().size());
    result.insert(result.end(), asBytes(start).begin(), asBytes(start).end());
    result.insert(result.end(), tensor.bytes().begin(), tensor.bytes().end());
    return result;
}

} // namespace lathe
