// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/adaround.h"

#include <algorithm>
#include <cmath>

#include "core/algorithms/reconstruct.h"
#include "core/base/parallel.h"

namespace lathe {

namespace {

using Block = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows that are worked on together. Fixed, so that nothing depends on the number of workers.
constexpr Eigen::Index blockRows = 32;

/// The stretched sigmoid of the paper: 1.2 sigmoid(v) - 0.1, cut to [0, 1].
constexpr float stretchLow = -0.1F;
constexpr float stretchWidth = 1.2F;

/// A relaxed rounding of some rows: each weight is floor + h, h in [0, 1], in units of the row's step.
class Relaxation
{
public:
    Relaxation(const RoundingProblem& problem, const FloatMatrix& second, Eigen::Index first, Eigen::Index rows)
        : m_problem(problem)
        , m_second(second)
        , m_first(first)
        , m_floor(rows, problem.depth())
        , m_target(rows, problem.depth())
        , m_weight(rows)
        , m_free(rows, problem.depth())
    {
        for (Eigen::Index row = 0; row < rows; ++row)
            setRow(row);
        m_undecided = ((m_target - m_floor - stretchLow) / stretchWidth).max(0.01F).min(0.99F);
        m_undecided = (m_undecided / (1 - m_undecided)).log();
        m_mean = Block::Zero(rows, problem.depth());
        m_square = m_mean;
    }

    void optimize(const AdaRoundOptions& options, const Control& control)
    {
        constexpr double warmUp = 0.2, sharpest = 20, softest = 2;
        for (int i = 0; i < options.iterations; ++i) {
            control.throwIfStopped();
            const double done = static_cast<double>(i) / options.iterations;
            const double sharpness =
                softest + (sharpest - softest) * (1 - std::max(0.0, done - warmUp) / (1 - warmUp));
            step(i + 1, static_cast<float>(options.rate),
                 done < warmUp ? 0.0F : static_cast<float>(options.regularization), static_cast<float>(sharpness));
        }
    }

    /// The steps of a row, each weight on the side that it leans to.
    void decide(Eigen::Index row, std::span<int> steps) const
    {
        for (Eigen::Index k = 0; k < m_problem.depth(); ++k)
            steps[static_cast<std::size_t>(k)] = static_cast<int>(m_floor(row, k)) +
                                                 (m_undecided(row, k) >= 0 && m_free(row, k) > 0 ? 1 : 0);
    }

private:
    void setRow(Eigen::Index row)
    {
        const RowGrid& grid = m_problem.grids[static_cast<std::size_t>(m_first + row)];
        for (Eigen::Index k = 0; k < m_problem.depth(); ++k) {
            const double steps = m_problem.target(m_first + row, k) / grid.scale;
            const double floor = std::clamp(std::floor(steps), static_cast<double>(grid.lowest),
                                            static_cast<double>(grid.highest));
            m_target(row, k) = static_cast<float>(steps);
            m_floor(row, k) = static_cast<float>(floor);
            m_free(row, k) = floor < grid.highest ? 1.0F : 0.0F;
        }
        std::vector<int> nearest(static_cast<std::size_t>(m_problem.depth()));
        m_problem.roundNearest(m_first + row, grid.scale, nearest);
        const double error = m_problem.error(m_first + row, nearest, grid.scale) / (grid.scale * grid.scale);
        m_weight[row] = error > 0 ? static_cast<float>(static_cast<double>(m_problem.depth()) / error) : 0.0F;
    }

    void step(int number, float rate, float regularization, float sharpness)
    {
        const Block sigmoid = 1 / (1 + (-m_undecided).exp());
        const Block stretched = sigmoid * stretchWidth + stretchLow;
        const Block share = stretched.max(0.0F).min(1.0F) * m_free;
        const FloatMatrix difference = (m_floor + share - m_target).matrix();
        Block gradient = (difference * m_second).array().colwise() * (2 * m_weight);
        if (regularization > 0) {
            const Block side = 2 * share - 1;
            gradient -= 2 * regularization * sharpness * side.abs().max(1e-6F).pow(sharpness - 1) * side.sign();
        }
        const Block inside = (stretched > 0.0F && stretched < 1.0F).cast<float>() * m_free;
        gradient *= stretchWidth * sigmoid * (1 - sigmoid) * inside;
        adam(gradient, number, rate);
    }

