// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/algorithms/dropped_elements.h"
#include "core/algorithms/learned_grid.h"
#include "core/numeric/encoding.h"
#include "core/ops/reference.h"
#include "core/quant/encodings.h"

namespace lathe {

/// What a tape runs with: numbers that change from step to step.
struct TapeState
{
    TensorMap constants; ///< in the place of the graph's own
    std::vector<LearnedGrid> grids;
};

/// What a value passes before it is read.
struct TapeGrid
{
    EncodingPtr fixed; ///< gradients pass straight through it
    int learned = -1;  ///< or an index of TapeState::grids
};

/// Runs a float graph whose values pass grids, and goes back through it with straight-through estimators
/// (Bengio et al., 2013). float32. Nodes without a reverse let nothing through.
class GridTape
{
public:
    /// `grids` by value name, or "value->node" for one reader; `trained`: constants that gradients are wanted
    /// of; `watched`: values that a loss reads. The graph must outlive this. Throws Error{unknownName}.
    GridTape(const Graph& graph, const std::map<std::string, TapeGrid>& grids,
             const std::set<std::string>& trained, const std::vector<std::string>& watched);

    GridTape(const GridTape&) = delete;
    GridTape& operator=(const GridTape&) = delete;

    /// One evaluation; what going back needs of it.
    struct Run
    {
        std::vector<Tensor> raw;  ///< by value
        std::vector<Tensor> seen; ///< by value: behind its grid
        std::uint64_t dropSeed = 0;
    };
    /// `dropSeed`: of the elements that pass no grid this time; 0: all pass theirs.
    Run forward(const TensorMap& inputs, const TapeState& state, const Control& control,
                std::uint64_t dropSeed = 0) const;
    std::size_t watchedCount() const { return m_watched.size(); }
    /// A watched value of a run.
    const Tensor& watched(const Run& run, std::size_t index) const { return run.seen[at(m_watched[index])]; }

    struct Result
    {
        std::map<std::string, Tensor> constants; ///< those that a gradient reached
        std::vector<GridGradient> grids;
    };
    /// Gradients given those at the watched values, an empty tensor for none.
    Result backward(const Run& run, const std::vector<Tensor>& gradients, const TapeState& state,
                    const Control& control) const;

private:
    static std::size_t at(ValueId id) { return static_cast<std::size_t>(id.index); }
    const TapeGrid* edgeGrid(const Node& node, ValueId input) const;
    static Tensor pass(const TapeGrid* grid, const Tensor& value, const TapeState& state,
                       const DroppedElements& dropped);
    static Tensor reverse(const TapeGrid* grid, const Tensor& value, const Tensor& gradient,
                          const TapeState& state, const DroppedElements& dropped, Result& result);
    /// Of a value, or of what one reader sees of it.
    static DroppedElements droppedOf(const Run& run, ValueId id, bool onEdge);
    std::vector<Tensor> operands(const Node& node, const Run& run, const TapeState& state) const;
    void goBack(const Node& node, const Run& run, const TapeState& state, std::vector<Tensor>& found,
                Result& result, const Control& control) const;
    void findCarriers();

    const Graph& m_graph;
    int m_opset;
    std::vector<const TapeGrid*> m_grids; ///< by value
    std::map<std::string, TapeGrid> m_byName;
    std::vector<ValueId> m_trained;
    std::vector<ValueId> m_watched;
    std::vector<bool> m_needed;  ///< by value: a watched value depends on it
    std::vector<bool> m_carries; ///< by value: it depends on something that is trained
    bool m_hasEdges = false;
};

/// Adds the gradients of another sample.
void addResult(GridTape::Result& sum, GridTape::Result more);

} // namespace lathe
