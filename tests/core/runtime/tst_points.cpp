// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/points.h"

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

PointedGraph pointsOf(const std::string& text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return takeOutPoints(graph);
}

/// "activation x uint8 0.5/3 [0 255]; ..." in order.
QString slotText(const PointedGraph& pointed)
{
    static const char* const kinds[] = {"activation", "weight", "bias"};
    QStringList lines;
    for (std::size_t i = 0; i < pointed.slotList.size(); ++i) {
        const Slot& slot = pointed.slotList[i];
        QString line = QString("%1 %2").arg(kinds[static_cast<int>(slot.kind)], slot.value.c_str());
        if (const Encoding* encoding = pointed.settings[i].encoding.get()) {
            line += QString(" %1").arg(encoding->format.name().c_str());
            if (encoding->format.isInteger())
                line += QString(" %1/%2 [%3 %4]")
                            .arg(static_cast<double>(encoding->scale[0]))
                            .arg(encoding->zeroPoint[0])
                            .arg(encoding->minimumCode)
                            .arg(encoding->maximumCode);
            if (pointed.settings[i].codes)
                line += " codes";
        }
        lines << line;
    }
    return lines.join("; ");
}

QString nodeText(const Graph& graph)
{
    QStringList nodes;
    for (const Node& node : graph.nodes()) {
        QStringList inputs;
        for (const ValueId id : node.inputs)
            inputs << (id.valid() ? graph.value(id).name.c_str() : "_");
        nodes << QString("%1=%2(%3)").arg(graph.value(node.outputs[0]).name.c_str(), node.op.c_str(), inputs.join(","));
    }
    return nodes.join("; ");
}

constexpr const char* kGrid = "s: float32[] = 0.5\nz: uint8[] = 3\n";

}

class TstPoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void graphsLoseTheirPairs_data();
    void graphsLoseTheirPairs();
    void constantsKeepCodesAndNumbers();
    void aliasesFindTheSlot();
    void furtherPointsAreOpened();
    void unknownPointsAreRefused();
};

