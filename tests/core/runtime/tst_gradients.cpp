// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/gradients.h"

#include <QTest>

#include <random>

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Graph graphOf(const char* text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return graph;
}

/// A residual block with a value that is read three times, shared weights, and shapes computed in integers.
constexpr const char* residual = R"(
input x: float64[1x2x4x4]
w: float64[2x2x3x3] = ...
v: float64[6x3] = ...
c1 = Conv(x, w) {pads=[1, 1, 1, 1]}
r1 = Sigmoid(c1)
c2 = Conv(r1, w) {pads=[1, 1, 1, 1]}
a = Add(c2, r1)
p = GlobalAveragePool(a)
q = GlobalAveragePool(r1)
m = GlobalMaxPool(x)
k = Concat(p, q, m) {axis=1}
s: int64[2] = [1, 6]
f = Reshape(k, s)
l = MatMul(f, v)
y = Softmax(l)
output y
)";

Tensor randomDoubles(const Shape& shape, unsigned seed)
{
    return randomTensor(shape, seed).converted(DType::float64);
}

double weighted(const Tensor& weights, const Tensor& values)
{
    double sum = 0;
    for (std::int64_t i = 0; i < weights.elements(); ++i)
        sum += weights.at(i) * values.at(i);
    return sum;
}

}

class TstGradients : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreeWithFiniteDifferences_data()
    {
        QTest::addColumn<QString>("value");
        for (const char* value : {"x", "w", "v"})
            QTest::newRow(value) << value;
    }

    void agreeWithFiniteDifferences()
    {
        QFETCH(const QString, value);
        const std::string name = value.toStdString();
        Graph graph = graphOf(residual);
        TensorMap inputs{{"x", randomDoubles({1, 2, 4, 4}, 5)}};
        const Tensor weights = randomDoubles({1, 3}, 9);
        const auto evaluate = [&] { return Gradients(graph, {}).forward(inputs, Control()); };
        const Gradients gradients(graph, {name});
        const Tensor found = gradients.run(evaluate(), {{"y", weights}}, Control()).at(name);
        Tensor& changed = name == "x" ? inputs.at("x") : graph.value(graph.find(name)).constant;
        QCOMPARE(found.shape(), changed.shape());
        constexpr double step = 1e-5;
        for (std::size_t i = 0; i < static_cast<std::size_t>(found.elements()); ++i) {
            const double before = changed.data<double>()[i];
            changed.mutableData<double>()[i] = before + step;
            const double above = weighted(weights, evaluate().at("y"));
            changed.mutableData<double>()[i] = before - step;
            const double below = weighted(weights, evaluate().at("y"));
            changed.mutableData<double>()[i] = before;
            // Rounding of the sums over the step; the step squared times a third derivative below a hundred.
            QVERIFY(std::abs(found.data<double>()[i] - (above - below) / (2 * step)) <
                    64 * 0x1p-53 / step + 100 * step * step);
        }
    }

    void beginAnywhere()
    {
        const Graph graph = graphOf(residual);
        const Gradients gradients(graph, {"r1"}, {"c2", "q"});
        const TensorMap values = gradients.forward({{"x", randomDoubles({1, 2, 4, 4}, 5)}}, Control());
        const Tensor one = randomDoubles({1, 2, 4, 4}, 1), two = randomDoubles({1, 2, 1, 1}, 2);
        Tensor sum = gradients.run(values, {{"c2", one}}, Control()).at("r1");
        addGradient(sum, gradients.run(values, {{"q", two}}, Control()).at("r1"));
        QVERIFY(relativeError(sum, gradients.run(values, {{"c2", one}, {"q", two}}, Control()).at("r1")) <
                1e-14);
    }

    void saysWhatBlocks()
    {
        const Graph graph = graphOf(
            "input x: float32[4]\na = Relu(x)\nb = Round(a) @rounding\nc = Sigmoid(b)\nd = Add(c, x)\n"
            "e = Sigmoid(d)\noutput e");
        const Gradients gradients(graph, {"x", "a", "b", "c", "d"});
        for (const char* blocked : {"x", "a"})
            QCOMPARE(gradients.blocked(blocked), std::string("Round rounding has no reverse"));
        for (const char* open : {"b", "c", "d"})
            QCOMPARE(gradients.blocked(open), std::string());
        const TensorMap values = gradients.forward({{"x", randomTensor({4}, 3)}}, Control());
        const TensorMap found = gradients.run(values, {{"e", randomTensor({4}, 4)}}, Control());
        QVERIFY(!found.contains("x") && !found.contains("a"));
        QVERIFY(found.contains("b") && found.contains("c") && found.contains("d"));
    }

    void countsDoNotBlock()
    {
        const Graph graph =
            graphOf("input x: float32[2x3]\ns = Shape(x)\na = Relu(x)\ny = Reshape(a, s)\noutput y");
        const Gradients gradients(graph, {"x"});
        QCOMPARE(gradients.blocked("x"), std::string());
        const TensorMap values = gradients.forward({{"x", randomTensor({2, 3}, 3)}}, Control());
        QVERIFY(gradients.run(values, {{"y", randomTensor({2, 3}, 4)}}, Control()).contains("x"));
    }

    void leavesOutWhatNothingDependsOn()
    {
        const Graph graph = graphOf("input x: float32[4]\na = Relu(x)\nb = Sigmoid(x)\noutput a, b");
        const Gradients gradients(graph, {"a", "b"}, {"a"});
        const TensorMap values = gradients.forward({{"x", randomTensor({4}, 3)}}, Control());
        const TensorMap found = gradients.run(values, {{"a", randomTensor({4}, 4)}}, Control());
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(found.contains("a"));
    }

    void refusesUnknownNames()
    {
        const Graph graph = graphOf("input x: float32[4]\na = Relu(x)\noutput a");
        LATHE_EXPECT_ERROR(unknownName, Gradients(graph, {"nothing"}));
    }

    void stopsWhenAsked()
    {
        const Graph graph = graphOf("input x: float32[4]\na = Relu(x)\noutput a");
        const Gradients gradients(graph, {"x"});
        std::stop_source stop;
        stop.request_stop();
        LATHE_EXPECT_ERROR(stopped,
                           gradients.forward({{"x", randomTensor({4}, 3)}}, Control(stop.get_token())));
    }
};

QTEST_APPLESS_MAIN(TstGradients)
#include "tst_gradients.moc"
