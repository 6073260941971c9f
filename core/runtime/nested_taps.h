// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/runtime/late_part.h"

namespace lathe {

/// What can be watched besides a program's own values: in the bodies of `graph`, and in `late` (may be null).
/// Without `tapAll`, fusion may hide anything but what ends the late part, so that only this is there.
std::set<std::string, std::less<>> nestedValues(const Graph& graph, const LatePart* late, bool tapAll);

/// Those of the taps (null: none) that a program inside another one can serve: their names without `path`.
/// They see the whole name.
TapMap tapsOf(const Program& nested, const TapMap* taps, std::string_view path);

/// Hands a tensor, its elements as real numbers, to the tap on `name`, if there is one.
void showTensor(const TapMap* taps, const std::string& name, const Tensor& tensor);

}