void TstPoints::graphsLoseTheirPairs_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("nodes");
    QTest::addColumn<QString>("slotList");
    const auto row = [](const char* name, const QString& text, const char* nodes, const char* slotList) {
        QTest::newRow(name) << (QString("input x: float32[4]\n") + kGrid + text) << QString(nodes) << QString(slotList);
    };
    row("no points", "y = Relu(x)\noutput y", "y=Relu(x)", "");
    row("a value", "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\ny = Relu(d)\noutput y", "y=Relu(x)",
        "activation x uint8 0.5/3 [0 255]");
    row("a result takes the name of what leaves the graph",
        "r = Relu(x)\nq = QuantizeLinear(r, s, z)\ny = DequantizeLinear(q, s, z)\noutput y", "y=Relu(x)",
        "activation y uint8 0.5/3 [0 255]");
    row("an input that is the result", "q = QuantizeLinear(x, s, z)\ny = DequantizeLinear(q, s, z)\noutput y",
        "y=Identity(x)", "activation x uint8 0.5/3 [0 255]");
    row("one quantizer, a dequantizer for each reader",
        "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\ne = DequantizeLinear(q, s, z)\na = Relu(d)\nb = Neg(e)\n"
        "y = Add(a, b)\noutput y",
        "a=Relu(x); b=Neg(x); y=Add(a,b)", "activation x uint8 0.5/3 [0 255]");
    row("a quantizer for each reader",
        "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\np = QuantizeLinear(x, s, z)\ne = DequantizeLinear(p, s, z)\n"
        "a = Relu(d)\nb = Neg(e)\ny = Add(a, b)\noutput y",
        "a=Relu(x); b=Neg(x); y=Add(a,b)", "activation x uint8 0.5/3 [0 255]");
    row("one reader only",
        "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\na = Relu(d)\ny = Add(a, x)\noutput y",
        "d=Identity(x); a=Relu(d); y=Add(a,x)", "activation d uint8 0.5/3 [0 255]");
    row("a change of grid on an edge",
        "t: float32[] = 0.25\nq = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\np = QuantizeLinear(d, t, z)\n"
        "e = DequantizeLinear(p, t, z)\na = Relu(e)\ny = Add(a, d)\noutput y",
        "e=Identity(x); a=Relu(e); y=Add(a,x)", "activation x uint8 0.5/3 [0 255]; activation e uint8 0.25/3 [0 255]");
    row("a grid set twice",
        "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\np = QuantizeLinear(d, s, z)\n"
        "e = DequantizeLinear(p, s, z)\ny = Relu(e)\noutput y",
        "y=Relu(x)", "activation x uint8 0.5/3 [0 255]");
    row("fewer bits in a container",
        "low: uint8[] = 0\nhigh: uint8[] = 15\nq = QuantizeLinear(x, s, z)\nc = Clip(q, low, high)\n"
        "d = DequantizeLinear(c, s, z)\ny = Relu(d)\noutput y",
        "y=Relu(x)", "activation x uint4 0.5/3 [0 15]");
    row("a narrower range of codes",
        "low: uint8[] = 1\nq = QuantizeLinear(x, s, z)\nc = Clip(q, low)\nd = DequantizeLinear(c, s, z)\ny = Relu(d)\noutput y",
        "y=Relu(x)", "activation x uint8 0.5/3 [1 255]");
    row("16-bit float", "h = Cast(x) {to=10}\nd = Cast(h) {to=1}\ny = Relu(d)\noutput y", "y=Relu(x)",
        "activation x float16");
    row("constant codes", "w: int8[4] = [1, -2, 3, 4]\nd = DequantizeLinear(w, s)\ny = Mul(x, d)\noutput y",
        "y=Mul(x,d)", "weight d int8 0.5/0 [-128 127] codes");
    row("a quantized float constant",
        "w: float32[4] = [1, -2, 3, 4]\nq = QuantizeLinear(w, s, z)\nd = DequantizeLinear(q, s, z)\ny = Mul(x, d)\noutput y",
        "y=Mul(x,w)", "weight w uint8 0.5/3 [0 255]");
    row("a half constant", "w: float16[4] = [1, -2, 3, 4]\nd = Cast(w) {to=1}\ny = Mul(x, d)\noutput y", "y=Mul(x,d)",
        "weight d float16");
    row("32-bit codes are a bias", "w: int32[4] = [1, -2, 3, 4]\nd = DequantizeLinear(w, s)\ny = Add(x, d)\noutput y",
        "y=Add(x,d)", "bias d int32 0.5/0 [-2147483648 2147483647] codes");
    row("codes that leave the graph", "r = Relu(x)\ny = QuantizeLinear(r, s, z)\noutput y",
        "r=Relu(x); y=QuantizeLinear(r,s,z)", "activation r uint8 0.5/3 [0 255]");
    row("an operator on codes",
        "q = QuantizeLinear(x, s, z)\np: int64[2] = [2, 2]\nr = Reshape(q, p)\ny = DequantizeLinear(r, s, z)\noutput y",
        "q=QuantizeLinear(x,s,z); r=Reshape(q,p); y=DequantizeLinear(r,s,z)",
        "activation x uint8 0.5/3 [0 255]; activation y uint8 0.5/3 [0 255]");
    row("grids that do not match", "t: float32[] = 0.25\nq = QuantizeLinear(x, s, z)\ny = DequantizeLinear(q, t, z)\noutput y",
        "q=QuantizeLinear(x,s,z); y=DequantizeLinear(q,t,z)",
        "activation x uint8 0.5/3 [0 255]; activation y uint8 0.25/3 [0 255]");
}

void TstPoints::graphsLoseTheirPairs()
{
    QFETCH(QString, text);
    QFETCH(QString, nodes);
    QFETCH(QString, slotList);
    const PointedGraph pointed = pointsOf(text.toStdString());
    pointed.graph.validate();
    QCOMPARE(nodeText(pointed.graph), nodes);
    QCOMPARE(slotText(pointed), slotList);
}

