// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

namespace lathe {

/// How a device sums products of codes and brings the sum back to codes.
enum class ArithmeticProfile : std::uint8_t {
    onnxRuntime,  ///< exact sums; clamp(roundHalfEven((acc + bias) * float32(sx*sw/sy)) + z), all in float32
    /// The same after sums in which every two neighbouring products of an unsigned and a signed byte are added in 16 bits
    /// and saturate there: VPMADDUBSW, what x86 processors without VNNI have (onnxruntime, "Quantize ONNX models": "8-bit
    /// weights may saturate").
    saturatingPairs,
};

/// Round to the nearest integer, ties to even, as a float; independent of the rounding mode's setter.
inline float roundHalfEven(float value) { return std::nearbyintf(value); }

/// The float multiplier of a requantization, with the order of float operations that ONNX Runtime uses: (sx * sw) / sy.
inline float requantizeMultiplier(float inputScale, float weightScale, float outputScale) {
    return (inputScale * weightScale) / outputScale;
}

}  // namespace lathe
