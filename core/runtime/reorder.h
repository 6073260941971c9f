// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/runtime/kernel.h"

namespace lathe {

/// Brings a value from one layout into the other.
std::unique_ptr<Kernel> makeReorder(const Shape& shape, Layout from, Layout to, int elementSize);

}
