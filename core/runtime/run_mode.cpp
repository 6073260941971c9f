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

std::shared_ptr<const Program> compileFor(RunMode mode, const Graph& graph, CompileOptions options,
                                          const Control& control)
{
    if (mode == RunMode::floating)
        options.keepSlots = false;
    options.integerKernels = mode == RunMode::integer || mode == RunMode::saturating;
    options.arithmetic =
        mode == RunMode::saturating ? ArithmeticProfile::saturatingPairs : ArithmeticProfile::onnxRuntime;
    return Program::compile(graph, options, control);
}

Binding bindingFor(RunMode mode, const Program& program)
{
    switch (mode) {
    case RunMode::floating: return program.defaultBinding().withPrecision(Precision::floating);
    case RunMode::literal: return program.defaultBinding().withPrecision(Precision::literal);
    case RunMode::simulated:
    case RunMode::integer:
    case RunMode::saturating: break;
    }
    return program.defaultBinding().withPrecision(Precision::simulated);
}

}
