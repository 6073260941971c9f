// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/runtime/compiled_bodies.h"
#include "core/runtime/program_cache.h"

namespace lathe {

/// A graph whose shapes are not all known from those of its inputs, cut in two.
struct SplitGraph {
    Graph now;                   ///< all shapes known; gives what the graph gives and what the rest needs of it
    std::vector<std::string> lateNodes;   ///< labels of the other nodes
    Graph first;                 ///< nodes whose operands `now` gives but whose results have no known shape
    Graph rest;                  ///< what depends on these
    bool isLate() const { return !lateNodes.empty(); }
};

/// Cuts a graph whose input shapes are fixed and whose shapes were inferred.
SplitGraph splitLate(const Graph& graph);

/// Runs what stands behind values whose shapes are only known while running: the nodes that decide shapes run one by one
/// as the operators' plain implementations; what follows is compiled for the shapes that they gave. Shared by threads.
class LatePart
{
public:
    /// What one thread keeps.
    struct State {
        std::vector<std::unique_ptr<CompiledBodies::State>> bodies;   ///< by node of `first`
        NestedExecutions executions;
    };

    /// What a run takes from the program around it, and hands back.
    struct Outer
    {
        const Binding::State* state =
            nullptr;                  ///< null: a program without slots; what runs late is as its graph says
        const TapMap* taps = nullptr; ///< null: nobody watches
        std::span<std::int64_t> clipped; ///< by slot of the outer program
    };

    /// `points`: places of `rest` that are slots of the outer program too.
    LatePart(Graph first, Graph rest, const CompileOptions& options, std::vector<Slot> points);

    State makeState() const;
    /// Adds the results to `values`, which holds what was computed before, by name.
    void run(TensorMap& values, State& state, const Outer& outer, const Control& control) const;

    const Graph& first() const { return m_first; }
    const Graph& rest() const { return m_rest; }

private:
    void runNode(std::size_t index, TensorMap& values, State& state, const Outer& outer,
                 const Control& control) const;
    static void takeSlots(NestedExecutions::Nested& nested, const Outer& outer);
    static void countClipped(const NestedExecutions::Nested& nested, const Outer& outer);

    Graph m_first, m_rest;
    CompileOptions m_options;
    std::vector<std::unique_ptr<CompiledBodies>> m_bodies;   ///< by node of m_first; null without bodies
    ProgramCache m_programs;
};

}
