// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/quant/apply.h"
#include "core/quant/graph_copy.h"
#include "core/quant/lift_grids.h"
#include "core/quant/qlinear_ops.h"

namespace lathe {

/// What a value of the quantized graph is in the float graph.
struct Origin
{
    ValueId made;          ///< the float value that it stands for
    EncodingPtr codesGrid; ///< set when it holds codes, of `made` on this grid
    EncodingPtr edgeGrid;  ///< set when its readers see `made` through a grid of their own
};

/// One run of lift(): writes the float graph node by node and notes grids and codes on the way. The members
/// are defined in lifter.cpp, lift_qdq.cpp (Q/DQ and what moves codes), lift_qlinear.cpp and lift_narrow.cpp
/// (casts, ranges taken while running).
class Lifter
{
public:
    explicit Lifter(const Graph& graph)
        : m_copy(graph)
        , m_grids(graph)
        , m_origin(graph.values().size())
    {
    }

    Lifted run();

private:
    Origin& at(ValueId old) { return m_origin[static_cast<std::size_t>(old.index)]; }
    const Value& valueOf(ValueId old) const { return m_copy.source().value(old); }
    const std::string& madeName(ValueId made) { return m_copy.graph().value(made).name; }

    /// A file may leave out what an operator cannot do without.
    static void checkOperands(const Node& node);

    /// Edges are named after the node that reads them, so every node needs a name of its own.
    void nameReaders();

    /// A graph output keeps its name: what is quantized and dequantized on its way there takes it over, and
    /// what leaves as codes leaves it to them.
    void chooseNames();
    void nameDequantized(const Node& node);

    /// True for codes that an operator of the graph makes or moves; not for those of a QuantizeLinear itself.
    bool areMadeCodes(ValueId old) const;

    std::string nameFor(ValueId old) const;

    void liftNode(const Node& node);

    bool isCodes(ValueId old) { return old.valid() && at(old).codesGrid != nullptr; }

    void copyNode(const Node& node);

    ValueId make(ValueId old);

    /// The float value that `node` reads; a grid of its own is noted for this edge.
    ValueId read(const Node& node, ValueId old);

    /// The float value of `origin` as `node` reads it; a grid of its own is noted for this edge. A node that
    /// reads one value in two ways gets a copy of it for the second.
    ValueId through(const Node& node, const Origin& origin);

    ValueId addCopy(const Origin& origin);

    void liftQuantize(const Node& node);

    /// True when nobody sees the value but through this grid.
    bool allQuantizeAlike(ValueId value, const Encoding& grid);

    void liftDequantize(const Node& node);

    void liftConstant(const Node& node);

    ValueId addConstant(const std::string& name, const Value& codes, const EncodingPtr& grid);

    /// Behind a QuantizeLinear, which already has the narrower grid.
    void liftClip(const Node& node);

    /// An operator that moves codes does the same to the numbers, and its output is on the same grid.
    void liftMove(const Node& node);

    ValueId makeOnGrid(ValueId old, const EncodingPtr& grid);

    void liftQLinear(const Node& node, const QLinearForm& form);

    ValueId readCodes(const Node& node, ValueId codes, const EncodingPtr& grid);

    ValueId readBias(const Node& node, std::size_t index, const std::vector<EncodingPtr>& grids);

    /// float32 -> half -> float32 is a value held in half precision.
    bool liftCast(const Node& node);

    /// Codes that are only read with the scale and zero-point they were made with.
    bool liftDynamic(const Node& node);

    /// `narrow` is the value `input`, held in a form without a scale of its own.
    void holdIn(const EncodingPtr& grid, ValueId input, ValueId narrow);

    bool liftWiden(const Node& node);

    /// The codes of a float value as a graph output.
    ValueId outputCodes(ValueId old, const Origin& origin);

    /// Graph outputs keep their names; where the float value has another one, an Identity stands between.
    ValueId outputOf(ValueId old);

    GraphCopy m_copy;
    LiftGrids m_grids;
    std::vector<Node> m_nodes;
    std::vector<Origin> m_origin; ///< by value of the source
    std::map<ValueId, std::string> m_names;
    std::map<std::pair<std::string, ValueId>, EncodingPtr>
        m_seen; ///< by reader and float value: its own grid or none
    Lifted m_result;
};

} // namespace lathe
