// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fs.h"
#include "core/targets/target.h"

namespace lathe {

using TargetPtr = std::shared_ptr<const Target>;

/// The profiles of resources/targets, which are part of the engine, in the order of their ids.
const std::vector<TargetPtr>& builtinTargets();

/// All that can be chosen: the built-in ones, then those that were added, in the order of their ids. Thread-safe.
std::vector<TargetPtr> allTargets();
/// Null when there is none.
TargetPtr findTarget(std::string_view id);
/// Throws Error{unknownName} that lists the known ones.
TargetPtr targetNamed(std::string_view id);

/// Makes a profile of the user's own known to this process; one of the same id that was added before is replaced.
/// Throws Error{invalidArgument} for the id of a built-in one, and what parseTarget and reading throw.
TargetPtr addTargetFile(const Fs& fs, const Path& file);
TargetPtr addTarget(const Json& profile, std::string_view where, const Path& file = {});

/// Adds every *.json of a folder, in the order of their names; a missing folder has none. Returns one line for each
/// file that is no profile, which stops none of the others.
std::vector<std::string> addTargetFolder(const Fs& fs, const Path& folder);

/// The file of a profile that was added; empty for built-in and unknown ones.
Path addedTargetFile(std::string_view id);

}
