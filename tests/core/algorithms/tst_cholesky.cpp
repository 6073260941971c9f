// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/cholesky.h"

#include <Eigen/LU>
#include <QTest>

#include "tests/core/algorithms/random_problem.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// The blocked factorization against Eigen's LU, at sizes around those of its blocks.
class TstCholesky : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void solvesAndInverts_data();
    void solvesAndInverts();
    void refusesWhatIsNotPositive();
    void stopsWhenAsked();
};

void TstCholesky::solvesAndInverts_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {1, 2, 47, 48, 49, 131})
        QTest::addRow("%d", size) << size;
}

void TstCholesky::solvesAndInverts()
{
    QFETCH(int, size);
    const RowMatrix matrix = randomProblem(static_cast<unsigned>(size), 1, size).second;
    const RowMatrix lower = choleskyFactor(matrix, Control());
    QVERIFY((lower * lower.transpose() - matrix).norm() <= 1e-13 * size * matrix.norm());
    QVERIFY(lower.isLowerTriangular(0));

    const Eigen::MatrixXd inverse = Eigen::MatrixXd(matrix).inverse();
    // Errors of solutions grow with the condition of the matrix.
    const double tolerance = 1e-15 * size * matrix.norm() * inverse.norm();
    const RowMatrix right = RowMatrix::Random(size, 5);
    QVERIFY((choleskySolve(lower, right, Control()) - inverse * right).norm() <= tolerance * (inverse * right).norm());
    const RowMatrix upper = inverseUpperFactor(matrix, Control());
    QVERIFY((upper.transpose() * upper - inverse).norm() <= tolerance * inverse.norm());
    QVERIFY(upper.isUpperTriangular(0));
}

void TstCholesky::refusesWhatIsNotPositive()
{
    RowMatrix matrix = RowMatrix::Identity(60, 60);
    matrix(55, 55) = -1;
    LATHE_EXPECT_ERROR(invalidArgument, choleskyFactor(matrix, Control()));
}

void TstCholesky::stopsWhenAsked()
{
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, inverseUpperFactor(RowMatrix::Identity(4, 4), Control(stop.get_token())));
}

QTEST_APPLESS_MAIN(TstCholesky)
#include "tst_cholesky.moc"
