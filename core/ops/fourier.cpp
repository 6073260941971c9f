// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/fourier.h"

#include <cmath>

namespace lathe {

using Complex = std::complex<double>;

Fourier::Fourier(std::size_t length, bool inverse) : m_inverse(inverse)
{
    for (std::size_t k = 0; k < length; ++k) {
        const double angle = 2 * M_PI * static_cast<double>(k) / static_cast<double>(length);
        m_roots.emplace_back(std::cos(angle), inverse ? std::sin(angle) : -std::sin(angle));
    }
}

/// Cooley and Tukey's halving as long as the length is even, the sums as they are written below.
void Fourier::transform(const Complex* values, std::size_t stride, std::size_t length, Complex* result) const
{
    const std::size_t step = m_roots.size() / length;
    if (length % 2 == 0) {
        const std::size_t half = length / 2;
        transform(values, 2 * stride, half, result);
        transform(values + stride, 2 * stride, half, result + half);
        for (std::size_t k = 0; k < half; ++k) {
            const Complex even = result[k], odd = m_roots[k * step] * result[half + k];
            result[k] = even + odd;
            result[half + k] = even - odd;
        }
        return;
    }
    for (std::size_t k = 0; k < length; ++k) {
        Complex sum = 0;
        for (std::size_t j = 0; j < length; ++j)
            sum += values[j * stride] * m_roots[j * k % length * step];
        result[k] = sum;
    }
}

std::vector<Complex> Fourier::operator()(const std::vector<Complex>& values) const
{
    std::vector<Complex> result(length());
    if (!result.empty())
        transform(values.data(), 1, length(), result.data());
    if (m_inverse)
        for (Complex& value : result)
            value /= static_cast<double>(length());
    return result;
}

}
