// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

PointLayout layoutOf(const Graph& graph)
{
    return findPoints(graph, findLayers(graph), genericRules());
}

/// "value(layer)" of every point; shared ones with "=group", optional ones with "?".
QString pointsText(const PointLayout& layout)
{
    QStringList parts;
    for (const auto& point : layout.activations) {
        QString text = QString::fromStdString(point.value + "(" + point.layer + ")");
        if (point.shareGroup >= 0)
            text += "=" + QString::number(point.shareGroup);
        if (!point.byDefault)
            text += "?";
        parts << text;
    }
    return parts.join(" ");
}

QString weightsText(const PointLayout& layout)
{
    QStringList parts;
    for (const auto& point : layout.weights)
        parts << QString::fromStdString(point.value + "/" + point.bias + "/" + point.input + "@" +
                                        std::to_string(point.axis)) +
                     (point.perChannel ? "c" : "") + (point.constantOperand ? "k" : "");
    return parts.join(" ");
}

} // namespace

class TstPointLayout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesPoints_data();
    void placesPoints();
    void bodiesAreLeftAlone();
    void targetsAreData();
};

void TstPointLayout::placesPoints_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("points");
    QTest::addColumn<QString>("weights");
    const QString input = "opset 13\ninput x: float32[1x4x8x8]\n";
    QTest::newRow("after the clamp") << input + "w: float32[4x4x1x1] = ...\nb: float32[4] = ...\n"
                                                "c = Conv(x, w, b)\ny = Relu(c)\noutput y"
                                     << "x(input:x) y(y)"
                                     << "w/b/x@0c";
    QTest::newRow("residual addition") << input + "s = Sigmoid(x)\ny = Add(x, s)\noutput y"
                                       << "x(input:x) s(s) y(y)"
                                       << "";
    QTest::newRow("moving shares") << input + "s = Sigmoid(x)\np = MaxPool(s) {kernel_shape=[2, 2]}\n"
                                              "y = Transpose(p) {perm=[0, 2, 3, 1]}\noutput y"
                                   << "x(input:x) s(s)=0 p(s)=0 y(s)=0"
                                   << "";
    QTest::newRow("concat shares") << input +
                                          "s = Sigmoid(x)\nt = Tanh(x)\ny = Concat(s, t) {axis=1}\noutput y"
                                   << "x(input:x) s(s)=0 t(t)=0 y(s)=0"
                                   << "";
    QTest::newRow("split shares") << input + "a, b = Split(x) {axis=1}\ny = Add(a, b)\noutput y"
                                  << "x(input:x)=0 a(input:x)=0 b(input:x)=0 y(y)"
                                  << "";
    QTest::newRow("softmax only on demand") << input + "s = Softmax(x)\ny = Flatten(s)\noutput y"
                                            << "x(input:x) s(s)=0? y(s)=0?"
                                            << "";
    QTest::newRow("attention")
        << "opset 13\ninput q: float32[1x4x8]\ninput k: float32[1x8x4]\na = MatMul(q, k)\n"
           "s = Softmax(a)\ny = MatMul(s, q)\noutput y"
        << "q(input:q) k(input:k) a(a) s(s) y(y)"
        << "";
    QTest::newRow("constant of an addition") << input + "k: float32[1x4x1x1] = ...\ny = Mul(x, k)\noutput y"
                                             << "x(input:x) y(y)"
                                             << "k//x@-1k";
    QTest::newRow("matmul with bias behind")
        << "opset 13\ninput x: float32[2x4]\nw: float32[4x3] = ...\nb: float32[3] = ...\n"
           "m = MatMul(x, w)\ny = Add(m, b)\noutput y"
        << "x(input:x) y(y)"
        << "w/b/x@1c";
    QTest::newRow("gemm by columns")
        << "opset 13\ninput x: float32[2x4]\nw: float32[3x4] = ...\nb: float32[3] = ...\n"
           "y = Gemm(x, w, b) {transB=1}\noutput y"
        << "x(input:x) y(y)"
        << "w/b/x@0c";
    QTest::newRow("scaled gemm keeps its bias")
        << "opset 13\ninput x: float32[2x4]\nw: float32[3x4] = ...\nb: float32[3] = ...\n"
           "y = Gemm(x, w, b) {transB=1, beta=0.5}\noutput y"
        << "x(input:x) y(y)"
        << "w//x@0c";
    QTest::newRow("stacked matmul")
        << "opset 13\ninput x: float32[2x4x4]\nw: float32[2x4x3] = ...\ny = MatMul(x, w)\noutput y"
        << "x(input:x) y(y)"
        << "w//x@2";
    QTest::newRow("integers are no points") << "opset 13\ninput x: float32[1x4x8x8]\ninput i: int64[2]\n"
                                               "y = Gather(x, i) {axis=1}\noutput y"
                                            << "x(input:x)=0 y(input:x)=0"
                                            << "";
    QTest::newRow("unknown operators stay float")
        << input + "s = Sigmoid(x)\nu = example::Odd(s)\ny = Relu(u)\noutput y"
        << "x(input:x) s(s) y(y)"
        << "";
    QTest::newRow("linear resize computes") << input + "k: float32[4] = [1, 1, 2, 2]\ny = Resize(x, _, k) "
                                                       "{mode=\"linear\"}\nz = Resize(x, _, k)\noutput y, z"
                                            << "x(input:x)=0 y(y) z(input:x)=0"
                                            << "";
}

