// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/learned_grid.h"

#include <QTest>
#include <cmath>
#include <random>

#include "core/numeric/encoding.h"

using namespace lathe;

/// Grids that learn, against the rounding of core/numeric and finite differences.
class TstLearnedGrid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundsAsGridsDo();
    void gradientsAreThoseOfTheSmoothSurrogate_data();
    void gradientsAreThoseOfTheSmoothSurrogate();
};

namespace {

std::vector<float> numbers(std::size_t count, unsigned seed)
{
    std::mt19937 generator(seed);
    std::vector<float> result(count);
    for (float& value : result)
        value = static_cast<float>(generator() % 4001) / 1000.0F - 1.50037F; // never between two steps
    return result;
}

constexpr double scale = 0.17, zeroPoint = 5;

/// What the numbers of a grid are when scale and zero-point change a little: the part that rounding adds
/// stays, and ends of the range move with both.
double surrogate(float x, double changedScale, double changedZero)
{
    const double steps = double{x} / scale, low = 0 - zeroPoint, high = 15 - zeroPoint;
    if (steps < low)
        return (0 - changedZero) * changedScale;
    if (steps > high)
        return (15 - changedZero) * changedScale;
    return changedScale * (double{x} / changedScale + std::nearbyint(steps) - steps);
}

} // namespace

void TstLearnedGrid::roundsAsGridsDo()
{
    Encoding encoding;
    encoding.format = NumberFormat::integer(4, false);
    encoding.scale = {0.17F};
    encoding.zeroPoint = {5};
    encoding.maximumCode = 15;
    std::vector<float> x = numbers(1001, 1);
    // Ties: half a step.
    for (int code = -8; code < 14; ++code)
        x.push_back((static_cast<float>(code) + 0.5F) * 0.17F);
    std::vector<float> expected = x, actual(x.size());
    fakeQuantizeBlock(expected, encoding, 0);
    passGrid({0.17F, 5.3F, 0, 15}, x, actual);
    QVERIFY(actual == expected);
}

void TstLearnedGrid::gradientsAreThoseOfTheSmoothSurrogate_data()
{
    QTest::addColumn<int>("count");
    for (const int count : {1, 15, 16, 1023, 1024, 3000})
        QTest::addRow("%d", count) << count;
}

void TstLearnedGrid::gradientsAreThoseOfTheSmoothSurrogate()
{
    QFETCH(const int, count);
    const std::vector<float> x = numbers(static_cast<std::size_t>(count), 2),
                             gradient = numbers(static_cast<std::size_t>(count), 3);
    std::vector<float> atX(x.size());
    const GridGradient found =
        reverseGrid({static_cast<float>(scale), static_cast<float>(zeroPoint), 0, 15}, x, gradient, atX);
    const auto loss = [&](double s, double z) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += double{gradient[i]} * surrogate(x[i], s, z);
        return sum;
    };
    constexpr double step = 1e-4;
    const double atScale = (loss(scale + step, zeroPoint) - loss(scale - step, zeroPoint)) / (2 * step);
    const double atZero = (loss(scale, zeroPoint + step) - loss(scale, zeroPoint - step)) / (2 * step);
    const double tolerance = 1e-4 * (count + std::abs(atScale));
    QVERIFY(std::abs(found.scale - atScale) < tolerance);
    QVERIFY(std::abs(found.zeroPoint - atZero) < tolerance);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double steps = double{x[i]} / scale;
        QCOMPARE(atX[i], steps >= -zeroPoint && steps <= 15 - zeroPoint ? gradient[i] : 0.0F);
    }
}

QTEST_APPLESS_MAIN(TstLearnedGrid)
#include "tst_learned_grid.moc"
