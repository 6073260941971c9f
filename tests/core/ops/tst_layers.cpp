// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/layers.h"

#include <QTest>

#include "core/ops/infer_shapes.h"

using namespace lathe;

namespace {

/// One line a layer: "id op parameters macs [weight] [bias]".
QStringList layersOf(const std::string& text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    QStringList lines;
    for (const Layer& layer : findLayers(graph)) {
        std::string line = layer.id + " " + layer.op + " " + std::to_string(layer.parameters) + " " +
                           std::to_string(layer.macs);
        const Graph& home = layer.body ? *layer.body : graph;
        for (const ValueId constant : {layer.weight, layer.bias})
            if (constant.valid())
                line += " " + home.value(constant).name;
        lines.append(QString::fromStdString(line));
    }
    return lines;
}

}

class TstLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void convWithNormAndClampIsOne()
    {
        QCOMPARE(layersOf("input x: float32[1x3x4x4]\n"
                          "w: float32[8x3x1x1] = ...\n"
                          "b: float32[8] = ...\n"
                          "s: float32[8] = +...\n"
                          "c = Conv(x, w, b)\n"
                          "n = BatchNormalization(c, s, s, s, s)\n"
                          "y = Relu(n)\n"
                          "output y"),
                 (QStringList{"input:x Input 0 0", "y Conv 64 384 w b"}));
    }

    void addedBiasBelongsToTheLayer()
    {
        QCOMPARE(layersOf("input x: float32[2x6]\n"
                          "w: float32[6x5] = ...\n"
                          "b: float32[5] = ...\n"
                          "l: float32[] = 0\n"
                          "h: float32[] = 6\n"
                          "m = MatMul(x, w)\n"
                          "a = Add(b, m)\n"
                          "y = Clip(a, l, h)\n"
                          "output y"),
                 (QStringList{"input:x Input 0 0", "y MatMul 35 60 w b"}));
    }

    void aFullTensorIsNoBias()
    {
        QCOMPARE(layersOf("input x: float32[2x6]\nw: float32[6x5] = ...\nb: float32[2x5] = ...\n"
                          "m = MatMul(x, w)\ny = Add(m, b)\noutput y"),
                 (QStringList{"input:x Input 0 0", "m MatMul 30 60 w", "y Add 10 0"}));
    }

    /// The second product stands behind the first in the file, and depends on the input all the same.
    void aSecondProductIsNoBias()
    {
        QCOMPARE(layersOf("input x: float32[1x6]\nw: float32[6x5] = ...\nv: float32[6x5] = ...\n"
                          "m = MatMul(x, w)\nn = MatMul(x, v)\ny = Add(m, n)\noutput y"),
                 (QStringList{"input:x Input 0 0", "m MatMul 30 30 w", "n MatMul 30 30 v", "y Add 0 0"}));
    }

    void whatOthersSeeIsNotFolded()
    {
        const std::string head = "input x: float32[1x3x4x4]\nw: float32[8x3x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)\n";
        const QStringList apart{"input:x Input 0 0", "c Conv 24 384 w", "y Relu 0 0"};
        QCOMPARE(layersOf(head + "output y, c"), apart);
        QCOMPARE(layersOf(head + "z = Add(c, y)\noutput z"), apart + QStringList{"z Add 0 0"});
    }

    void residualAdditionWithClamp()
    {
        QCOMPARE(layersOf("input x: float32[1x3]\ny = Add(x, x)\nz = Relu(y)\nt = Transpose(z)\ng = Sigmoid(t)\noutput g"),
                 (QStringList{"input:x Input 0 0", "z Add 0 0", "g Sigmoid 0 0"}));
    }

    void movingAndShapeArithmeticAreNone()
    {
        QCOMPARE(layersOf("input x: float32[2x6x4]\n"
                          "z: int64[] = 0\n"
                          "one: int64[] = 1\n"
                          "s = Shape(x)\n"
                          "g = Gather(s, z)\n"
                          "d = Mul(g, one)\n"
                          "e = Expand(x, s)\n"
                          "r: float32[3] = [1, 1, 2]\n"
                          "u = Resize(e, _, r)\n"
                          "p = Sigmoid(u)\n"
                          "output p, d"),
                 (QStringList{"input:x Input 0 0", "p Sigmoid 0 0"}));
    }

    void productsOfActivationsHaveNoWeight()
    {
        QCOMPARE(layersOf("input a: float32[2x3]\ninput b: float32[3x4]\ny = MatMul(a, b)\noutput y"),
                 (QStringList{"input:a Input 0 0", "input:b Input 0 0", "y MatMul 0 24"}));
    }

    void weightsMayBeMadeOfConstants()
    {
        QCOMPARE(layersOf("input x: float32[1x3]\n"
                          "q: int8[3x2] = ...\n"
                          "s: float32[] = 0.1\n"
                          "w = DequantizeLinear(q, s)\n"
                          "y = MatMul(x, w)\n"
                          "output y"),
                 (QStringList{"input:x Input 0 0", "y MatMul 6 6 q"}));
        QCOMPARE(layersOf("input x: float32[1x3]\nd: int64[2] = [3, 2]\nw = ConstantOfShape(d)\ny = MatMul(x, w)\noutput y"),
                 (QStringList{"input:x Input 0 0", "y MatMul 6 6 w"}));
    }

    void knowsDepthwiseAndChannelAxes()
    {
        Graph graph = parseGraph("input x: float32[1x4x8x8]\n"
                                 "input v: float32[1x6]\n"
                                 "w: float32[4x1x3x3] = ...\n"
                                 "g: float32[5x6] = ...\n"
                                 "y = Conv(x, w) {group=4}\n"
                                 "z = Gemm(v, g) {transB=1}\n"
                                 "output y, z");
        inferShapes(graph);
        const std::vector<Layer> layers = findLayers(graph);
        QVERIFY(layers[2].depthwise);
        QCOMPARE(layers[2].weightChannelAxis, 0);
        QVERIFY(!layers[3].depthwise);
        QCOMPARE(layers[3].weightChannelAxis, 0);
    }

    void unknownOperatorsAreShown()
    {
        QCOMPARE(layersOf("input x: float32[2]\nw: float32[5] = ...\ny = my.domain::Odd(x, w)\noutput y"),
                 (QStringList{"input:x Input 0 0", "y Odd 5 0"}));
    }

    void bodiesHaveAPath()
    {
        QCOMPARE(layersOf("input c: bool[]\n"
                          "input x: float32[2x3]\n"
                          "y = If(c) {then_branch=graph {\n"
                          "capture x\n"
                          "w: float32[3x4] = ...\n"
                          "t = MatMul(x, w)\n"
                          "output t\n"
                          "}} @choose\n"
                          "output y"),
                 (QStringList{"input:c Input 0 0", "input:x Input 0 0", "choose/then_branch/t MatMul 12 24 w"}));
    }

    void bodiesCaptureTheirWeights()
    {
        QCOMPARE(layersOf("input c: bool[]\n"
                          "input x: float32[2x3]\n"
                          "w: float32[3x4] = ...\n"
                          "y = If(c) {then_branch=graph {\n"
                          "capture x\n"
                          "capture w\n"
                          "t = MatMul(x, w)\n"
                          "output t\n"
                          "}}\n"
                          "output y"),
                 (QStringList{"input:c Input 0 0", "input:x Input 0 0", "y/then_branch/t MatMul 12 24 w"}));
    }
};

QTEST_GUILESS_MAIN(TstLayers)
#include "tst_layers.moc"
