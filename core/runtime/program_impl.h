// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/binding_state.h"

namespace lathe {

struct Program::Impl {
    std::shared_ptr<const Plan> plan;
    Binding defaultBinding;
    std::int64_t weightBytes = 0;
    std::int64_t forecastBytes = 0;
};

}
