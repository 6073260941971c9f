// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/hqq.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/weight_layer.h"
#include "core/base/parallel.h"
#include "core/numeric/value_tables.h"
#include "core/quant/weight_resolver.h"

namespace lathe {

namespace {

/// In steps of the grid: what the paper takes for weights of its size.
constexpr double firstPenalty = 10, penaltyGrowth = 1.01;

/// argmin over e of |e|^p + penalty / 2 (e - x)^2, nearly: the paper's generalized shrinkage.
double shrink(double x, double penalty, double norm)
{
    const double magnitude = std::abs(x);
    if (magnitude == 0)
        return 0;
    return std::copysign(std::max(0.0, magnitude - std::pow(magnitude, norm - 1) / penalty), x);
}

/// One fit of the scale to the weights less their shrunk errors. `unit`: the step in which errors are
/// measured.
void refitScale(std::span<const float> weights, double unit, double penalty, double norm, SharedGrid& grid)
{
    double products = 0, squares = 0;
    for (const float value : weights) {
        const auto weight = double{value};
        const int steps = grid.codeOf(weight) - grid.zero;
        const double kept = weight - unit * shrink((weight - steps * grid.scale) / unit, penalty, norm);
        products += kept * steps;
        squares += static_cast<double>(steps) * steps;
    }
    // As the grid will hold it.
    if (const auto scale = double{static_cast<float>(products / squares)};
        squares > 0 && scale > 0 && scale >= grid.scaleFloor * 1.000001)
        grid.scale = scale;
}

/// Zero-points are integers, so that another one only cuts off less at one end and more at the other: the
/// best of the neighbours.
void moveZero(std::span<const float> weights, double norm, SharedGrid& grid)
{
    SharedGrid best = grid;
    double least = normError(weights, grid, norm);
    for (const int zero : {grid.zero - 1, grid.zero + 1}) {
        SharedGrid other = grid;
        other.zero = std::clamp(zero, grid.lowest, grid.highest);
        if (const double error = normError(weights, other, norm); error < least) {
            least = error;
            best = other;
        }
    }
    grid = best;
}

std::vector<Option> hqqOptions()
{
    return {{.id = "norm",
             .label = "Norm of the error",
             .help = "Below 1, few large errors count for little; 1: the sum of magnitudes",
             .minimum = 0.1,
             .maximum = 1,
             .defaultValue = 0.7},
            {.id = "iterations",
             .label = "Iterations",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 1000,
             .defaultValue = 20}};
}

class Hqq
{
public:
    Hqq(QuantState& state, const AlgorithmContext& context)
        : m_state(state)
        , m_context(context)
    {
        const std::vector<Option> declared = hqqOptions();
        m_options.norm = optionValue(declared, context.options, "norm");
        m_options.iterations = static_cast<int>(optionValue(declared, context.options, "iterations"));
    }

    std::vector<LayerNote> run()
    {
        const std::vector<Layer> layers = findLayers(m_state.graph);
        for (const PointLayout::WeightPoint& point :
             findPoints(m_state.graph, layers, m_context.rules).weights) {
            if (point.constantOperand)
                continue;
            std::string reason = refusal(point);
            if (reason.empty())
                fit(point);
            m_notes.push_back({point.layer, 0, 0, std::move(reason)});
        }
        return std::move(m_notes);
    }

private:
    const Tensor& constantOf(const std::string& name) const
    {
        return m_state.graph.value(m_state.graph.find(name)).constant;
    }

    std::string refusal(const PointLayout::WeightPoint& point) const
    {
        const auto found = m_state.resolved.encodings.weights.find(point.value);
        if (found == m_state.resolved.encodings.weights.end())
            return "its weights stay in float";
        const Encoding& encoding = *found->second;
        if (!encoding.format.isInteger() || encoding.format.hasTable())
            return "its weights are not on integer grids";
        const bool powers = m_context.plan.weightSpec(point.layer).powerOfTwo;
        return powers ? "its scales are to be powers of two" : "";
    }

