// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/option.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

const Option& declared(const std::vector<Option>& options, const std::string& id)
{
    const auto found =
        std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.id == id; });
    if (found != options.end())
        return *found;
    std::string known;
    for (const Option& option : options)
        known += (known.empty() ? "" : ", ") + option.id;
    throw Error(ErrorCode::unknownName, id, {{"kind", "option"}, {"name", id}, {"known", known}});
}

[[noreturn]] void refuse(const Option& option, double value, const std::string& reason)
{
    throw Error(ErrorCode::invalidArgument, option.id, {{"what", realText(value) + " " + reason + "."}});
}

} // namespace

double optionValue(const std::vector<Option>& options, const OptionValues& values, const std::string& id)
{
    const Option& option = declared(options, id);
    const auto given = values.find(id);
    if (given == values.end())
        return option.defaultValue;
    const double value = given->second;
    const bool whole = option.kind != Option::Kind::real;
    const double low = option.kind == Option::Kind::integer || !whole ? option.minimum : 0;
    const double high = option.kind == Option::Kind::choice ? static_cast<double>(option.choices.size()) - 1
                        : option.kind == Option::Kind::flag ? 1
                                                            : option.maximum;
    if (!(value >= low && value <= high))
        refuse(option, value, "is not between " + realText(low) + " and " + realText(high));
    if (whole && std::floor(value) != value)
        refuse(option, value, "is not a whole number");
    return value;
}

} // namespace lathe
