// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/float8.h"

#include <QTest>
#include <cmath>
#include <optional>

#include "core/tensor/npy.h"
#include "core/tensor/tensor.h"

using namespace lathe;

namespace {

struct Facts
{
    DType type;
    double largest, smallest;
    int exponentBits, bias;
    bool hasInfinity, hasNegativeZero;
};

/// onnx: docs/docsgen/source/technical/float8.md
constexpr Facts formats[]{
    {DType::float8e4m3fn, 448, 0x1p-9, 4, 7, false, true},
    {DType::float8e4m3fnuz, 240, 0x1p-10, 4, 8, false, false},
    {DType::float8e5m2, 57344, 0x1p-16, 5, 15, true, true},
    {DType::float8e5m2fnuz, 57344, 0x1p-17, 5, 16, false, false},
};

/// The nearest number of a format by trying all codes; of two equally near the one with the even code.
std::optional<std::uint8_t> nearest(double value, const Facts& facts)
{
    std::optional<std::uint8_t> best;
    double least = HUGE_VAL;
    for (int code = 0; code < 256; ++code) {
        const double candidate = static_cast<double>(fromFloat8(static_cast<std::uint8_t>(code), facts.type));
        if (!std::isfinite(candidate) || (candidate != 0 && std::signbit(candidate) != std::signbit(value)) ||
            (facts.hasNegativeZero && candidate == 0 && std::signbit(candidate) != std::signbit(value)))
            continue;
        const double distance = std::abs(candidate - value);
        if (distance < least || (distance == least && code % 2 == 0)) {
            least = distance;
            best = static_cast<std::uint8_t>(code);
        }
    }
    return best;
}

}

class TstFloat8 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Every code has the value that its fields spell.
    void values()
    {
        for (const Facts& facts : formats) {
            const int mantissaBits = 7 - facts.exponentBits;
            for (int code = 0; code < 128; ++code) {
                const int exponent = code >> mantissaBits, mantissa = code & ((1 << mantissaBits) - 1);
                const double fraction = std::ldexp(mantissa, -mantissaBits);
                const double expected = exponent ? std::ldexp(1 + fraction, exponent - facts.bias)
                                                 : std::ldexp(fraction, 1 - facts.bias);
                const auto actual = static_cast<double>(fromFloat8(static_cast<std::uint8_t>(code), facts.type));
                if (expected <= facts.largest) {
                    QCOMPARE(actual, expected);
                    const auto negative =
                        static_cast<double>(fromFloat8(static_cast<std::uint8_t>(code | 0x80), facts.type));
                    QVERIFY(code == 0 || negative == -expected);
                } else {
                    QVERIFY(std::isnan(actual) || (facts.hasInfinity && std::isinf(actual) && mantissa == 0));
                }
            }
            QCOMPARE(std::isnan(fromFloat8(0x80, facts.type)), !facts.hasNegativeZero);
            QCOMPARE(static_cast<double>(fromFloat8(1, facts.type)), facts.smallest);
        }
    }

    void everyCodeComesBack()
    {
        for (const Facts& facts : formats)
            for (int code = 0; code < 256; ++code) {
                const float value = fromFloat8(static_cast<std::uint8_t>(code), facts.type);
                if (!std::isnan(value))
                    QCOMPARE(toFloat8(static_cast<double>(value), facts.type, false), static_cast<std::uint8_t>(code));
            }
    }

    void roundsToTheNearest()
    {
        for (const Facts& facts : formats)
            for (double value = facts.smallest / 8; value <= facts.largest; value *= 1.0078125)
                for (const double signedValue : {value, -value, std::ldexp(std::round(std::ldexp(value, 12)), -12)})
                    if (signedValue != 0)
                        QCOMPARE(int(toFloat8(signedValue, facts.type, true)), int(*nearest(signedValue, facts)));
    }

    void beyondTheLargest()
    {
        for (const Facts& facts : formats) {
            const auto back = [&](double value, bool saturate) {
                return static_cast<double>(fromFloat8(toFloat8(value, facts.type, saturate), facts.type));
            };
            QCOMPARE(back(1e9, true), facts.largest);
            QCOMPARE(back(-1e9, true), -facts.largest);
            QVERIFY(facts.hasInfinity ? std::isinf(back(-1e9, false)) : std::isnan(back(1e9, false)));
            QVERIFY(std::isnan(back(std::nan(""), true)) && std::isnan(back(std::nan(""), false)));
            QCOMPARE(back(HUGE_VAL, true), facts.largest);
            QVERIFY(facts.hasInfinity ? std::isinf(back(HUGE_VAL, false)) : std::isnan(back(HUGE_VAL, false)));
        }
    }

    /// A tensor of them moves, converts both ways and names its type; nothing computes with it.
    void tensors()
    {
        const Tensor reals = Tensor::of<float>(Shape{4}, {0.0f, 1.5f, -2000.0f, 0.1f});
        const Tensor codes = reals.converted(DType::float8e4m3fn);
        QCOMPARE(codes.byteSize(), std::int64_t(4));
        QCOMPARE(codes.at(2), -448.0);
        QCOMPARE(codes.toFloats(), (std::vector<float>{0.0f, 1.5f, -448.0f, 0.1015625f}));
        QVERIFY(identical(codes.converted(DType::float8e5m2), codes.converted(DType::float32).converted(DType::float8e5m2)));
        QCOMPARE(parseDType("float8e5m2fnuz"), DType::float8e5m2fnuz);
        QVERIFY(isFloat8(codes.dtype()) && !isFloat(codes.dtype()) && !isInteger(codes.dtype()));
        QVERIFY(!isFloat8(DType::string) && !isFloat8(DType::boolean));
        QCOMPARE(readNpy(writeNpy(codes), "x").dtype(), DType::uint8);
    }
};

QTEST_GUILESS_MAIN(TstFloat8)
#include "tst_float8.moc"
