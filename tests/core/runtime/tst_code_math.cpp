// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/code_math.h"

#include <QtTest>
#include <bit>
#include <cmath>
#include <random>

#include "core/runtime/simd.h"

using namespace lathe;

namespace {

std::vector<float> someReals()
{
    std::mt19937 generator(7);
    std::normal_distribution<float> normal(0.3f, 2);
    std::vector<float> values(2051);
    for (float& value : values)
        value = normal(generator);
    // Ties, limits and what is no number.
    for (int i = 0; i < 40; ++i)
        values[static_cast<std::size_t>(i)] = 0.0625f * static_cast<float>(i) - 1.0f;
    values[100] = NAN;
    values[101] = INFINITY;
    values[102] = -INFINITY;
    values[103] = 1e30f;
    return values;
}

Encoding gridOf(const char* format, float scale, std::int32_t zeroPoint)
{
    Encoding encoding;
    encoding.format = NumberFormat::parse(format);
    encoding.scale = {scale};
    encoding.zeroPoint = {zeroPoint};
    encoding.minimumCode = encoding.format.minimumCode();
    encoding.maximumCode = encoding.format.maximumCode();
    return encoding;
}

const SimdLevel kLevels[] = {SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512};

}

class TstCodeMath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { limitSimdLevel(SimdLevel::avx512); }
    void realsToCodesRoundsLikeNumeric();
    void gridsPerChannelAlternate();
    void halfFormatsRound();
    void requantizationIsTheStatedArithmetic();
    void largeAccumulatorsAreRoundedOnce();
};

void TstCodeMath::realsToCodesRoundsLikeNumeric()
{
    const std::vector<float> reals = someReals();
    for (const char* format : {"uint8", "int8", "int4", "uint2", "int16", "uint16"})
        for (const float scale : {0.125f, 0.0371f, 1e-30f}) {
            const Encoding encoding = gridOf(format, scale, format[0] == 'u' ? 1 : -1);
            const float zero = static_cast<float>(encoding.zeroPoint[0]);
            for (const SimdLevel level : kLevels) {
                limitSimdLevel(level);
                std::vector<float> codes(reals.size()), rounded = reals;
                const std::int64_t clipped = realsToCodes(reals, codes.data(), CodeGrid::of(encoding));
                QCOMPARE(roundToGrid(rounded, CodeGrid::of(encoding)), clipped);
                std::int64_t expectedClipped = 0;
                for (std::size_t i = 0; i < reals.size(); ++i) {
                    const int code = quantizeOne(reals[i], scale, encoding.zeroPoint[0], encoding.minimumCode,
                                                 encoding.maximumCode);
                    QCOMPARE(codes[i], static_cast<float>(code) - zero);
                    QCOMPARE(rounded[i], codes[i] * scale);
                    const double wide = std::nearbyint(static_cast<double>(reals[i] / scale)) + static_cast<double>(zero);
                    expectedClipped += wide < encoding.minimumCode || wide > encoding.maximumCode;
                }
                QCOMPARE(clipped, expectedClipped);
            }
        }
}

void TstCodeMath::gridsPerChannelAlternate()
{
    Encoding encoding = gridOf("int8", 0.5f, 0);
    encoding.axis = 1;
    encoding.scale = {0.5f, 2.0f};
    encoding.zeroPoint = {0, 3};
    std::vector<float> values{0.3f, 0.6f, 0.3f, 3.1f, 300, -0.2f, 5, -400};
    QCOMPARE(roundToGrids(values, encoding, 2), 2);
    const std::vector<float> expected{0.5f, 0.5f, 0, 4, 63.5f, 0, 4, -262};
    QCOMPARE(values, expected);
}

