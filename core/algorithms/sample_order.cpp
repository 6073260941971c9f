// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/sample_order.h"

#include <algorithm>

namespace lathe {

SampleOrder::SampleOrder(std::int64_t samples, std::uint64_t seed)
    : m_generator(seed)
{
    for (std::int64_t i = 0; i < samples; ++i)
        m_order.push_back(i);
    shuffle();
}

/// Not std::shuffle, whose order libraries choose.
void SampleOrder::shuffle()
{
    for (std::size_t i = m_order.size(); i > 1; --i)
        std::swap(m_order[i - 1], m_order[m_generator() % i]);
}

std::vector<std::int64_t> SampleOrder::next(std::int64_t count)
{
    if (m_at == m_order.size()) {
        shuffle();
        m_at = 0;
    }
    const std::size_t end = std::min(m_order.size(), m_at + static_cast<std::size_t>(count));
    std::vector<std::int64_t> batch(m_order.begin() + static_cast<std::ptrdiff_t>(m_at),
                                    m_order.begin() + static_cast<std::ptrdiff_t>(end));
    m_at = end;
    return batch;
}

} // namespace lathe
