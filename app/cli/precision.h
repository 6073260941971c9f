// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/source.h"
#include "core/runtime/program.h"

#include <CLI/CLI.hpp>

#include <string>

namespace lathe::cli {

/// Declares --precision on a verb.
void addPrecisionOption(CLI::App& command, std::string& precision);

/// Throws UsageError when `precision` needs a quantized form that the source does not have.
void requirePrecision(const Source& source, const std::string& precision);

/// The source compiled for a precision: "float", "simulated" or "literal" (quantized sources only; else UsageError).
/// `options.keepSlots` and `points` are set to what the precision needs.
Runnable compileFor(const Source& source, const std::string& precision, CompileOptions options, const Context& context);

}
