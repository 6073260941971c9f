// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/gptq.h"

#include <Eigen/LU>
#include <QTest>

#include "tests/core/algorithms/random_problem.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// GPTQ on small problems: against the plain definition, and what must hold of every answer.
class TstGptq : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalsOptimalBrainQuantization();
    void isNeverWorseThanNearest();
    void doesNotDependOnWorkers();
    void keepsScalesAboveTheirFloor();
    void stopsWhenAsked();
};

namespace {

/// Optimal brain quantization in a given order, by its definition: rounds one weight, moves the others by
/// -(error / inv(H)[0][0]) inv(H)[0], with the inverse of what is left formed anew each time.
std::vector<int> plainRow(const RoundingProblem& problem, Eigen::Index row)
{
    const Eigen::Index depth = problem.depth();
    const RowGrid& grid = problem.grids[static_cast<std::size_t>(row)];
    Eigen::VectorXd rest = problem.target.row(row);
    std::vector<int> steps;
    for (Eigen::Index i = 0; i < depth; ++i) {
        const Eigen::Index left = depth - i;
        const Eigen::MatrixXd inverse = Eigen::MatrixXd(problem.second.bottomRightCorner(left, left)).inverse();
        steps.push_back(grid.nearest(rest[i]));
        const double error = rest[i] - steps.back() * grid.scale;
        rest.tail(left) -= error / inverse(0, 0) * inverse.col(0);
    }
    return steps;
}

} // namespace

void TstGptq::equalsOptimalBrainQuantization()
{
    int taken = 0;
    for (unsigned seed = 0; seed < 20; ++seed) {
        RoundingProblem problem = randomProblem(seed, 3, 12);
        const RoundingProblem before = problem;
        solveGptq(problem, {.largestFirst = false, .scales = 0}, Control());
        for (Eigen::Index row = 0; row < 3; ++row) {
            const std::vector<int> plain = plainRow(before, row);
            const double scale = before.grids[static_cast<std::size_t>(row)].scale;
            const bool better = before.error(row, plain, scale) < before.error(row);
            const std::vector<int> found(problem.row(row).begin(), problem.row(row).end());
            taken += better;
            const auto first = before.steps.begin() + row * 12;
            QCOMPARE(found, better ? plain : std::vector<int>(first, first + 12));
        }
    }
    // Both outcomes were seen, or one of the comparisons would compare nothing.
    QVERIFY(taken > 0 && taken < 60);
}

void TstGptq::isNeverWorseThanNearest()
{
    double before = 0, after = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        RoundingProblem problem = randomProblem(seed, 4, 24);
        problem.ownScales = true;
        std::vector<double> nearest;
        for (Eigen::Index row = 0; row < 4; ++row)
            nearest.push_back(problem.error(row));
        before += problem.totalError();
        solveGptq(problem, {}, Control());
        after += problem.totalError();
        for (Eigen::Index row = 0; row < 4; ++row) {
            QVERIFY(problem.error(row) <= nearest[static_cast<std::size_t>(row)]);
            const RowGrid& grid = problem.grids[static_cast<std::size_t>(row)];
            for (const int step : problem.row(row))
                QVERIFY(step >= grid.lowest && step <= grid.highest);
        }
    }
    QVERIFY(after < 0.6 * before);
}

void TstGptq::doesNotDependOnWorkers()
{
    RoundingProblem one = randomProblem(3, 40, 32);
    RoundingProblem two = one;
    two.workers = 3;
    solveGptq(one, {}, Control());
    solveGptq(two, {}, Control());
    QCOMPARE(one.steps, two.steps);
}

void TstGptq::keepsScalesAboveTheirFloor()
{
    RoundingProblem problem = randomProblem(1, 1, 8);
    problem.ownScales = true;
    problem.grids[0].scaleFloor = problem.grids[0].scale;
    for (const double scale : scaleCandidates(problem, 0, 16))
        QVERIFY(scale >= problem.grids[0].scaleFloor);
    problem.ownScales = false;
    QCOMPARE(scaleCandidates(problem, 0, 16).size(), 1U);
}

void TstGptq::stopsWhenAsked()
{
    RoundingProblem problem = randomProblem(1, 8, 8);
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, solveGptq(problem, {}, Control(stop.get_token())));
}

QTEST_APPLESS_MAIN(TstGptq)
#include "tst_gptq.moc"
