// SPDX-License-Identifier: GPL-3.0-or-later
// Grids in groups, scales that are powers of two, and grids of the running tensor.
#include <QTest>
#include <cmath>
#include <random>

#include "core/numeric/value_tables.h"

using namespace lathe;

namespace {

Tensor seeded(const Shape& shape)
{
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(0.2F, 1);
    Tensor tensor(DType::float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = normal(generator);
    return tensor;
}

/// ONNX's blocked form by its definition: the scale of an element is that of its place with the axis divided.
std::size_t obviousScale(const Shape& shape, int axis, int group, std::int64_t element)
{
    std::size_t index = 0;
    std::int64_t rest = element, stride = shape.elements();
    for (int a = 0; a < shape.rank(); ++a) {
        stride /= shape[a];
        const std::int64_t place = rest / stride;
        rest %= stride;
        const std::int64_t count = a == axis ? (shape[a] + group - 1) / group : shape[a];
        index = index * static_cast<std::size_t>(count) + static_cast<std::size_t>(a == axis ? place / group : place);
    }
    return index;
}

} // namespace

class TstGroups : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsHaveTheirOwnScales_data();
    void groupsHaveTheirOwnScales();
    void scalesArePowersOfTwo();
    void dynamicGridHoldsZero();
};

void TstGroups::groupsHaveTheirOwnScales_data()
{
    QTest::addColumn<QList<int>>("dims");
    QTest::addColumn<int>("axis");
    QTest::newRow("matrix, K first") << QList<int>{40, 5} << 0;
    QTest::newRow("matrix, K last") << QList<int>{5, 40} << 1;
    QTest::newRow("convolution") << QList<int>{3, 40, 2, 3} << 1;
    QTest::newRow("transposed convolution") << QList<int>{33, 4, 2, 2} << 0;
    QTest::newRow("fewer than a group") << QList<int>{3, 7, 1, 1} << 1;
}

void TstGroups::groupsHaveTheirOwnScales()
{
    QFETCH(QList<int>, dims);
    QFETCH(int, axis);
    const Shape shape(std::vector<std::int64_t>(dims.begin(), dims.end()));
    const Tensor weight = seeded(shape);
    constexpr int group = 16;
    for (const char* text : {"int4:group:16", "uint4:group:16:asymmetric", "nf4:group:16", "float8e4m3:group:16"}) {
        const QuantSpec spec = QuantSpec::parse(text);
        std::vector<Range> ranges;
        for (const std::vector<float>& values : valuesByScale(weight, axis, group)) {
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            ranges.push_back({*low, *high});
        }
        const bool learned = spec.format.hasTable() && !spec.format.isFloat8();
        const Encoding encoding =
            learned ? makeTableEncoding(spec, weight, axis) : makeEncoding(spec, ranges, axis, false);
        QCOMPARE(std::int64_t(encoding.channels()), groupedShape(shape, axis, group).elements());
        const Tensor made = fakeQuantize(weight, encoding);
        QCOMPARE(dequantize(quantize(weight, encoding), encoding).toFloats(), made.toFloats());
        for (std::int64_t i = 0; i < weight.elements(); ++i) {
            const std::size_t at = obviousScale(shape, axis, group, i);
            Encoding alone = encoding;
            alone.axis = -1;
            alone.groupSize = 0;
            alone.scale = {encoding.scale[at]};
            if (spec.format.isInteger())
                alone.zeroPoint = {encoding.zeroPoint[at]};
            const Tensor one = Tensor::of<float>(Shape{1}, {static_cast<float>(weight.at(i))});
            QCOMPARE(made.at(i), fakeQuantize(one, alone).at(0));
        }
    }
}

void TstGroups::scalesArePowersOfTwo()
{
    QCOMPARE(powerOfTwoAbove(0.75F), 1.0F);
    QCOMPARE(powerOfTwoAbove(1.0F), 1.0F);
    QCOMPARE(powerOfTwoAbove(std::nextafter(1.0F, 2.0F)), 2.0F);
    QCOMPARE(powerOfTwoAbove(0x1p-62F), 0x1p-62F);
    const Range range{-3, 5};
    for (const char* text : {"int8:tensor:symmetric:pow2", "uint8:tensor:asymmetric:pow2"}) {
        const QuantSpec spec = QuantSpec::parse(text);
        QCOMPARE(spec.name(), std::string(text));
        const Encoding encoding = makeEncoding(spec, {&range, 1}, -1, false);
        QCOMPARE(encoding.scale, std::vector<float>{0x1p-4F});
        QVERIFY(encoding.lowestReal() <= -3 && encoding.highestReal() >= 5);
    }
}

/// By the formula of ONNX's DynamicQuantizeLinear.
void TstGroups::dynamicGridHoldsZero()
{
    std::vector<float> values{1, 2, 4, 0.3F};
    const Encoding positive = dynamicEncoding(values);
    QCOMPARE(positive.scale[0], 4.0F / 255.0F);
    QCOMPARE(positive.zeroPoint[0], 0);
    values.push_back(-1);
    const Encoding mixed = dynamicEncoding(values);
    QCOMPARE(mixed.scale[0], 5.0F / 255.0F);
    QCOMPARE(mixed.zeroPoint[0], 51);
    Encoding running;
    running.format = NumberFormat::parse("uint8:dynamic");
    std::vector<float> rounded = values;
    QCOMPARE(fakeQuantizeBlock(rounded, running, 0), std::int64_t(0));
    for (std::size_t i = 0; i < values.size(); ++i)
        QVERIFY(std::abs(rounded[i] - values[i]) <= mixed.scale[0] / 2 * 1.0001F);
    QCOMPARE(dynamicEncoding(std::vector<float>{0, 0}).scale[0], 1.0F);
}

QTEST_GUILESS_MAIN(TstGroups)
#include "tst_groups.moc"
