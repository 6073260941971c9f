// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_filter.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace lathe {
namespace {

using Number = std::optional<double> (*)(const LayerRow&);
using Text = QString (*)(const LayerRow&);
using Flag = bool (*)(const LayerRow&);

template <typename Get>
struct Named
{
    const char* word;
    Get get;
};

std::optional<double> weightBits(const LayerRow& row)
{
    return row.hasWeights ? std::optional<double>(row.weights.bits) : std::nullopt;
}

constexpr std::array<Named<Number>, 10> numbers{{
    {"bits",
     [](const LayerRow& row) {
         const double activations = row.activations.bits;
         return std::optional<double>(std::min(weightBits(row).value_or(activations), activations));
     }},
    {"w", weightBits},
    {"a", [](const LayerRow& row) { return std::optional<double>(row.activations.bits); }},
    {"sqnr", [](const LayerRow& row) { return row.localSqnrDb; }},
    {"acc", [](const LayerRow& row) { return row.accumulatedSqnrDb; }},
    {"wsqnr", [](const LayerRow& row) { return row.weightSqnrDb; }},
    {"clip",
     [](const LayerRow& row) {
         return row.clippedShare ? std::optional<double>(*row.clippedShare * 100) : std::nullopt;
     }},
    {"params", [](const LayerRow& row) { return std::optional<double>(static_cast<double>(row.parameters)); }},
    {"macs", [](const LayerRow& row) { return std::optional<double>(static_cast<double>(row.macs)); }},
    {"size", [](const LayerRow& row) { return std::optional<double>(static_cast<double>(row.sizeBytes)); }},
}};

constexpr std::array<Named<Text>, 3> texts{{
    {"op", [](const LayerRow& row) { return row.op; }},
    {"name", [](const LayerRow& row) { return row.name; }},
    {"problem", [](const LayerRow& row) { return row.problem; }},
}};

constexpr std::array<Named<Flag>, 4> flags{{
    {"locked", [](const LayerRow& row) { return row.locked; }},
    {"unsupported", [](const LayerRow& row) { return row.unsupported; }},
    {"weights", [](const LayerRow& row) { return row.hasWeights; }},
    {"refused", [](const LayerRow& row) { return !row.problem.isEmpty(); }},
}};

template <typename List>
auto findWord(const List& list, const QString& word) -> decltype(&list[0])
{
    for (const auto& entry : list)
        if (word.compare(QLatin1String(entry.word), Qt::CaseInsensitive) == 0)
            return &entry;
    return nullptr;
}

bool holds(double value, const QString& comparison, double bound)
{
    if (comparison == QLatin1String("<"))
        return value < bound;
    if (comparison == QLatin1String("<="))
        return value <= bound;
    if (comparison == QLatin1String(">"))
        return value > bound;
    if (comparison == QLatin1String(">="))
        return value >= bound;
    if (comparison == QLatin1String("!="))
        return value != bound;
    return value == bound;
}

/// "2.5", "1k", "3M", "float" (32 bits).
std::optional<double> numberOf(QString text)
{
    if (text.compare(QLatin1String("float"), Qt::CaseInsensitive) == 0)
        return 32.0;
    double factor = 1;
    if (!text.isEmpty()) {
        switch (text.back().toLatin1()) {
        case 'k': factor = 1e3; break;
        case 'M': factor = 1e6; break;
        case 'G': factor = 1e9; break;
        default: break;
        }
        if (factor != 1)
            text.chop(1);
    }
    bool ok = false;
    const double value = text.toDouble(&ok);
    return ok ? std::optional<double>(value * factor) : std::nullopt;
}

QString told(const char* text, const QString& word)
{
    return QCoreApplication::translate("LayerFilter", text).arg(word);
}

}

LayerFilter LayerFilter::parse(const QString& text)
{
    static const QRegularExpression form(
        QStringLiteral("^([A-Za-z]+)(<=|>=|!=|<|>|=|:)(.*)$"));
    LayerFilter filter;
    for (QString word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const bool negated = word.size() > 1 && (word.startsWith(QLatin1Char('!')) || word.startsWith(QLatin1Char('-')));
        if (negated)
            word.remove(0, 1);
        Term term;
        const auto match = form.match(word);
        if (match.hasMatch()) {
            const QString key = match.captured(1);
            const QString comparison = match.captured(2);
            const QString value = match.captured(3);
            if (value.isEmpty())
                continue; // still being typed
            const auto* number = findWord(numbers, key);
            const auto* column = findWord(texts, key);
            const std::optional<double> bound = numberOf(value);
            if (number && bound) {
                term = [get = number->get, comparison, bound = *bound](const LayerRow& row) {
                    const std::optional<double> own = get(row);
                    return own && !std::isnan(*own) && holds(*own, comparison, bound);
                };
            } else if (column && (comparison == QLatin1String(":") || comparison == QLatin1String("="))) {
                term = [get = column->get, value](const LayerRow& row) {
                    return get(row).contains(value, Qt::CaseInsensitive);
                };
            } else if (number) {
                filter.m_error = told(QT_TRANSLATE_NOOP("LayerFilter", "\"%1\" is not a number."), value);
                continue;
            } else {
                filter.m_error = told(QT_TRANSLATE_NOOP("LayerFilter", "Nothing is called \"%1\" here."), key) +
                                 QLatin1Char(' ') +
                                 told(QT_TRANSLATE_NOOP("LayerFilter", "Known: %1."), words().join(QLatin1String(", ")));
                continue;
            }
        } else if (const auto* flag = findWord(flags, word)) {
            term = flag->get;
        } else {
            term = [word](const LayerRow& row) { return row.name.contains(word, Qt::CaseInsensitive); };
        }
        if (negated)
            term = [term](const LayerRow& row) { return !term(row); };
        filter.m_terms.push_back(term);
    }
    return filter;
}

bool LayerFilter::accepts(const LayerRow& row) const
{
    return std::all_of(m_terms.begin(), m_terms.end(), [&](const Term& term) { return term(row); });
}

QStringList LayerFilter::words()
{
    QStringList words;
    for (const auto& entry : numbers)
        words.append(QLatin1String(entry.word));
    for (const auto& entry : texts)
        words.append(QLatin1String(entry.word));
    for (const auto& entry : flags)
        words.append(QLatin1String(entry.word));
    return words;
}

}
