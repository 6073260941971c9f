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
/// Without `calibration`, a fifth (at most 512) is drawn; without `validation` it is the rest. Throws
/// Error{datasetInvalid} when both share a sample and the file does not set "overlap": true.
Splits selectSplits(const Json& dataset, std::int64_t size, const Labels& labels, std::uint64_t seed,
                    const std::string& where);

} // namespace lathe
