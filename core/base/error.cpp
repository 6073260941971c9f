// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <array>

namespace lathe {

namespace {

constexpr std::array kErrorTexts{
#define LATHE_ERROR(code, message, hint) ErrorText{ErrorCode::code, #code, message, hint},
#include "core/base/errors.def"
#undef LATHE_ERROR
};

const ErrorText& textOf(ErrorCode code)
{
    return kErrorTexts[static_cast<std::size_t>(code)];
}

} // namespace

std::span<const ErrorText> errorTexts()
{
    return kErrorTexts;
}

Error::Error(ErrorCode code, std::string where, ErrorValues values)
    : m_code(code)
    , m_where(std::move(where))
    , m_values(std::move(values))
{
    rebuildText();
}

Error& Error::addDoing(std::string stage)
{
    m_doing.push_back(std::move(stage));
    rebuildText();
    return *this;
}

std::string Error::message() const
{
    const std::string text = fillTemplate(textOf(m_code).message, m_values);
    return m_where.empty() ? text : m_where + ": " + text;
}

std::string Error::hint() const
{
    return fillTemplate(textOf(m_code).hint, m_values);
}

void Error::rebuildText()
{
    m_what = message();
    if (const std::string text = hint(); !text.empty())
        m_what += " " + text;
    if (m_doing.empty())
        return;
    m_what += " (";
    for (std::size_t i = 0; i < m_doing.size(); ++i)
        m_what += (i ? ", while " : "while ") + m_doing[i];
    m_what += ")";
}

std::string fillTemplate(std::string_view text, const ErrorValues& values)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t open = text.find('{');
        result += text.substr(0, open);
        if (open == std::string_view::npos)
            break;
        text.remove_prefix(open);
        const std::size_t close = text.find('}');
        const std::string_view key = text.substr(1, close == std::string_view::npos ? 0 : close - 1);
        const auto hit = [&] {
            auto it = values.begin();
            while (it != values.end() && it->first != key)
                ++it;
            return it;
        }();
        if (close == std::string_view::npos || hit == values.end()) {
            result += '{';
            text.remove_prefix(1);
        } else {
            result += hit->second;
            text.remove_prefix(close + 1);
        }
    }
    return result;
}

} // namespace lathe
