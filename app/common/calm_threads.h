// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lathe {

/// Makes OpenMP's threads sleep soon where they wait for each other. By default they spin for milliseconds, which on a
/// busy machine keeps the one that they wait for from running. The library reads its settings when it is loaded, so the
/// program starts itself anew with them, once; a setting of the user's own is respected. Call it first in main().
void calmThreads(char** argv);

}
