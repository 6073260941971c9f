// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/sensitivity_cells.h"

#include <algorithm>
#include <cmath>
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
    layer.weights = cell.formats.weights;
    layer.activations = cell.formats.activations;
    return result;
}

/// Bytes of a layer's weights with scales, zero-points and tables, as packedSizeBytes() counts them. Where
/// its bias becomes integer beside them it has as many scales; else it stays as it is.
double storedBytes(const Layer& layer, const Tensor& weight, const Encoding& encoding)
{
    std::size_t codes = static_cast<std::size_t>(weight.elements());
    std::size_t reals = encoding.scale.size() + encoding.table.size();
    if (encoding.format.isInteger())
        codes += encoding.scale.size(); // a zero-point beside each scale
    if (encoding.format.isInteger() && !encoding.grouped() && layer.bias.valid())
        reals += encoding.scale.size();
    return std::ceil(static_cast<double>(codes) * encoding.format.bits / 8) +
           static_cast<double>(reals * sizeof(float));
}

/// True when the layer has what was asked for: resolve() puts something else in place of what cannot be.
bool keepsFormat(const Encoding& encoding, const QuantSpec& spec)
{
    return encoding.format == spec.format &&
           encoding.grouped() == (spec.granularity.kind == Granularity::Kind::group);
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
        , m_resolver(graph, statistics, rules)
        , m_digests(digests)
        , m_floating(floatPlan(plan))
        , m_resolved(m_resolver.resolve(m_floating))
    {
    }

    /// Without settings where the layer cannot have these formats.
    PlannedCell make(const Layer& layer, CellKind kind, const LayerFormats& formats, bool further,
                     const Control& control) const
    {
        PlannedCell planned;
        planned.cell.layer = layer.id;
        planned.cell.kind = kind;
        planned.cell.bits = (formats.weights ? formats.weights : formats.activations)->format.bits;
        planned.cell.formats = formats;
        planned.cell.further = further;
        const std::set<std::string> only{layer.id};
        const Resolved resolved =
            m_resolver.resolve(cellPlan(m_floating, m_plan, planned.cell), &m_resolved, &only, control);
        if (further && !hasFormats(layer, formats, resolved))
            return planned;
        planned.firstStep = m_program.stepCount();
        for (int slot = 0; slot < static_cast<int>(m_program.allSlots().size()); ++slot)
            addSetting(planned, slot, resolved);
        planned.firstStep = std::max(planned.firstStep, 0);
        if (m_digests)
            planned.made =
                Hasher().digest(resolved.encodings.digest()).digest(resolved.codes.digest()).finish();
        planned.cell.estimateDb = exact;
        if (layer.weight.valid() && kind != CellKind::activations) {
            const Value& weight = graphOf(layer, m_graph).value(layer.weight);
            planned.cell.estimateDb = weightSqnrDb(weight, resolved);
            if (const auto found = resolved.encodings.weights.find(weight.name);
                found != resolved.encodings.weights.end())
                planned.cell.weightBytes = storedBytes(layer, weight.constant, *found->second);
        }
        if (kind != CellKind::weights)
            planned.cell.estimateDb = std::min(
                planned.cell.estimateDb, activationSqnrDb(valueOfLayer(layer.id), m_statistics, resolved));
        return planned;
    }

    LayerFormats withBits(const Layer& layer, CellKind kind, int bits) const
    {
        LayerFormats formats;
        if (kind != CellKind::activations)
            formats.weights = weightSpecWithBits(m_plan, layer.id, bits);
        if (kind != CellKind::weights)
            formats.activations = activationSpecWithBits(m_plan, layer.id, bits);
        return formats;
    }

private:
    bool hasFormats(const Layer& layer, const LayerFormats& formats, const Resolved& resolved) const
    {
        const auto has = [](const std::map<std::string, EncodingPtr>& encodings, const std::string& value,
                            const QuantSpec& spec) {
            const auto found = encodings.find(value);
            return found != encodings.end() && keepsFormat(*found->second, spec);
        };
        if (formats.weights && !has(resolved.encodings.weights,
                                    graphOf(layer, m_graph).value(layer.weight).name, *formats.weights))
            return false;
        return !formats.activations ||
               has(resolved.encodings.activations, valueOfLayer(layer.id), *formats.activations);
    }

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
    PlanResolver m_resolver;
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
    const auto add = [&](const Layer& layer, CellKind kind, const LayerFormats& formats, bool further) {
        control.throwIfStopped();
        if (options.wanted && !options.wanted(layer, formats))
            return;
        PlannedCell planned = planner.make(layer, kind, formats, further, control);
        if (!planned.settings.empty())
            cells.push_back(std::move(planned));
    };
    for (const Layer& layer : layers)
        for (const CellKind kind : options.kinds) {
            if (layer.body || (kind != CellKind::activations && !layer.weight.valid()))
                continue;
            for (const int bits : options.bits)
                add(layer, kind, planner.withBits(layer, kind, bits), false);
            if (kind == CellKind::weights)
                for (const QuantSpec& format : options.weightFormats)
                    add(layer, kind, {format, {}}, true);
            if (kind == CellKind::activations)
                for (const QuantSpec& format : options.activationFormats)
                    add(layer, kind, {{}, format}, true);
        }
    return cells;
}

}
