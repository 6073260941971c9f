// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics.h"

#include "core/base/error.h"

namespace lathe {

const TensorStatistics& Statistics::tensor(const std::string& value) const
{
    const auto found = tensors.find(value);
    if (found == tensors.end())
        throw Error(ErrorCode::noStatistics, value, {{"value", value}});
    return found->second;
}

} // namespace lathe
