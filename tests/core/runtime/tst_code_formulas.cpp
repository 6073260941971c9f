// SPDX-License-Identifier: GPL-3.0-or-later
// Element-wise and averaging operators on codes against the stated arithmetic (tests/interop/README.md), written with raw
// codes and one rounding an operation.
#include <cmath>

#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Grid {
    const char* format;
    float scale;
    int zeroPoint;

    /// As it stands in a file: unsigned.
    int zero() const { return zeroPoint + (format[0] == 'u' ? 0 : 128); }
    std::shared_ptr<const Encoding> encoding() const
    {
        auto made = std::make_shared<Encoding>();
        made->format = NumberFormat::parse(format);
        made->scale = {scale};
        made->zeroPoint = {zeroPoint};
        made->minimumCode = made->format.minimumCode();
        made->maximumCode = made->format.maximumCode();
        return made;
    }
};

/// Every code of the grid as a real number, repeated to fill the shape.
Tensor allCodes(const Grid& grid, const Shape& shape, int step)
{
    const auto encoding = grid.encoding();
    const int levels = encoding->maximumCode - encoding->minimumCode + 1;
    Tensor tensor(DType::float32, shape);
    const auto values = tensor.mutableData<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int code = encoding->minimumCode + static_cast<int>(i / static_cast<std::size_t>(step)) % levels;
        values[i] = static_cast<float>(code - grid.zeroPoint) * grid.scale;
    }
    return tensor;
}

/// The code in the container that a real number on the grid has.
int raw(float real, const Grid& grid)
{
    return static_cast<int>(std::lrint(static_cast<double>(real) / static_cast<double>(grid.scale))) + grid.zero();
}

Tensor runNode(const std::string& text, const std::map<std::string, Grid>& grids, const TensorMap& inputs)
{
    CompileOptions options;
    for (const auto& [name, grid] : grids)
        options.points.push_back({name, name == "w" ? Slot::Kind::weight : Slot::Kind::activation, -1});
    const auto program = Program::compile(parseGraph(text), options);
    Binding binding = program->defaultBinding().withPrecision(Precision::simulated);
    for (const auto& [name, grid] : grids)
        binding = binding.with(program->findSlot(name, name == "w" ? Slot::Kind::weight : Slot::Kind::activation),
                               {grid.encoding(), nullptr});
    Execution execution(program);
    return execution.run(inputs, binding).at("y");
}

float f32(double value)
{
    return static_cast<float>(value);
}

/// Rounds, bounds to the grid's codes, and gives the real number.
float settled(float value, const Grid& grid)
{
    const auto encoding = grid.encoding();
    const int shift = grid.zero() - grid.zeroPoint;
    const double code = std::clamp(std::nearbyint(static_cast<double>(value)), static_cast<double>(encoding->minimumCode + shift),
                                   static_cast<double>(encoding->maximumCode + shift));
    return static_cast<float>(code - grid.zero()) * grid.scale;
}

const Grid kGrids[][3] = {
    {{"uint8", 0.02f, 128}, {"uint8", 0.03f, 5}, {"uint8", 0.041f, 77}},
    {{"int8", 0.25f, 3}, {"int8", 0.5f, -7}, {"int8", 0.5f, 1}},
    {{"uint8", 0.5f, 0}, {"uint8", 0.25f, 1}, {"uint8", 1.0f, 3}},
    {{"uint4", 0.5f, 3}, {"int6", 0.25f, 1}, {"uint5", 0.75f, 9}},
};

}

class TstCodeFormulas : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void add_data() { grids(); }
    void add();
    void addConstant();
    void addWithClamp();
    void multiply_data() { grids(); }
    void multiply();
    void globalAverage();
    void averagePool();
    void softmax();
    void matrixProductOfTwoValues();
    void widerGridsAreComputedInReals();

private:
    static void grids()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(kGrids)); ++i)
            QTest::newRow(qPrintable(QString::number(i))) << i;
    }
};

namespace {

float addCode(int qa, int qb, const Grid& a, const Grid& b, const Grid& y)
{
    const float ratioA = a.scale / y.scale, ratioB = b.scale / y.scale;
    const float product = ratioB * static_cast<float>(b.zero());
    const float fixed = static_cast<float>(y.zero()) - std::fma(ratioA, static_cast<float>(a.zero()), product);
    return std::fma(static_cast<float>(qa), ratioA, std::fma(static_cast<float>(qb), ratioB, fixed));
}

}

