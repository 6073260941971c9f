// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/reference.h"

#include <QTest>

#include "core/ops/infer_shapes.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Graph graphOf(const char* text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return graph;
}

TensorMap run(const Graph& graph, const TensorMap& inputs, bool keepAll = false)
{
    return runReference(graph, inputs, Control(), keepAll);
}

std::vector<float> floats(const Tensor& tensor)
{
    return tensor.toFloats();
}

/// y of a graph with the float input x.
Tensor evaluate(const std::string& body, const Tensor& x)
{
    Graph graph = parseGraph("input x: " + std::string(dtypeName(x.dtype())) + "[" + x.shape().text() + "]\n" + body +
                             "\noutput y");
    inferShapes(graph);
    return run(graph, {{"x", x}}).at("y");
}

}

class TstReference : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsAGraph()
    {
        const Graph graph = graphOf("input x: float32[2]\nw: float32[2] = [10, 20]\na = Add(x, w)\nb = Relu(a)\nc = Neg(b)\n"
                                    "output c, a");
        const TensorMap results = run(graph, {{"x", Tensor::of<float>({2}, {1, -50})}});
        QCOMPARE(results.size(), std::size_t{2});
        QCOMPARE(floats(results.at("c")), (std::vector<float>{-11, 0}));
        QCOMPARE(floats(results.at("a")), (std::vector<float>{11, -30}));
        QVERIFY(run(graph, {{"x", Tensor::of<float>({2}, {1, -50})}}, true).contains("b"));
    }

    void checksInputs()
    {
        const Graph graph = graphOf("input x: float32[<N>x2]\ny = Relu(x)\noutput y");
        const Tensor good = Tensor::of<float>({1, 2}, {1, 2});
        LATHE_EXPECT_ERROR(inputMissing, run(graph, {}));
        LATHE_EXPECT_ERROR(inputUnknown, run(graph, {{"x", good}, {"z", good}}));
        LATHE_EXPECT_ERROR(shapeMismatch, run(graph, {{"x", Tensor::of<float>({1, 3}, {1, 2, 3})}}));
        LATHE_EXPECT_ERROR(dtypeMismatch, run(graph, {{"x", good.converted(DType::float64)}}));
        QCOMPARE(run(graph, {{"x", Tensor(DType::float32, {5, 2})}}).at("y").shape(), (Shape{5, 2}));
    }

    void unknownOperatorsDoNotRun()
    {
        const Graph graph = graphOf("input x: float32[2]\ny = my.domain::Odd(x)\noutput y");
        LATHE_EXPECT_ERROR(unsupportedOperator, run(graph, {{"x", Tensor(DType::float32, {2})}}));
    }

    void comparesTexts()
    {
        const Graph graph = graphOf("opset 19\na: string[2] = [\"one\", \"two\"]\nb: string[1] = [\"two\"]\n"
                                    "y = Equal(a, b)\noutput y");
        QVERIFY(identical(run(graph, {}).at("y"), Tensor::of<bool>({2}, {false, true})));
    }

    void stopsWhenAsked()
    {
        const Graph graph = graphOf("input x: float32[2]\ny = Relu(x)\noutput y");
        std::stop_source source;
        source.request_stop();
        const TensorMap inputs{{"x", Tensor(DType::float32, {2})}};
        LATHE_EXPECT_ERROR(stopped, runReference(graph, inputs, Control(source.get_token())));
    }

    /// 2049 has no float16; its half does not show when sums stay in float32 until the result.
    void halvesAreKeptInFloat()
    {
        const Tensor x = Tensor::of<float>({1}, {2048}).converted(DType::float16);
        const Tensor y = evaluate("one: float16[1] = 1\na = Add(x, one)\ny = Add(a, one)", x);
        QCOMPARE(y.dtype(), DType::float16);
        QCOMPARE(floats(y), std::vector<float>{2050});
        const Tensor cast = evaluate("l: float32[1] = 1\na = Add(x, l)\nh = Cast(a) {to=10}\ny = Cast(h) {to=1}",
                                     Tensor::of<float>({1}, {2048}));
        QCOMPARE(floats(cast), std::vector<float>{2048});
    }

    void integersDivideSafely()
    {
        const Tensor x = Tensor::of<std::int32_t>({2}, {INT32_MIN, 7});
        LATHE_EXPECT_ERROR(operatorInput, evaluate("z: int32[2] = 0\ny = Div(x, z)", x));
        const Tensor wrapped = evaluate("m: int32[2] = -1\ny = Div(x, m)", x);
        QVERIFY(identical(wrapped, Tensor::of<std::int32_t>({2}, {INT32_MIN, -7})));
        QVERIFY(identical(evaluate("m: int32[2] = -1\ny = Mod(x, m)", x), Tensor::of<std::int32_t>({2}, {0, 0})));
    }

    /// Against sums written out by hand: groups, dilation, uneven pads.
    void convolvesGroups()
    {
        const Tensor x = Tensor::of<float>({1, 2, 3}, {1, 2, 3, 10, 20, 30});
        const Tensor y = evaluate("w: float32[2x1x2] = [1, 100, 3, 4]\nb: float32[2] = [0, 0.5]\n"
                                  "y = Conv(x, w, b) {group=2, dilations=[2], pads=[1, 0]}",
                                  x);
        QCOMPARE(y.shape(), (Shape{1, 2, 2}));
        QCOMPARE(floats(y), (std::vector<float>{200, 301, 80.5f, 150.5f}));
    }

    void convolvesInThreeDimensions()
    {
        const Tensor x = Tensor::of<float>({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
        QCOMPARE(floats(evaluate("w: float32[1x1x2x2x2] = [1, 0, 0, 0, 0, 0, 0, 10]\ny = Conv(x, w)", x)),
                 std::vector<float>{81});
    }

    /// A transposed convolution is the gradient of a convolution: <conv(a), b> = <a, convTranspose(b)>.
    void transposedConvolutionIsTheAdjoint()
    {
        Graph graph = graphOf("input a: float32[1x4x7x6]\ninput b: float32[1x6x3x3]\nw: float32[6x2x3x2] = ...\n"
                              "c = Conv(a, w) {group=2, strides=[2, 2], pads=[0, 1, 0, 0], dilations=[1, 2]}\n"
                              "d = ConvTranspose(b, w) {group=2, strides=[2, 2], pads=[0, 1, 0, 0], dilations=[1, 2], output_padding=[0, 0]}\n"
                              "output c, d");
        const Shape shapeA = *graph.value(graph.find("d")).shape;
        QCOMPARE(*graph.value(graph.find("c")).shape, (Shape{1, 6, 3, 3}));
        QCOMPARE(shapeA, (Shape{1, 4, 7, 6}));
        Tensor a(DType::float32, {1, 4, 7, 6}), b(DType::float32, {1, 6, 3, 3});
        for (std::size_t i = 0; i < 168; ++i)
            a.mutableData<float>()[i] = static_cast<float>(i * 37 % 23) - 11;
        for (std::size_t i = 0; i < 54; ++i)
            b.mutableData<float>()[i] = static_cast<float>(i * 29 % 17) - 8;
        const TensorMap results = run(graph, {{"a", a}, {"b", b}});
        const auto dot = [](const Tensor& p, const Tensor& q) {
            double sum = 0;
            for (std::int64_t i = 0; i < p.elements(); ++i)
                sum += p.at(i) * q.at(i);
            return sum;
        };
        const double left = dot(results.at("c"), b), right = dot(a, results.at("d"));
        QVERIFY2(std::abs(left - right) < 1e-3, qPrintable(QString("%1 %2").arg(left).arg(right)));
    }

    void averagesCountPadsWhenAsked()
    {
        const Tensor x = Tensor::of<float>({1, 1, 3}, {3, 6, 9});
        const auto average = [&](const char* attributes) {
            return floats(evaluate(std::string("y = AveragePool(x) {kernel_shape=[2], strides=[2], ") + attributes + "}", x));
        };
        QCOMPARE(average("pads=[1, 0]"), (std::vector<float>{3, 7.5f}));
        QCOMPARE(average("pads=[1, 0], count_include_pad=1"), (std::vector<float>{1.5f, 7.5f}));
        // The last window reaches beyond the padded input; that part never counts.
        QCOMPARE(average("ceil_mode=1, count_include_pad=1"), (std::vector<float>{4.5f, 9}));
    }

    void negativePadsCrop()
    {
        const Tensor x = Tensor::of<float>({4}, {1, 2, 3, 4});
        QCOMPARE(floats(evaluate("p: int64[2] = [-1, 2]\ny = Pad(x, p)", x)), (std::vector<float>{2, 3, 4, 0, 0}));
        QCOMPARE(floats(evaluate("p: int64[2] = [5, 1]\ny = Pad(x, p) {mode=\"reflect\"}", x)),
                 (std::vector<float>{2, 3, 4, 3, 2, 1, 2, 3, 4, 3}));
    }
};

QTEST_GUILESS_MAIN(TstReference)
#include "tst_reference.moc"