void TstPointLayout::placesPoints()
{
    QFETCH(QString, text);
    QFETCH(QString, points);
    QFETCH(QString, weights);
    Graph graph = parseGraph(text.toStdString());
    inferShapes(graph);
    for (const Node& node : graph.nodes())
        for (const ValueId output : node.outputs)
            if (graph.value(output).dtype == DType::undefined)
                graph.value(output).dtype = DType::float32;
    if (!findOp(graph.nodes().back()))
        QSKIP("the operator is not there yet");
    const PointLayout layout = layoutOf(graph);
    QCOMPARE(pointsText(layout), points);
    QCOMPARE(weightsText(layout), weights);
}

void TstPointLayout::bodiesAreLeftAlone()
{
    Graph graph = graphOf("opset 13\ninput x: float32[1x4]\ny = Sigmoid(x)\noutput y");
    std::vector<Layer> layers = findLayers(graph);
    Layer inner = layers.back();
    inner.id = "If_0/then_branch/y";
    inner.body = std::make_shared<const Graph>(graph);
    inner.weight = ValueId{0};
    layers.push_back(inner);
    QCOMPARE(pointsText(findPoints(graph, layers, genericRules())), QString("x(input:x) y(y)"));
}

void TstPointLayout::targetsAreData()
{
    const PlacementRules rules = parsePlacementRules(parseJson(R"({"quantizeGraphInputs": false, "rules": [
        {"operators": ["Conv"], "inputs": ["point"], "output": "none",
         "weights": {"perChannel": false, "narrow": true, "axis": 1}, "quantizeBias": false},
        {"operators": ["Sigmoid"], "output": {"scale": 0.00390625, "zeroPoint": 0}}]})",
                                                               "t"),
                                                     "t");
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x4x8x8]\nw: float32[4x4x1x1] = ...\nc = Conv(x, w)\n"
                "s = Sigmoid(c)\ny = Conv(s, w)\noutput y");
    const PointLayout layout = findPoints(graph, findLayers(graph), rules);
    QCOMPARE(pointsText(layout), QString("x(input:x) s(s)"));
    QCOMPARE(layout.activations[1].fixed->scale, 1.0F / 256);
    QVERIFY(layout.weights[0].narrow && !layout.weights[0].quantizeBias && !layout.weights[0].perChannel);
    QCOMPARE(layout.weights[0].axis, 1);
}

QTEST_GUILESS_MAIN(TstPointLayout)
#include "tst_point_layout.moc"
