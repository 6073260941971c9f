// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lathe {

/// A SHA-256 digest.
struct Digest {
    std::array<std::uint8_t, 32> bytes{};

    auto operator<=>(const Digest&) const = default;
    /// 64 lower-case hexadecimal digits.
    std::string hex() const;
    /// Throws Error{invalidArgument} unless `text` is 64 hexadecimal digits.
    static Digest fromHex(std::string_view text);
};

/// Streaming SHA-256. Strings and integers are fed with their length or as 8 little-endian bytes, so that
/// a sequence of fields hashes unambiguously.
class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    Hasher& bytes(std::span<const std::byte> data);
    Hasher& text(std::string_view text);
    Hasher& integer(std::int64_t value);
    Hasher& real(double value);
    Hasher& digest(const Digest& value);
    /// Ends the stream; the hasher cannot be used afterwards.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

Digest sha256(std::span<const std::byte> data);
Digest sha256(std::string_view text);

}  // namespace lathe
