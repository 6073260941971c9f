// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/adaround.h"

#include <QTest>

#include "tests/core/algorithms/random_problem.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Learned rounding on small problems, where all roundings can be tried.
class TstAdaRound : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void liesBetweenNearestAndTheBestOfAll();
    void descentLowersTheErrorAsItSays();
    void doesNotDependOnWorkers();
    void stopsWhenAsked();
};

namespace {

/// The smallest error of a row over all ways to round each weight down or up.
double bestOfAll(const RoundingProblem& problem, Eigen::Index row)
{
    const auto depth = static_cast<std::size_t>(problem.depth());
    const RowGrid& grid = problem.grids[static_cast<std::size_t>(row)];
    double best = HUGE_VAL;
    std::vector<int> steps(depth);
    for (unsigned choice = 0; choice < (1U << depth); ++choice) {
        for (std::size_t k = 0; k < depth; ++k) {
            const auto floor = static_cast<int>(
                std::floor(problem.target(row, static_cast<Eigen::Index>(k)) / grid.scale));
            steps[k] = std::clamp(floor + static_cast<int>(choice >> k & 1U), grid.lowest, grid.highest);
        }
        best = std::min(best, problem.error(row, steps, grid.scale));
    }
    return best;
}

} // namespace

void TstAdaRound::liesBetweenNearestAndTheBestOfAll()
{
    double nearest = 0, learned = 0, best = 0;
    for (unsigned seed = 0; seed < 25; ++seed) {
        RoundingProblem problem = randomProblem(seed, 2, 10);
        const std::vector<double> before{problem.error(0), problem.error(1)};
        const std::vector<double> smallest{bestOfAll(problem, 0), bestOfAll(problem, 1)};
        solveAdaRound(problem, {}, Control());
        for (Eigen::Index row = 0; row < 2; ++row) {
            const auto at = static_cast<std::size_t>(row);
            QVERIFY(problem.error(row) <= before[at]);
            nearest += before[at];
            learned += problem.error(row);
            best += smallest[at];
        }
    }
    // Of what there is to gain, most is found.
    QVERIFY(nearest - learned > 0.9 * (nearest - best));
}

void TstAdaRound::descentLowersTheErrorAsItSays()
{
    for (unsigned seed = 0; seed < 10; ++seed) {
        const RoundingProblem problem = randomProblem(seed, 1, 16);
        std::vector<int> steps = problem.steps;
        descend(problem, 0, problem.grids[0].scale, steps, 1);
        QVERIFY(problem.error(0, steps, problem.grids[0].scale) <= problem.error(0));
        for (std::size_t k = 0; k < steps.size(); ++k)
            QVERIFY(std::abs(steps[k] - problem.steps[k]) <= 1);
        // No single change within reach helps any more.
        const double reached = problem.error(0, steps, problem.grids[0].scale);
        for (std::size_t k = 0; k < steps.size(); ++k)
            for (const int change : {-1, 1}) {
                std::vector<int> other = steps;
                other[k] += change;
                const bool inside = std::abs(other[k] - problem.steps[k]) <= 1 &&
                                    other[k] >= problem.grids[0].lowest && other[k] <= problem.grids[0].highest;
                if (inside)
                    QVERIFY(problem.error(0, other, problem.grids[0].scale) >= reached * (1 - 1e-9));
            }
    }
}

void TstAdaRound::doesNotDependOnWorkers()
{
    RoundingProblem one = randomProblem(5, 70, 24);
    RoundingProblem two = one;
    two.workers = 3;
    const AdaRoundOptions options{.iterations = 50};
    solveAdaRound(one, options, Control());
    solveAdaRound(two, options, Control());
    QCOMPARE(one.steps, two.steps);
}

void TstAdaRound::stopsWhenAsked()
{
    RoundingProblem problem = randomProblem(1, 8, 8);
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, solveAdaRound(problem, {}, Control(stop.get_token())));
}

QTEST_APPLESS_MAIN(TstAdaRound)
#include "tst_adaround.moc"
