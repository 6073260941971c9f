// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/sensitivity_cells.h"

#include <algorithm>
#include <limits>
#include <set>

#include "core/analysis/grid_error.h"
#include "core/quant/plan_slots.h"

namespace lathe {

namespace {

constexpr double exact = std::numeric_limits<double>::infinity();

QuantPlan floatPlan(const QuantPlan& plan)
{
    QuantPlan result;
    result.weights = QuantSpec::parse("float32");
    result.activations = QuantSpec::parse("float32");
    result.method = plan.method;
    result.target = plan.target;
    return result;
}

QuantSpec withBits(const QuantSpec& spec, const char* fallback, int bits)
{
    QuantSpec result = spec.format.isInteger() ? spec : QuantSpec::parse(fallback);
    result.format = NumberFormat::integer(bits, result.format.isSigned);
    return result;
}

QuantPlan cellPlan(const QuantPlan& floating, const QuantPlan& plan, const SensitivityCell& cell)
{
    QuantPlan result = floating;
    LayerPlan& layer = result.layers[cell.layer];
    layer.method = plan.methodOf(cell.layer);
    if (cell.kind != CellKind::activations)
        layer.weights = weightSpecWithBits(plan, cell.layer, cell.bits);
    if (cell.kind != CellKind::weights)
        layer.activations = activationSpecWithBits(plan, cell.layer, cell.bits);
    return result;
}

class CellPlanner
{
public:
    CellPlanner(const Program& program, const Graph& graph, const Statistics& statistics,
                const QuantPlan& plan, const PlacementRules& rules, bool digests)
        : m_program(program)
        , m_graph(graph)
        , m_statistics(statistics)
        , m_plan(plan)
        , m_rules(rules)
        , m_digests(digests)
        , m_floating(floatPlan(plan))
        , m_resolved(resolve(m_floating, graph, statistics, rules))
    {
    }

    PlannedCell make(const Layer& layer, CellKind kind, int bits, const Control& control) const
    {
        PlannedCell planned;
        planned.cell.layer = layer.id;
        planned.cell.kind = kind;
        planned.cell.bits = bits;
        const std::set<std::string> only{layer.id};
        const Resolved resolved = resolve(cellPlan(m_floating, m_plan, planned.cell), m_graph, m_statistics,
                                          m_rules, &m_resolved, &only, control);
        planned.firstStep = m_program.stepCount();
        for (int slot = 0; slot < static_cast<int>(m_program.allSlots().size()); ++slot)
            addSetting(planned, slot, resolved);
        planned.firstStep = std::max(planned.firstStep, 0);
        if (m_digests)
            planned.made =
                Hasher().digest(resolved.encodings.digest()).digest(resolved.codes.digest()).finish();
        planned.cell.estimateDb = exact;
        if (layer.weight.valid() && kind != CellKind::activations)
            planned.cell.estimateDb = weightSqnrDb(graphOf(layer, m_graph).value(layer.weight), resolved);
        if (kind != CellKind::weights)
            planned.cell.estimateDb =
                std::min(planned.cell.estimateDb,
                         activationSqnrDb(valueOfLayer(layer.id), m_statistics, resolved));
        return planned;
    }

private:
    void addSetting(PlannedCell& planned, int slot, const Resolved& resolved) const
    {
        const Slot& place = m_program.allSlots()[static_cast<std::size_t>(slot)];
        SlotSetting setting = planSetting(place, resolved);
        if (!setting.active())
            return;
        planned.firstStep = std::min(planned.firstStep, m_program.writtenBy(slot));
        if (setting.codes)
            planned.settingBytes += setting.codes->elements() * static_cast<std::int64_t>(sizeof(float));
        planned.settings[slot] = std::move(setting);
    }

    const Program& m_program;
    const Graph& m_graph;
    const Statistics& m_statistics;
    const QuantPlan& m_plan;
    const PlacementRules& m_rules;
    bool m_digests;
    QuantPlan m_floating;
    Resolved m_resolved;
};

}

QuantSpec weightSpecWithBits(const QuantPlan& plan, const std::string& layer, int bits)
{
    return withBits(plan.weightSpec(layer), "int8:channel:symmetric", bits);
}

QuantSpec activationSpecWithBits(const QuantPlan& plan, const std::string& layer, int bits)
{
    return withBits(plan.activationSpec(layer), "uint8:tensor:asymmetric", bits);
}

std::vector<PlannedCell> planCells(const Program& program, const Graph& graph,
                                   const std::vector<Layer>& layers, const Statistics& statistics,
                                   const QuantPlan& plan, const PlacementRules& rules,
                                   const SensitivityOptions& options, const Control& control)
{
    const CellPlanner planner(program, graph, statistics, plan, rules, options.store != nullptr);
    std::vector<PlannedCell> cells;
    for (const Layer& layer : layers)
        for (const CellKind kind : options.kinds) {
            if (layer.body || (kind != CellKind::activations && !layer.weight.valid()))
                continue;
            for (const int bits : options.bits) {
                control.throwIfStopped();
                if (options.wanted && !options.wanted(layer, kind, bits))
                    continue;
                PlannedCell planned = planner.make(layer, kind, bits, control);
                if (!planned.settings.empty())
                    cells.push_back(std::move(planned));
            }
        }
    return cells;
}

}