void TstCodeFormulas::add()
{
    QFETCH(int, index);
    const auto& [a, b, y] = kGrids[index];
    const Tensor left = allCodes(a, {1, 256, 256}, 256), right = allCodes(b, {1, 256, 256}, 1);
    const Tensor sum = runNode("input a: float32[1x256x256]\ninput b: float32[1x256x256]\ny = Add(a, b)\noutput y",
                               {{"a", a}, {"b", b}, {"y", y}}, {{"a", left}, {"b", right}});
    for (std::size_t i = 0; i < 65536; ++i)
        QCOMPARE(sum.data<float>()[i],
                 settled(addCode(raw(left.data<float>()[i], a), raw(right.data<float>()[i], b), a, b, y), y));
}

void TstCodeFormulas::addConstant()
{
    const auto& [a, b, y] = kGrids[1];
    const Tensor left = allCodes(a, {1, 256, 3}, 3);
    const Tensor sum = runNode("input a: float32[1x256x3]\nw: float32[3] = [1.4, -2, 5]\ny = Add(w, a)\noutput y",
                               {{"a", a}, {"w", b}, {"y", y}}, {{"a", left}});
    const int codes[] = {124, 117, 131};  // 1.4 / 0.5 = 2.8, -4, 10, with the zero-point of -7 + 128
    for (std::size_t i = 0; i < 768; ++i)
        QCOMPARE(sum.data<float>()[i], settled(addCode(codes[i % 3], raw(left.data<float>()[i], a), b, a, y), y));
}

void TstCodeFormulas::addWithClamp()
{
    const auto& [a, b, y] = kGrids[0];
    const Tensor left = allCodes(a, {256, 256}, 256), right = allCodes(b, {256, 256}, 1);
    const Tensor sum = runNode("input a: float32[256x256]\ninput b: float32[256x256]\ns = Add(a, b)\ny = Relu(s)\noutput y",
                               {{"a", a}, {"b", b}, {"y", y}}, {{"a", left}, {"b", right}});
    for (std::size_t i = 0; i < 65536; ++i) {
        const float whole = settled(addCode(raw(left.data<float>()[i], a), raw(right.data<float>()[i], b), a, b, y), y);
        QCOMPARE(sum.data<float>()[i], std::max(whole, 0.0f));
    }
}

void TstCodeFormulas::multiply()
{
    QFETCH(int, index);
    const auto& [a, b, y] = kGrids[index];
    const Tensor left = allCodes(a, {1, 256, 256}, 256), right = allCodes(b, {1, 256, 256}, 1);
    const Tensor product = runNode("input a: float32[1x256x256]\ninput b: float32[1x256x256]\ny = Mul(a, b)\noutput y",
                                   {{"a", a}, {"b", b}, {"y", y}}, {{"a", left}, {"b", right}});
    const float multiplier = (a.scale * b.scale) / y.scale;
    for (std::size_t i = 0; i < 65536; ++i) {
        const int codes = (raw(left.data<float>()[i], a) - a.zero()) * (raw(right.data<float>()[i], b) - b.zero());
        const float scaled = static_cast<float>(codes) * multiplier;
        QCOMPARE(product.data<float>()[i], settled(scaled + static_cast<float>(y.zero()), y));
    }
}

void TstCodeFormulas::globalAverage()
{
    for (const auto& [x, unused, y] : kGrids) {
        const Tensor input = allCodes(x, {1, 37, 7, 7}, 3);
        const Tensor mean = runNode("input x: float32[1x37x7x7]\ny = GlobalAveragePool(x)\noutput y", {{"x", x}, {"y", y}}, {{"x", input}});
        const float divisor = y.scale * 49.0f;
        const float multiplier = x.scale / divisor;
        for (std::size_t c = 0; c < 37; ++c) {
            int sum = 0;
            for (std::size_t i = 0; i < 49; ++i)
                sum += raw(input.data<float>()[c * 49 + i], x) - x.zero();
            const auto encoding = y.encoding();
            const float code = std::clamp(std::nearbyintf(static_cast<float>(sum) * multiplier),
                                          static_cast<float>(encoding->minimumCode - y.zeroPoint),
                                          static_cast<float>(encoding->maximumCode - y.zeroPoint));
            QCOMPARE(mean.data<float>()[c], code * y.scale);
        }
    }
}

