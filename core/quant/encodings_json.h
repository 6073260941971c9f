// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/quant/encodings.h"

namespace lathe {

/// Grids and who has which; points that share a grid share it again when read back. The same encodings give the same
/// bytes.
Json encodingsToJson(const Encodings& encodings);
/// What is read is not trusted: grids that no value could be on are refused. Throws Error{jsonField}.
Encodings encodingsFromJson(const Json& json, const std::string& where);

} // namespace lathe
