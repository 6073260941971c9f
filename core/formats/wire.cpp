// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/wire.h"

#include <bit>
#include <cstring>

namespace lathe {
namespace {

static_assert(std::endian::native == std::endian::little, "fixed-width fields are copied as they are");

[[noreturn]] void fail(std::string reason, ErrorCode code = ErrorCode::modelInvalid) {
    throw Error(code, "", {{"reason", std::move(reason)}});
}

void expectType(const WireField& field, WireType type) {
    if (field.type != type) fail("field " + std::to_string(field.number) + " has the wrong wire type");
}

template <typename T>
void appendFixed(const WireField& field, WireType single, std::vector<T>& values) {
    if (field.type == single) {
        T value;
        std::memcpy(&value, &field.integer, sizeof value);
        values.push_back(value);
        return;
    }
    expectType(field, WireType::bytes);
    if (field.bytes.size() % sizeof(T) != 0) fail("a packed list ends within a number");
    const std::size_t before = values.size();
    values.resize(before + field.bytes.size() / sizeof(T));
    if (!field.bytes.empty()) std::memcpy(values.data() + before, field.bytes.data(), field.bytes.size());
}

}  // namespace

std::span<const std::byte> WireField::message() const {
    expectType(*this, WireType::bytes);
    return bytes;
}

std::string_view WireField::text() const { return asText(message()); }

std::int64_t WireField::int64() const {
    expectType(*this, WireType::varint);
    return static_cast<std::int64_t>(integer);
}

float WireField::float32() const {
    expectType(*this, WireType::fixed32);
    return std::bit_cast<float>(static_cast<std::uint32_t>(integer));
}

bool WireReader::next(WireField& field) {
    if (m_rest.empty()) return false;
    const std::uint64_t key = varint();
    if (key >> 3 == 0 || key >> 32 != 0) fail("a field has the impossible number " + std::to_string(key >> 3));
    field.number = static_cast<std::uint32_t>(key >> 3);
    field.type = static_cast<WireType>(key & 7);
    field.integer = 0;
    field.bytes = {};
    switch (key & 7) {
        case 0: field.integer = varint(); break;
        case 1: std::memcpy(&field.integer, take(8).data(), 8); break;
        case 2: field.bytes = take(varint()); break;
        case 5: std::memcpy(&field.integer, take(4).data(), 4); break;
        default: fail("field " + std::to_string(field.number) + " has the unknown wire type " + std::to_string(key & 7));
    }
    return true;
}

std::uint64_t WireReader::varint() {
    std::uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto part = std::to_integer<std::uint64_t>(take(1)[0]);
        result |= (part & 0x7f) << shift;
        if (part < 0x80) return result;
    }
    fail("a number is longer than 10 bytes");
}

std::span<const std::byte> WireReader::take(std::uint64_t count) {
    if (count > m_rest.size())
        fail(std::to_string(count) + " more bytes were announced, but only " + std::to_string(m_rest.size()) + " follow", m_pastEnd);
    const auto result = m_rest.first(static_cast<std::size_t>(count));
    m_rest = m_rest.subspan(static_cast<std::size_t>(count));
    return result;
}

void appendInt64(const WireField& field, std::vector<std::int64_t>& values) {
    if (field.type == WireType::varint) {
        values.push_back(static_cast<std::int64_t>(field.integer));
        return;
    }
    std::uint64_t value = 0;
    int shift = 0;
    for (std::byte b : field.message()) {
        const auto part = std::to_integer<std::uint64_t>(b);
        if (shift > 63) fail("a number is longer than 10 bytes");
        value |= (part & 0x7f) << shift;
        shift += 7;
        if (part >= 0x80) continue;
        values.push_back(static_cast<std::int64_t>(value));
        value = 0;
        shift = 0;
    }
    if (shift != 0) fail("a packed list ends within a number");
}

void appendFloat(const WireField& field, std::vector<float>& values) { appendFixed(field, WireType::fixed32, values); }
void appendDouble(const WireField& field, std::vector<double>& values) { appendFixed(field, WireType::fixed64, values); }

void WireWriter::int64(std::uint32_t field, std::int64_t value) {
    key(field, WireType::varint);
    varint(static_cast<std::uint64_t>(value));
}

void WireWriter::float32(std::uint32_t field, float value) {
    key(field, WireType::fixed32);
    const auto raw = std::as_bytes(std::span(&value, 1));
    m_bytes.insert(m_bytes.end(), raw.begin(), raw.end());
}

void WireWriter::bytes(std::uint32_t field, std::span<const std::byte> value) {
    key(field, WireType::bytes);
    varint(value.size());
    m_bytes.insert(m_bytes.end(), value.begin(), value.end());
}

void WireWriter::packedInt64(std::uint32_t field, std::span<const std::int64_t> values) {
    WireWriter list;
    for (std::int64_t value : values) list.varint(static_cast<std::uint64_t>(value));
    bytes(field, list.m_bytes);
}

void WireWriter::packedFloat(std::uint32_t field, std::span<const float> values) { bytes(field, std::as_bytes(values)); }

void WireWriter::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) m_bytes.push_back(static_cast<std::byte>(value | 0x80));
    m_bytes.push_back(static_cast<std::byte>(value));
}

void WireWriter::key(std::uint32_t field, WireType type) {
    varint(std::uint64_t{field} << 3 | static_cast<std::uint64_t>(type));
}

}  // namespace lathe