    void adam(const Block& gradient, int number, float rate)
    {
        constexpr float keepMean = 0.9F, keepSquare = 0.999F;
        m_mean = keepMean * m_mean + (1 - keepMean) * gradient;
        m_square = keepSquare * m_square + (1 - keepSquare) * gradient.square();
        const auto power = static_cast<float>(number);
        const float meanScale = 1 / (1 - std::pow(keepMean, power));
        const float squareScale = 1 / (1 - std::pow(keepSquare, power));
        m_undecided -= rate * (m_mean * meanScale) / ((m_square * squareScale).sqrt() + 1e-8F);
    }

    const RoundingProblem& m_problem;
    const FloatMatrix& m_second;
    Eigen::Index m_first;
    Block m_floor;       ///< in steps
    Block m_target;      ///< in steps
    Eigen::ArrayXf m_weight;
    Block m_free;        ///< 0 where there is no step above the floor
    Block m_undecided;   ///< v of the paper
    Block m_mean;
    Block m_square;
};

/// The largest reach of the descent from what the relaxation decided: floor and ceiling lie one step apart.
constexpr int neighbour = 1;

void takeRow(RoundingProblem& problem, Eigen::Index row, const std::vector<int>& decided)
{
    const double scale = problem.grids[static_cast<std::size_t>(row)].scale;
    double error = problem.error(row);
    const std::vector<int> present(problem.row(row).begin(), problem.row(row).end());
    for (std::vector<int> steps : {decided, present}) {
        descend(problem, row, scale, steps, neighbour);
        takeIfBetter(problem, row, steps, scale, error);
    }
}

std::vector<Option> adaRoundOptions()
{
    std::vector<Option> options = reconstructOptions();
    options.push_back({.id = "iterations",
                       .label = "Iterations",
                       .kind = Option::Kind::integer,
                       .minimum = 1,
                       .maximum = 100000,
                       .defaultValue = 400});
    options.push_back(
        {.id = "rate", .label = "Learning rate", .minimum = 1e-5, .maximum = 1, .defaultValue = 0.02});
    options.push_back({.id = "regularization",
                       .label = "Regularization",
                       .help = "How strongly weights are driven to one side",
                       .minimum = 0,
                       .maximum = 100,
                       .defaultValue = 0.05});
    return options;
}

std::vector<LayerNote> runAdaRound(QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Option> declared = adaRoundOptions();
    AdaRoundOptions options;
    options.iterations = static_cast<int>(optionValue(declared, context.options, "iterations"));
    options.rate = optionValue(declared, context.options, "rate");
    options.regularization = optionValue(declared, context.options, "regularization");
    return reconstructLayers(
        state, context, reconstructOptions(declared, context.options),
        [options](RoundingProblem& problem, const Control& control) { solveAdaRound(problem, options, control); });
}

} // namespace

void solveAdaRound(RoundingProblem& problem, const AdaRoundOptions& options, const Control& control)
{
    const FloatMatrix second = problem.second.cast<float>();
    const Eigen::Index blocks = (problem.rows() + blockRows - 1) / blockRows;
    parallelFor(blocks, problem.workers, control, [&](std::int64_t block, int) {
        const Eigen::Index first = block * blockRows;
        const Eigen::Index rows = std::min(blockRows, problem.rows() - first);
        Relaxation relaxation(problem, second, first, rows);
        relaxation.optimize(options, control);
        std::vector<int> decided(static_cast<std::size_t>(problem.depth()));
        for (Eigen::Index row = 0; row < rows; ++row) {
            control.throwIfStopped();
            relaxation.decide(row, decided);
            takeRow(problem, first + row, decided);
        }
    });
}

void register_adaround(Table<Algorithm>& table)
{
    table.add({.id = "adaround",
               .label = "Learned rounding",
               .summary = "Learns for each weight whether to round up or down (AdaRound: Nagel et al., \"Up or Down? "
                          "Adaptive Rounding for Post-Training Quantization\", ICML 2020).",
               .options = adaRoundOptions(),
               .run = runAdaRound});
}

} // namespace lathe
