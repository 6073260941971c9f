// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/quant/encodings.h"

#include <vector>

namespace lathe::cli {

/// One note for each reason, however many layers it concerns: what was asked, what was done instead.
void warnRefusals(const std::vector<Refusal>& refusals, const Context& context);

/// The same for what the target cannot run, which is kept all the same.
void warnTargetRefusals(const std::vector<Refusal>& refusals, const Context& context);

Json refusalsToJson(const std::vector<Refusal>& refusals);

}
