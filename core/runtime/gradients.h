// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/ops/reference.h"

namespace lathe {

/// Adds `more` to a gradient; an empty one becomes it. float32 and float64.
void addGradient(Tensor& sum, const Tensor& more);

/// Gradients of a float graph by going back through its nodes. float32 or float64; nothing is quantized.
class Gradients
{
public:
    /// `wanted`: the values (also constants) to have gradients of; `from`: where they come from, the graph's
    /// outputs when empty. The graph must outlive this. Throws Error{unknownName}.
    Gradients(const Graph& graph, const std::vector<std::string>& wanted,
              const std::vector<std::string>& from = {});

    /// Why a value has no gradient: "Round n1 has no reverse" stands between it and an output. Empty where it
    /// has one.
    const std::string& blocked(std::string_view value) const;

    /// Runs the nodes one after the other; every value, for run(). Throws as the operators do.
    TensorMap forward(const TensorMap& inputs, const Control& control) const;

    /// The gradients at the wanted values that are not blocked, given every value of a run and the gradients
    /// at some of the places that they come from. Values that these do not depend on are left out. One
    /// thread.
    TensorMap run(const TensorMap& values, const TensorMap& gradients, const Control& control) const;

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
    void findBlocks(const std::vector<ValueId>& from);
    void findCarriers();
    void block(const Node& node);

    const Graph& m_graph;
    std::vector<ValueId> m_wanted;
    std::vector<bool> m_live;           ///< by value: a gradient gets there or is stopped before
    std::vector<std::string> m_blocked; ///< by value
    std::vector<bool> m_carries;        ///< by value: a wanted value that is not blocked stands before it
};

}
