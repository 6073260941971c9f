// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/numeric/encoding.h"

using namespace lathe;

namespace {

/// The definition, one value at a time in double; a float quotient as the definition asks.
double obviousCode(float value, float scale, int zeroPoint, int low, int high)
{
    const float steps = value / scale;
    if (std::isnan(steps))
        return zeroPoint;
    const double floor = std::floor(double{steps});
    const double fraction =
        steps - floor; // exact: both have at most 24 significant bits here, or fraction is 0
    double rounded = fraction > 0.5 ? floor + 1 : floor;
    if (fraction == 0.5)
        rounded = std::fmod(floor, 2.0) == 0 ? floor : floor + 1;
    return std::min(std::max(rounded + zeroPoint, double(low)), double(high));
}

std::vector<float> awkwardValues()
{
    std::vector<float> values{0.0F,
                              -0.0F,
                              0.5F,
                              1.5F,
                              2.5F,
                              -0.5F,
                              -1.5F,
                              -2.5F,
                              1e30F,
                              -1e30F,
                              1e-40F,
                              std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN(),
                              127.5F,
                              -128.5F,
                              255.5F,
                              254.5F,
                              32767.5F};
    std::mt19937 generator(7);
    std::normal_distribution<float> normal(0, 100);
    while (values.size() < 1003)
        values.push_back(normal(generator));
    for (int i = -600; i <= 600; ++i)
        values.push_back(0.25F * static_cast<float>(i));
    return values;
}

Tensor tensorOf(const std::vector<float>& values)
{
    return Tensor::of<float>(Shape{static_cast<std::int64_t>(values.size())}, values);
}

} // namespace

class TstQuantize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matchesTheDefinition_data();
    void matchesTheDefinition();
    void axes_data();
    void axes();
    void biasCodesAreExact();
    void halfFormats();
    void countsClippedValues();
    void refusesAWrongAxis();
};

void TstQuantize::matchesTheDefinition_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    for (const char* spec : {"int2", "uint2", "int3", "uint4", "int5", "int8", "uint8", "uint8:symmetric",
                             "int8:asymmetric", "uint12", "int16", "uint16"}) {
        QTest::addRow("%s unit", spec) << spec << -128.0F << 127.0F;
        QTest::addRow("%s odd", spec) << spec << -3.7F << 91.3F;
        QTest::addRow("%s tiny", spec) << spec << -1e-6F << 2e-6F;
    }
}

void TstQuantize::matchesTheDefinition()
{
    QFETCH(QString, spec);
    QFETCH(float, low);
    QFETCH(float, high);
    const Encoding encoding =
        makeEncoding(QuantSpec::parse(spec.toStdString()), std::vector<Range>{{low, high}}, -1, false);
    const std::vector<float> values = awkwardValues();
    const Tensor codes = quantize(tensorOf(values), encoding);
    const Tensor reals = dequantize(codes, encoding);
    const Tensor fake = fakeQuantize(tensorOf(values), encoding);
    QCOMPARE(codes.dtype(), encoding.format.container());
    QVERIFY(identical(reals, fake));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double expected = obviousCode(values[i], encoding.scale[0], encoding.zeroPoint[0],
                                            encoding.minimumCode, encoding.maximumCode);
        QCOMPARE(codes.at(static_cast<std::int64_t>(i)), expected);
        QCOMPARE(double(quantizeOne(values[i], encoding.scale[0], encoding.zeroPoint[0], encoding.minimumCode,
                                    encoding.maximumCode)),
                 expected);
        const float real = static_cast<float>(expected - encoding.zeroPoint[0]) * encoding.scale[0];
        QCOMPARE(reals.data<float>()[i], real);
    }
}

void TstQuantize::axes_data()
{
    QTest::addColumn<int>("axis");
    QTest::newRow("first") << 0;
    QTest::newRow("middle") << 1;
    QTest::newRow("last") << 2;
}

