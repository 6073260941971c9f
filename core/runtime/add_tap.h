// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include "core/runtime/program.h"

namespace lathe {

/// Looks at a value besides what looks at it already.
inline void addTap(TapMap& taps, const std::string& value, Tap tap)
{
    Tap& known = taps[value];
    if (known)
        known = [first = std::move(known), second = std::move(tap)](const TapView& view) {
            first(view);
            second(view);
        };
    else
        known = std::move(tap);
}

}
