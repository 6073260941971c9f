// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/weight_resolver.h"

#include <QTest>
#include <cmath>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Encoding inputGrid(float scale)
{
    Encoding encoding = makeEncoding(QuantSpec::parse("uint8"), std::vector<Range>{{0, 1}}, -1, false);
    encoding.scale = {scale};
    return encoding;
}

PointLayout::WeightPoint point(int axis)
{
    PointLayout::WeightPoint result;
    result.axis = axis;
    return result;
}

} // namespace

class TstWeightResolver : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void biasIsOnTheProductOfScales_data();
    void biasIsOnTheProductOfScales();
    void biasCodesStayBounded_data();
    void biasCodesStayBounded();
    void biasStaysFloat();
    void transposedGroupsRepeatTheirChannels();
    void halfWeights();
    void groupsCutTheSummedAxis();
    void clipNarrowsTheRange();
    void clipHoldsForTables();
    void rangesWorseThanMinMaxAreMarked();
};

void TstWeightResolver::biasIsOnTheProductOfScales_data()
{
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"int8:channel", "int8:tensor", "int4:channel", "uint8:channel:asymmetric"})
        QTest::newRow(spec) << spec;
}

void TstWeightResolver::biasIsOnTheProductOfScales()
{
    QFETCH(QString, spec);
    const Tensor weight = seeded(Shape{4, 3, 3, 3}, 1);
    const Tensor bias = Tensor::of<float>(Shape{4}, {1, -2, 0.5F, 0});
    const Encoding input = inputGrid(0.02F);
    const ResolvedWeight result = resolveWeight(point(0), weight, &bias, QuantSpec::parse(spec.toStdString()),
                                                MethodChoice::parse("minmax"), &input);
    QCOMPARE(result.encoding->channels(), std::size_t(spec.contains("tensor") ? 1 : 4));
    for (std::int64_t c = 0; c < 4; ++c) {
        const float scale =
            0.02F * result.encoding->scale[static_cast<std::size_t>(c) % result.encoding->channels()];
        QCOMPARE(result.biasEncoding->scale[static_cast<std::size_t>(c) % result.encoding->channels()],
                 scale);
        QCOMPARE(result.biasCodes.at(c), std::nearbyint(bias.at(c) / double(scale)));
    }
    QVERIFY(identical(result.codes, quantize(weight, *result.encoding)));
    QCOMPARE(result.biasCodes.dtype(), DType::int32);
}

void TstWeightResolver::biasCodesStayBounded_data()
{
    QTest::addColumn<float>("weight");
    QTest::addColumn<float>("bias");
    QTest::newRow("zero weights") << 0.0F << 3.0F;
    QTest::newRow("tiny weights") << 1e-12F << -3.0F;
    QTest::newRow("huge bias") << 1.0F << 1e9F;
    QTest::newRow("plain") << 1.0F << 1.0F;
}

void TstWeightResolver::biasCodesStayBounded()
{
    QFETCH(float, weight);
    QFETCH(float, bias);
    const Tensor weights = Tensor::of<float>(Shape{2, 2}, {weight, -weight, 1, -1});
    const Tensor biases = Tensor::of<float>(Shape{2}, {bias, 0.25F});
    for (const char* spec : {"int8:channel", "int2:channel", "int8:tensor"}) {
        for (const float scale : {1e-6F, 0.01F, 30.0F}) {
            const Encoding input = inputGrid(scale);
            const ResolvedWeight result = resolveWeight(point(0), weights, &biases, QuantSpec::parse(spec),
                                                        MethodChoice::parse("mse"), &input);
            for (std::int64_t c = 0; c < 2; ++c) {
                QVERIFY2(std::abs(result.biasCodes.at(c)) <= largestBiasCode, spec);
                // And it still means the bias: at most half a step off.
                const double step =
                    result.biasEncoding->scale[static_cast<std::size_t>(c) % result.biasEncoding->channels()];
                QVERIFY(std::abs(result.biasCodes.at(c) * step - biases.at(c)) <= 0.5001 * step);
            }
        }
    }
    // A floor that is not needed changes nothing.
    const Encoding input = inputGrid(0.01F);
    const Tensor small = Tensor::of<float>(Shape{2}, {0.5F, 0.25F});
    const Tensor plain = Tensor::of<float>(Shape{2, 2}, {1, -2, 1, -1});
    const auto with = resolveWeight(point(0), plain, &small, QuantSpec::parse("int8:channel"),
                                    MethodChoice::parse("mse"), &input);
    const auto without = resolveWeight(point(0), plain, nullptr, QuantSpec::parse("int8:channel"),
                                       MethodChoice::parse("mse"), &input);
    QVERIFY(*with.encoding == *without.encoding);
}

