// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment_table.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/analysis/sensitivity_cells.h"
#include "core/quant/plan_ends.h"

namespace lathe {

namespace {

/// First and last layers, normalizations and softmax decide more than their own error shows; what was
/// measured overrides this.
constexpr double delicatePrior = 4;
/// What a run that gave no numbers counts as.
constexpr double noNumbersDb = -60;

bool isDelicate(const Layer& layer)
{
    static const std::set<std::string> operators{
        "BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization",
        "LogSoftmax",         "LpNormalization",    "RMSNormalization",      "Softmax"};
    return operators.contains(layer.op);
}

/// What a layer's weights or activations can be.
struct Option
{
    std::optional<QuantSpec> format; ///< nothing where the layer has none of the kind
    double noise = 0;
    double bytes = 0; ///< of weights
    bool further = false;
};

class ChoiceTable
{
public:
    ChoiceTable(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
                const QuantPlan& base, const AssignmentOptions& options)
        : m_graph(graph)
        , m_base(base)
        , m_options(options)
    {
        m_delicate = endLayers(layers);
        for (const Layer& layer : layers)
            if (isDelicate(layer))
                m_delicate.insert(layer.id);
        for (const SensitivityCell& cell : sensitivity.cells)
            if (cell.kind != CellKind::both)
                m_known[{cell.layer, cell.kind}].push_back(optionOf(cell));
        for (auto& [key, known] : m_known)
            std::stable_sort(known.begin(), known.end(), [](const Option& a, const Option& b) {
                return std::pair(a.format->format.bits, a.further) <
                       std::pair(b.format->format.bits, b.further);
            });
    }

    LayerChoices of(const Layer& layer) const
    {
        LayerChoices result{&layer, {}};
        for (const Option& weights : options(layer, CellKind::weights, m_base.weightSpec(layer.id)))
            for (const Option& activations :
                 options(layer, CellKind::activations, m_base.activationSpec(layer.id)))
                if (!m_options.allowed || m_options.allowed(layer, {weights.format, activations.format}))
                    result.choices.push_back(make(layer, weights, activations));
        return result;
    }

private:
    Option optionOf(const SensitivityCell& cell) const
    {
        const bool weights = cell.kind == CellKind::weights;
        return {weights ? cell.formats.weights : cell.formats.activations, noiseOf(cell), cell.weightBytes,
                cell.further};
    }

    double noiseOf(const SensitivityCell& cell) const
    {
        const double decibels = cell.samples > 0 ? cell.sqnrDb : cell.estimateDb;
        const double prior = cell.samples == 0 && m_delicate.contains(cell.layer) ? delicatePrior : 1;
        return std::isinf(decibels) && decibels > 0
                   ? 0
                   : prior * std::pow(10, -std::max(decibels, noNumbersDb) / 10);
    }

    double weightCount(const Layer& layer) const
    {
        return static_cast<double>(graphOf(layer, m_graph).value(layer.weight).constant.elements());
    }

    /// What one kind of a layer's tensors can be: one entry where nothing is to be chosen.
    std::vector<Option> options(const Layer& layer, CellKind kind, const QuantSpec& spec) const
    {
        const bool weights = kind == CellKind::weights;
        if (weights && !layer.weight.valid())
            return {Option{}};
        const auto known = m_known.find({layer.id, kind});
        const auto planned = m_base.layers.find(layer.id);
        const bool locked = planned != m_base.layers.end() && planned->second.locked;
        if (known != m_known.end() && spec.format.isInteger() && !locked)
            return known->second;
        if (known != m_known.end() && spec.format.isInteger())
            for (const Option& option : known->second)
                if (*option.format == spec)
                    return {option};
        return {Option{spec, 0, weights ? weightCount(layer) * spec.format.bits / 8 : 0}};
    }

    LayerChoice make(const Layer& layer, const Option& weights, const Option& activations) const
    {
        LayerChoice choice{{weights.format, activations.format},
                           weights.further || activations.further,
                           weights.noise + activations.noise,
                           {weights.bytes}};
        for (const CostLimit& limit : m_options.limits)
            choice.costs.push_back(limit.cost(layer, choice.formats));
        return choice;
    }

    const Graph& m_graph;
    const QuantPlan& m_base;
    const AssignmentOptions& m_options;
    std::set<std::string> m_delicate;
    std::map<std::pair<std::string, CellKind>, std::vector<Option>> m_known;
};

}

std::vector<LayerChoices> choicesOf(const Graph& graph, const std::vector<Layer>& layers,
                                    const Sensitivity& sensitivity, const QuantPlan& base,
                                    const AssignmentOptions& options)
{
    const ChoiceTable table(graph, layers, sensitivity, base, options);
    std::vector<LayerChoices> result;
    for (const Layer& layer : layers) {
        if (layer.body)
            continue;
        result.push_back(table.of(layer));
        if (result.back().choices.empty())
            throw Error(ErrorCode::planInvalid, layer.id,
                        {{"reason", "the target allows none of its bit-widths"}});
    }
    return result;
}

QuantPlan planWith(const QuantPlan& base, const std::vector<LayerChoices>& table,
                   const std::vector<std::size_t>& chosen)
{
    QuantPlan plan = base;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const LayerChoice& choice = table[i].choices[chosen[i]];
        const std::string& id = table[i].layer->id;
        const auto planned = base.layers.find(id);
        if (planned != base.layers.end() && planned->second.locked)
            continue;
        const auto& [weights, activations] = choice.formats;
        if (weights && !(*weights == base.weightSpec(id)))
            plan.layers[id].weights = weights;
        if (activations && !(*activations == base.activationSpec(id)))
            plan.layers[id].activations = activations;
    }
    return plan;
}

double predictedSqnrDb(const std::vector<LayerChoices>& table, const std::vector<std::size_t>& chosen)
{
    double noise = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
        noise += table[i].choices[chosen[i]].noise;
    return noise > 0 ? -10 * std::log10(noise) : std::numeric_limits<double>::infinity();
}

std::vector<std::size_t> uniformChoice(const std::vector<LayerChoices>& table, int weightBits)
{
    std::vector<std::size_t> chosen;
    for (const LayerChoices& layer : table) {
        std::size_t best = 0;
        const auto bitsOf = [](const std::optional<QuantSpec>& spec) { return spec ? spec->format.bits : 0; };
        const auto rank = [&](const LayerChoice& choice) {
            const int bits = bitsOf(choice.formats.weights);
            const bool above = bits > weightBits;
            return std::tuple(choice.further, above, above ? bits : -bits,
                              -bitsOf(choice.formats.activations));
        };
        for (std::size_t i = 1; i < layer.choices.size(); ++i)
            if (rank(layer.choices[i]) < rank(layer.choices[best]))
                best = i;
        chosen.push_back(best);
    }
    return chosen;
}

}
