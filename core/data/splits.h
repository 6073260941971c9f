// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/labels.h"

namespace lathe {

/// Sample indices of both splits, ascending.
struct Splits
{
    std::vector<std::int64_t> calibration;
    std::vector<std::int64_t> validation;
};

/// Selects samples after the dataset file's `calibration` and `validation` members: `split`, `range`,
/// `labelled: true`, `unlabelled: n` (n of those without), `count` and `seed` (drawn without overlap).
/// A file that names neither holds out an eighth for validation, of every class its share (see holdOut), and at
/// most 512 of the rest calibrate. Without `calibration` alone, a fifth (at most 512) is drawn; without
/// `validation` alone it is the rest. Throws Error{datasetInvalid} when both share a sample and the file does not set "overlap": true.
Splits selectSplits(const Json& dataset, std::int64_t size, const Labels& labels, std::uint64_t seed,
                    const std::string& where);

/// An eighth of `candidates`, ascending, at least one where there are two: shuffled by `seed`, put in the order of
/// their classes and taken at equal distances, so that every class has its share, to one sample (systematic
/// sampling of an implicitly stratified list). `classes` by sample index; empty: one class. Where there are masks,
/// give the samples that have one: others cannot be scored.
std::vector<std::int64_t> holdOut(std::vector<std::int64_t> candidates, const std::vector<std::int64_t>& classes,
                                  std::uint64_t seed);

} // namespace lathe
