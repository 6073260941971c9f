// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <bit>
#include <cmath>
#include <random>

#include "core/runtime/activation.h"
#include "core/runtime/vector_math.h"

using namespace lathe;

namespace {

/// Distance in units in the last place of the exact result.
double ulps(float actual, double exact)
{
    const auto rounded = static_cast<float>(exact);
    if (actual == rounded || (std::isnan(actual) && std::isnan(rounded)))
        return 0;
    const float next = std::nextafter(std::fabs(rounded), INFINITY);
    return std::fabs(static_cast<double>(actual) - exact) / static_cast<double>(next - std::fabs(rounded));
}

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

}

class TstVectorMath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { limitSimdLevel(SimdLevel::avx512); }
    void functionsAreAccurate();
    void functionsKeepTheirLimits();
    void roundingIsHalfToEven();
    void levelsAgreeBitForBit();
};

void TstVectorMath::functionsAreAccurate()
{
    double worstExp = 0, worstSigmoid = 0, worstTanh = 0;
    for (float x = -86.5f; x < 88.5f; x += 0.00037f) {
        worstExp = std::max(worstExp, ulps(expFast(x), std::exp(static_cast<double>(x))));
        worstSigmoid = std::max(worstSigmoid, ulps(sigmoidFast(x), logistic(static_cast<double>(x))));
    }
    for (float x = -10; x < 10; x += 0.000031f)
        worstTanh = std::max(worstTanh, ulps(tanhFast(x), std::tanh(static_cast<double>(x))));
    double worstErf = 0, worstGelu = 0;
    for (float x = -6; x < 6; x += 0.000031f) {
        const double wide = static_cast<double>(x), exact = 0.5 * wide * (1 + std::erf(wide / std::sqrt(2.0)));
        worstErf = std::max(worstErf, ulps(erfFast(x), std::erf(wide)));
        // Far below zero, one and the error function cancel each other.
        worstGelu = std::max(worstGelu, std::fabs(static_cast<double>(geluFast(x)) - exact) / std::max(std::fabs(wide), 1e-30));
    }
    QVERIFY2(worstErf < 4, qPrintable(QString::number(worstErf)));
    QVERIFY2(worstGelu < 2e-7, qPrintable(QString::number(worstGelu)));
    QVERIFY2(worstExp < 2, qPrintable(QString::number(worstExp)));
    QVERIFY2(worstSigmoid < 4, qPrintable(QString::number(worstSigmoid)));
    QVERIFY2(worstTanh < 4, qPrintable(QString::number(worstTanh)));
}

void TstVectorMath::functionsKeepTheirLimits()
{
    QCOMPARE(expFast(0), 1.0f);
    QCOMPARE(expFast(-INFINITY), 0.0f);
    QVERIFY(std::isinf(expFast(INFINITY)));
    QVERIFY(std::isinf(expFast(89)));
    QVERIFY(std::isnan(expFast(NAN)));
    QCOMPARE(sigmoidFast(-INFINITY), 0.0f);
    QCOMPARE(sigmoidFast(INFINITY), 1.0f);
    QCOMPARE(sigmoidFast(0), 0.5f);
    QVERIFY(std::isnan(sigmoidFast(NAN)));
    QCOMPARE(tanhFast(50), 1.0f);
    QCOMPARE(tanhFast(-50), -1.0f);
    QVERIFY(std::isnan(tanhFast(NAN)));
    QCOMPARE(erfFast(0), 0.0f);
    QCOMPARE(erfFast(INFINITY), 1.0f);
    QCOMPARE(erfFast(-9), -1.0f);
    QVERIFY(std::isnan(erfFast(NAN)));
}

void TstVectorMath::roundingIsHalfToEven()
{
    for (float x = -4194303; x < 4194303; x += 1234.5f)
        QCOMPARE(roundSmall(x), std::nearbyintf(x));
    for (float x = -20; x < 20; x += 0.25f)
        QCOMPARE(roundSmall(x), std::nearbyintf(x));
    QVERIFY(!std::signbit(roundSmall(-0.25f)));
}

void TstVectorMath::levelsAgreeBitForBit()
{
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0, 8);
    std::vector<float> input(1003);
    for (float& x : input)
        x = normal(generator);
    using Kind = Activation::Kind;
    for (const Kind kind : {Kind::clamp, Kind::leakyRelu, Kind::sigmoid, Kind::tanh, Kind::hardSwish}) {
        const Activation activation{.kind = kind, .low = -1, .high = 6, .alpha = 0.1f};
        limitSimdLevel(SimdLevel::baseline);
        std::vector<float> expected = input;
        applyActivation(expected, activation);
        for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
            limitSimdLevel(level);
            std::vector<float> actual = input;
            applyActivation(actual, activation);
            for (std::size_t i = 0; i < input.size(); ++i)
                QCOMPARE(std::bit_cast<std::uint32_t>(actual[i]), std::bit_cast<std::uint32_t>(expected[i]));
        }
    }
}

QTEST_GUILESS_MAIN(TstVectorMath)
#include "tst_vector_math.moc"
