// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/tensor/tensor.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> valuesOf(const Tensor& tensor)
{
    std::vector<double> values;
    for (std::int64_t i = 0; i < tensor.elements(); ++i)
        values.push_back(tensor.at(i));
    return values;
}

}

class TestConvert : public QObject
{
    Q_OBJECT
private slots:
    void smallIntegersSurviveEveryType()
    {
        const Tensor source = Tensor::of<std::int64_t>({2}, {0, 1});
        for (int from = 1; from < static_cast<int>(DType::string); ++from)
            for (int to = 1; to < static_cast<int>(DType::string); ++to) {
                const Tensor there =
                    source.converted(static_cast<DType>(from)).converted(static_cast<DType>(to));
                QVERIFY(there.dtype() == static_cast<DType>(to));
                QCOMPARE(valuesOf(there), (std::vector<double>{0, 1}));
            }
    }

    void realsTruncateAndSaturate_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QList<double>>("expected");
        // for 2.9, -2.9, 1e30, -1e30, infinity, -infinity, NaN
        const auto row = [](const char* type, double low, double high, double two, double minusTwo) {
            QTest::newRow(type) << type << QList<double>{two, minusTwo, high, low, high, low, 0};
        };
        row("int8", -128, 127, 2, -2);
        row("uint8", 0, 255, 2, 0);
        row("int4", -8, 7, 2, -2);
        row("uint4", 0, 15, 2, 0);
        row("int2", -2, 1, 1, -2);
        row("uint2", 0, 3, 2, 0);
        row("int16", -32768, 32767, 2, -2);
        row("uint16", 0, 65535, 2, 0);
        row("int32", -2147483648.0, 2147483647.0, 2, -2);
        row("uint32", 0, 4294967295.0, 2, 0);
        row("int64", -0x1p63, 0x1p63, 2, -2);
        row("uint64", 0, 0x1p64, 2, 0);
    }
    void realsTruncateAndSaturate()
    {
        QFETCH(QString, type);
        QFETCH(QList<double>, expected);
        const std::vector<double> wanted(expected.begin(), expected.end());
        const Tensor source = Tensor::of<double>({7}, {2.9, -2.9, 1e30, -1e30, kInfinity, -kInfinity, kNaN});
        const DType to = parseDType(type.toStdString());
        QCOMPARE(valuesOf(source.converted(to)), wanted);
        QCOMPARE(valuesOf(source.converted(DType::float32).converted(to)), wanted);
    }

    void integersWrap()
    {
        const Tensor source = Tensor::of<std::int32_t>({4}, {-1, 300, -129, 200});
        QCOMPARE(valuesOf(source.converted(DType::int8)), (std::vector<double>{-1, 44, 127, -56}));
        QCOMPARE(valuesOf(source.converted(DType::uint8)), (std::vector<double>{255, 44, 127, 200}));
        QCOMPARE(valuesOf(source.converted(DType::int4)), (std::vector<double>{-1, -4, -1, -8}));
        QCOMPARE(valuesOf(source.converted(DType::uint4)), (std::vector<double>{15, 12, 15, 8}));
        QCOMPARE(valuesOf(source.converted(DType::uint64)), (std::vector<double>{0x1p64, 300, 0x1p64, 200}));
        QCOMPARE(valuesOf(source.converted(DType::boolean)), (std::vector<double>{1, 1, 1, 1}));
    }

    void truthOfReals()
    {
        const Tensor source =
            Tensor::of<float>({4}, {0.0f, -0.0f, 0.25f, std::numeric_limits<float>::quiet_NaN()});
        QCOMPARE(valuesOf(source.converted(DType::boolean)), (std::vector<double>{0, 0, 1, 1}));
        QCOMPARE(valuesOf(source.converted(DType::float16).converted(DType::boolean)),
                 (std::vector<double>{0, 0, 1, 1}));
    }

    void doublesRoundOnceTo16Bits()
    {
        // Just above a tie of float16: rounding through float32 first would land on the tie and then go down.
        const double aboveTie = 1.0 + 0x1p-11 + 0x1p-40;
        const Tensor source = Tensor::of<double>({5}, {aboveTie, -aboveTie, 1.0 + 0x1p-11, 1e300, 0x1p-1000});
        QCOMPARE(valuesOf(source.converted(DType::float16)),
                 (std::vector<double>{1 + 0x1p-10, -1 - 0x1p-10, 1, kInfinity, 0}));
        const double aboveBrainTie = 1.0 + 0x1p-8 + 0x1p-40;
        QCOMPARE(Tensor::scalar(aboveBrainTie).converted(DType::bfloat16).at(0), 1 + 0x1p-7);
        QVERIFY(std::isnan(Tensor::scalar(kNaN).converted(DType::float16).at(0)));

        std::mt19937_64 random(3);
        for (int i = 0; i < 20'000; ++i) {
            const double value =
                std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 40) - 75);
            const double got = Tensor::scalar(value).converted(DType::float16).at(0);
            // Nearest: no neighbour is closer.
            const auto code = toFloat16(static_cast<float>(got)).bits;
            for (const int step : {-1, 1}) {
                if ((code == 0 && step < 0) || code == 0x7c00)
                    continue;
                const double other =
                    static_cast<double>(toFloat(Float16{static_cast<std::uint16_t>(code + step)}));
                QVERIFY(std::fabs(got - value) <= std::fabs(other - value));
            }
        }
    }

    void sameTypeShares()
    {
        const Tensor tensor = Tensor::of<float>({2}, {1, 2});
        QVERIFY(tensor.converted(DType::float32).bytes().data() == tensor.bytes().data());
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.converted(DType::string));
    }
};

QTEST_APPLESS_MAIN(TestConvert)
#include "tst_convert.moc"
