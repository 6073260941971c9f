// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/split_samples.h"

namespace lathe {

/// Reads a dataset file's `state`: {"output": "input", ...}. Throws Error{datasetInvalid, inputUnknown} for an input that the
/// model does not have, or that comes back from two outputs or from data too.
Feedback parseFeedback(const Json& state, const std::vector<InputNeed>& needs, const DatasetContent& content,
                       const std::string& where);

/// Runs the model over samples 0 to `count` - 1, which are one recording, and returns what each of them gets from the one
/// before it; the first one gets zeros. Throws Error{datasetInvalid} where an output does not fit its input, and where the
/// states would take more than 1 GiB.
std::vector<TensorMap> followStates(const DatasetContent& content, const std::vector<InputNeed>& needs, std::int64_t count,
                                    const RunModel& run, const std::string& where, const Control& control);

}
