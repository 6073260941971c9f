// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/target.h"

#include <algorithm>

namespace lathe {

namespace {

bool coversGranularity(const Granularity& offered, const Granularity& asked)
{
    // One scale for all is a scale for each channel, or group, that happens to be the same.
    return asked.kind == Granularity::Kind::tensor || offered == asked;
}

bool anyAccepts(const std::vector<QuantSpec>& offered, const QuantSpec& asked)
{
    return std::any_of(offered.begin(), offered.end(), [&](const QuantSpec& spec) { return accepts(spec, asked); });
}

}

bool accepts(const QuantSpec& offered, const QuantSpec& asked)
{
    if (!offered.format.isInteger() || !asked.format.isInteger())
        return offered.format == asked.format;
    return offered.format.bits == asked.format.bits &&
           coversGranularity(offered.granularity, asked.granularity) && (!offered.symmetric || asked.symmetric) &&
           (!offered.powerOfTwo || asked.powerOfTwo);
}

bool takesWeights(const KernelRule& rule, const QuantSpec& asked)
{
    return rule.anyWeights || anyAccepts(rule.weights, asked);
}

bool takesInputs(const KernelRule& rule, const QuantSpec& asked)
{
    return rule.anyInputs || anyAccepts(rule.inputs, asked);
}

}
