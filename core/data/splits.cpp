// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/splits.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "core/base/error.h"

namespace lathe {
namespace {

using Indices = std::vector<std::int64_t>;

constexpr std::int64_t mostCalibration = 512;
constexpr std::size_t heldOutShare = 8; ///< one of so many

/// `count` of `candidates`, in the order of the draw, by a seeded Fisher-Yates draw (mt19937_64 is the same
/// everywhere; the library's distributions are not).
Indices drawn(Indices candidates, std::int64_t count, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    const auto wanted = std::min(static_cast<std::size_t>(count), candidates.size());
    for (std::size_t i = 0; i < wanted; ++i)
        std::swap(candidates[i], candidates[i + random() % (candidates.size() - i)]);
    candidates.resize(wanted);
    return candidates;
}

/// The same, ascending.
Indices draw(Indices candidates, std::int64_t count, std::uint64_t seed)
{
    Indices result = drawn(std::move(candidates), count, seed);
    std::sort(result.begin(), result.end());
    return result;
}

Indices withSplit(const Indices& candidates, const Labels& labels, const std::string& name,
                  JsonObject& object)
{
    if (labels.splits.empty())
        object.fail("split", "needs labels with a split column");
    Indices result;
    for (const std::int64_t index : candidates)
        if (labels.splits[static_cast<std::size_t>(index)] == name)
            result.push_back(index);
    if (result.empty())
        object.fail("split", "names \"" + name + "\", which no sample has");
    return result;
}

Indices withRange(const Indices& candidates, JsonObject& object)
{
    const std::vector<double> range = object.reals("range");
    if (range.size() != 2 || range[0] < 0 || range[1] < range[0])
        object.fail("range", "must be [from, to]");
    Indices result;
    for (const std::int64_t index : candidates)
        if (index >= static_cast<std::int64_t>(range[0]) && index < static_cast<std::int64_t>(range[1]))
            result.push_back(index);
    return result;
}

Indices withLabels(const Indices& candidates, const Labels& labels, bool labelled)
{
    Indices result;
    for (const std::int64_t index : candidates)
        if (labels.labelled[static_cast<std::size_t>(index)] == labelled)
            result.push_back(index);
    return result;
}

/// `labelled: true` or `unlabelled: n`.
Indices byLabels(JsonObject& object, Indices candidates, const Labels& labels, std::uint64_t seed)
{
    if (object.has("labelled")) {
        if (!object.boolean("labelled", true))
            object.fail("labelled", "must be true; \"unlabelled\": n takes samples without labels");
        return withLabels(candidates, labels, true);
    }
    const std::int64_t count = object.integer("unlabelled");
    if (count < 1)
        object.fail("unlabelled", "must be at least 1");
    return draw(withLabels(candidates, labels, false), count, seed);
}

/// What one member asks for, out of `candidates`.
Indices select(const Json& member, Indices candidates, const Labels& labels, std::uint64_t seed,
               const std::string& where)
{
    JsonObject object(member, where);
    if (object.has("split"))
        candidates = withSplit(candidates, labels, object.string("split"), object);
    if (object.has("range"))
        candidates = withRange(candidates, object);
    const std::uint64_t ownSeed =
        static_cast<std::uint64_t>(object.integer("seed", static_cast<std::int64_t>(seed)));
    if (object.has("labelled") || object.has("unlabelled"))
        candidates = byLabels(object, std::move(candidates), labels, ownSeed);
    if (object.has("count")) {
        const std::int64_t count = object.integer("count");
        if (count < 1)
            object.fail("count", "must be at least 1");
        candidates = draw(std::move(candidates), count, ownSeed);
    }
    object.expectNoMore();
    return candidates;
}

/// True when a member names its samples itself, rather than drawing from all.
bool isExplicit(const Json& dataset, const char* key)
{
    const auto member = dataset.find(key);
    return member != dataset.end() && member->is_object() &&
           (member->contains("split") || member->contains("range") || member->contains("labelled") ||
            member->contains("unlabelled"));
}

Indices without(const Indices& all, const Indices& taken)
{
    Indices result;
    std::set_difference(all.begin(), all.end(), taken.begin(), taken.end(), std::back_inserter(result));
    return result;
}

/// The splits of a file that names none.
Splits defaultSplits(const Indices& all, const Labels& labels, std::uint64_t seed)
{
    const bool masked = !labels.masks.empty();
    const Indices candidates = masked ? withLabels(all, labels, true) : all;
    Splits splits;
    splits.validation = holdOut(candidates, labels.classes, seed);
    splits.calibration = draw(without(all, splits.validation), mostCalibration, seed);
    return splits;
}

} // namespace

Indices holdOut(Indices candidates, const std::vector<std::int64_t>& classes, std::uint64_t seed)
{
    const std::size_t size = candidates.size();
    if (size < 2)
        return {};
    candidates = drawn(std::move(candidates), static_cast<std::int64_t>(size), seed);
    if (!classes.empty())
        std::stable_sort(candidates.begin(), candidates.end(), [&](std::int64_t a, std::int64_t b) {
            return classes[static_cast<std::size_t>(a)] < classes[static_cast<std::size_t>(b)];
        });
    const std::size_t count = std::max<std::size_t>(1, (size + heldOutShare / 2) / heldOutShare);
    Indices held;
    for (std::size_t i = 0; i < count; ++i)
        held.push_back(candidates[(2 * i + 1) * size / (2 * count)]);
    std::sort(held.begin(), held.end());
    return held;
}

Splits selectSplits(const Json& dataset, std::int64_t size, const Labels& labels, std::uint64_t seed,
                    const std::string& where)
{
    Indices all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    if (!dataset.contains("calibration") && !dataset.contains("validation"))
        return defaultSplits(all, labels, seed);
    Splits splits;
    const auto selectMember = [&](const char* key, const Indices& candidates) {
        return select(dataset.at(key), candidates, labels, seed, where + "." + key);
    };
    if (isExplicit(dataset, "validation"))
        splits.validation = selectMember("validation", all);
    const Indices left = isExplicit(dataset, "calibration") ? all : without(all, splits.validation);
    splits.calibration = dataset.contains("calibration")
                             ? selectMember("calibration", left)
                             : draw(left, std::clamp<std::int64_t>(size / 5, 1, mostCalibration), seed);
    const Indices rest = without(all, splits.calibration);
    if (!isExplicit(dataset, "validation"))
        splits.validation = dataset.contains("validation") ? selectMember("validation", rest) : rest;

    Indices shared;
    std::set_intersection(splits.calibration.begin(), splits.calibration.end(), splits.validation.begin(),
                          splits.validation.end(), std::back_inserter(shared));
    if (!shared.empty() && !dataset.value("overlap", false))
        throw Error(ErrorCode::datasetInvalid, where,
                    {{"reason", std::to_string(shared.size()) +
                                    " samples are in both splits; set \"overlap\": true if that is meant"}});
    return splits;
}

} // namespace lathe
