// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/adam.h"

#include <cmath>

namespace lathe {

void Adam::step(std::span<float> values, std::span<const float> gradients, double rate)
{
    constexpr double keepMean = 0.9, keepSquare = 0.999;
    constexpr float smallest = 1e-12F;
    ++m_steps;
    const auto meanScale = static_cast<float>(rate / (1 - std::pow(keepMean, m_steps)));
    const auto squareScale = static_cast<float>(1 / (1 - std::pow(keepSquare, m_steps)));
    constexpr auto oldMean = static_cast<float>(keepMean), newMean = static_cast<float>(1 - keepMean);
    constexpr auto oldSquare = static_cast<float>(keepSquare), newSquare = static_cast<float>(1 - keepSquare);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float gradient = gradients[i];
        m_mean[i] = oldMean * m_mean[i] + newMean * gradient;
        m_square[i] = oldSquare * m_square[i] + newSquare * gradient * gradient;
        values[i] -= meanScale * m_mean[i] / (std::sqrt(m_square[i] * squareScale) + smallest);
    }
}

} // namespace lathe
