// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layout/rules.h"

#include <regex>

namespace lathe::layout {
namespace {

/// What takes a text for a person to read.
const char* const kTakesText =
    "\\b(setText|setToolTip|setStatusTip|setWhatsThis|addItem|addTab|addMenu|addAction|addButton|addRow|setTitle|setContent|"
    "setPlaceholderText|setWindowTitle|setAccessibleName|setAccessibleDescription|setEmptyText|showMessage|heading|quietText|"
    "new QLabel|new QPushButton|new QCheckBox|new QRadioButton|new QGroupBox)\\(";
const char* const kTranslated = "\\b(tr|translate|translated|engineText|QT_TRANSLATE_NOOP|QT_TR_NOOP)\\(";

/// Words: at least two small letters in a row, and a capital or a blank, so that ids ("model") and formats pass.
bool hasWords(const std::string& literal)
{
    static const std::regex product("Tensorlathe");
    static const std::regex words("[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}");
    return std::regex_search(std::regex_replace(literal, product, ""), words);
}

}

std::vector<std::string> untranslatedFaults(const Source& source)
{
    std::vector<std::string> faults;
    if (!source.path.starts_with("widgets/"))
        return faults;
    static const std::regex takes(kTakesText), translated(kTranslated), literal("\"(([^\"\\\\]|\\\\.)*)\"");
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string& line = source.lines[i];
        if (!std::regex_search(line, takes) || std::regex_search(line, translated))
            continue;
        for (std::sregex_iterator found(line.begin(), line.end(), literal), end; found != end; ++found)
            if (hasWords((*found)[1]))
                faults.push_back(source.path + ":" + std::to_string(i + 1) + " shows \"" + (*found)[1].str() +
                                 "\", which nobody can translate: write tr().");
    }
    return faults;
}

}
