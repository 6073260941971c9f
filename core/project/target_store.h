// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"
#include "core/project/project.h"

namespace lathe {

/// Notes in the project where the profile of `targetId` is, when it is one of the user's own.
void storeTargetFile(Project& project, const std::string& targetId, const Fs& fs);

/// Makes the profile that a project notes known, unless one of that id is. Throws what addTargetFile throws.
void addTargetOf(const Project& project, const Fs& fs);

}
