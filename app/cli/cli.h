// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lathe::cli {

/// The whole program tensorlathe-cli: parses, runs the verb, prints errors; returns the exit status of cli.md.
int runCli(int argc, char** argv);

}