void TstQuantize::axes()
{
    QFETCH(int, axis);
    const Shape shape{4, 3, 5};
    std::vector<float> values(60);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::sin(static_cast<float>(i)) * 10;
    std::vector<Range> ranges;
    for (int c = 0; c < shape[axis]; ++c)
        ranges.push_back({-1.0F - static_cast<float>(c), 3.0F * static_cast<float>(c)});
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint4:channel"), ranges, axis, false);
    const Tensor codes = quantize(Tensor::of<float>(shape, values), encoding);
    const Tensor fake = fakeQuantize(Tensor::of<float>(shape, values), encoding);
    QVERIFY(identical(fake, dequantize(codes, encoding)));
    std::int64_t index = 0;
    for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 3; ++b)
            for (int c = 0; c < 5; ++c, ++index) {
                const auto channel =
                    static_cast<std::size_t>(std::array{a, b, c}[static_cast<std::size_t>(axis)]);
                QCOMPARE(codes.at(index),
                         obviousCode(values[static_cast<std::size_t>(index)], encoding.scale[channel],
                                     encoding.zeroPoint[channel], 0, 15));
            }
}

void TstQuantize::biasCodesAreExact()
{
    Encoding encoding;
    encoding.format = NumberFormat::integer(32, true);
    encoding.scale = {1.0F / 3};
    encoding.zeroPoint = {0};
    encoding.minimumCode = encoding.format.minimumCode();
    encoding.maximumCode = encoding.format.maximumCode();
    const std::vector<float> values{1e8F,  -1e8F,  12345.678F,
                                    1e30F, -1e30F, std::numeric_limits<float>::quiet_NaN()};
    const Tensor codes = quantize(tensorOf(values), encoding);
    QCOMPARE(codes.dtype(), DType::int32);
    for (std::int64_t i = 0; i < 3; ++i)
        QCOMPARE(codes.at(i),
                 std::nearbyint(double(values[static_cast<std::size_t>(i)]) / double(encoding.scale[0])));
    QCOMPARE(codes.at(3), 2147483647.0);
    QCOMPARE(codes.at(4), -2147483648.0);
    QCOMPARE(codes.at(5), 0.0);
}

void TstQuantize::halfFormats()
{
    const std::vector<float> values{1.0F, 1.0009765F, 3.14159274F, 1e6F, -1e-9F};
    for (const char* name : {"float16", "bfloat16"}) {
        const Encoding encoding = makeEncoding(QuantSpec::parse(name), {}, -1, false);
        const Tensor expected =
            tensorOf(values).converted(encoding.format.container()).converted(DType::float32);
        QVERIFY(identical(fakeQuantize(tensorOf(values), encoding), expected));
        QVERIFY(identical(dequantize(quantize(tensorOf(values), encoding), encoding), expected));
    }
}

void TstQuantize::countsClippedValues()
{
    const Encoding encoding = makeEncoding(QuantSpec::parse("int4"), std::vector<Range>{{-7, 7}}, -1, false);
    // Codes -8 .. 7: -8.5 rounds to -8 and 7.5 to 8, ties to even.
    std::vector<float> values{
        -8.5F, -8.6F, 7.4F, 7.5F, 100.0F, -1e30F, std::numeric_limits<float>::quiet_NaN(), 0.0F};
    QCOMPARE(fakeQuantizeBlock(values, encoding, 0), std::int64_t{4});
    QCOMPARE(values, (std::vector<float>{-8, -8, 7, 7, 7, -8, 0, 0}));
    std::vector<float> halves{1.0F, 7e4F, -1e30F, std::numeric_limits<float>::infinity()};
    QCOMPARE(fakeQuantizeBlock(halves, makeEncoding(QuantSpec::parse("float16"), {}, -1, false), 0),
             std::int64_t{2});
}

void TstQuantize::refusesAWrongAxis()
{
    const Encoding encoding =
        makeEncoding(QuantSpec::parse("int8:channel"), std::vector<Range>{{-1, 1}, {-1, 1}}, 1, false);
    QVERIFY_EXCEPTION_THROWN(quantize(Tensor(DType::float32, Shape{2}), encoding), Error);
    QVERIFY_EXCEPTION_THROWN(quantize(Tensor(DType::float32, Shape{2, 3}), encoding), Error);
    QVERIFY_EXCEPTION_THROWN(fakeQuantize(Tensor(DType::float32, Shape{3}), encoding), Error);
}

QTEST_GUILESS_MAIN(TstQuantize)
#include "tst_quantize.moc"