void TstCodeFormulas::averagePool()
{
    for (const auto& [x, unused, y] : kGrids) {
        const Tensor input = allCodes(x, {1, 40, 6, 6}, 1);
        const Tensor mean = runNode("input x: float32[1x40x6x6]\ny = AveragePool(x) {kernel_shape=[2, 3]}\noutput y",
                                    {{"x", x}, {"y", y}}, {{"x", input}});
        for (std::size_t c = 0; c < 40; ++c)
            for (std::size_t row = 0; row < 5; ++row)
                for (std::size_t column = 0; column < 4; ++column) {
                    float sum = 0;
                    for (std::size_t i = 0; i < 6; ++i)
                        sum += input.data<float>()[c * 36 + (row + i / 3) * 6 + column + i % 3];
                    const float average = sum / 6.0f;
                    const float steps = average / y.scale;
                    QCOMPARE(mean.data<float>()[c * 20 + row * 4 + column], settled(steps + static_cast<float>(y.zero()), y));
                }
    }
}

void TstCodeFormulas::softmax()
{
    for (const Grid& y : {Grid{"uint8", 1.0f / 256, 0}, Grid{"uint8", 1.0f / 255, 0}, Grid{"int8", 1.0f / 256, -128}}) {
        const Grid x{"uint8", 0.031f, 60};
        const Tensor input = allCodes(x, {9, 100}, 3);
        const Tensor result = runNode("input x: float32[9x100]\ny = Softmax(x)\noutput y", {{"x", x}, {"y", y}}, {{"x", input}});
        const double shift = std::max(0.0, std::log(static_cast<double>(f32(3.4028234663852886e38 / 100))) - 5) / static_cast<double>(x.scale);
        const float inverse = std::floor(1.0f / y.scale);
        for (std::size_t row = 0; row < 9; ++row) {
            int most = 0;
            for (std::size_t i = 0; i < 100; ++i)
                most = std::max(most, raw(input.data<float>()[row * 100 + i], x));
            std::vector<float> e;
            float sum = 0;
            for (std::size_t i = 0; i < 100; ++i) {
                const double distance = raw(input.data<float>()[row * 100 + i], x) - most;
                e.push_back(f32(std::exp((distance + shift) * static_cast<double>(x.scale))));
                sum += e.back();
            }
            for (std::size_t i = 0; i < 100; ++i) {
                const float scaled = e[i] * inverse;
                const float code = std::nearbyintf(scaled / sum) + static_cast<float>(y.zero());
                QCOMPARE(result.data<float>()[row * 100 + i], settled(code, y));
            }
        }
    }
}

void TstCodeFormulas::matrixProductOfTwoValues()
{
    const Grid a{"uint8", 0.02f, 120}, b{"int8", 0.03f, 4}, y{"uint8", 0.05f, 128};
    const Tensor left = allCodes(a, {2, 7, 60}, 1), right = allCodes(b, {2, 60, 9}, 2);
    const Tensor product = runNode("input a: float32[2x7x60]\ninput b: float32[2x60x9]\ny = MatMul(a, b)\noutput y",
                                   {{"a", a}, {"b", b}, {"y", y}}, {{"a", left}, {"b", right}});
    const float multiplier = (a.scale * b.scale) / y.scale;
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t i = 0; i < 7; ++i)
            for (std::size_t j = 0; j < 9; ++j) {
                int sum = 0;
                for (std::size_t k = 0; k < 60; ++k)
                    sum += (raw(left.data<float>()[(n * 7 + i) * 60 + k], a) - a.zero()) *
                           (raw(right.data<float>()[(n * 60 + k) * 9 + j], b) - b.zero());
                const float code = std::clamp(std::nearbyintf(static_cast<float>(sum) * multiplier), -128.0f, 127.0f);
                QCOMPARE(product.data<float>()[(n * 7 + i) * 9 + j], code * y.scale);
            }
}

void TstCodeFormulas::widerGridsAreComputedInReals()
{
    const Grid a{"uint16", 0.001f, 30000}, b{"uint16", 0.002f, 100}, y{"uint16", 0.0025f, 20000};
    const Tensor left = allCodes(a, {500, 7}, 1), right = allCodes(b, {500, 7}, 5);
    const Tensor sum = runNode("input a: float32[500x7]\ninput b: float32[500x7]\ny = Add(a, b)\noutput y",
                               {{"a", a}, {"b", b}, {"y", y}}, {{"a", left}, {"b", right}});
    for (std::size_t i = 0; i < 3500; ++i) {
        const float real = left.data<float>()[i] + right.data<float>()[i];
        const float code = std::clamp(std::nearbyintf(real / y.scale), -20000.0f, 45535.0f);
        QCOMPARE(sum.data<float>()[i], code * y.scale);
    }
}

QTEST_GUILESS_MAIN(TstCodeFormulas)
#include "tst_code_formulas.moc"
