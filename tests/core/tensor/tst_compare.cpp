// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/compare.h"

#include <cmath>
#include <limits>
#include <random>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor randomTensor(std::int64_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values)
        value = normal(random);
    return Tensor::of<float>({count}, values);
}

}

class TestCompare : public QObject
{
    Q_OBJECT
private slots:
    void agreesWithThePlainSums()
    {
        for (const std::int64_t count : {0, 1, 7, 8, 9, 1000, 100'003}) {
            const Tensor a = randomTensor(count, 1);
            const Tensor b = randomTensor(count, 2);
            long double signal = 0, noise = 0, test = 0, dot = 0;
            double maxAbs = 0, maxReference = 0;
            for (std::int64_t i = 0; i < count; ++i) {
                const long double r = a.at(i), t = b.at(i);
                signal += r * r;
                noise += (t - r) * (t - r);
                test += t * t;
                dot += r * t;
                maxAbs = std::max(maxAbs, std::fabs(b.at(i) - a.at(i)));
                maxReference = std::max(maxReference, std::fabs(a.at(i)));
            }
            const Comparison result = compare(a, b);
            // Summing n doubles errs by at most n * 2^-53 of the sum of magnitudes.
            const auto near = [&](double got, long double wanted, long double magnitudes) {
                return std::fabs(got - wanted) <= static_cast<long double>(count) * 0x1p-52L * magnitudes;
            };
            QVERIFY(near(result.signalSquares, signal, signal));
            QVERIFY(near(result.noiseSquares, noise, noise));
            QVERIFY(near(result.testSquares, test, test));
            QVERIFY(near(result.dot, dot, signal + test));
            QCOMPARE(result.maxAbs, maxAbs);
            QCOMPARE(result.maxReference, maxReference);
            QCOMPARE(result.elements, count);
        }
    }

    void figures()
    {
        const Tensor reference = Tensor::of<float>({2}, {3, 4});
        const Comparison tenth = compare(reference, Tensor::of<float>({2}, {3, 4.5f}));
        QCOMPARE(tenth.sqnrDb(), 20.0);
        QCOMPARE(tenth.relativeMax(), 0.125);
        QCOMPARE(compare(reference, Tensor::of<float>({2}, {-3, -4})).cosine(), -1.0);
        QCOMPARE(compare(reference, Tensor::of<float>({2}, {4, -3})).cosine(), 0.0);
        const Comparison same = compare(reference, reference);
        QVERIFY(same.exact());
        QCOMPARE(same.sqnrDb(), kInfinity);
        QCOMPARE(same.cosine(), 1.0);
    }

    void edges()
    {
        const Tensor zero = Tensor::of<float>({1}, {0});
        const Tensor one = Tensor::of<float>({1}, {1});
        QCOMPARE(compare(zero, zero).sqnrDb(), kInfinity);
        QCOMPARE(compare(zero, zero).cosine(), 1.0);
        QCOMPARE(compare(zero, zero).relativeMax(), 0.0);
        QCOMPARE(compare(zero, one).sqnrDb(), -kInfinity);
        QCOMPARE(compare(zero, one).cosine(), 0.0);
        QCOMPARE(compare(zero, one).relativeMax(), kInfinity);
        QCOMPARE(compare(one, zero).sqnrDb(), 0.0);
        LATHE_EXPECT_ERROR(shapeMismatch, compare(one, Tensor::of<float>({2}, {1, 2})));
        LATHE_EXPECT_ERROR(shapeMismatch, compare(one, one.reshaped({})));
    }

    void nonFiniteValuesAreCountedNotSummed()
    {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const Comparison result = compare(Tensor::of<float>({4}, {nan, infinity, 1, 2}),
                                          Tensor::of<float>({4}, {1, infinity, nan, 2}));
        QCOMPARE(result.nonFinite, std::int64_t{3});
        QCOMPARE(result.signalSquares, 4.0);
        QVERIFY(!result.exact());
        QVERIFY(!std::isnan(result.sqnrDb()));
    }

    void partsMerge()
    {
        const Tensor a = randomTensor(64, 3), b = randomTensor(64, 4);
        Comparison whole;
        for (std::size_t at = 0; at < 64; at += 16)
            whole.add(a.data<float>().subspan(at, 16), b.data<float>().subspan(at, 16));
        Comparison merged;
        for (std::size_t at = 0; at < 64; at += 16) {
            Comparison part;
            part.add(a.data<float>().subspan(at, 16), b.data<float>().subspan(at, 16));
            merged.merge(part);
        }
        QCOMPARE(merged.noiseSquares, whole.noiseSquares);
        QCOMPARE(merged.dot, whole.dot);
        QCOMPARE(merged.elements, std::int64_t{64});
    }

    void typesAreComparedAsReals()
    {
        const Tensor integers = Tensor::of<std::int8_t>({3}, {1, -2, 3});
        QVERIFY(compare(integers, integers.converted(DType::float16)).exact());
    }
};

QTEST_APPLESS_MAIN(TestCompare)
#include "tst_compare.moc"
