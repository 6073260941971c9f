// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/digest.h"

#include <openssl/evp.h>

#include <bit>

#include "core/base/error.h"
#include "core/base/fs.h"

namespace lathe {

namespace {

void expect(int openSslResult)
{
    if (openSslResult != 1)
        throw Error(ErrorCode::internal, "", {{"what", "SHA-256 is not available"}});
}

int digitOf(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

std::string Digest::hex() const
{
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(64);
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Digest Digest::fromHex(std::string_view text)
{
    Digest result;
    bool valid = text.size() == 64;
    for (std::size_t i = 0; valid && i < 32; ++i) {
        const int high = digitOf(text[2 * i]);
        const int low = digitOf(text[2 * i + 1]);
        valid = high >= 0 && low >= 0;
        if (valid)
            result.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    if (!valid)
        throw Error(ErrorCode::invalidArgument, "", {{"what", "A digest must be 64 hexadecimal digits."}});
    return result;
}

struct Hasher::State
{
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Hasher::Hasher()
    : m_state(std::make_unique<State>())
{
    expect(m_state->context ? EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) : 0);
}

Hasher::~Hasher() = default;

Hasher& Hasher::bytes(std::span<const std::byte> data)
{
    expect(EVP_DigestUpdate(m_state->context.get(), data.data(), data.size()));
    return *this;
}

Hasher& Hasher::text(std::string_view text)
{
    integer(static_cast<std::int64_t>(text.size()));
    return bytes(asBytes(text));
}

Hasher& Hasher::integer(std::int64_t value)
{
    std::array<std::byte, 8> data;
    for (std::size_t i = 0; i < 8; ++i)
        data[i] = static_cast<std::byte>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xff);
    return bytes(data);
}

Hasher& Hasher::real(double value)
{
    return integer(std::bit_cast<std::int64_t>(value));
}

Hasher& Hasher::digest(const Digest& value)
{
    return bytes(std::as_bytes(std::span(value.bytes)));
}

Digest Hasher::finish()
{
    Digest result;
    unsigned length = 0;
    expect(EVP_DigestFinal_ex(m_state->context.get(), result.bytes.data(), &length));
    return result;
}

Digest sha256(std::span<const std::byte> data)
{
    return Hasher().bytes(data).finish();
}
Digest sha256(std::string_view text)
{
    return sha256(asBytes(text));
}

} // namespace lathe
