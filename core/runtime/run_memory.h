// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/program.h"

namespace lathe {

/// Bytes that the first run of an Execution adds to a compiled program: arena, scratch memory, and the
/// outputs, which are handed out. Parts that are compiled while running are not in it: their shapes are not
/// known before.
std::int64_t runBytes(const Program& program);

}
