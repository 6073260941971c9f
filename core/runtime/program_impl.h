// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "core/runtime/binding_state.h"
#include "core/runtime/late_part.h"

namespace lathe {

struct Program::Impl {
    std::shared_ptr<const Plan> plan;
    Binding defaultBinding;
    std::int64_t weightBytes = 0;
    std::int64_t forecastBytes = 0;
    std::vector<KernelChoice> choices;
    std::set<std::string, std::less<>> nestedValues; ///< what taps can see in bodies and in `late`
    Graph whole;                             ///< with the late nodes; only where `late` is set
    std::unique_ptr<const LatePart> late;    ///< null when all shapes are known
};

}
