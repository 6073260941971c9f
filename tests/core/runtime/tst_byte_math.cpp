// SPDX-License-Identifier: GPL-3.0-or-later
// Loops over bytes against the formulas in their comments, for every length around a block and every instruction set.
#include "core/runtime/byte_math.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/runtime/simd.h"

using namespace lathe;

namespace {

const SimdLevel kLevels[] = {SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512};

}

class TstByteMath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { limitSimdLevel(SimdLevel::avx512); }
    void tablesGiveTheirEntries();
    void sumsAreRequantizedChannelByChannel();
};

void TstByteMath::tablesGiveTheirEntries()
{
    std::vector<std::uint8_t> table(256);
    std::iota(table.begin(), table.end(), std::uint8_t{0});
    std::mt19937 generator(3);
    std::shuffle(table.begin(), table.end(), generator);
    for (const SimdLevel level : kLevels) {
        limitSimdLevel(level);
        for (std::size_t count = 0; count < 400; ++count) {
            std::vector<std::uint8_t> codes(count), expected(count), apart(count);
            for (std::size_t i = 0; i < count; ++i) {
                codes[i] = static_cast<std::uint8_t>(i * 7 + count);
                expected[i] = table[codes[i]];
            }
            lookUpBytes(codes.data(), apart.data(), static_cast<std::int64_t>(count), table.data());
            QCOMPARE(apart, expected);
            lookUpBytes(codes.data(), codes.data(), static_cast<std::int64_t>(count), table.data());
            QCOMPARE(codes, expected);
        }
    }
}

void TstByteMath::sumsAreRequantizedChannelByChannel()
{
    constexpr std::size_t rows = 5;
    std::mt19937 generator(4);
    std::uniform_int_distribution<std::int32_t> sum(-40000, 40000);
    for (const SimdLevel level : kLevels) {
        limitSimdLevel(level);
        for (std::size_t channels = 1; channels < 70; ++channels) {
            std::vector<std::int32_t> sums(rows * channels), bias(channels);
            std::vector<float> multiplier(channels);
            std::ranges::generate(sums, [&] { return sum(generator); });
            std::ranges::generate(bias, [&] { return sum(generator); });
            for (std::size_t c = 0; c < channels; ++c)
                multiplier[c] = 0.0009765625f * static_cast<float>(1 + c % 5);   // with many ties
            std::vector<std::uint8_t> made(rows * channels + 1, 77), expected = made;
            for (std::size_t i = 0; i < sums.size(); ++i) {
                const std::size_t c = i % channels;
                const float code = std::nearbyint(static_cast<float>(sums[i] + bias[c]) * multiplier[c]) + 9;
                expected[i] = static_cast<std::uint8_t>(std::clamp(code, 3.0f, 250.0f));
            }
            requantizeToBytes(sums.data(), made.data(), rows, {multiplier, bias, 9, 3, 250});
            QCOMPARE(made, expected);
        }
    }
}

QTEST_GUILESS_MAIN(TstByteMath)
#include "tst_byte_math.moc"
