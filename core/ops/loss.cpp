// SPDX-License-Identifier: GPL-3.0-or-later
// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

std::string refuseLoss(const Node& node)
{
    const std::string how = node.text("reduction", "mean");
    return how == "none" || how == "sum" || how == "mean" ? "" : "the reduction \"" + how + "\" is not known";
}

ValueInfo inferredLoss(const InferContext& context)
{
    const DType type = context.input(0).dtype;
    if (context.node.text("reduction", "mean") != "none")
        return typed(type, Shape{});
    return {type, context.input(1).shape, {}};
}

std::vector<ValueInfo> inferLikelihood(const InferContext& context)
{
    return {inferredLoss(context)};
}

std::vector<ValueInfo> inferEntropy(const InferContext& context)
{
    return {inferredLoss(context), {context.input(0).dtype, context.input(0).shape, {}}};
}

/// Scores [N, C, ...]: position p of batch entry n and class c is at (n * classes + c) * inner + p.
struct Classes {
    std::int64_t batch, classes, inner;

    std::size_t at(std::int64_t place, std::int64_t type) const
    {
        return static_cast<std::size_t>((place / inner * classes + type) * inner + place % inner);
    }
};

Classes classesOf(const RunContext& context)
{
    const Shape &scores = givenOperand(context, 0).shape(), &labels = givenOperand(context, 1).shape();
    if (scores.rank() < 2)
        context.fail("the scores need at least a batch and a class axis");
    std::vector<std::int64_t> places = scores.dims();
    places.erase(places.begin() + 1);
    if (labels != Shape(places))
        context.fail("the labels " + labels.text() + " do not fit the scores " + scores.text());
    return {scores[0], scores[1], scores.elements(2, scores.rank())};
}

std::vector<double> classWeights(const RunContext& context, std::int64_t classes)
{
    const Tensor& weights = context.input(2);
    if (weights.empty())
        return std::vector<double>(static_cast<std::size_t>(classes), 1.0);
    if (weights.shape() != Shape{classes} || !isFloat(weights.dtype()))
        context.fail("it needs one weight a class");
    std::vector<double> values;
    for (std::int64_t i = 0; i < classes; ++i)
        values.push_back(weights.at(i));
    return values;
}

/// -weight * log probability of each label, 0 for the ignored label; reduced as the attribute says. The mean is one
/// over the weights.
template <typename LogProbability>
Tensor lossOf(const RunContext& context, const Classes& classes, LogProbability&& logProbability)
{
    const std::vector<std::int64_t> labels = integersOperand(context, 1);
    const std::vector<double> weights = classWeights(context, classes.classes);
    const bool ignores = context.node.has("ignore_index");
    const std::int64_t ignored = context.node.integer("ignore_index", 0);
    const std::string how = context.node.text("reduction", "mean");
    Tensor each(DType::float64, context.input(1).shape());
    const auto out = each.mutableData<double>();
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (ignores && labels[i] == ignored)
            continue;
        if (labels[i] < 0 || labels[i] >= classes.classes)
            context.fail("label " + std::to_string(labels[i]) + " is outside " + std::to_string(classes.classes) + " classes");
        const double own = weights[static_cast<std::size_t>(labels[i])];
        out[i] = -own * logProbability(classes.at(static_cast<std::int64_t>(i), labels[i]));
        sum += out[i];
        weight += own;
    }
    const Tensor loss = how == "none" ? each : Tensor::scalar(how == "sum" ? sum : sum / weight);
    return loss.converted(context.input(0).dtype());
}

std::vector<Tensor> runLikelihood(const RunContext& context)
{
    const Classes classes = classesOf(context);
    return {visitFloat(context.node, context.input(0).dtype(), [&](auto tag) {
        const auto scores = context.input(0).data<typename decltype(tag)::type>();
        return lossOf(context, classes, [&](std::size_t at) { return static_cast<double>(scores[at]); });
    })};
}

/// The logarithm of the softmax over the class axis.
template <typename T> std::vector<double> logSoftmax(std::span<const T> scores, const Classes& classes)
{
    std::vector<double> result(scores.begin(), scores.end());
    for (std::int64_t place = 0; place < classes.batch * classes.inner; ++place) {
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t c = 0; c < classes.classes; ++c)
            top = std::max(top, result[classes.at(place, c)]);
        for (std::int64_t c = 0; c < classes.classes; ++c)
            sum += std::exp(result[classes.at(place, c)] - top);
        for (std::int64_t c = 0; c < classes.classes; ++c)
            result[classes.at(place, c)] -= top + std::log(sum);
    }
    return result;
}

std::vector<Tensor> runEntropy(const RunContext& context)
{
    const Classes classes = classesOf(context);
    const Tensor& scores = context.input(0);
    return visitFloat(context.node, scores.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        const std::vector<double> logs = logSoftmax(scores.data<T>(), classes);
        Tensor rounded(scores.dtype(), scores.shape());
        const auto out = rounded.mutableData<T>();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<T>(logs[i]);
        return std::vector<Tensor>{lossOf(context, classes, [&](std::size_t at) { return logs[at]; }), rounded};
    });
}

}

void register_loss(Table<Op>& table)
{
    table.add({.id = "NegativeLogLikelihoodLoss",
               .exactness = Exactness::accumulated,
               .sinceOpset = 12,
               .infer = inferLikelihood,
               .run = viaFloat32<runLikelihood>,
               .refuse = refuseLoss});
    table.add({.id = "SoftmaxCrossEntropyLoss",
               .exactness = Exactness::approximate,
               .sinceOpset = 12,
               .infer = inferEntropy,
               .run = viaFloat32<runEntropy>,
               .refuse = refuseLoss});
}

}
