// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lathe {

/// What the gate lets a quantized model lose, in percent, kept in the user's settings; half a percent at first.
double gateLimitPercent();
void setGateLimitPercent(double percent);

}