    const Encoding* inputOf(const PointLayout::WeightPoint& point) const
    {
        const auto input = m_state.resolved.encodings.activations.find(point.input);
        return input == m_state.resolved.encodings.activations.end() ? nullptr : input->second.get();
    }

    std::vector<double> floorsOf(const PointLayout::WeightPoint& point, const Encoding& encoding) const
    {
        const Encoding* input = inputOf(point);
        if (point.bias.empty() || !input || !input->format.isInteger() || encoding.grouped())
            return std::vector<double>(encoding.channels(), 0.0);
        return weightScaleFloor(constantOf(point.bias), input->scale[0], encoding.channels());
    }

    void fit(const PointLayout::WeightPoint& point)
    {
        const Tensor& weight = constantOf(point.value);
        auto encoding = std::make_shared<Encoding>(*m_state.resolved.encodings.weights.at(point.value));
        const auto members = valuesByScale(weight, encoding->axis, encoding->groupSize);
        const std::vector<double> floors = floorsOf(point, *encoding);
        const bool movesZero = !m_context.plan.weightSpec(point.layer).symmetric;
        const int workers = m_context.workers > 0 ? m_context.workers : hardwareThreads();
        parallelFor(static_cast<std::int64_t>(members.size()), workers, m_context.control,
                    [&](std::int64_t index, int) {
                        const auto at = static_cast<std::size_t>(index);
                        const SharedGrid grid =
                            solveHqq(members[at],
                                     {double{encoding->scale[at]}, encoding->zeroPoint[at],
                                      encoding->minimumCode, encoding->maximumCode, floors[at], movesZero},
                                     m_options);
                        encoding->scale[at] = static_cast<float>(grid.scale);
                        encoding->zeroPoint[at] = grid.zero;
                    });
        m_context.control.throwIfStopped();
        m_state.resolved.codes.weights[point.value] = quantize(weight, *encoding);
        m_state.resolved.encodings.weights[point.value] = std::move(encoding);
        refreshBias(m_state, {{}, point, {}});
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    HqqOptions m_options;
    std::vector<LayerNote> m_notes;
};

std::vector<LayerNote> runHqq(QuantState& state, const AlgorithmContext& context)
{
    return Hqq(state, context).run();
}

} // namespace

int SharedGrid::codeOf(double value) const
{
    return static_cast<int>(std::clamp(std::nearbyint(value / scale) + zero, static_cast<double>(lowest),
                                       static_cast<double>(highest)));
}

double normError(std::span<const float> weights, const SharedGrid& grid, double norm)
{
    double error = 0;
    for (const float value : weights)
        error += std::pow(std::abs(double{value} - grid.realOf(grid.codeOf(double{value}))), norm);
    return error;
}

SharedGrid solveHqq(std::span<const float> weights, const SharedGrid& grid, const HqqOptions& options)
{
    SharedGrid best = grid, present = grid;
    double least = normError(weights, grid, options.norm);
    double penalty = firstPenalty;
    for (int i = 0; i < options.iterations; ++i) {
        refitScale(weights, grid.scale, penalty, options.norm, present);
        if (grid.movesZero)
            moveZero(weights, options.norm, present);
        penalty *= penaltyGrowth;
        if (const double error = normError(weights, present, options.norm); error < least) {
            least = error;
            best = present;
        }
    }
    return best;
}

void register_hqq(Table<Algorithm>& table)
{
    table.add(
        {.id = "hqq",
         .label = "Half-quadratic fit",
         .summary =
             "Fits scales and zero-points to the weights alone, so that few large errors count for little "
             "(HQQ: Badri and Shaji, \"Half-Quadratic Quantization of Large Machine Learning Models\", "
             "2023).",
         .options = hqqOptions(),
         .run = runHqq});
}

} // namespace lathe
