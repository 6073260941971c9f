// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/hadamard_transform.h"

#include <algorithm>
#include <cmath>

namespace lathe {

namespace {

bool isPrime(std::int64_t number)
{
    for (std::int64_t divisor = 2; divisor * divisor <= number; ++divisor)
        if (number % divisor == 0)
            return false;
    return number > 1;
}

bool isPaley(std::int64_t order)
{
    return order % 4 == 0 && isPrime(order - 1);
}

bool isKnown(std::int64_t order)
{
    return order == 1 || isPaley(order) || (order % 2 == 0 && isKnown(order / 2));
}

/// 1 for squares modulo the prime, -1 for what is none, 0 for 0.
std::vector<double> quadraticCharacter(std::int64_t prime)
{
    std::vector<double> character(static_cast<std::size_t>(prime), -1.0);
    character[0] = 0;
    for (std::int64_t i = 1; i < prime; ++i)
        character[static_cast<std::size_t>(i * i % prime)] = 1;
    return character;
}

/// Paley's first construction: the identity, plus a border of 1 above and -1 before the characters of the
/// differences.
std::vector<double> paley(std::int64_t order)
{
    const std::int64_t prime = order - 1;
    const std::vector<double> character = quadraticCharacter(prime);
    std::vector<double> matrix;
    for (std::int64_t row = 0; row < order; ++row)
        for (std::int64_t column = 0; column < order; ++column) {
            double entry = row == column ? 1 : 0;
            if (row == 0 && column > 0)
                entry = 1;
            else if (column == 0 && row > 0)
                entry = -1;
            else if (row > 0)
                entry += character[static_cast<std::size_t>((row - column + prime) % prime)];
            matrix.push_back(entry);
        }
    return matrix;
}

} // namespace

std::int64_t hadamardOrder(std::int64_t size)
{
    std::int64_t order = size;
    while (size % order != 0 || !isKnown(order))
        --order;
    return order;
}

HadamardTransform::HadamardTransform(std::int64_t order)
    : m_order(order)
    , m_base(order)
{
    while (m_base % 2 == 0 && isKnown(m_base / 2))
        m_base /= 2;
    m_part = m_base == 1 ? std::vector<double>{1.0} : paley(m_base);
    for (double& entry : m_part)
        entry /= std::sqrt(static_cast<double>(order));
}

void HadamardTransform::apply(std::span<double> vectors) const
{
    const auto order = static_cast<std::size_t>(m_order);
    std::vector<double> scratch(static_cast<std::size_t>(m_base));
    for (std::size_t first = 0; first + order <= vectors.size(); first += order)
        applyToOne(vectors.subspan(first, order), scratch);
}

void HadamardTransform::applyToOne(std::span<double> vector, std::vector<double>& scratch) const
{
    const auto base = static_cast<std::size_t>(m_base);
    for (std::size_t step = base; step < vector.size(); step *= 2)
        for (std::size_t i = 0; i < vector.size(); ++i)
            if ((i / step) % 2 == 0) {
                const double a = vector[i], b = vector[i + step];
                vector[i] = a + b;
                vector[i + step] = a - b;
            }
    for (std::size_t first = 0; first < vector.size(); first += base) {
        for (std::size_t row = 0; row < base; ++row) {
            double sum = 0;
            for (std::size_t k = 0; k < base; ++k)
                sum += m_part[row * base + k] * vector[first + k];
            scratch[row] = sum;
        }
        std::copy(scratch.begin(), scratch.end(), vector.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

} // namespace lathe
