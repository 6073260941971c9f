// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/precision.h"

namespace lathe::cli {

void addPrecisionOption(CLI::App& command, std::string& precision, bool withFloat)
{
    std::vector<std::string> names;
    for (const RunMode mode : runModes())
        if (withFloat || mode != RunMode::floating)
            names.emplace_back(runModeName(mode));
    command
        .add_option("--precision", precision,
                    std::string(withFloat ? "float, " : "") +
                        "simulated (code space), literal (Q/DQ in float32), integer (8-bit kernels) or saturating (integer as "
                        "on x86 without VNNI: pairs of products saturate in 16 bits)")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
}

void requirePrecision(const Source& source, const std::string& precision)
{
    if (precision != runModeName(RunMode::floating) && !source.isQuantized())
        throw UsageError("--precision " + precision + " needs a quantized model or a calibrated project; \"" +
                         source.model->path.string() + "\" is a float model.");
}

Runnable compileSource(const Source& source, const std::string& precision, const CompileOptions& options,
                       const Context& context)
{
    requirePrecision(source, precision);
    requireRunnable(*source.model);
    const RunMode mode = runModeNamed(precision);
    if (mode == RunMode::floating)
        return compileFor(mode, source.model->graph, options, context.control);
    return compileFor(mode, source.quantized(context)->applied, options, context.control);
}

}
