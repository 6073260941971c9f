// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

/// The largest divisor of `size` that a Hadamard matrix is known for here: 1, 2, p + 1 for primes p = 3
/// modulo 4 (Paley, "On Orthogonal Matrices", 1933), and doubles of these (Sylvester, 1867).
std::int64_t hadamardOrder(std::int64_t size);

/// A Hadamard matrix divided by the root of its order: a rotation that spreads each number over all of a
/// vector with the same weight.
class HadamardTransform
{
public:
    /// `order`: one that hadamardOrder() gives.
    explicit HadamardTransform(std::int64_t order);

    std::int64_t order() const { return m_order; }
    /// Multiplies each of the vectors that stand behind one another, `order` numbers long.
    void apply(std::span<double> vectors) const;

private:
    void applyToOne(std::span<double> vector, std::vector<double>& scratch) const;

    std::int64_t m_order;
    std::int64_t m_base = 1;    ///< order of the part that is not doubled
    std::vector<double> m_part; ///< [base, base]
};

} // namespace lathe
