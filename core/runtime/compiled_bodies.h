// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/ops/op.h"
#include "core/runtime/kernel.h"
#include "core/runtime/program_cache.h"

namespace lathe {

/// The bodies of one node (If, Loop, Scan), compiled when they first run, once for all shapes that come again. Shared by
/// threads.
class CompiledBodies
{
public:
    /// What one thread keeps.
    struct State final : KernelState {
        NestedExecutions executions;
    };

    CompiledBodies(const Graph& graph, const Node& node, const CompileOptions& options);

    /// Outer values that the bodies read, each once, without constants.
    const std::vector<ValueId>& captured() const { return m_captured; }

    /// Lets Op::run run the bodies once with these values of captured().
    class Run final : public BodyRunner
    {
    public:
        /// `taps`: of the program that the node stands in; null: none.
        Run(const CompiledBodies& bodies, State& state, std::vector<Tensor> captured,
            std::optional<Precision> precision, const TapMap* taps, const Control& control);
        std::vector<Tensor> run(const Graph& body, std::span<const Tensor> inputs) const override;

    private:
        const CompiledBodies& m_bodies;
        State& m_state;
        std::vector<Tensor> m_captured;
        std::optional<Precision> m_precision;
        const TapMap* m_taps;
        const Control& m_control;
    };

private:
    struct Body {
        GraphPtr source;
        std::string path;                    ///< before the names of its values
        Graph closed;                        ///< captured constants are its own, other captured values are inputs
        std::vector<std::size_t> captured;   ///< of its inputs behind the real ones: index in m_captured
        ProgramCache programs;
    };

    Graph closedBody(const Graph& graph, const Graph& source, std::vector<std::size_t>& captured);
    std::size_t indexOfCaptured(ValueId id);

    CompileOptions m_options;
    std::vector<std::unique_ptr<Body>> m_bodies;
    std::vector<ValueId> m_captured;
};

}
