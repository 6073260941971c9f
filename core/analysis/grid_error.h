// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/calibration/statistics.h"
#include "core/graph/graph.h"
#include "core/quant/resolve.h"

namespace lathe {

/// SQNR in dB that a plan gives a weight against its own values; +infinity where it stays in float.
double weightSqnrDb(const Value& weight, const Resolved& resolved);

/// SQNR in dB that a grid gives a value on its calibration histogram (mean square over expected squared error); +infinity
/// where nothing is lost, nothing for a format whose noise the statistics do not tell.
std::optional<double> activationSqnrDb(const TensorStatistics& statistics, const Encoding& encoding);

/// SQNR in dB that a plan's integer grid gives a value on its calibration histogram (mean square over expected squared
/// error); +infinity without such a grid or statistics.
double activationSqnrDb(const std::string& value, const Statistics& statistics, const Resolved& resolved);

}
