// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/target_move.h"

#include <algorithm>
#include <array>

#include "core/algorithms/cholesky.h"

namespace lathe {

namespace {

using Rows = Eigen::Map<const RowMatrix>;

constexpr std::array<double, 8> pulls{0.03, 0.1, 0.3, 1, 3, 10, 30, 100};
constexpr Eigen::Index rowsTried = 64;

/// Rows spread evenly over all.
RowMatrix someRows(const Rows& all)
{
    const Eigen::Index count = std::min(all.rows(), rowsTried);
    RowMatrix some(count, all.cols());
    for (Eigen::Index i = 0; i < count; ++i)
        some.row(i) = all.row(i * all.rows() / count);
    return some;
}

/// E|W x - (W + D) z|^2 less that of D = 0.
double errorOf(const RowMatrix& weights, const RowMatrix& move, const InputChange& input)
{
    return (move * input.second).cwiseProduct(move).sum() -
           2 * (weights * input.change).cwiseProduct(move).sum();
}

} // namespace

void dampen(RowMatrix& second, double part)
{
    const double mean = second.diagonal().mean();
    second.diagonal().array() += mean > 0 ? part * mean : 1.0;
}

InputChange inputChange(const InputMoments& moments, std::int64_t group, bool centred)
{
    const std::int64_t depth = moments.depth;
    InputChange input{Rows(moments.secondOf(group), depth, depth),
                      Rows(moments.crossOf(group), depth, depth)};
    input.noise = summationNoise * input.second.trace();
    if (centred) {
        const Eigen::Map<const Eigen::VectorXd> mean(moments.mean.data() + group * depth, depth);
        const Eigen::Map<const Eigen::VectorXd> reference(moments.referenceMean.data() + group * depth,
                                                          depth);
        input.second -= mean * mean.transpose();
        input.change -= reference * mean.transpose();
    }
    input.change -= input.second;
    return input;
}

RowMatrix targetMove(const RowMatrix& weights, InputChange input, double pull, const Control& control)
{
    const RowMatrix wanted = weights * input.change;
    input.second.diagonal().array() += input.noise;
    dampen(input.second, pull);
    const RowMatrix lower = choleskyFactor(std::move(input.second), control);
    return choleskySolve(lower, wanted.transpose(), control).transpose();
}

double chosenPull(const std::vector<double>& weights, const InputMoments& first, const InputMoments& second,
                  std::int64_t rowsPerGroup, bool centred, const Control& control)
{
    std::array<double, pulls.size()> errors{};
    for (std::int64_t group = 0; group < first.groups; ++group) {
        const RowMatrix rows =
            someRows(Rows(weights.data() + group * rowsPerGroup * first.depth, rowsPerGroup, first.depth));
        const InputChange one = inputChange(first, group, centred),
                          other = inputChange(second, group, centred);
        for (std::size_t i = 0; i < pulls.size(); ++i)
            errors[i] += errorOf(rows, targetMove(rows, one, pulls[i], control), other) +
                         errorOf(rows, targetMove(rows, other, pulls[i], control), one);
    }
    return pulls[static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin())];
}

} // namespace lathe
