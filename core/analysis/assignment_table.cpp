// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment_table.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/analysis/sensitivity_cells.h"
#include "core/quant/plan_ends.h"

namespace lathe {

namespace {

constexpr int floatBits = 32;
/// First and last layers, normalizations and softmax decide more than their own error shows; what was
/// measured overrides this.
constexpr double delicatePrior = 4;

bool isDelicate(const Layer& layer)
{
    static const std::set<std::string> operators{
        "BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization",
        "LogSoftmax",         "LpNormalization",    "RMSNormalization",      "Softmax"};
    return operators.contains(layer.op);
}

/// Noise by bits of one layer and kind.
using NoiseByBits = std::map<int, double>;

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
                m_noise[{cell.layer, cell.kind}][cell.bits] = noiseOf(cell);
    }

    LayerChoices of(const Layer& layer) const
    {
        LayerChoices result{&layer, {}};
        const NoiseByBits weights = options(layer, CellKind::weights, m_base.weightSpec(layer.id));
        const NoiseByBits activations =
            options(layer, CellKind::activations, m_base.activationSpec(layer.id));
        for (const auto& [weightBits, weightNoise] : weights)
            for (const auto& [activationBits, activationNoise] : activations)
                if (!m_options.allowed || m_options.allowed(layer, weightBits, activationBits))
                    result.choices.push_back(
                        make(layer, weightBits, activationBits, weightNoise + activationNoise));
        return result;
    }

private:
    double noiseOf(const SensitivityCell& cell) const
    {
        const double decibels = cell.samples > 0 ? cell.sqnrDb : cell.estimateDb;
        const double prior = cell.samples == 0 && m_delicate.contains(cell.layer) ? delicatePrior : 1;
        return std::isinf(decibels) ? 0 : prior * std::pow(10, -decibels / 10);
    }

    /// What one kind of a layer's tensors can be: one entry where nothing is to be chosen.
    NoiseByBits options(const Layer& layer, CellKind kind, const QuantSpec& spec) const
    {
        if (kind == CellKind::weights && !layer.weight.valid())
            return {{0, 0}};
        const auto known = m_noise.find({layer.id, kind});
        const int own = spec.format.bits;
        const auto planned = m_base.layers.find(layer.id);
        const bool locked = planned != m_base.layers.end() && planned->second.locked;
        if (known == m_noise.end() || !spec.format.isInteger())
            return {{own, 0}};
        if (!locked)
            return known->second;
        const auto measured = known->second.find(own);
        return {{own, measured == known->second.end() ? 0 : measured->second}};
    }

    LayerChoice make(const Layer& layer, int weightBits, int activationBits, double noise) const
    {
        LayerChoice choice{weightBits, activationBits, noise, {}};
        const double weights =
            layer.weight.valid()
                ? static_cast<double>(graphOf(layer, m_graph).value(layer.weight).constant.elements())
                : 0;
        choice.costs.push_back(weights * weightBits / 8);
        for (const CostLimit& limit : m_options.limits)
            choice.costs.push_back(limit.cost(layer, weightBits, activationBits));
        return choice;
    }

    const Graph& m_graph;
    const QuantPlan& m_base;
    const AssignmentOptions& m_options;
    std::set<std::string> m_delicate;
    std::map<std::pair<std::string, CellKind>, NoiseByBits> m_noise;
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
        if (choice.weightBits > 0 && choice.weightBits < floatBits) {
            const QuantSpec spec = weightSpecWithBits(base, id, choice.weightBits);
            if (!(spec == base.weightSpec(id)))
                plan.layers[id].weights = spec;
        }
        if (choice.activationBits > 0 && choice.activationBits < floatBits) {
            const QuantSpec spec = activationSpecWithBits(base, id, choice.activationBits);
            if (!(spec == base.activationSpec(id)))
                plan.layers[id].activations = spec;
        }
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
        const auto rank = [&](const LayerChoice& choice) {
            const bool above = choice.weightBits > weightBits;
            return std::tuple(above, above ? choice.weightBits : -choice.weightBits, -choice.activationBits);
        };
        for (std::size_t i = 1; i < layer.choices.size(); ++i)
            if (rank(layer.choices[i]) < rank(layer.choices[best]))
                best = i;
        chosen.push_back(best);
    }
    return chosen;
}

}
