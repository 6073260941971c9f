// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/format_options.h"

#include "app/cli/context.h"
#include "core/base/error.h"

namespace lathe::cli {
namespace {

std::vector<QuantSpec> parsed(const std::vector<std::string>& names, const std::string& option)
{
    std::vector<QuantSpec> formats;
    for (const std::string& name : names)
        try {
            formats.push_back(QuantSpec::parse(name));
            if (formats.back().format.isFloat32())
                throw UsageError(option + ": float32 is what each of them is measured against.");
        } catch (const Error& error) {
            throw UsageError(option + ": " + error.message());
        }
    return formats;
}

}

void addFormatOptions(CLI::App& command, FormatOptions& options)
{
    command
        .add_option("--weight-formats", options.weights,
                    "Further formats of weights, each as it is: int4:group:32,nf4,kmeans16,float8e4m3")
        ->delimiter(',');
    command
        .add_option("--activation-formats", options.activations,
                    "Further formats of activations: float8e4m3,float16")
        ->delimiter(',');
}

void takeFormats(const FormatOptions& options, SensitivityOptions& measuring)
{
    measuring.weightFormats = parsed(options.weights, "--weight-formats");
    measuring.activationFormats = parsed(options.activations, "--activation-formats");
}

}
