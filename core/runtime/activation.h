// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "core/graph/graph.h"

namespace lathe {

/// An element-wise function that a kernel can apply to what it computed before it writes it.
struct Activation {
    enum class Kind : std::uint8_t { none, clamp, leakyRelu, sigmoid, tanh, hardSwish, swish, gelu, geluTanh };

    Kind kind = Kind::none;
    float low = -std::numeric_limits<float>::infinity();   ///< clamp
    float high = std::numeric_limits<float>::infinity();
    float alpha = 0;                                        ///< leakyRelu

    bool none() const { return kind == Kind::none; }
    bool clamp() const { return kind == Kind::clamp; }
};

/// The activation that `node` computes of its first input; nothing when it is another operator, or its limits are not
/// known before it runs.
std::optional<Activation> activationOf(const Graph& graph, const Node& node);

/// Applies it to every value in place.
void applyActivation(std::span<float> values, const Activation& activation);

}
