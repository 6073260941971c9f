// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/targets/device_graph.h"
#include "tests/core/targets/small_profile.h"

using namespace lathe;
using namespace lathe::test;

namespace {

DeviceGraph deviceOf(const QString& text)
{
    Graph graph = parseGraph(text.toStdString());
    inferShapes(graph);
    return deviceGraphOf(graph, smallTarget());
}

/// "id:op(reads)->writes", with tensors as "bits x elements = bytes [from, to]".
QString stepsText(const DeviceGraph& graph)
{
    QStringList lines;
    const auto numbers = [](const std::vector<int>& list) {
        QStringList parts;
        for (const int entry : list)
            parts << QString::number(entry);
        return parts.join(",");
    };
    for (const DeviceStep& step : graph.steps)
        lines << QString("%1:%2(%3)->%4").arg(QString::fromStdString(step.id), QString::fromStdString(step.op),
                                            numbers(step.reads), numbers(step.writes));
    return lines.join(" ");
}

QString tensorsText(const DeviceGraph& graph)
{
    QStringList parts;
    for (const DeviceTensor& tensor : graph.tensors)
        parts << QString("%1%2*%3=%4[%5,%6]").arg(tensor.isInteger ? "i" : "f").arg(tensor.bits).arg(tensor.elements)
                     .arg(tensor.bytes).arg(tensor.written).arg(tensor.lastRead);
    return parts.join(" ");
}

const QString pairs = "opset 13\ns: float32[] = 0.5\nt: float32[] = 0.25\nz: int8[] = 0\n";

}

class TstDeviceGraph : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stepsAndTensors_data();
    void stepsAndTensors();
    void constantsCountOnce();
    void containers();
};

void TstDeviceGraph::stepsAndTensors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("steps");
    QTest::addColumn<QString>("tensors");
    QTest::newRow("float") << "opset 13\ninput x: float32[1x4]\na = Sigmoid(x)\ny = Tanh(a)\noutput y"
                           << "a:Sigmoid(0)->1 y:Tanh(1)->2"
                           << "f32*4=16[-1,0] f32*4=16[0,1] f32*4=16[1,2]";
    QTest::newRow("codes are written at once")
        << pairs + "input x: float32[1x40]\na = Sigmoid(x)\nq = QuantizeLinear(a, s, z)\nd = DequantizeLinear(q, s, z)\n"
                   "y = Tanh(d)\noutput y"
        << "a:Sigmoid(0)->1 y:Tanh(1)->2"
        << "f32*40=160[-1,0] i8*40=48[0,1] f32*40=160[1,2]";
    QTest::newRow("two readers, one in float")
        << pairs + "input x: float32[1x40]\na = Sigmoid(x)\nq = QuantizeLinear(a, s, z)\nd = DequantizeLinear(q, s, z)\n"
                   "y = Tanh(d)\nb = Tanh(a)\noutput y, b"
        << "a:Sigmoid(0)->1 q:QuantizeLinear(1)->2 y:Tanh(2)->3 b:Tanh(1)->4"
        << "f32*40=160[-1,0] f32*40=160[0,3] i8*40=48[1,2] f32*40=160[2,4] f32*40=160[3,4]";
    QTest::newRow("quantized again") << pairs + "input x: float32[1x40]\nq = QuantizeLinear(x, s, z)\n"
                                                "d = DequantizeLinear(q, s, z)\nr = QuantizeLinear(d, t, z)\n"
                                                "e = DequantizeLinear(r, t, z)\ny = Tanh(e)\noutput y"
                                     << "r:QuantizeLinear(0)->1 y:Tanh(1)->2"
                                     << "i8*40=48[-1,0] i8*40=48[0,1] f32*40=160[1,2]";
    QTest::newRow("same grid, other shape")
        << pairs + "input x: float32[1x40]\nq = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                   "f = Flatten(d)\nr = QuantizeLinear(f, s, z)\ne = DequantizeLinear(r, s, z)\ny = Tanh(e)\noutput y"
        << "y:Tanh(0)->1"
        << "i8*40=48[-1,0] f32*40=160[0,1]";
    QTest::newRow("clamp joins its layer")
        << "opset 13\ninput x: float32[1x2x4x4]\nw: float32[4x2x1x1] = ...\nc = Conv(x, w)\ny = Relu(c)\noutput y"
        << "y:Conv(0)->1"
        << "f32*32=128[-1,0] f32*64=256[0,1]";
    QTest::newRow("quantized result keeps its name")
        << pairs + "input x: float32[1x40]\na = Sigmoid(x)\nq = QuantizeLinear(a, s, z)\ny = DequantizeLinear(q, s, z)\noutput y"
        << "y:Sigmoid(0)->1"
        << "f32*40=160[-1,0] i8*40=48[0,1]";
    QTest::newRow("residual") << "opset 13\ninput x: float32[1x4]\na = Sigmoid(x)\nb = Tanh(a)\ny = Add(a, b)\noutput y"
                              << "a:Sigmoid(0)->1 b:Tanh(1)->2 y:Add(1,2)->3"
                              << "f32*4=16[-1,0] f32*4=16[0,2] f32*4=16[1,2] f32*4=16[2,3]";
    QTest::newRow("dynamic batch is one") << "opset 13\ninput x: float32[?x4]\ny = Sigmoid(x)\noutput y"
                                          << "y:Sigmoid(0)->1"
                                          << "f32*4=16[-1,0] f32*4=16[0,1]";
}

void TstDeviceGraph::stepsAndTensors()
{
    QFETCH(QString, text);
    QFETCH(QString, steps);
    QFETCH(QString, tensors);
    const DeviceGraph graph = deviceOf(text);
    QCOMPARE(stepsText(graph), steps);
    QCOMPARE(tensorsText(graph), tensors);
}

void TstDeviceGraph::constantsCountOnce()
{
    const DeviceGraph graph = deviceOf(pairs + "input x: float32[1x2x4x4]\nw: int8[4x2x3x3] = ...\nb: int32[4] = [1, 2, 3, 4]\n"
                                               "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                                               "v = DequantizeLinear(w, s, z)\nc = DequantizeLinear(b, t)\n"
                                               "y = Conv(d, v, c)\noutput y");
    QCOMPARE(graph.steps.size(), std::size_t{1});
    QCOMPARE(graph.steps[0].weightBits, 8);
    QCOMPARE(graph.steps[0].macs, std::int64_t{4 * 2 * 3 * 3 * 2 * 2});
    // 72 codes in 80 bytes, 4 biases in 16, and two scales and a zero-point in 16 each.
    QCOMPARE(graph.steps[0].constantBytes, std::int64_t{80 + 16 + 3 * 16});
}

void TstDeviceGraph::containers()
{
    MemoryModel memory{{4, 8, 32}, 8, {}, {}};
    QCOMPARE(containerBytes(memory, 3, 3), std::int64_t{8});
    QCOMPARE(containerBytes(memory, 17, 4), std::int64_t{16});
    QCOMPARE(containerBytes(memory, 17, 5), std::int64_t{24});
    QCOMPARE(containerBytes(memory, 4, 16), std::int64_t{16});
    QCOMPARE(containerBytes(memory, 0, 8), std::int64_t{0});
    QCOMPARE(containerBytes(memory, std::int64_t{1} << 62, 32), std::int64_t{0});
}

QTEST_GUILESS_MAIN(TstDeviceGraph)
#include "tst_device_graph.moc"
