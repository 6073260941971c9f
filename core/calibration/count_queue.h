// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lathe {

/// Increments of counters that wait. Made beside sums of floats they cost little, for they keep other parts
/// of the processor busy; drain() makes what is left.
class CountQueue
{
public:
    /// Starts anew with increments of `table`: the caller writes up to `room` slots to the memory that is
    /// returned, then says how many.
    std::uint16_t* start(std::uint32_t* table, std::size_t room)
    {
        if (m_slots.size() < room)
            m_slots.resize(room);
        m_table = table;
        m_next = m_end = m_slots.data();
        return m_slots.data();
    }
    void written(std::size_t count) { m_end = m_next + count; }

    std::size_t size() const { return static_cast<std::size_t>(m_end - m_next); }
    std::uint32_t* table() const { return m_table; }
    const std::uint16_t* next() const { return m_next; }
    /// The first of them were made by somebody who read next() and table().
    void made(std::size_t count) { m_next += count; }
    void drain()
    {
        for (; m_next < m_end; ++m_next)
            ++m_table[*m_next];
    }

private:
    std::vector<std::uint16_t> m_slots;
    std::uint32_t* m_table = nullptr;
    const std::uint16_t* m_next = nullptr;
    const std::uint16_t* m_end = nullptr;
};

} // namespace lathe
