// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/gptq.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/algorithms/cholesky.h"
#include "core/algorithms/reconstruct.h"
#include "core/base/parallel.h"

namespace lathe {

namespace {

/// Columns in the order in which they are rounded, and the upper triangle U with H^-1 = U' U in that order.
struct Elimination
{
    std::vector<Eigen::Index> order;
    RowMatrix upper;
};

Elimination eliminationOf(const RoundingProblem& problem, bool largestFirst, const Control& control)
{
    const Eigen::Index depth = problem.depth();
    Elimination result;
    result.order.resize(static_cast<std::size_t>(depth));
    std::iota(result.order.begin(), result.order.end(), Eigen::Index{0});
    if (largestFirst)
        std::stable_sort(result.order.begin(), result.order.end(), [&](Eigen::Index a, Eigen::Index b) {
            return problem.second(a, a) > problem.second(b, b);
        });
    RowMatrix ordered(depth, depth);
    for (Eigen::Index i = 0; i < depth; ++i)
        for (Eigen::Index j = 0; j < depth; ++j)
            ordered(i, j) = problem.second(result.order[static_cast<std::size_t>(i)],
                                           result.order[static_cast<std::size_t>(j)]);
    result.upper = inverseUpperFactor(ordered, control);
    return result;
}

/// Rounds one column after the other; what each leaves is spread over those still to come.
void roundRow(const RoundingProblem& problem, Eigen::Index row, const Elimination& elimination, double scale,
              std::span<int> steps)
{
    const Eigen::Index depth = problem.depth();
    RowGrid grid = problem.grids[static_cast<std::size_t>(row)];
    grid.scale = scale;
    Eigen::VectorXd rest(depth);
    for (Eigen::Index i = 0; i < depth; ++i)
        rest[i] = problem.target(row, elimination.order[static_cast<std::size_t>(i)]);
    for (Eigen::Index i = 0; i < depth; ++i) {
        const int step = grid.nearest(rest[i]);
        steps[static_cast<std::size_t>(elimination.order[static_cast<std::size_t>(i)])] = step;
        const double error = (rest[i] - step * scale) / elimination.upper(i, i);
        rest.tail(depth - i) -= error * elimination.upper.row(i).tail(depth - i).transpose();
    }
}

std::vector<Option> gptqOptions()
{
    std::vector<Option> options = reconstructOptions();
    options.push_back({.id = "order",
                       .label = "Largest inputs first",
                       .kind = Option::Kind::flag,
                       .defaultValue = 1});
    options.push_back({.id = "scales",
                       .label = "Scales tried a row",
                       .help = "Besides the present one; 0 keeps the scales of the range method",
                       .kind = Option::Kind::integer,
                       .minimum = 0,
                       .maximum = 64,
                       .defaultValue = 10});
    return options;
}

std::vector<LayerNote> runGptq(QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Option> declared = gptqOptions();
    GptqOptions options;
    options.largestFirst = optionValue(declared, context.options, "order") != 0;
    options.scales = static_cast<int>(optionValue(declared, context.options, "scales"));
    return reconstructLayers(
        state, context, reconstructOptions(declared, context.options),
        [options](RoundingProblem& problem, const Control& control) { solveGptq(problem, options, control); });
}

} // namespace

std::vector<double> scaleCandidates(const RoundingProblem& problem, Eigen::Index row, int count)
{
    const RowGrid& grid = problem.grids[static_cast<std::size_t>(row)];
    std::vector<double> scales{grid.scale};
    if (!problem.ownScales)
        return scales;
    constexpr double smallest = 0.7, largest = 1.2;
    for (int i = 0; i < count; ++i) {
        const double scale = grid.scale * (smallest + (largest - smallest) * (i + 0.5) / count);
        // As the grid will hold it.
        const auto held = static_cast<double>(static_cast<float>(scale));
        if (held >= grid.scaleFloor * 1.01 && held > 0)
            scales.push_back(held);
    }
    return scales;
}

void solveGptq(RoundingProblem& problem, const GptqOptions& options, const Control& control)
{
    const Elimination elimination = eliminationOf(problem, options.largestFirst, control);
    parallelFor(problem.rows(), problem.workers, control, [&](std::int64_t row, int) {
        double error = problem.error(row);
        std::vector<int> steps(static_cast<std::size_t>(problem.depth()));
        for (const double scale : scaleCandidates(problem, row, options.scales)) {
            control.throwIfStopped();
            roundRow(problem, row, elimination, scale, steps);
            takeIfBetter(problem, row, steps, scale, error);
        }
    });
}

void register_gptq(Table<Algorithm>& table)
{
    table.add({.id = "gptq",
               .label = "GPTQ",
               .summary = "Rounds weight by weight and spreads each error over the weights still to come (Frantar et al., "
                          "\"GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers\", 2022).",
               .options = gptqOptions(),
               .run = runGptq});
}

} // namespace lathe
