// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/runtime/program.h"

namespace lathe {

/// How a person asks for a graph to be run.
enum class RunMode : std::uint8_t {
    floating,
    simulated,   ///< in code space, on float kernels
    literal,     ///< Quantize/Dequantize in float32
    integer,     ///< 8-bit kernels: the same numbers as `simulated`
    saturating,  ///< as `integer`, on a processor whose pairs of products saturate in 16 bits
};

/// "float", "simulated", "literal", "integer", "saturating".
std::string_view runModeName(RunMode mode);
/// In the order of the enumeration.
std::span<const RunMode> runModes();
/// Throws Error{unknownName}.
RunMode runModeNamed(std::string_view name);

/// A program and the setting to run it with.
struct Runnable
{
    std::shared_ptr<const Program> program;
    Binding binding;
};

/// `graph` compiled for a mode, with the settings that it carries itself; `options.keepSlots`, `integerKernels` and
/// `arithmetic` are set to what the mode needs.
Runnable compileFor(RunMode mode, const Graph& graph, CompileOptions options, const Control& control = {});

}
