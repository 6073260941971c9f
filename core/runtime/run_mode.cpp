// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/run_mode.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace lathe {

namespace {

constexpr std::array kModes{RunMode::floating, RunMode::simulated, RunMode::literal, RunMode::integer,
                            RunMode::saturating};
constexpr std::array<std::string_view, kModes.size()> kNames{"float", "simulated", "literal", "integer", "saturating"};

Precision precisionOf(RunMode mode)
{
    return mode == RunMode::floating  ? Precision::floating
           : mode == RunMode::literal ? Precision::literal
                                      : Precision::simulated;
}

}

std::string_view runModeName(RunMode mode)
{
    return kNames[static_cast<std::size_t>(mode)];
}

std::span<const RunMode> runModes()
{
    return kModes;
}

RunMode runModeNamed(std::string_view name)
{
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end())
        throw Error(ErrorCode::unknownName, "precision",
                    {{"kind", "precision"},
                     {"name", std::string(name)},
                     {"known", joinText({kNames.begin(), kNames.end()}, ", ")}});
    return kModes[static_cast<std::size_t>(found - kNames.begin())];
}

Runnable compileFor(RunMode mode, const Graph& graph, CompileOptions options, const Control& control)
{
    if (mode == RunMode::floating)
        options.keepSlots = false;
    options.integerKernels = mode == RunMode::integer || mode == RunMode::saturating;
    options.arithmetic =
        mode == RunMode::saturating ? ArithmeticProfile::saturatingPairs : ArithmeticProfile::onnxRuntime;
    auto program = Program::compile(graph, options, control);
    const Binding binding = program->defaultBinding().withPrecision(precisionOf(mode));
    return {std::move(program), binding};
}

}
