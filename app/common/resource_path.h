// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lathe {

/// The folder of the product's resources (target profiles, the sample): the installed one where the running program
/// is installed, that of the source tree where it runs from its build folder. `LATHE_RESOURCES` in the environment
/// comes before both. Throws std::runtime_error when there is none.
std::filesystem::path resourcesDir();

/// Where a person's own target profiles are: `LATHE_TARGETS`, else tensorlathe/targets in the configuration folder. Empty
/// when there is no home.
std::filesystem::path userTargetsDir();

}
