// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/dtype.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// The value of a binary format with `mantissaBits`, spelt out.
double valueOf(std::uint32_t bits, int exponentBits, int mantissaBits)
{
    const std::uint32_t mantissa = bits & ((1u << mantissaBits) - 1);
    const int exponent = static_cast<int>((bits >> mantissaBits) & ((1u << exponentBits) - 1));
    const int bias = (1 << (exponentBits - 1)) - 1;
    const double sign = bits >> (exponentBits + mantissaBits) ? -1 : 1;
    if (exponent == (1 << exponentBits) - 1)
        return mantissa ? std::numeric_limits<double>::quiet_NaN()
                        : sign * std::numeric_limits<double>::infinity();
    const double fraction = std::ldexp(static_cast<double>(mantissa), -mantissaBits);
    return sign * std::ldexp(exponent ? 1 + fraction : fraction, (exponent ? exponent : 1) - bias);
}

/// Nearest of the 2^15 non-negative codes by search; ties to the even code, overflow at half a step past the
/// largest.
std::uint32_t nearestCode(float value, int exponentBits, int mantissaBits)
{
    const double magnitude = std::fabs(static_cast<double>(value));
    const std::uint32_t infinity = ((1u << exponentBits) - 1) << mantissaBits;
    std::uint32_t low = 0, high = infinity;
    while (high - low > 1) {
        const std::uint32_t middle = (low + high) / 2;
        (valueOf(middle, exponentBits, mantissaBits) <= magnitude ? low : high) = middle;
    }
    if (std::isinf(value))
        return infinity | (std::signbit(value) ? 0x8000u : 0u);
    const double below = valueOf(low, exponentBits, mantissaBits);
    const double step = high == infinity ? below - valueOf(low - 1, exponentBits, mantissaBits)
                                         : valueOf(high, exponentBits, mantissaBits) - below;
    const double part = (magnitude - below) / step;
    const bool up = part > 0.5 || (part == 0.5 && low % 2 == 1);
    return (up ? high : low) | (std::signbit(value) ? 0x8000u : 0u);
}

}

class TestDType : public QObject
{
    Q_OBJECT
private slots:
    void namesReadBack()
    {
        for (int i = 1; i <= static_cast<int>(DType::string); ++i) {
            const auto type = static_cast<DType>(i);
            QVERIFY(parseDType(dtypeName(type)) == type);
            QVERIFY(isInteger(type) + isFloat(type) <= 1);
            if (isInteger(type) || isFloat(type)) {
                const std::string name(dtypeName(type));
                QCOMPARE(std::to_string(dtypeBits(type)), name.substr(name.find_first_of("0123456789")));
                QCOMPARE(dtypeSize(type), std::max(1, dtypeBits(type) / 8));
                QCOMPARE(isSigned(type), name[0] != 'u');
            }
        }
        QCOMPARE(dtypeSize(DType::string), 0);
        for (const char* bad : {"", "undefined", "float", "int3", "FLOAT32"})
            LATHE_EXPECT_ERROR(invalidArgument, parseDType(bad));
    }

    void everyHalfIsRead()
    {
        for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
            const float half = toFloat(Float16{static_cast<std::uint16_t>(bits)});
            const float brain = toFloat(BFloat16{static_cast<std::uint16_t>(bits)});
            const double halfValue = valueOf(bits, 5, 10);
            const double brainValue = valueOf(bits, 8, 7);
            QCOMPARE(std::isnan(half), std::isnan(halfValue));
            QCOMPARE(std::isnan(brain), std::isnan(brainValue));
            if (!std::isnan(half))
                QVERIFY(half == halfValue && std::signbit(half) == (bits >> 15 != 0));
            if (!std::isnan(brain))
                QVERIFY(brain == brainValue && std::signbit(brain) == (bits >> 15 != 0));
            // Reading and writing again changes nothing.
            if (!std::isnan(half))
                QCOMPARE(std::uint32_t{toFloat16(half).bits}, bits);
            if (!std::isnan(brain))
                QCOMPARE(std::uint32_t{toBFloat16(brain).bits}, bits);
        }
    }

    void neighboursOfEveryTieAreRounded()
    {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
            const double next = bits == 0x7bff ? 65536.0 : valueOf(bits + 1, 5, 10);
            const auto tie = static_cast<float>((valueOf(bits, 5, 10) + next) / 2);
            for (const float value : {tie, std::nextafter(tie, 0.0f), std::nextafter(tie, infinity), -tie})
                QCOMPARE(std::uint32_t{toFloat16(value).bits}, nearestCode(value, 5, 10));
        }
        for (std::uint32_t bits = 0; bits < 0x7f80; ++bits) {
            const auto tie = std::bit_cast<float>((bits << 16) | 0x8000u);
            for (const float value : {tie, std::nextafter(tie, 0.0f), std::nextafter(tie, infinity), -tie})
                QCOMPARE(std::uint32_t{toBFloat16(value).bits}, nearestCode(value, 8, 7));
        }
    }

    void randomFloatsAreRounded()
    {
        std::mt19937 random(7);
        for (int i = 0; i < 200'000; ++i) {
            const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
            const Float16 half = toFloat16(value);
            const BFloat16 brain = toBFloat16(value);
            if (std::isnan(value)) {
                QVERIFY(std::isnan(toFloat(half)) && std::isnan(toFloat(brain)));
                continue;
            }
            QCOMPARE(std::uint32_t{half.bits}, nearestCode(value, 5, 10));
            QCOMPARE(std::uint32_t{brain.bits}, nearestCode(value, 8, 7));
        }
    }

    void everyNanStaysOne()
    {
        for (const std::uint32_t bits : {0x7f800001u, 0xff800001u, 0x7fffffffu, 0x7fc00000u}) {
            QVERIFY(std::isnan(toFloat(toFloat16(std::bit_cast<float>(bits)))));
            QVERIFY(std::isnan(toFloat(toBFloat16(std::bit_cast<float>(bits)))));
        }
        QCOMPARE(toFloat16(65519.996f).bits, std::uint16_t{0x7bff});
        QCOMPARE(toFloat16(65520.0f).bits, std::uint16_t{0x7c00});
    }
};

QTEST_APPLESS_MAIN(TestDType)
#include "tst_dtype.moc"
