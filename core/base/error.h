// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe {

enum class ErrorCode {
#define LATHE_ERROR(code, message, hint) code,
#include "core/base/errors.def"
#undef LATHE_ERROR
};

/// One row of the error table: the message and hint templates of a code, as written in errors.def.
struct ErrorText {
    ErrorCode code;
    const char* name;
    const char* message;
    const char* hint;
};

/// All rows of errors.def, in order; `widgets` translates the templates, the command line prints them.
std::span<const ErrorText> errorTexts();

using ErrorValues = std::vector<std::pair<std::string, std::string>>;

/// The one exception type of the engine. `where` names the thing concerned (a file, a node, a field).
/// Stages that pass it on add what they were doing, outermost last.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string where, ErrorValues values = {});

    ErrorCode code() const { return m_code; }
    const std::string& where() const { return m_where; }
    const ErrorValues& values() const { return m_values; }
    const std::vector<std::string>& doing() const { return m_doing; }

    /// Adds "while doing `stage`"; returns itself so that `throw` reads in one line.
    Error& addDoing(std::string stage);

    /// "where: message" on one line, without the hint.
    std::string message() const;
    std::string hint() const;
    /// Message, hint and stages on one line, as the command line prints it.
    const char* what() const noexcept override { return m_what.c_str(); }

private:
    void rebuildText();

    ErrorCode m_code;
    std::string m_where;
    ErrorValues m_values;
    std::vector<std::string> m_doing;
    std::string m_what;
};

/// Replaces each {key} of `text` by its value; unknown keys stay as they are.
std::string fillTemplate(std::string_view text, const ErrorValues& values);

/// Runs `work`; an Error passing through gets "while `stage`" added.
template <typename Work>
decltype(auto) whileDoing(std::string_view stage, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (Error& error) {
        error.addDoing(std::string(stage));
        throw;
    }
}

}  // namespace lathe
