// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace lathe {

/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015) with its usual constants.
class Adam
{
public:
    explicit Adam(std::size_t count)
        : m_mean(count, 0.0F)
        , m_square(count, 0.0F)
    {
    }

    /// Moves `values` against `gradients`, each by about `rate`.
    void step(std::span<float> values, std::span<const float> gradients, double rate);

private:
    std::vector<float> m_mean, m_square;
    int m_steps = 0;
};

} // namespace lathe