void TstPoints::constantsKeepCodesAndNumbers()
{
    const PointedGraph pointed = pointsOf(
        "input x: float32[2x2]\ns: float32[2] = [0.5, 0.25]\nw: int8[2x2] = [1, -2, 3, 4]\n"
        "d = DequantizeLinear(w, s) {axis=0}\ny = MatMul(x, d)\noutput y");
    const Tensor& reals = pointed.graph.value(pointed.graph.find("d")).constant;
    QVERIFY(identical(reals, Tensor::of<float>({2, 2}, {0.5f, -1, 0.75f, 1})));
    QVERIFY(identical(*pointed.settings[0].codes, Tensor::of<std::int8_t>({2, 2}, {1, -2, 3, 4})));
    QCOMPARE(pointed.settings[0].encoding->axis, 0);
}

void TstPoints::aliasesFindTheSlot()
{
    const auto program = Program::compile(
        parseGraph("input x: float32[4]\ns: float32[] = 0.5\nz: uint8[] = 0\nw: int8[4] = [1, 2, 3, 4]\nv = DequantizeLinear(w, s)\n"
                   "a = Mul(x, v)\nq = QuantizeLinear(a, s, z)\nd = DequantizeLinear(q, s, z)\nr = Relu(d) @relu\n"
                   "y = Add(r, a)\noutput y"),
        {});
    const auto find = [&](const char* name, Slot::Kind kind) { return program->findSlot(name, kind); };
    QCOMPARE(find("v", Slot::Kind::weight), find("w", Slot::Kind::weight));
    QVERIFY(find("v", Slot::Kind::weight) >= 0);
    QVERIFY(find("a->relu", Slot::Kind::activation) >= 0);
    QCOMPARE(find("a->relu", Slot::Kind::activation), find("d", Slot::Kind::activation));
    QCOMPARE(find("a", Slot::Kind::activation), -1);
    QCOMPARE(find("v", Slot::Kind::activation), -1);
    const Slot& weight = program->allSlots()[static_cast<std::size_t>(find("v", Slot::Kind::weight))];
    QCOMPARE(program->graph().nodes()[static_cast<std::size_t>(weight.node)].op, std::string("Mul"));
}

void TstPoints::furtherPointsAreOpened()
{
    PointedGraph pointed = pointsOf("input x: float32[4]\nw: float32[4] = ...\na = Mul(x, w) @mul\nr = Relu(a) @relu\n"
                                    "n = Neg(a) @neg\ny = Add(r, n)\noutput y");
    openPoints(pointed, {{"x", Slot::Kind::activation, -1},
                         {"w", Slot::Kind::weight, -1},
                         {"a->neg", Slot::Kind::activation, -1},
                         {"x", Slot::Kind::activation, -1}});
    pointed.graph.validate();
    QCOMPARE(nodeText(pointed.graph), QString("a=Mul(x,w); r=Relu(a); a->neg=Identity(a); n=Neg(a->neg); y=Add(r,n)"));
    QCOMPARE(slotText(pointed), QString("activation x; weight w; activation a->neg"));
}

void TstPoints::unknownPointsAreRefused()
{
    const Graph graph = parseGraph("input x: float32[4]\nw: float32[4] = ...\ny = Mul(x, w)\noutput y");
    for (const Slot& slot : {Slot{"nothing", Slot::Kind::activation, -1}, Slot{"x->nobody", Slot::Kind::activation, -1},
                             Slot{"x", Slot::Kind::weight, -1}, Slot{"w", Slot::Kind::activation, -1}}) {
        CompileOptions options;
        options.points = {slot};
        LATHE_EXPECT_ERROR(unknownName, Program::compile(graph, options));
    }
}

QTEST_GUILESS_MAIN(TstPoints)
#include "tst_points.moc"
