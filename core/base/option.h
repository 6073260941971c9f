// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

namespace lathe {

/// One knob that a registered member declares, so that forms, command line and project file need no change for it.
struct Option {
    enum class Kind { integer, real, choice, flag };

    std::string id;
    std::string label = {};
    std::string help = {};
    Kind kind = Kind::real;
    double minimum = 0;
    double maximum = 1;
    double defaultValue = 0;
    std::vector<std::string> choices = {};  ///< for Kind::choice; values are indices
};

/// Values by option id; what is absent has its default.
using OptionValues = std::map<std::string, double>;

/// The value of `id`, else its declared default. Throws Error{unknownName} for an undeclared id and
/// Error{invalidArgument} outside its limits.
double optionValue(const std::vector<Option>& options, const OptionValues& values, const std::string& id);

}  // namespace lathe
