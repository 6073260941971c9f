// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/json_reals.h"

#include <cmath>

#include "core/base/error.h"

namespace lathe {

Json realToJson(double value)
{
    if (std::isfinite(value))
        return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double realFromJson(const Json& json, const std::string& where)
{
    if (json.is_number())
        return json.get<double>();
    if (json == "nan")
        return std::nan("");
    if (json == "inf" || json == "-inf")
        return json == "inf" ? HUGE_VAL : -HUGE_VAL;
    throw Error(ErrorCode::jsonField, where, {{"field", "number"}, {"reason", "must be a number"}});
}

}
