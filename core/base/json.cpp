// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;

/// Reads characters and tells how far the parser has come, which its callbacks do not.
class CountingIterator
{
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char** reached)
        : m_at(at)
        , m_reached(reached)
    {
    }
    reference operator*() const { return *m_at; }
    CountingIterator& operator++()
    {
        *m_reached = ++m_at;
        return *this;
    }
    CountingIterator operator++(int)
    {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return m_at == other.m_at; }

private:
    const char* m_at;
    const char** m_reached;
};

/// Builds the value from the parser's events and refuses what strict JSON forbids.
class StrictHandler : public nlohmann::json_sax<Json>
{
public:
    explicit StrictHandler(const JsonLimits& limits)
        : m_limits(limits)
    {
    }

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override
    {
        if (value < -kMaxInteger || value > kMaxInteger)
            return refuse("an integer is beyond 2^53");
        return put(value);
    }
    bool number_unsigned(number_unsigned_t value) override
    {
        if (value > static_cast<number_unsigned_t>(kMaxInteger))
            return refuse("an integer is beyond 2^53");
        return put(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t& text) override
    {
        if (text.find_first_of(".eE") == string_t::npos)
            return refuse("an integer is beyond 2^53");
        if (!m_limits.allowReals)
            return refuse("only whole numbers are allowed here");
        return put(value);
    }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return refuse("binary data is not JSON"); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override
    {
        if (m_open.back()->contains(name))
            return refuse("the name \"" + name + "\" is given twice");
        m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override
    {
        return refuse(plainReason(error.what()));
    }

    const std::string& reason() const { return m_reason; }
    Json takeResult() { return std::move(m_root); }

private:
    bool refuse(std::string reason)
    {
        m_reason = std::move(reason);
        return false;
    }

    Json* place(Json value)
    {
        if (m_open.empty())
            return &(m_root = std::move(value));
        if (m_open.back()->is_object())
            return &((*m_open.back())[m_key] = std::move(value));
        return &m_open.back()->emplace_back(std::move(value));
    }

    bool put(Json value)
    {
        place(std::move(value));
        return true;
    }

    bool open(Json value)
    {
        if (static_cast<int>(m_open.size()) >= m_limits.maxDepth)
            return refuse("it is nested too deeply");
        m_open.push_back(place(std::move(value)));
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }

    /// The library's text without its prefix and without the quoted input.
    static std::string plainReason(std::string text)
    {
        text.erase(std::min(text.find("; last read"), text.size()));
        if (const std::size_t dash = text.find(" - "); dash != std::string::npos)
            return text.substr(dash + 3);
        if (const std::size_t bracket = text.find("] "); bracket != std::string::npos)
            return text.substr(bracket + 2);
        return text;
    }

    const JsonLimits& m_limits;
    Json m_root;
    std::vector<Json*> m_open;
    std::string m_key;
    std::string m_reason;
};

/// `offset`: of the character that shows the mistake.
[[noreturn]] void failAt(std::string_view text, std::size_t offset, std::string_view where,
                         const std::string& reason)
{
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t lineEnd = before.rfind('\n');
    const std::size_t column = before.size() - (lineEnd == std::string_view::npos ? 0 : lineEnd + 1) + 1;
    throw Error(ErrorCode::jsonSyntax, std::string(where),
                {{"reason", reason}, {"line", std::to_string(line)}, {"column", std::to_string(column)}});
}

} // namespace

Json parseJson(std::string_view text, std::string_view where, const JsonLimits& limits)
{
    if (text.size() > limits.maxBytes)
        failAt(text, 0, where, "it is larger than " + std::to_string(limits.maxBytes) + " bytes");
    if (text.starts_with("\xEF\xBB\xBF"))
        failAt(text, 0, where, "it starts with a byte-order mark");
    // The parser takes a zero byte for the end of its input.
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
        failAt(text, zero, where, "it contains a zero byte");
    const char* reached = text.data();
    StrictHandler handler(limits);
    const bool valid = Json::sax_parse(CountingIterator(text.data(), &reached),
                                       CountingIterator(text.data() + text.size(), &reached), &handler);
    if (!valid) {
        const auto consumed = static_cast<std::size_t>(reached - text.data());
        failAt(text, consumed > 0 ? consumed - 1 : 0, where, handler.reason());
    }
    return handler.takeResult();
}

std::string dumpJson(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dumpJsonPretty(const Json& value)
{
    return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace lathe
