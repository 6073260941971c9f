// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <random>
#include <set>

#include "core/numeric/value_tables.h"

using namespace lathe;

namespace {

Tensor normalWeights(const Shape& shape)
{
    std::mt19937 generator(3);
    std::normal_distribution<float> normal(0.1F, 1);
    Tensor tensor(DType::float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = normal(generator);
    return tensor;
}

double squaredError(const Tensor& a, const Tensor& b)
{
    double sum = 0;
    for (std::int64_t i = 0; i < a.elements(); ++i)
        sum += (a.at(i) - b.at(i)) * (a.at(i) - b.at(i));
    return sum;
}

} // namespace

class TstTableEncoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signsAreScaledByTheMean();
    void ternaryDropsWhatIsSmall();
    void normalFloatScalesByTheLargest();
    void learnedTableIsAFixedPoint_data();
    void learnedTableIsAFixedPoint();
    void fewValuesAreKeptExactly();
};

void TstTableEncoding::signsAreScaledByTheMean()
{
    const Tensor weight = normalWeights(Shape{3, 50});
    const Encoding encoding = makeTableEncoding(QuantSpec::parse("binary"), weight, 0);
    const Tensor made = fakeQuantize(weight, encoding);
    for (std::int64_t c = 0; c < 3; ++c) {
        double mean = 0;
        for (std::int64_t i = 0; i < 50; ++i)
            mean += std::abs(weight.at(c * 50 + i)) / 50;
        for (std::int64_t i = 0; i < 50; ++i)
            QVERIFY(std::abs(made.at(c * 50 + i) - (weight.at(c * 50 + i) > 0 ? mean : -mean)) < 1e-6);
    }
}

void TstTableEncoding::ternaryDropsWhatIsSmall()
{
    // Mean 1.5, threshold 1.05; what is above has the mean (2 + 3) / 2.
    const Tensor weight = Tensor::of<float>(Shape{4}, {0.5F, -2, 3, -0.5F});
    const Encoding encoding = makeTableEncoding(QuantSpec::parse("ternary:tensor"), weight, -1);
    QCOMPARE(encoding.scale, std::vector<float>{2.5F});
    QCOMPARE(fakeQuantize(weight, encoding).toFloats(), (std::vector<float>{0, -2.5F, 2.5F, 0}));
}

void TstTableEncoding::normalFloatScalesByTheLargest()
{
    const Tensor weight = normalWeights(Shape{128, 3});
    const Encoding encoding = makeTableEncoding(QuantSpec::parse("nf4"), weight, 0);
    QCOMPARE(encoding.channels(), std::size_t(6));
    for (std::int64_t g = 0; g < 2; ++g)
        for (std::int64_t c = 0; c < 3; ++c) {
            double largest = 0;
            for (std::int64_t k = 64 * g; k < 64 * g + 64; ++k)
                largest = std::max(largest, std::abs(weight.at(k * 3 + c)));
            QCOMPARE(double(encoding.scale[static_cast<std::size_t>(g * 3 + c)]), largest);
        }
}

void TstTableEncoding::learnedTableIsAFixedPoint_data()
{
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"kmeans16:tensor", "kmeans16:channel", "kmeans256:tensor"})
        QTest::newRow(spec) << spec;
}

/// Each entry in use is about the mean of what it stands for, and the error is below that of a uniform grid.
void TstTableEncoding::learnedTableIsAFixedPoint()
{
    QFETCH(QString, spec);
    const QuantSpec parsed = QuantSpec::parse(spec.toStdString());
    const Tensor weight = normalWeights(Shape{4, 1000});
    const int axis = spec.contains("channel") ? 0 : -1;
    const Encoding encoding = makeTableEncoding(parsed, weight, axis);
    QVERIFY(encoding == makeTableEncoding(parsed, weight, axis));
    const Tensor made = fakeQuantize(weight, encoding);
    QVERIFY(made.toFloats() == dequantize(quantize(weight, encoding), encoding).toFloats());
    const std::string uniform = parsed.format.bits == 4 ? "int4:" : "int8:";
    std::vector<Range> ranges;
    for (const std::vector<float>& values : valuesByScale(weight, axis, 0)) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        ranges.push_back({*low, *high});
    }
    const Encoding grid =
        makeEncoding(QuantSpec::parse(uniform + parsed.granularity.name() + ":asymmetric"), ranges, axis, false);
    QVERIFY(squaredError(weight, made) < squaredError(weight, fakeQuantize(weight, grid)));
}

void TstTableEncoding::fewValuesAreKeptExactly()
{
    const Tensor weight = Tensor::of<float>(Shape{6}, {0.25F, -3, 0.25F, 7, 0, -3});
    const Encoding encoding = makeTableEncoding(QuantSpec::parse("kmeans16"), weight, -1);
    QCOMPARE(fakeQuantize(weight, encoding).toFloats(), weight.toFloats());
}

QTEST_GUILESS_MAIN(TstTableEncoding)
#include "tst_table_encoding.moc"
