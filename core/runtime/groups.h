// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/runtime/activation.h"
#include "core/runtime/patterns.h"

namespace lathe {

/// Nodes that one kernel may compute together.
struct Group {
    std::vector<NodeId> nodes;   ///< in order; the main node first
    ValueId bias{};              ///< constant per output channel
    ValueId residual{};           ///< the other operand of a fused addition
    Activation activation{};
    ValueId function{};           ///< the nodes are the parts of `activation` of this value, and nothing else
    std::int64_t shuffledGroups = 0;   ///< the nodes are a channel shuffle of so many groups; 0: they are not
    std::optional<RowNormalization> normalization{};   ///< what the nodes are the parts of
    std::vector<ValueId> outputs{};   ///< valid outputs; the first one is that of the last node
};

/// Which values a kernel may keep to itself.
struct FusionLimits {
    std::vector<bool> mustExist;    ///< by value: graph outputs, slots, watched layer outputs
    bool residuals = true;          ///< additions of another value may be fused
};

/// Every node in exactly one group, in an order in which they can run. Weighted nodes take the addition of a constant, a
/// residual addition and an activation; element-wise ones a clamp. Parts of a normalization or of a function are found together.
std::vector<Group> findGroups(const Graph& graph, const FusionLimits& limits);

/// The same nodes, each on its own.
std::vector<Group> singles(const Graph& graph, const Group& group);

/// The group without its residual addition and what follows, then the rest.
std::vector<Group> withoutResidual(const Graph& graph, const Group& group);

}
