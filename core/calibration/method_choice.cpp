// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/calibration/calibrator.h"

namespace lathe {

MethodChoice MethodChoice::parse(std::string_view text)
{
    const std::size_t colon = text.find(':');
    MethodChoice choice;
    choice.id = std::string(text.substr(0, colon));
    const Calibrator& calibrator = calibrators().get(choice.id, "range method");
    if (colon == std::string_view::npos)
        return choice;
    bool first = true;
    for (const std::string& part : splitText(text.substr(colon + 1), ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos && (!first || calibrator.options.empty()))
            throw Error(
                ErrorCode::invalidArgument, std::string(text),
                {{"what", calibrator.options.empty() ? "The range method " + choice.id + " has no options."
                                                     : std::string("Write options as name=value.")}});
        const std::string id =
            equals == std::string::npos ? calibrator.options[0].id : part.substr(0, equals);
        const double value = parseReal(equals == std::string::npos ? part : part.substr(equals + 1), text);
        choice.options[id] = value;
        if (optionValue(calibrator.options, choice.options, id) != value)
            throw Error(ErrorCode::invalidArgument, std::string(text),
                        {{"what", "The option " + id + " is not valid."}});
        for (const Option& option : calibrator.options)
            if (option.id == id && option.defaultValue == value)
                choice.options.erase(id);
        first = false;
    }
    return choice;
}

std::string MethodChoice::text() const
{
    std::string result = id;
    const Calibrator* calibrator = calibrators().find(id);
    char separator = ':';
    for (const auto& [option, value] : options) {
        const bool isFirst =
            calibrator && !calibrator->options.empty() && calibrator->options[0].id == option;
        result += separator;
        if (!isFirst || separator != ':')
            result += option + "=";
        result += realText(value);
        separator = ',';
    }
    return result;
}

} // namespace lathe
