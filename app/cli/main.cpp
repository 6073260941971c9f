// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/cli.h"
#include "app/cli/interrupt.h"
#include "app/common/calm_threads.h"

int main(int argc, char** argv)
{
    lathe::cli::holdStopSignals();
    lathe::calmThreads(argv);
    return lathe::cli::runCli(argc, argv);
}
