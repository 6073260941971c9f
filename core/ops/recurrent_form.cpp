// SPDX-License-Identifier: GPL-3.0-or-later
// The attributes of recurrent operators, and the activation functions of their gates.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/ops/infer_helpers.h"
#include "core/ops/recurrent.h"

namespace lathe {

namespace {

using Kind = GateActivation::Kind;

struct ActivationRow {
    std::string_view name;   ///< in lower case
    Kind kind;
    int parameters;          ///< how many of alpha, beta it takes
    double alpha, beta;      ///< where none are given
};

constexpr ActivationRow kActivations[] = {
    {"relu", Kind::relu, 0, 0, 0},
    {"tanh", Kind::tanh, 0, 0, 0},
    {"sigmoid", Kind::sigmoid, 0, 0, 0},
    {"affine", Kind::affine, 2, 1, 0},
    {"leakyrelu", Kind::leakyRelu, 1, 0.01F, 0},
    {"thresholdedrelu", Kind::thresholdedRelu, 1, 1, 0},
    {"scaledtanh", Kind::scaledTanh, 2, 1, 1},
    {"hardsigmoid", Kind::hardSigmoid, 2, 0.2F, 0.5},
    {"elu", Kind::elu, 1, 1, 0},
    {"softsign", Kind::softsign, 0, 0, 0},
    {"softplus", Kind::softplus, 0, 0, 0},
};

const ActivationRow& rowOf(const Node& node, std::string name)
{
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const ActivationRow& row : kActivations)
        if (row.name == name)
            return row;
    failOperator(node, "the activation function \"" + name + "\" is not known");
}

std::vector<std::string> namesOf(const Node& node)
{
    const auto found = node.attributes.find("activations");
    if (found == node.attributes.end())
        return {};
    const auto* names = std::get_if<std::vector<std::string>>(&found->second);
    if (!names)
        failOperator(node, "its activations are not a list of texts");
    return *names;
}

/// The lists activation_alpha and activation_beta hold numbers only for the functions that take some, in order.
std::vector<GateActivation> namedActivations(const Node& node, const std::vector<std::string>& names)
{
    const std::vector<float> alphas = node.reals("activation_alpha"), betas = node.reals("activation_beta");
    std::size_t nextAlpha = 0, nextBeta = 0;
    std::vector<GateActivation> result;
    for (const std::string& name : names) {
        const ActivationRow& row = rowOf(node, name);
        GateActivation activation{row.kind, row.alpha, row.beta};
        if (row.parameters > 0 && nextAlpha < alphas.size())
            activation.alpha = static_cast<double>(alphas[nextAlpha++]);
        if (row.parameters > 1 && nextBeta < betas.size())
            activation.beta = static_cast<double>(betas[nextBeta++]);
        result.push_back(activation);
    }
    return result;
}

}

double GateActivation::operator()(double x) const
{
    switch (kind) {
    case Kind::relu: return std::max(x, 0.0);
    case Kind::tanh: return std::tanh(x);
    case Kind::sigmoid: return 1 / (1 + std::exp(-x));
    case Kind::affine: return alpha * x + beta;
    case Kind::leakyRelu: return x < 0 ? alpha * x : x;
    case Kind::thresholdedRelu: return x > alpha ? x : 0;
    case Kind::scaledTanh: return alpha * std::tanh(beta * x);
    case Kind::hardSigmoid: return std::clamp(alpha * x + beta, 0.0, 1.0);
    case Kind::elu: return x < 0 ? alpha * std::expm1(x) : x;
    case Kind::softsign: return x / (1 + std::fabs(x));
    case Kind::softplus: return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    }
    return x;
}

RecurrentForm recurrentForm(const Node& node, std::initializer_list<GateActivation::Kind> defaults, std::int64_t hidden)
{
    RecurrentForm form;
    form.hidden = boundedInteger(node, "hidden_size", hidden, 1, maxDimension);
    const std::string direction = node.text("direction", "forward");
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
        failOperator(node, "the direction \"" + direction + "\" is not known");
    form.directions = direction == "bidirectional" ? 2 : 1;
    form.firstReversed = direction == "reverse";
    form.batchFirst = node.integer("layout", 0) != 0;
    form.clip = node.real("clip", 0);
    form.inputForget = node.integer("input_forget", 0) != 0;
    form.linearBeforeReset = node.integer("linear_before_reset", 0) != 0;
    const std::vector<std::string> names = namesOf(node);
    if (names.empty()) {
        for (int i = 0; i < form.directions; ++i)
            for (const GateActivation::Kind kind : defaults)
                form.activations.push_back({kind, 0, 0});
    } else {
        form.activations = namedActivations(node, names);
    }
    if (form.activations.size() != defaults.size() * static_cast<std::size_t>(form.directions))
        failOperator(node, "it needs " + std::to_string(defaults.size()) + " activations a direction");
    return form;
}

}
