// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/sensitivity.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace lathe::cli {

/// Formats that are measured beside the plan's own at every bit-width.
struct FormatOptions
{
    std::vector<std::string> weights;
    std::vector<std::string> activations;
};

void addFormatOptions(CLI::App& command, FormatOptions& options);

/// Throws UsageError for what is no format of its kind.
void takeFormats(const FormatOptions& options, SensitivityOptions& measuring);

}
