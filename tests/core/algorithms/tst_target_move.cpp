// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/target_move.h"

#include <QTest>
#include <random>

using namespace lathe;

/// Weights that make up for what earlier layers changed.
class TstTargetMove : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void undoesAScale();
    void morePullMovesLess();
    void chanceIsHeldBackAndRuleIsNot();
};

namespace {

constexpr std::int64_t depth = 8;

/// Moments of `count` inputs x of independent normal numbers, of which z is `kept` and as much noise as
/// `noise` says.
InputMoments momentsOf(unsigned seed, int count, double kept, double noise)
{
    std::mt19937_64 generator(seed);
    const auto drawn = [&] {
        // About normal, and the same with every library.
        double sum = 0;
        for (int i = 0; i < 12; ++i)
            sum += static_cast<double>(generator() >> 11) * 0x1p-53;
        return sum - 6;
    };
    InputMoments moments;
    moments.count = count;
    moments.samples = count;
    moments.groups = 1;
    moments.depth = depth;
    moments.mean.assign(depth, 0);
    moments.referenceMean.assign(depth, 0);
    RowMatrix second = RowMatrix::Zero(depth, depth), cross = second;
    for (int i = 0; i < count; ++i) {
        Eigen::VectorXd x(depth), z(depth);
        for (int k = 0; k < depth; ++k) {
            x[k] = drawn();
            z[k] = kept * x[k] + noise * drawn();
        }
        second += z * z.transpose() / count;
        cross += x * z.transpose() / count;
    }
    moments.second.assign(second.data(), second.data() + second.size());
    moments.cross.assign(cross.data(), cross.data() + cross.size());
    return moments;
}

double pullOf(int count, double kept, double noise)
{
    return chosenPull(std::vector<double>(depth, 1.0), momentsOf(1, count, kept, noise),
                      momentsOf(2, count, kept, noise), 1, false, Control());
}

} // namespace

void TstTargetMove::undoesAScale()
{
    const RowMatrix weights = RowMatrix::Ones(1, depth);
    const RowMatrix move =
        targetMove(weights, inputChange(momentsOf(3, 500, 2, 0), 0, false), 1e-6, Control());
    for (int k = 0; k < depth; ++k)
        QVERIFY2(std::abs(move(0, k) + 0.5) < 1e-3, qPrintable(QString::number(move(0, k))));
}

void TstTargetMove::morePullMovesLess()
{
    const RowMatrix weights = RowMatrix::Ones(1, depth);
    const InputChange input = inputChange(momentsOf(3, 500, 2, 0), 0, false);
    double last = 1e9;
    for (const double pull : {0.01, 0.1, 1.0, 10.0}) {
        const double size = targetMove(weights, input, pull, Control()).norm();
        QVERIFY(size < last);
        last = size;
    }
}

void TstTargetMove::chanceIsHeldBackAndRuleIsNot()
{
    // z is x and noise that a dozen samples say nothing about; many samples of half of x say it all.
    QVERIFY(pullOf(12, 1, 0.1) >= 3);
    QVERIFY(pullOf(2000, 0.5, 0) <= 0.03);
}

QTEST_APPLESS_MAIN(TstTargetMove)
#include "tst_target_move.moc"
