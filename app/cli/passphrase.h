// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/bundle/key.h"

#include <string>

namespace lathe::cli {

/// The passphrase from `file`, else from the environment (LATHE_PASSPHRASE), else typed without echo on the terminal.
/// Throws UsageError when there is none of these.
Passphrase readPassphrase(const Fs& fs, const std::string& file, bool twice);

}