void TstCodeMath::halfFormatsRound()
{
    std::vector<float> values{1.0f / 3, 1e6f, -2.5f, INFINITY};
    QCOMPARE(roundToHalf(values, NumberFormat::Kind::float16), 1);
    QCOMPARE(values[0], 0.333251953125f);
    QVERIFY(std::isinf(values[1]));
    std::vector<float> brain{1.0f / 3};
    QCOMPARE(roundToHalf(brain, NumberFormat::Kind::bfloat16), 0);
    QCOMPARE(brain[0], 0.333984375f);
    // Every 9973rd float32, both signs, against the conversion itself.
    std::vector<float> all, half, wide;
    for (std::uint64_t bits = 0; bits < 1ULL << 32; bits += 9973)
        all.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    half = wide = all;
    roundToHalf(half, NumberFormat::Kind::float16);
    roundToHalf(wide, NumberFormat::Kind::bfloat16);
    const auto same = [](float a, float b) {
        return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        QVERIFY2(same(half[i], toFloat(toFloat16(all[i]))), qPrintable(QString::number(static_cast<double>(all[i]))));
        QVERIFY2(same(wide[i], toFloat(toBFloat16(all[i]))), qPrintable(QString::number(static_cast<double>(all[i]))));
    }
}

void TstCodeMath::requantizationIsTheStatedArithmetic()
{
    constexpr std::int64_t channels = 37;
    std::mt19937 generator(3);
    std::vector<float> acc(channels), multiplier(channels);
    std::vector<std::int32_t> bias(channels);
    for (std::size_t i = 0; i < acc.size(); ++i) {
        acc[i] = static_cast<float>(static_cast<int>(generator() % 40000) - 20000);
        bias[i] = static_cast<int>(generator() % 2000) - 1000;
        multiplier[i] = i % 3 == 0 ? 0.5f : 0.01f + static_cast<float>(generator() % 100) / 1e4f;
    }
    const Requantization toCodes{multiplier, bias, true, 0, 90, -28, 100};
    const Requantization toReals{multiplier, bias, false, -10, 55.5f, 0, 0};
    for (const SimdLevel level : kLevels) {
        limitSimdLevel(level);
        std::vector<float> codes(acc.size()), reals(acc.size()), fromDouble(acc.size());
        const std::vector<double> wide(acc.begin(), acc.end());
        const std::int64_t clipped = requantizeRows(acc.data(), codes.data(), 1, channels, toCodes);
        requantizeRows(acc.data(), reals.data(), 1, channels, toReals);
        QCOMPARE(requantizeRows(wide.data(), fromDouble.data(), 1, channels, toCodes), clipped);
        std::int64_t expectedClipped = 0;
        for (std::size_t i = 0; i < acc.size(); ++i) {
            const float value = static_cast<float>(static_cast<std::int32_t>(acc[i]) + bias[i]) * multiplier[i];
            const float clamped = std::clamp(std::nearbyintf(value), 0.0f, 90.0f);
            expectedClipped += clamped > 100;
            QCOMPARE(codes[i], std::min(clamped, 100.0f));
            QCOMPARE(reals[i], std::clamp(value, -10.0f, 55.5f));
            float one = 0;
            requantizeChannel(&acc[i], &one, 1, static_cast<std::int64_t>(i), toCodes);
            QCOMPARE(one, codes[i]);
        }
        QCOMPARE(clipped, expectedClipped);
        QCOMPARE(fromDouble, codes);
    }
    const Requantization narrow{multiplier, bias, true, -1e6f, 1e6f, -3, 3};
    std::vector<float> codes(acc.size());
    std::int64_t outside = 0;
    for (std::size_t i = 0; i < acc.size(); ++i)
        outside += std::fabs(std::nearbyintf(static_cast<float>(static_cast<std::int32_t>(acc[i]) + bias[i]) *
                                             multiplier[i])) > 3;
    QCOMPARE(requantizeRows(acc.data(), codes.data(), 1, channels, narrow), outside);
}

void TstCodeMath::largeAccumulatorsAreRoundedOnce()
{
    // 2^24 + 1 and 2^24 + 3 are no floats: they round to the even neighbours; with the bias they become exact.
    const std::vector<double> acc{16777217, 16777219, 16777217, 4503599627370495.0};
    const std::vector<float> multiplier{1, 1, 1, 1};
    const std::vector<std::int32_t> bias{0, 0, 1, 0};
    std::vector<float> out(4);
    requantizeRows(acc.data(), out.data(), 1, 4, {multiplier, bias, false, -INFINITY, INFINITY, 0, 0});
    QCOMPARE(out, (std::vector<float>{16777216, 16777220, 16777218, 4503599627370496.0f}));
}

QTEST_GUILESS_MAIN(TstCodeMath)
#include "tst_code_math.moc"
