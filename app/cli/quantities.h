// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lathe::cli {

/// "60s", "5m", "1h" or "90" as seconds; 0 for an empty text. Throws UsageError that names the option.
double parseSeconds(const std::string& text, const std::string& option);

/// "500k", "1.2M" or "4096" as bytes (k = 1,000, Ki = 1,024 and so on). Throws UsageError that names the
/// option.
double parseBytes(const std::string& text, const std::string& option);

/// A largest loss as `--max-drop` takes it: in the metric's own unit ("0.005"), or as a share ("0.5%": half a point of
/// accuracy, half a percent of the float model's figure for what is no share).
struct MaxDrop
{
    double value = 0;
    bool share = false;
};
/// Throws UsageError that names the option.
MaxDrop parseMaxDrop(const std::string& text, const std::string& option);

}
