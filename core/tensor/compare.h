// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor/tensor.h"

namespace lathe {

/// Running comparison of a test signal with its reference; sums in double, in the order fed.
struct Comparison {
    double signalSquares = 0;  ///< sum of reference^2
    double noiseSquares = 0;   ///< sum of (test - reference)^2
    double testSquares = 0;
    double dot = 0;
    double maxAbs = 0;         ///< largest |test - reference|
    double maxReference = 0;   ///< largest |reference|
    std::int64_t elements = 0;
    std::int64_t nonFinite = 0;

    void add(std::span<const float> reference, std::span<const float> test);
    void merge(const Comparison& other);

    bool exact() const { return noiseSquares == 0 && nonFinite == 0; }
    /// 10 log10(signal/noise); +infinity when exact, -infinity for no signal but noise.
    double sqnrDb() const;
    /// Cosine similarity in [-1, 1]; 1 when both are zero.
    double cosine() const;
    /// maxAbs over maxReference (0 when both are 0).
    double relativeMax() const;
};

/// Converts both to float32 first. Throws Error{shapeMismatch}.
Comparison compare(const Tensor& reference, const Tensor& test);

}  // namespace lathe
