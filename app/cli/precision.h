// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/source.h"
#include "core/runtime/run_mode.h"

#include <CLI/CLI.hpp>

#include <string>

namespace lathe::cli {

/// Declares --precision on a verb: every RunMode, or all but float.
void addPrecisionOption(CLI::App& command, std::string& precision, bool withFloat = true);

/// Throws UsageError when `precision` needs a quantized form that the source does not have.
void requirePrecision(const Source& source, const std::string& precision);

/// The source compiled for the RunMode of that name (quantized sources only, except for "float"; else UsageError).
Runnable compileSource(const Source& source, const std::string& precision, const CompileOptions& options,
                       const Context& context);

}
