// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lathe {

JsonObject::JsonObject(const Json& value, std::string where)
    : m_value(value)
    , m_where(std::move(where))
{
    if (!value.is_object())
        throw Error(ErrorCode::jsonField, m_where, {{"field", m_where}, {"reason", "must be an object"}});
}

bool JsonObject::has(std::string_view key) const
{
    return m_value.contains(key);
}

void JsonObject::fail(std::string_view key, std::string_view reason) const
{
    throw Error(ErrorCode::jsonField, m_where,
                {{"field", std::string(key)}, {"reason", std::string(reason)}});
}

const Json& JsonObject::require(std::string_view key)
{
    m_seen.emplace_back(key);
    const auto found = m_value.find(key);
    if (found == m_value.end())
        fail(key, "is missing");
    return *found;
}

std::string JsonObject::string(std::string_view key)
{
    const Json& value = require(key);
    if (!value.is_string())
        fail(key, "must be a text");
    return value.get<std::string>();
}

std::string JsonObject::string(std::string_view key, std::string_view fallback)
{
    m_seen.emplace_back(key);
    return has(key) ? string(key) : std::string(fallback);
}

double JsonObject::real(std::string_view key)
{
    const Json& value = require(key);
    if (!value.is_number())
        fail(key, "must be a number");
    return value.get<double>();
}

double JsonObject::real(std::string_view key, double fallback)
{
    m_seen.emplace_back(key);
    return has(key) ? real(key) : fallback;
}

std::int64_t JsonObject::integer(std::string_view key)
{
    const Json& value = require(key);
    if (!value.is_number_integer())
        fail(key, "must be a whole number");
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        fail(key, "is too large");
    return value.get<std::int64_t>();
}

std::int64_t JsonObject::integer(std::string_view key, std::int64_t fallback)
{
    m_seen.emplace_back(key);
    return has(key) ? integer(key) : fallback;
}

bool JsonObject::boolean(std::string_view key, bool fallback)
{
    m_seen.emplace_back(key);
    if (!has(key))
        return fallback;
    const Json& value = require(key);
    if (!value.is_boolean())
        fail(key, "must be true or false");
    return value.get<bool>();
}

std::vector<double> JsonObject::reals(std::string_view key)
{
    std::vector<double> result;
    for (const Json& value : array(key)) {
        if (!value.is_number())
            fail(key, "must be a list of numbers");
        result.push_back(value.get<double>());
    }
    return result;
}

const Json& JsonObject::object(std::string_view key)
{
    const Json& value = require(key);
    if (!value.is_object())
        fail(key, "must be an object");
    return value;
}

const Json& JsonObject::array(std::string_view key)
{
    const Json& value = require(key);
    if (!value.is_array())
        fail(key, "must be a list");
    return value;
}

const Json& JsonObject::any(std::string_view key)
{
    return require(key);
}

void JsonObject::expectNoMore() const
{
    for (const auto& member : m_value.items())
        if (std::find(m_seen.begin(), m_seen.end(), member.key()) == m_seen.end())
            fail(member.key(), "is not known here");
}

} // namespace lathe
