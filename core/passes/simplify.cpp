// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/passes/simplify.h"

#include <algorithm>
#include <map>

#include "core/ops/infer_shapes.h"
#include "core/passes/pass.h"

namespace lathe {
namespace {

/// Rounds over all passes; more would mean that two of them undo each other.
constexpr int maxRounds = 50;

class Simplifier {
public:
    Simplifier(const Control& control, std::span<const std::string_view> only) : m_control(control) {
        for (std::string_view id : only) static_cast<void>(passes().get(id, "pass"));
        for (const Pass& pass : passes())
            if (only.empty() || std::find(only.begin(), only.end(), pass.id) != only.end()) m_passes.push_back(&pass);
    }

    void run(Graph& graph) {
        graph.validate();
        graph.compact();
        inferShapes(graph);
        for (int round = 0; runPasses(graph); ++round)
            if (round == maxRounds)
                throw Error(ErrorCode::internal, graph.name, {{"what", "the passes do not come to an end"}});
        runInBodies(graph);
    }

    std::vector<std::string> log() const {
        std::vector<std::string> result;
        for (const Pass* pass : m_passes)
            if (const auto found = m_counts.find(pass); found != m_counts.end())
                result.push_back(pass->label + ": " + std::to_string(found->second));
        return result;
    }

private:
    bool runPasses(Graph& graph) {
        bool changed = false;
        for (const Pass* pass : m_passes) {
            m_control.throwIfStopped();
            Edits edits = whileDoing("the pass " + pass->id, [&] { return pass->find(graph, m_control); });
            if (edits.count == 0) continue;
            edits.patch.label = "the pass " + pass->id;
            applyPatch(graph, edits.patch);
            whileDoing(edits.patch.label, [&] { inferShapes(graph); });
            m_counts[pass] += edits.count;
            changed = true;
        }
        return changed;
    }

    void runInBodies(Graph& graph) {
        bool hasBodies = false;
        for (std::size_t i = 0; i < graph.nodes().size(); ++i)
            for (auto& [key, attribute] : graph.node(NodeId{static_cast<std::int32_t>(i)}).attributes)
                if (auto* body = std::get_if<GraphPtr>(&attribute); body && *body) {
                    hasBodies = true;
                    if (GraphPtr changed = simplified(**body)) *body = std::move(changed);
                }
        // Only from outside are the shapes of what a body captures known.
        if (hasBodies) inferShapes(graph);
    }

    /// The body after the passes; null for one that does not fit its shapes: a branch that is not meant for them.
    GraphPtr simplified(const Graph& body) {
        auto changed = std::make_shared<Graph>(body);
        try {
            run(*changed);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::operatorInput && error.code() != ErrorCode::shapeMismatch) throw;
            return nullptr;
        }
        return changed;
    }

    const Control& m_control;
    std::vector<const Pass*> m_passes;
    std::map<const Pass*, int> m_counts;
};

}  // namespace

Simplified simplify(const Graph& graph, const Control& control, std::span<const std::string_view> only) {
    Simplifier simplifier(control, only);
    Simplified result{graph, {}};
    simplifier.run(result.graph);
    result.log = simplifier.log();
    return result;
}

}  // namespace lathe
