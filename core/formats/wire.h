// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/fs.h"

namespace lathe {

// The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): enough of it to read and write ONNX
// in place. Messages are decoded straight from the mapped file, so nothing is allocated that the file does not hold.

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a message: `integer` for the numeric types, `bytes` for the length-delimited one.
struct WireField {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t integer = 0;
    std::span<const std::byte> bytes;

    /// Each throws Error{modelInvalid} when the field has another wire type.
    std::span<const std::byte> message() const;
    std::string_view text() const;
    std::int64_t int64() const;
    float float32() const;
};

/// Reads the fields of one message in order.
class WireReader {
public:
    /// `pastEnd` is the error of a field that is longer than the message.
    explicit WireReader(std::span<const std::byte> message, ErrorCode pastEnd = ErrorCode::modelInvalid)
        : m_rest(message), m_pastEnd(pastEnd) {}

    /// The next field, or false at the end. Throws Error{modelInvalid or pastEnd}; number and type are then those of the
    /// field at fault.
    bool next(WireField& field);

private:
    std::uint64_t varint();
    std::span<const std::byte> take(std::uint64_t count);

    std::span<const std::byte> m_rest;
    ErrorCode m_pastEnd;
};

/// Appends what a repeated numeric field holds, packed or one by one.
void appendInt64(const WireField& field, std::vector<std::int64_t>& values);
void appendFloat(const WireField& field, std::vector<float>& values);
void appendDouble(const WireField& field, std::vector<double>& values);

/// Writes the fields of one message.
class WireWriter {
public:
    void int64(std::uint32_t field, std::int64_t value);
    void float32(std::uint32_t field, float value);
    void bytes(std::uint32_t field, std::span<const std::byte> value);
    void text(std::uint32_t field, std::string_view value) { bytes(field, asBytes(value)); }
    void message(std::uint32_t field, const WireWriter& value) { bytes(field, value.m_bytes); }
    void packedInt64(std::uint32_t field, std::span<const std::int64_t> values);
    void packedFloat(std::uint32_t field, std::span<const float> values);

    std::size_t size() const { return m_bytes.size(); }
    Bytes take() { return std::move(m_bytes); }

private:
    void varint(std::uint64_t value);
    void key(std::uint32_t field, WireType type);

    Bytes m_bytes;
};

}  // namespace lathe
