// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace lathe {

/// File name and text of every profile in resources/targets, put into the engine by the build.
const std::vector<std::pair<std::string_view, std::string_view>>& builtinProfiles();

}
