// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/control.h"

#include "core/base/error.h"

namespace lathe {

void Control::throwIfStopped() const
{
    if (stopRequested())
        throw Error(ErrorCode::stopped, "");
}

void Control::progress(std::int64_t done, std::int64_t total, std::string_view what) const
{
    if (m_callback)
        m_callback(Progress{done, total, what});
}

} // namespace lathe
