// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"

namespace lathe::cli {

void addPrecisionOption(CLI::App& command, std::string& precision)
{
    command.add_option("--precision", precision, "float, simulated (code space) or literal (Q/DQ in float32)")
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
    if (precision == "integer")
        throw Error(ErrorCode::invalidArgument, "--precision",
                    {{"what", "Integer kernels are not in this version; \"simulated\" computes the same numbers."}});
    const auto program = Program::compile(source.quantized(context)->applied, options, context.control);
    return {program, program->defaultBinding().withPrecision(precision == "literal" ? Precision::literal
                                                                                    : Precision::simulated)};
}

}
