// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/choices.h"

#include <algorithm>
#include <tuple>

#include "core/graph/graph.h"
#include "core/ops/op.h"

namespace lathe {

namespace {

bool names(const KernelRule& rule, const Node& node)
{
    return std::find(rule.operators.begin(), rule.operators.end(), opId(node)) != rule.operators.end();
}

int widthOf(const QuantSpec& spec)
{
    return spec.format.bits;
}

std::string listOf(const std::vector<QuantSpec>& specs)
{
    std::string text;
    for (const QuantSpec& spec : specs)
        text += (text.empty() ? "" : ", ") + spec.name();
    return text;
}

/// Formats of weights that go with `inputs`.
std::vector<QuantSpec> weightsFor(const Target& target, const Node& node, const QuantSpec& inputs)
{
    std::vector<QuantSpec> offered;
    for (const KernelRule& rule : target.kernels)
        if (names(rule, node) && takesInputs(rule, inputs))
            offered.insert(offered.end(), rule.weights.begin(), rule.weights.end());
    return offered;
}

bool hasKernel(const Target& target, const Node& node)
{
    return std::any_of(target.kernels.begin(), target.kernels.end(),
                       [&](const KernelRule& rule) { return names(rule, node); });
}

bool isFloat(const QuantSpec& spec)
{
    return !spec.format.isInteger();
}

}

const QuantSpec& nearestSpec(const std::vector<QuantSpec>& offered, const QuantSpec& asked)
{
    const auto distance = [&](const QuantSpec& spec) {
        const int missing = std::max(0, widthOf(asked) - widthOf(spec));
        const int spare = std::max(0, widthOf(spec) - widthOf(asked));
        return std::tuple(missing, spare, isFloat(spec) != isFloat(asked),
                          !(spec.granularity == asked.granularity), spec.symmetric != asked.symmetric);
    };
    return *std::min_element(offered.begin(), offered.end(), [&](const QuantSpec& a, const QuantSpec& b) {
        return distance(a) < distance(b);
    });
}

std::optional<ChoiceRefusal> refuseActivations(const Target& target, const QuantSpec& activations)
{
    const auto takes = [&](const QuantSpec& offered) { return accepts(offered, activations); };
    if (target.activations.empty() || std::any_of(target.activations.begin(), target.activations.end(), takes))
        return std::nullopt;
    return ChoiceRefusal{target.label + " keeps activations as " + listOf(target.activations) + ", not as " +
                             activations.name() + ".",
                         nearestSpec(target.activations, activations)};
}

std::optional<ChoiceRefusal> refuseWeights(const Target& target, const Node& node, const QuantSpec& weights,
                                           const QuantSpec& inputs)
{
    if (!hasKernel(target, node))
        return std::nullopt; // the operator's own affair
    const auto runs = [&](const KernelRule& rule) {
        return names(rule, node) && takesWeights(rule, weights) && takesInputs(rule, inputs);
    };
    if (std::any_of(target.kernels.begin(), target.kernels.end(), runs))
        return std::nullopt;
    const std::vector<QuantSpec> fitting = weightsFor(target, node, inputs);
    const std::string asked = weights.name() + " weights with " + inputs.name() + " inputs";
    if (fitting.empty())
        return ChoiceRefusal{target.label + " has no kernel of " + opId(node) + " for " + inputs.name() + " inputs.",
                             std::nullopt};
    return ChoiceRefusal{target.label + " has no kernel of " + opId(node) + " for " + asked + ".",
                         nearestSpec(fitting, weights)};
}

std::optional<ChoiceRefusal> refuseOperator(const Target& target, const Node& node)
{
    if (hasKernel(target, node) || target.fallback == Fallback::floating)
        return std::nullopt;
    return ChoiceRefusal{target.label + " has no kernel of " + opId(node) + ".", std::nullopt};
}

}
