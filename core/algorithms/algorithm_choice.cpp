// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/algorithms/algorithm.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// The value that the text gives to an option: a number, or the name of a choice.
double valueOf(const Option& option, const std::string& text, std::string_view whole)
{
    const auto named = std::find(option.choices.begin(), option.choices.end(), text);
    return named != option.choices.end() ? static_cast<double>(named - option.choices.begin())
                                         : parseReal(text, whole);
}

std::string valueText(const Option& option, double value)
{
    const auto index = static_cast<std::size_t>(value);
    return option.kind == Option::Kind::choice && index < option.choices.size() ? option.choices[index]
                                                                                : realText(value);
}

std::size_t placeOf(const std::string& id)
{
    std::size_t place = 0;
    for (const Algorithm& algorithm : algorithms()) {
        if (algorithm.id == id)
            return place;
        ++place;
    }
    return place;
}

} // namespace

AlgorithmChoice AlgorithmChoice::parse(std::string_view text)
{
    const std::vector<std::string> parts = splitText(text, ':');
    AlgorithmChoice choice;
    choice.id = parts.front();
    const Algorithm& algorithm = algorithms().get(choice.id, "algorithm");
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const std::size_t equals = parts[i].find('=');
        if (equals == std::string::npos)
            throw Error(ErrorCode::invalidArgument, std::string(text), {{"what", "Write options as name=value."}});
        const std::string id = parts[i].substr(0, equals);
        for (const Option& option : algorithm.options)
            if (option.id == id)
                choice.options[id] = valueOf(option, parts[i].substr(equals + 1), text);
        choice.options.emplace(id, 0); // optionValue() says that the name is not known
        const double value = optionValue(algorithm.options, choice.options, id);
        for (const Option& option : algorithm.options)
            if (option.id == id && option.defaultValue == value)
                choice.options.erase(id);
    }
    return choice;
}

std::string AlgorithmChoice::text() const
{
    std::string result = id;
    const Algorithm* algorithm = algorithms().find(id);
    if (!algorithm)
        return result;
    for (const Option& option : algorithm->options)
        if (const auto value = options.find(option.id); value != options.end())
            result += ":" + option.id + "=" + valueText(option, value->second);
    return result;
}

std::vector<AlgorithmChoice> parseAlgorithms(std::string_view text)
{
    std::vector<AlgorithmChoice> choices;
    for (const std::string& part : splitText(text, ',')) {
        AlgorithmChoice choice = AlgorithmChoice::parse(trimText(part));
        if (std::any_of(choices.begin(), choices.end(), [&](const auto& known) { return known.id == choice.id; }))
            throw Error(ErrorCode::invalidArgument, std::string(text),
                        {{"what", "The algorithm " + choice.id + " stands in it twice."}});
        choices.push_back(std::move(choice));
    }
    std::stable_sort(choices.begin(), choices.end(),
                     [](const auto& a, const auto& b) { return placeOf(a.id) < placeOf(b.id); });
    return choices;
}

} // namespace lathe
