// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/preprocess_text.h"

#include <QCoreApplication>

namespace lathe {
namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("Preprocess", text);
}

/// "0.00392" rather than "0.003921568627450980".
QString shortNumber(const Json& value)
{
    return value.is_number() ? QString::number(value.get<double>(), 'g', 4) : QString::fromStdString(value.dump());
}

QString list(const Json& value, const QString& between = QStringLiteral(", "))
{
    if (!value.is_array())
        return value.is_string() ? QString::fromStdString(value.get<std::string>()) : shortNumber(value);
    QStringList parts;
    for (const Json& item : value)
        parts.append(shortNumber(item));
    return parts.join(between);
}

QString stepText(const std::string& name, const Json& value)
{
    if (name == "resizeShort")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Scale the short side to %1")).arg(list(value));
    if (name == "resize")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Scale to %1 (height × width)")).arg(list(value, QStringLiteral(" × ")));
    if (name == "centerCrop")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Cut the middle %1 × %1")).arg(list(value));
    if (name == "channels")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Channels as %1")).arg(list(value));
    if (name == "scale") {
        const bool byte = value.is_number() && std::abs(value.get<double>() * 255.0 - 1.0) < 1e-6;
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Multiply by %1")).arg(byte ? QStringLiteral("1/255") : list(value));
    }
    if (name == "mean")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Subtract %1")).arg(list(value));
    if (name == "std")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Divide by %1")).arg(list(value));
    if (name == "layout")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Layout %1")).arg(list(value));
    if (name == "dtype")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "As %1")).arg(list(value));
    if (name == "reshape")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Reshape to %1")).arg(list(value, QStringLiteral(" × ")));
    if (name == "length")
        return translated(QT_TRANSLATE_NOOP("Preprocess", "Cut or pad to %1 values")).arg(list(value));
    return QString::fromStdString(name) + QStringLiteral(": ") + list(value);
}

/// A step with options beside its own value.
QString letterboxText(const Json& step)
{
    const bool centered = step.value("anchor", "center") == "center";
    return translated(centered ? QT_TRANSLATE_NOOP("Preprocess", "Fit into the middle of %1 × %1, the rest filled with %2")
                               : QT_TRANSLATE_NOOP("Preprocess", "Fit into %1 × %1 from the top left, the rest filled with %2"))
        .arg(list(step["letterbox"]), shortNumber(step.value("pad", Json(0))));
}

QStringList stepTexts(const Json& step)
{
    if (step.contains("letterbox"))
        return {letterboxText(step)};
    QStringList lines;
    for (const auto& [name, value] : step.items())
        lines.append(stepText(name, value));
    return lines;
}

}

QStringList preprocessText(const Json& description)
{
    QStringList lines;
    if (!description.is_object())
        return lines;
    if (const auto inputs = description.find("inputs"); inputs != description.end() && inputs->is_array())
        for (const Json& input : *inputs)
            lines += preprocessText(input);
    const auto steps = description.find("preprocess");
    if (steps == description.end() || !steps->is_array())
        return lines;
    for (const Json& step : *steps)
        if (step.is_object())
            lines += stepTexts(step);
    return lines;
}

}
