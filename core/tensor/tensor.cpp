// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/tensor/dispatch.h"
#include "core/tensor/float8.h"

namespace lathe {

namespace {

constexpr std::size_t kAlignment = 64;

/// One tensor must fit the machine's memory: refusing it is better than being killed.
std::int64_t memoryLimit()
{
    static const std::int64_t limit = [] {
        const auto bytes = checkedMul(::sysconf(_SC_PHYS_PAGES), ::sysconf(_SC_PAGESIZE));
        return bytes.value_or(0) > 0 ? *bytes : std::int64_t{1} << 32;
    }();
    return limit;
}

std::int64_t checkedByteSize(DType type, const Shape& shape)
{
    const auto bytes = checkedMul(shape.elements(), dtypeSize(type));
    if (bytes && *bytes <= memoryLimit())
        return *bytes;
    throw Error(ErrorCode::tooLarge, "",
                {{"what", "A tensor of shape " + shape.text()},
                 {"needed", bytes ? sizeText(*bytes) : std::string("more bytes than can be counted")},
                 {"limit", sizeText(memoryLimit())}});
}

std::shared_ptr<std::byte> allocate(std::int64_t bytes, const Shape& shape)
{
    const std::size_t rounded = (static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
    void* memory = std::aligned_alloc(kAlignment, std::max(rounded, kAlignment));
    if (!memory)
        throw Error(ErrorCode::outOfMemory, "", {{"what", "a tensor of shape " + shape.text()}});
    return {static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); }};
}

bool isAligned(const std::byte* address, DType type)
{
    return reinterpret_cast<std::uintptr_t>(address) % static_cast<std::size_t>(dtypeSize(type)) == 0;
}

/// A bool that is neither 0 nor 1 must never be read as one.
bool holdsOnlyBooleans(std::span<const std::byte> bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return std::to_integer<int>(b) <= 1; });
}

Tensor copied(DType type, const Shape& shape, std::span<const std::byte> bytes)
{
    Tensor result(type, shape);
    const auto target = result.mutableBytes();
    if (type == DType::boolean)
        std::transform(bytes.begin(), bytes.end(), target.begin(),
                       [](std::byte b) { return std::byte{b != std::byte{0}}; });
    else if (!bytes.empty())
        std::memcpy(target.data(), bytes.data(), bytes.size());
    return result;
}

double asDouble(Float16 value)
{
    return static_cast<double>(toFloat(value));
}
double asDouble(BFloat16 value)
{
    return static_cast<double>(toFloat(value));
}
template <typename T>
double asDouble(T value)
{
    return static_cast<double>(value);
}

} // namespace

Tensor::Tensor(DType type, Shape shape)
    : m_type(type)
    , m_shape(std::move(shape))
    , m_elements(m_shape.elements())
{
    if (type == DType::undefined)
        throw Error(ErrorCode::internal, "", {{"what", "a tensor needs an element type"}});
    if (type == DType::string) {
        checkedByteSize(DType::float64, m_shape);
        m_strings = std::make_shared<std::vector<std::string>>(static_cast<std::size_t>(m_elements));
        return;
    }
    const std::int64_t size = checkedByteSize(type, m_shape);
    const auto memory = allocate(size, m_shape);
    std::memset(memory.get(), 0, static_cast<std::size_t>(size));
    m_bytes = memory.get();
    m_owner = memory;
    m_writable = true;
}

Tensor Tensor::view(DType type, Shape shape, std::span<const std::byte> bytes,
                    std::shared_ptr<const void> owner)
{
    if (dtypeSize(type) == 0)
        throw Error(ErrorCode::dtypeMismatch, "",
                    {{"actual", std::string(dtypeName(type))}, {"expected", "a numeric element type"}});
    const auto needed = checkedMul(shape.elements(), dtypeSize(type));
    if (!needed || static_cast<std::uint64_t>(*needed) > bytes.size())
        throw Error(ErrorCode::shapeMismatch, "",
                    {{"actual", std::to_string(bytes.size()) + " bytes"}, {"expected", shape.text()}});
    const auto used = bytes.first(static_cast<std::size_t>(*needed));
    if (!isAligned(used.data(), type) || (type == DType::boolean && !holdsOnlyBooleans(used)))
        return copied(type, shape, used);
    Tensor result;
    result.m_type = type;
    result.m_elements = shape.elements();
    result.m_shape = std::move(shape);
    // Never written through: m_writable is false.
    result.m_bytes = const_cast<std::byte*>(used.data());
    result.m_owner = std::move(owner);
    return result;
}