void TstWeightResolver::biasStaysFloat()
{
    const Tensor weight = seeded(Shape{2, 2}, 1);
    const Tensor bias = Tensor::of<float>(Shape{2}, {1, 2});
    const Encoding half = makeEncoding(QuantSpec::parse("float16"), {}, -1, false);
    const Encoding grid = inputGrid(0.1F);
    const MethodChoice method = MethodChoice::parse("minmax");
    const QuantSpec int8 = QuantSpec::parse("int8:channel");
    QVERIFY(resolveWeight(point(0), weight, &bias, int8, method, &grid).biasEncoding);
    QVERIFY(!resolveWeight(point(0), weight, &bias, int8, method, nullptr).biasEncoding);
    QVERIFY(!resolveWeight(point(0), weight, &bias, int8, method, &half).biasEncoding);
    QVERIFY(!resolveWeight(point(0), weight, nullptr, int8, method, &grid).biasEncoding);
    QVERIFY(!resolveWeight(point(0), weight, &bias, QuantSpec::parse("float16"), method, &grid).biasEncoding);
    const Tensor wide = Tensor::of<float>(Shape{2, 2}, {1, 2, 3, 4});
    QVERIFY(!resolveWeight(point(0), weight, &wide, int8, method, &grid).biasEncoding);
    PointLayout::WeightPoint floatBias = point(0);
    floatBias.quantizeBias = false;
    QVERIFY(!resolveWeight(floatBias, weight, &bias, int8, method, &grid).biasEncoding);
}

void TstWeightResolver::transposedGroupsRepeatTheirChannels()
{
    const Tensor weight = seeded(Shape{4, 3, 2, 2}, 5); // two groups of three output channels
    const Tensor bias = Tensor::of<float>(Shape{6}, {1, 2, 3, 4, 5, 6});
    const Encoding input = inputGrid(0.1F);
    const auto result = resolveWeight(point(1), weight, &bias, QuantSpec::parse("int8:channel"),
                                      MethodChoice::parse("minmax"), &input);
    QCOMPARE(result.biasEncoding->channels(), std::size_t(6));
    QCOMPARE(result.biasEncoding->scale[4], 0.1F * result.encoding->scale[1]);
}

void TstWeightResolver::halfWeights()
{
    const Tensor weight = seeded(Shape{2, 2}, 1);
    const auto result = resolveWeight(point(0), weight, nullptr, QuantSpec::parse("bfloat16"),
                                      MethodChoice::parse("mse"), nullptr);
    QVERIFY(identical(result.codes, weight.converted(DType::bfloat16)));
}

/// MatMul and Gemm along K, convolutions along input channels; the bias stays float.
void TstWeightResolver::groupsCutTheSummedAxis()
{
    const Tensor weight = seeded(Shape{4, 40, 3, 3}, 1);
    const Tensor bias = Tensor::of<float>(Shape{4}, {1, -2, 0.5F, 0});
    const Encoding input = inputGrid(0.02F);
    const ResolvedWeight result = resolveWeight(point(0), weight, &bias, QuantSpec::parse("int4:group:16"),
                                                MethodChoice::parse("mse"), &input);
    QCOMPARE(result.encoding->axis, 1);
    QCOMPARE(result.encoding->groupSize, 16);
    QCOMPARE(result.encoding->channels(), std::size_t(4 * 3 * 3 * 3));
    QVERIFY(!result.biasEncoding);
    QCOMPARE(groupAxis(point(1)), 0);
    QCOMPARE(groupAxis(point(2)), 1);
}

void TstWeightResolver::clipNarrowsTheRange()
{
    const Tensor weight = Tensor::of<float>(Shape{2, 2}, {-8, 3, 0.25F, 0.5F});
    const ResolvedWeight result =
        resolveWeight(point(0), weight, nullptr, QuantSpec::parse("int8:channel:asymmetric"),
                      MethodChoice::parse("minmax"), nullptr, Range{-2, 1});
    QCOMPARE(result.encoding->scale, (std::vector<float>{3.0F / 255, 0.5F / 255}));
}

void TstWeightResolver::clipHoldsForTables()
{
    const Tensor weight = Tensor::of<float>(Shape{1, 4}, {-8, 3, 0.25F, 0.5F});
    for (const char* format : {"nf4:tensor", "kmeans16:tensor", "ternary:tensor"}) {
        const ResolvedWeight result = resolveWeight(point(0), weight, nullptr, QuantSpec::parse(format),
                                                    MethodChoice::parse("minmax"), nullptr, Range{-2, 1});
        const std::vector<float> made = dequantize(result.codes, *result.encoding).toFloats();
        QVERIFY(*std::min_element(made.begin(), made.end()) >= -2);
        QVERIFY(*std::max_element(made.begin(), made.end()) <= 2);
        QVERIFY(result.encoding->highestReal() <= 2);
    }
}

void TstWeightResolver::rangesWorseThanMinMaxAreMarked()
{
    std::vector<float> values(5000, 1.0F / 3);
    values.insert(values.end(), 100, 1.0F);
    values.insert(values.end(), 20, 0.9F);
    const Tensor weight = Tensor::of<float>(Shape{1, 5120}, values);
    const QuantSpec spec = QuantSpec::parse("uint2:tensor");
    const auto worse = [&](const char* method, const std::optional<Range>& clip) {
        return resolveWeight(point(0), weight, nullptr, spec, MethodChoice::parse(method), nullptr, clip).worseThanMinMax;
    };
    QVERIFY(worse("kmeans", {}));
    QVERIFY(!worse("mse", {}));
    QVERIFY(!worse("minmax", {}));
    QVERIFY(!worse("kmeans", Range{0, 0.5F})); // a person's range is no method's
}

QTEST_GUILESS_MAIN(TstWeightResolver)
#include "tst_weight_resolver.moc"
