// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace lathe {

/// A half of a tensor's elements, drawn anew for every seed: those that pass no grid in one step of training
/// (Wei et al., "QDrop: Randomly Dropping Quantization for Extremely Low-bit Post-Training Quantization",
/// ICLR 2022).
class DroppedElements
{
public:
    /// Independent for every tensor of a step. Seed 0: none.
    DroppedElements(std::uint64_t seed, std::uint64_t tensor);

    bool any() const { return m_any; }
    /// Copies them from one tensor to another of as many elements.
    void copy(std::span<const float> from, std::span<float> to) const;
    /// Sets them to zero.
    void clear(std::span<float> values) const;

private:
    std::uint64_t m_seed;
    bool m_any;
};

/// A seed for one sample of one step, never 0.
std::uint64_t dropSeed(std::int64_t step, std::int64_t sample);

} // namespace lathe
