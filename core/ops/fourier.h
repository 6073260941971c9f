// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <vector>

namespace lathe {

/// Discrete Fourier transforms of one length, in double. The plain ones take length² steps for odd lengths and halve even
/// ones.
class Fourier {
public:
    /// `inverse` transforms back and divides by the length.
    Fourier(std::size_t length, bool inverse);

    std::size_t length() const { return m_roots.size(); }
    /// `values` must have length() elements.
    std::vector<std::complex<double>> operator()(const std::vector<std::complex<double>>& values) const;

private:
    void transform(const std::complex<double>* values, std::size_t stride, std::size_t length,
                   std::complex<double>* result) const;

    std::vector<std::complex<double>> m_roots;  ///< exp(-2 pi i k / length), conjugated for the inverse
    bool m_inverse;
};

}