Tensor Tensor::strings(Shape shape, std::vector<std::string> values)
{
    if (shape.elements() != static_cast<std::int64_t>(values.size()))
        throw Error(ErrorCode::shapeMismatch, "",
                    {{"actual", std::to_string(values.size()) + " values"}, {"expected", shape.text()}});
    Tensor result;
    result.m_type = DType::string;
    result.m_elements = shape.elements();
    result.m_shape = std::move(shape);
    result.m_strings = std::make_shared<const std::vector<std::string>>(std::move(values));
    return result;
}

void Tensor::expectType(DType wanted) const
{
    const bool asByte = (wanted == DType::int8 && (m_type == DType::int2 || m_type == DType::int4)) ||
                        (wanted == DType::uint8 && (m_type == DType::uint2 || m_type == DType::uint4));
    if (m_type == wanted || asByte)
        return;
    throw Error(ErrorCode::dtypeMismatch, "",
                {{"actual", std::string(dtypeName(m_type))}, {"expected", std::string(dtypeName(wanted))}});
}

std::span<const std::byte> Tensor::bytes() const
{
    return {m_bytes, static_cast<std::size_t>(byteSize())};
}

std::span<std::byte> Tensor::mutableBytes()
{
    const auto size = static_cast<std::size_t>(byteSize());
    bool own = m_writable && m_owner.use_count() == 1;
    if (own) {
        // Taking and dropping a reference orders this write after the last read of an owner that has gone.
        const auto probe = m_owner;
        own = probe.use_count() == 2;
    }
    if (!own && dtypeSize(m_type) > 0) {
        const auto memory = allocate(byteSize(), m_shape);
        if (size > 0)
            std::memcpy(memory.get(), m_bytes, size);
        m_bytes = memory.get();
        m_owner = memory;
        m_writable = true;
    }
    return {m_bytes, size};
}

const std::vector<std::string>& Tensor::stringData() const
{
    expectType(DType::string);
    return *m_strings;
}

Tensor Tensor::reshaped(Shape shape) const
{
    if (shape.elements() != m_elements)
        throw Error(ErrorCode::shapeMismatch, "", {{"actual", m_shape.text()}, {"expected", shape.text()}});
    Tensor result = *this;
    result.m_shape = std::move(shape);
    return result;
}

double Tensor::at(std::int64_t index) const
{
    if (index < 0 || index >= m_elements)
        throw Error(
            ErrorCode::internal, "",
            {{"what", "element " + std::to_string(index) + " of a tensor of shape " + m_shape.text()}});
    if (isFloat8(m_type))
        return fromFloat8(std::to_integer<std::uint8_t>(m_bytes[index]), m_type);
    return withStorageType(m_type, [&]<typename T>() {
        return asDouble(reinterpret_cast<const T*>(m_bytes)[static_cast<std::size_t>(index)]);
    });
}

std::vector<std::int64_t> Tensor::toIntegers() const
{
    if (!isInteger(m_type) && m_type != DType::boolean)
        throw Error(ErrorCode::dtypeMismatch, "",
                    {{"actual", std::string(dtypeName(m_type))}, {"expected", "an integer type"}});
    const Tensor wide = converted(DType::int64);
    const auto values = wide.data<std::int64_t>();
    return {values.begin(), values.end()};
}

std::vector<float> Tensor::toFloats() const
{
    const Tensor real = converted(DType::float32);
    const auto values = real.data<float>();
    return {values.begin(), values.end()};
}

Digest Tensor::digest() const
{
    Hasher hasher;
    hasher.text(dtypeName(m_type)).integer(m_shape.rank());
    for (const std::int64_t dim : m_shape)
        hasher.integer(dim);
    if (m_type == DType::string)
        for (const std::string& value : *m_strings)
            hasher.text(value);
    return hasher.bytes(bytes()).finish();
}

bool identical(const Tensor& a, const Tensor& b)
{
    if (a.dtype() != b.dtype() || a.shape() != b.shape())
        return false;
    if (a.dtype() == DType::string)
        return a.stringData() == b.stringData();
    return std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
}

} // namespace lathe
