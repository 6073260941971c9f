// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "core/ops/op.h"

namespace lathe {

/// Writes a composite operator out in simpler ones: what an Op::expand function builds.
class ExpansionBuilder
{
public:
    explicit ExpansionBuilder(const InferContext& context);

    bool has(std::size_t operand) const { return in(operand).valid(); }
    /// An operand of the node, invalid where omitted.
    ValueId in(std::size_t operand) const;
    bool wantsOutput(std::size_t index) const;

    /// The first output of a new node.
    ValueId add(const std::string& op, std::vector<ValueId> inputs, Attributes attributes = {},
                const std::string& domain = {});
    /// All `count` outputs of a new node.
    std::vector<ValueId> addMany(const std::string& op, std::vector<ValueId> inputs, std::size_t count,
                                 Attributes attributes = {});
    ValueId constant(Tensor tensor);
    /// A rank-0 constant of operand 0's element type.
    ValueId real(double value);
    /// A 1-D int64 constant.
    ValueId integers(std::initializer_list<std::int64_t> values);
    /// `x` with operand `index` added where that is there.
    ValueId plus(ValueId x, std::size_t operand);

    void output(std::size_t index, ValueId value);
    Expansion finish();

private:
    const InferContext& m_context;
    Graph m_graph;
    std::vector<ValueId> m_operands;
    std::vector<ValueId> m_outputs;
};

/// An expansion that is refused: the node is kept and marked with the reason.
Expansion notExpanded(std::string reason);

/// Op::infer and Op::run of composite operators.
std::vector<ValueInfo> inferComposite(const InferContext& context);
std::vector<Tensor> runComposite(const RunContext& context);

}
