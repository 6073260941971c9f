// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

/// Objects keep sorted keys, so that dumping is deterministic.
using Json = nlohmann::json;

struct JsonLimits {
    std::size_t maxBytes = 8u << 20;
    int maxDepth = 32;
    bool allowReals = true;  ///< signed documents hold integers of magnitude up to 2^53 only
};

/// Strict I-JSON: valid UTF-8 without byte-order mark, no duplicate keys, no lone surrogates, integers within 2^53,
/// depth and size limited, nothing after the value. Throws Error{jsonSyntax} with line and column.
Json parseJson(std::string_view text, std::string_view where, const JsonLimits& limits = {});

/// Compact, sorted keys, no trailing newline; the same value gives the same bytes.
std::string dumpJson(const Json& value);
/// As dumpJson, indented by two spaces, with a trailing newline: for files people read.
std::string dumpJsonPretty(const Json& value);

/// Reads the members of one object, typed, with errors that name the field, and refuses members nobody asked for.
class JsonObject {
public:
    /// Throws Error{jsonField} unless `value` is an object. `where` is the path used in messages.
    JsonObject(const Json& value, std::string where);

    bool has(std::string_view key) const;
    std::string string(std::string_view key);
    std::string string(std::string_view key, std::string_view fallback);
    double real(std::string_view key);
    double real(std::string_view key, double fallback);
    std::int64_t integer(std::string_view key);
    std::int64_t integer(std::string_view key, std::int64_t fallback);
    bool boolean(std::string_view key, bool fallback);
    std::vector<double> reals(std::string_view key);
    const Json& object(std::string_view key);
    const Json& array(std::string_view key);
    const Json& any(std::string_view key);
    /// Throws Error{jsonField} when a member was never asked for (a misspelt name).
    void expectNoMore() const;
    [[noreturn]] void fail(std::string_view key, std::string_view reason) const;

private:
    const Json& require(std::string_view key);

    const Json& m_value;
    std::string m_where;
    std::vector<std::string> m_seen;
};

}  // namespace lathe
