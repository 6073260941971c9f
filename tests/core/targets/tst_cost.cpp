// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/targets/cost.h"
#include "tests/core/targets/small_profile.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Graph graphOf(const QString& text)
{
    Graph graph = parseGraph(text.toStdString());
    inferShapes(graph);
    return graph;
}

/// A convolution of 8-bit codes with `type` weights: 4x4x4 outputs of 2 inputs and one tap, 128 MACs.
Graph quantizedConv(const QString& type)
{
    return graphOf("opset 13\ns: float32[] = 0.5\nz: int8[] = 0\ninput x: float32[1x2x4x4]\nw: " + type +
                   "[4x2x1x1] = ...\nq = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                   "v = DequantizeLinear(w, s)\nc = Conv(d, v)\nr = QuantizeLinear(c, s, z)\ny = DequantizeLinear(r, s, z)\n"
                   "output y");
}

}

class TstCost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void conv_data();
    void conv();
    void weightlessOperators();
    void depthwiseHasItsOwnPrice();
    void slowerOfBothCounts();
    void sumsAndLimits();
    void sameTwice();
};

void TstCost::conv_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<int>("bits");
    QTest::addColumn<double>("cycles");
    QTest::addColumn<double>("picojoules");
    QTest::addColumn<int>("flash");
    // 128 MACs; 32 bytes in, 64 out at 4 a cycle; constants (weights, scale, the result's scale and zero-point) of 16
    // bytes each at 2 a cycle; 100 cycles to start.
    QTest::newRow("int8") << "int8" << 8 << 100 + 128 * 2.0 + 64 / 2.0 + 96 / 4.0
                          << 128 * 10.0 + 64 * 100.0 + 96 * 10.0 << 64;
    QTest::newRow("int4") << "int4" << 4 << 100 + 128 * 1.0 + 64 / 2.0 + 96 / 4.0
                          << 128 * 5.0 + 64 * 100.0 + 96 * 10.0 << 64;
}

void TstCost::conv()
{
    QFETCH(QString, type);
    QFETCH(int, bits);
    QFETCH(double, cycles);
    QFETCH(double, picojoules);
    QFETCH(int, flash);
    const PlanCost cost = costOf(quantizedConv(type), smallTarget());
    QCOMPARE(cost.layers.size(), std::size_t{1});
    const LayerCost& layer = cost.layers[0];
    QCOMPARE(layer.id, std::string("y"));
    QCOMPARE(layer.macs, std::int64_t{128});
    QCOMPARE(layer.weightBits, bits);
    QCOMPARE(layer.inputBits, 8);
    QCOMPARE(layer.latencyMs, cycles / 1e5);
    QCOMPARE(layer.energyMj, picojoules * 1e-9);
    QCOMPARE(layer.flashBytes, std::int64_t{flash});
    QCOMPARE(layer.sramBytes, std::int64_t{96});
}

void TstCost::weightlessOperators()
{
    const PlanCost cost = costOf(graphOf("opset 13\ninput x: float32[1x1x8x8]\n"
                                         "y = MaxPool(x) {kernel_shape=[2, 2], strides=[2, 2]}\noutput y"),
                                 smallTarget());
    QCOMPARE(cost.layers.size(), std::size_t{1});
    QCOMPARE(cost.layers[0].latencyMs, (100 + 64 * 3.0 + (256 + 64) / 4.0) / 1e5);
    QCOMPARE(cost.layers[0].energyMj, (64 * 7.0 + (256 + 64) * 10.0) * 1e-9);
    QCOMPARE(cost.layers[0].inputBits, 32);
}

void TstCost::depthwiseHasItsOwnPrice()
{
    const Graph graph = graphOf("opset 13\ns: float32[] = 0.5\nz: int8[] = 0\ninput x: float32[1x2x4x4]\nw: int8[2x1x1x1] = ...\n"
                                "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\nv = DequantizeLinear(w, s)\n"
                                "y = Conv(d, v) {group=2}\noutput y");
    const PlanCost cost = costOf(graph, smallTarget());
    QCOMPARE(cost.layers[0].latencyMs, (100 + 32 * 4.0 + 32 / 2.0 + (32 + 128) / 4.0) / 1e5);
}

void TstCost::slowerOfBothCounts()
{
    Target target = smallTarget();
    target.cost.overlapped = true;
    QCOMPARE(costOf(quantizedConv("int8"), target).layers[0].latencyMs, (100 + 256.0) / 1e5);
    target.cost.weightBytesPerCycle.value = 0.1;
    QCOMPARE(costOf(quantizedConv("int8"), target).layers[0].latencyMs, (100 + 640.0) / 1e5);
}

void TstCost::sumsAndLimits()
{
    const Graph graph = graphOf("opset 13\ninput x: float32[1x2x4x4]\nw: float32[8x2x1x1] = ...\na = Conv(x, w)\n"
                                "r = Relu(a)\ns = Sigmoid(r)\ny = Add(r, s)\noutput y");
    const PlanCost cost = costOf(graph, smallTarget());
    QCOMPARE(cost.layers.size(), std::size_t{3});
    double latencyMs = 0, energyMj = 0;
    std::int64_t flashBytes = 0, mostSram = 0;
    for (const LayerCost& layer : cost.layers) {
        latencyMs += layer.latencyMs;
        energyMj += layer.energyMj;
        flashBytes += layer.flashBytes;
        mostSram = std::max(mostSram, layer.sramBytes);
    }
    QCOMPARE(cost.latencyMs, latencyMs);
    QCOMPARE(cost.energyMj, energyMj);
    QCOMPARE(cost.flashBytes, flashBytes);
    QCOMPARE(cost.peakSramBytes, std::int64_t{3 * 512});
    QCOMPARE(mostSram, cost.peakSramBytes);
    QCOMPARE(cost.peakLayer, std::string("y"));
    QVERIFY(cost.flashFits && !cost.sramFits);
}

void TstCost::sameTwice()
{
    const Graph graph = quantizedConv("int8");
    QCOMPARE(costOf(graph, smallTarget()).energyMj, costOf(graph, smallTarget()).energyMj);
}

QTEST_GUILESS_MAIN(TstCost)
#include "tst_cost.moc"
