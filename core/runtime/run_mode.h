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

/// Compiles `graph` for a mode; `options.keepSlots`, `integerKernels` and `arithmetic` are set to what it needs.
std::shared_ptr<const Program> compileFor(RunMode mode, const Graph& graph, CompileOptions options,
                                          const Control& control = {});
/// What to run such a program with: the settings that the graph itself carries.
Binding bindingFor(RunMode mode, const Program& program);

}
