// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"

namespace lathe {

std::string_view version() noexcept
{
    return LATHE_VERSION;
}

}
