// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/evaluation/evaluate.h"

namespace lathe {

/// An evaluation run without its samples, as the project file keeps it; reads back the same.
Json runToJson(const EvaluationRun& run);
/// Throws Error{jsonField}.
EvaluationRun runFromJson(const Json& json, const std::string& where);

Json scoresToJson(const SampleRecord& record);
void scoresFromJson(const Json& json, SampleRecord& record, const std::string& where);

}
