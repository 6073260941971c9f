// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/digest.h"
#include "core/base/json.h"

namespace lathe {

/// Reads the members of one object with the types that manifests use; what does not fit is an
/// Error{jsonField}.
class ManifestObject : public JsonObject
{
public:
    ManifestObject(const Json& value, std::string where);

    /// The path of a member, for messages.
    std::string nameOf(std::string_view key) const;
    ManifestObject child(std::string_view key);

    /// A text that is not empty.
    std::string filled(std::string_view key);
    /// A letter or digit, then up to 63 letters, digits and characters of `extra`.
    std::string word(std::string_view key, std::string_view extra = "._-");
    std::int64_t count(std::string_view key);
    std::optional<std::int64_t> optionalCount(std::string_view key);
    /// `prefix` and 64 lower-case hexadecimal digits.
    Digest digest(std::string_view key, std::string_view prefix = "");
    Digest digestOf(std::string_view text, std::string_view key, std::string_view prefix) const;
    /// "0x" and the eight hexadecimal digits of an IEEE 754 single.
    float single(std::string_view key);
    /// A real number written as text.
    double decimal(std::string_view key);
    /// "2026-11-20T12:00:00Z".
    std::string time(std::string_view key);

private:
    std::string m_name;
};

} // namespace lathe
