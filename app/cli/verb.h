// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/base/table.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace lathe::cli {

/// What a verb does once its options are parsed; returns the exit status.
using VerbAction = std::function<int(Context&)>;

/// One verb of the command line (cli.md).
struct Verb
{
    std::string id;
    std::string summary;
    /// Declares the verb's options on its subcommand and returns the action that reads them.
    VerbAction (*declare)(CLI::App& command) = nullptr;
};

const Table<Verb>& verbs();

}
