// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/shrinkage.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace lathe;

namespace {

/// Second moments of `count` seeded normal vectors whose neighbours are correlated by `correlation`.
RowMatrix secondOf(int count, int depth, double correlation, unsigned seed)
{
    std::mt19937 bits(seed);
    std::normal_distribution<double> normal;
    RowMatrix second = RowMatrix::Zero(depth, depth);
    for (int i = 0; i < count; ++i) {
        Eigen::VectorXd x(depth);
        x[0] = normal(bits);
        for (int k = 1; k < depth; ++k)
            x[k] = correlation * x[k - 1] + std::sqrt(1 - correlation * correlation) * normal(bits);
        second += x * x.transpose() / count;
    }
    return second;
}

/// What the moments come to in the end.
RowMatrix truth(int depth, double correlation)
{
    RowMatrix second(depth, depth);
    for (int i = 0; i < depth; ++i)
        for (int j = 0; j < depth; ++j)
            second(i, j) = std::pow(correlation, std::abs(i - j));
    return second;
}

} // namespace

/// How much correlations of few observations are trusted.
class TstShrinkage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsTheFormula();
    void comesCloserToTheTruth_data();
    void comesCloserToTheTruth();
    void leavesDiagonalMatricesAlone();
    void countsPositionsOfASample();
};

/// Sum over pairs of the variance that s_ij has by chance, (s_ij^2 + s_ii s_jj) / n, over that of their
/// squares.
void TstShrinkage::followsTheFormula()
{
    const RowMatrix second = secondOf(40, 7, 0.5, 1);
    double chance = 0, beside = 0;
    for (int i = 0; i < 7; ++i)
        for (int j = 0; j < 7; ++j)
            if (i != j) {
                chance += (second(i, j) * second(i, j) + second(i, i) * second(j, j)) / 40;
                beside += second(i, j) * second(i, j);
            }
    QVERIFY(std::abs(shrinkageOf(second, 40) - chance / beside) < 1e-12);
    RowMatrix shrunk = second;
    shrink(shrunk, 0.25);
    for (int i = 0; i < 7; ++i)
        for (int j = 0; j < 7; ++j)
            QVERIFY(std::abs(shrunk(i, j) - second(i, j) * (i == j ? 1 : 0.75)) < 1e-12);
}

void TstShrinkage::comesCloserToTheTruth_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<double>("correlation");
    for (const int count : {5, 20, 100})
        for (const double correlation : {0.0, 0.5, 0.9})
            QTest::addRow("%d observations, %.1f", count, correlation) << count << correlation;
}

/// On the average of some draws. Where nearly all correlation is real, the estimate's own chance may cost a
/// little.
void TstShrinkage::comesCloserToTheTruth()
{
    QFETCH(int, count);
    QFETCH(double, correlation);
    constexpr int depth = 30;
    const RowMatrix expected = truth(depth, correlation);
    double before = 0, after = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        RowMatrix second = secondOf(count, depth, correlation, seed);
        before += (second - expected).squaredNorm();
        shrink(second, shrinkageOf(second, count));
        after += (second - expected).squaredNorm();
    }
    const double allowed = correlation > 0.8 ? 1.05 : 1.0;
    QVERIFY2(after < allowed * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
}

void TstShrinkage::leavesDiagonalMatricesAlone()
{
    RowMatrix second = RowMatrix::Identity(4, 4) * 3;
    QCOMPARE(shrinkageOf(second, 10), 0.0);
    QCOMPARE(shrinkageOf(secondOf(100, 1, 0, 1), 10), 0.0);
    QCOMPARE(shrinkageOf(secondOf(2, 20, 0, 1), 2), 1.0);
    QCOMPARE(shrinkageOf(secondOf(2, 20, 0, 1), 0), 0.0);
}

void TstShrinkage::countsPositionsOfASample()
{
    QCOMPARE(independentObservations(80, 80), 80.0);
    QCOMPARE(independentObservations(80, 80 * 49), 560.0);
    QCOMPARE(independentObservations(0, 0), 0.0);
}

QTEST_APPLESS_MAIN(TstShrinkage)
#include "tst_shrinkage.moc"
