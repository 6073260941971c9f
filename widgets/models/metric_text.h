// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lathe {

/// A metric's name as people write it: "top-1" for "top1"; the table's label for what this file does not know.
QString metricLabel(const std::string& id);
/// True where values are shares, shown in percent, and losses in percentage points.
bool metricIsShare(const std::string& id);
/// "97.3 %" for shares, three digits else.
QString metricValueText(const std::string& id, double value);
/// "+0.42" in percentage points for shares.
QString metricNumberText(const std::string& id, double loss);
/// A loss or gain as it is, with its unit: "0.42 points".
QString metricAmountText(const std::string& id, double amount);
/// As metricNumberText, with its unit: "+0.42 points".
QString metricLossText(const std::string& id, double loss);

}
