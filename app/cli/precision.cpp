// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"

namespace lathe::cli {

void addPrecisionOption(CLI::App& command, std::string& precision)
{
    command.add_option("--precision", precision,
                       "float, simulated (code space), literal (Q/DQ in float32) or integer (8-bit kernels)")
        ->check(CLI::IsMember({"float", "simulated", "literal", "integer"}))
        ->capture_default_str();
}

void requirePrecision(const Source& source, const std::string& precision)
{
    if (precision != "float" && !source.isQuantized())
        throw UsageError("--precision " + precision + " needs a quantized model or a calibrated project; \"" +
                         source.model->path.string() + "\" is a float model.");
}

Runnable compileFor(const Source& source, const std::string& precision, CompileOptions options, const Context& context)
{
    requirePrecision(source, precision);
    requireRunnable(*source.model);
    if (precision == "float") {
        options.keepSlots = false;
        const auto program = Program::compile(source.model->graph, options, context.control);
        return {program, program->defaultBinding().withPrecision(Precision::floating)};
    }
    options.integerKernels = precision == "integer";
    const auto program = Program::compile(source.quantized(context)->applied, options, context.control);
    return {program, program->defaultBinding().withPrecision(precision == "literal" ? Precision::literal
                                                                                    : Precision::simulated)};
}

}
