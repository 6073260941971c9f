// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/quant/target_refusals.h"
#include "core/targets/catalog.h"
#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// The value behind quantization and dequantization, marked where it goes through codes: x' is x dequantized.
QString operandText(const Graph& graph, ValueId id)
{
    if (!id.valid())
        return "_";
    const NodeId producer = graph.producer(id);
    if (!producer.valid() || !isDequantizeNode(graph.node(producer)))
        return QString::fromStdString(graph.value(id).name);
    const ValueId codes = graph.node(producer).input(0);
    if (graph.value(codes).isConstant())
        return QString::fromStdString(graph.value(id).name) + "'";
    return operandText(graph, graph.node(graph.producer(codes)).input(0)) + "'";
}

/// One operator a line, without its attributes; then the outputs.
QStringList operatorLines(const Graph& graph)
{
    QStringList lines;
    for (const Node& node : graph.nodes()) {
        if (isQuantizeNode(node) || isDequantizeNode(node))
            continue;
        QStringList operands;
        for (const ValueId id : node.inputs)
            operands << operandText(graph, id);
        lines << QString("%1 = %2(%3)").arg(QString::fromStdString(graph.value(node.outputs[0]).name),
                                            QString::fromStdString(node.op), operands.join(", "));
    }
    QStringList outputs;
    for (const ValueId id : graph.outputs)
        outputs << operandText(graph, id);
    return lines << "output " + outputs.join(", ");
}

/// What the test is about: which values share a grid, and the fixed grids as scale and zero-point.
QString gridsText(const Encodings& encodings, const PointLayout& layout)
{
    std::map<const Encoding*, QStringList> names;
    for (const auto& point : layout.activations)
        if (const auto found = encodings.activations.find(point.value); found != encodings.activations.end())
            names[found->second.get()] << QString::fromStdString(point.value);
    std::map<QString, QString> parts; // by first name
    for (const auto& [encoding, values] : names) {
        QString text = values.join("=");
        const bool isFixed = std::any_of(layout.activations.begin(), layout.activations.end(), [&](const auto& point) {
            return point.fixed && values.contains(QString::fromStdString(point.value));
        });
        if (isFixed)
            text += QString("@1/%1,%2").arg(1 / encoding->scale[0]).arg(encoding->zeroPoint[0]);
        if (values.size() > 1 || isFixed)
            parts[values.front()] = text;
    }
    for (const auto& [name, bias] : encodings.biases)
        parts["~" + QString::fromStdString(name)] = QString::fromStdString(name + ":" + bias->format.name());
    QStringList texts;
    for (const auto& [name, text] : parts)
        texts << text;
    return texts.join(" ");
}

}

class TstTargetPlacement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void printsGraph_data();
    void printsGraph();
    void fixedGridsInOtherFormats_data();
    void fixedGridsInOtherFormats();
};

void TstTargetPlacement::printsGraph_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("lines");
    QTest::addColumn<QString>("grids");
    const QString input = "opset 13\ninput x: float32[1x4x8x8]\nw: float32[4x4x1x1] = ...\nb: float32[4] = [0.1, 0.2, 0.3, 0.4]\n";
    const std::map<QString, QString> graphs{
        {"bias", input + "c = Conv(x, w, b) @conv\ny = Relu(c) @relu\noutput y"},
        {"residual", input + "c = Conv(x, w, b) @conv\nr = Relu(c) @relu\na = Add(r, x) @add\ny = Conv(a, w) @last\noutput y"},
        {"concat", input + "c = Conv(x, w, b) @conv\ns = Sigmoid(x) @gate\nk = Concat(c, s, x) {axis=1} @cat\n"
                           "y = Relu(k) @last\noutput y"},
        {"pool", input + "c = Conv(x, w, b) @conv\np = AveragePool(c) {kernel_shape=[2, 2]} @avg\n"
                         "m = MaxPool(p) {kernel_shape=[2, 2]} @max\ny = Conv(m, w) @last\noutput y"},
        {"softmax", input + "c = Conv(x, w, b) @conv\nf = Flatten(c) @flat\ns = Softmax(f) @prob\ny = Squeeze(s) @same\noutput y"},
        {"gates", input + "c = Conv(x, w, b) @conv\nt = Tanh(c) @tanh\ng = Sigmoid(c) @gate\ny = Mul(t, g) @mul\noutput y"},
    };
    const auto row = [&](const char* target, const char* graph, const char* lines, const char* grids) {
        QTest::newRow((std::string(target) + " " + graph).c_str()) << target << graphs.at(graph) << lines << grids;
    };
    row("cortex-m4", "bias",
        "c = Conv(x', w', b')\n"
        "y/float = Relu(c)\n"
        "output y/float'",
        "b:int32");
    row("cortex-m4", "residual",
        "c = Conv(x', w', b')\n"
        "r = Relu(c)\n"
        "a = Add(r', x')\n"
        "y/float = Conv(a', w')\n"
        "output y/float'",
        "b:int32");
    row("cortex-m4", "concat",
        "c = Conv(x', w', b')\n"
        "s = Sigmoid(x')\n"
        "k = Concat(c', s'', x')\n"
        "y/float = Relu(k')\n"
        "output y/float'",
        "s@1/256,-128 x=c=s->cat=k b:int32");
    row("cortex-m4", "pool",
        "c = Conv(x', w', b')\n"
        "p = AveragePool(c')\n"
        "m = MaxPool(p')\n"
        "y/float = Conv(m', w')\n"
        "output y/float'",
        "c=p=m b:int32");
    row("cortex-m4", "softmax",
        "c = Conv(x', w', b')\n"
        "f = Flatten(c')\n"
        "s = Softmax(f')\n"
        "y/float = Squeeze(s')\n"
        "output y/float'",
        "c=f s=y@1/256,-128 b:int32");
    row("cortex-m4", "gates",
        "c = Conv(x', w', b')\n"
        "t = Tanh(c')\n"
        "g = Sigmoid(c')\n"
        "y/float = Mul(t', g')\n"
        "output y/float'",
        "g@1/256,-128 t@1/128,0 b:int32");
    row("tensorrt", "bias",
        "c = Conv(x', w', b)\n"
        "y = Relu(c)\n"
        "output y",
        "");
    row("tensorrt", "residual",
        "c = Conv(x', w', b)\n"
        "r = Relu(c)\n"
        "a = Add(r, x')\n"
        "y = Conv(a', w')\n"
        "output y",
        "");
    row("tensorrt", "concat",
        "c = Conv(x', w', b)\n"
        "s = Sigmoid(x')\n"
        "k = Concat(c, s, x')\n"
        "y = Relu(k)\n"
        "output y",
        "");
    row("tensorrt", "pool",
        "c = Conv(x', w', b)\n"
        "p = AveragePool(c)\n"
        "m = MaxPool(p)\n"
        "y = Conv(m', w')\n"
        "output y",
        "");
    row("tensorrt", "softmax",
        "c = Conv(x', w', b)\n"
        "f = Flatten(c)\n"
        "s = Softmax(f)\n"
        "y = Squeeze(s)\n"
        "output y",
        "");
    row("tensorrt", "gates",
        "c = Conv(x', w', b)\n"
        "t = Tanh(c)\n"
        "g = Sigmoid(c)\n"
        "y = Mul(t, g)\n"
        "output y",
        "");
    row("generic", "bias",
        "c = Conv(x', w', b')\n"
        "y/float = Relu(c)\n"
        "output y/float'",
        "b:int32");
    row("generic", "residual",
        "c = Conv(x', w', b')\n"
        "r = Relu(c)\n"
        "a = Add(r', x')\n"
        "y/float = Conv(a', w')\n"
        "output y/float'",
        "b:int32");
    row("generic", "concat",
        "c = Conv(x', w', b')\n"
        "s = Sigmoid(x')\n"
        "k = Concat(c', s', x')\n"
        "y/float = Relu(k')\n"
        "output y/float'",
        "x=c=s=k b:int32");
    row("generic", "pool",
        "c = Conv(x', w', b')\n"
        "p = AveragePool(c')\n"
        "m = MaxPool(p')\n"
        "y/float = Conv(m', w')\n"
        "output y/float'",
        "p=m b:int32");
    row("generic", "softmax",
        "c = Conv(x', w', b')\n"
        "f = Flatten(c')\n"
        "s = Softmax(f')\n"
        "y = Squeeze(s)\n"
        "output y",
        "c=f b:int32");
    row("generic", "gates",
        "c = Conv(x', w', b')\n"
        "t = Tanh(c')\n"
        "g = Sigmoid(c')\n"
        "y/float = Mul(t', g')\n"
        "output y/float'",
        "b:int32");
}

void TstTargetPlacement::printsGraph()
{
    QFETCH(QString, target);
    QFETCH(QString, text);
    QFETCH(QString, lines);
    QFETCH(QString, grids);
    const Graph graph = graphOf(text.toStdString());
    const TargetPtr device = targetNamed(target.toStdString());
    const Resolved resolved = resolve(retargeted(QuantPlan(), *device), graph, statisticsOf(graph), device->placement);
    const Graph applied = applyEncodings(graph, resolved.encodings, resolved.codes);
    QCOMPARE(operatorLines(applied).join("\n"), lines);
    QCOMPARE(gridsText(resolved.encodings, findPoints(graph, findLayers(graph), device->placement)), grids);
}

void TstTargetPlacement::fixedGridsInOtherFormats_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<float>("scale");
    QTest::addColumn<int>("zeroPoint");
    QTest::newRow("int8") << "int8:tensor:asymmetric" << 1.0F / 256 << -128;
    QTest::newRow("uint8") << "uint8:tensor:asymmetric" << 1.0F / 256 << 0;
    QTest::newRow("int4") << "int4:tensor:asymmetric" << 1.0F / 16 << -8;
    QTest::newRow("int16") << "int16:tensor:symmetric" << 1.0F / 32768 << 0;
    QTest::newRow("uint16") << "uint16:tensor:asymmetric" << 1.0F / 65536 << 0;
}

/// Softmax ends at 1 in every format.
void TstTargetPlacement::fixedGridsInOtherFormats()
{
    QFETCH(QString, format);
    QFETCH(float, scale);
    QFETCH(int, zeroPoint);
    const Graph graph = graphOf("opset 13\ninput x: float32[1x8]\ny = Softmax(x)\noutput y");
    const TargetPtr device = targetNamed("cortex-m4");
    QuantPlan plan;
    plan.activations = QuantSpec::parse(format.toStdString());
    const Resolved resolved = resolve(plan, graph, statisticsOf(graph), device->placement);
    const Encoding& encoding = *resolved.encodings.activations.at("y");
    QCOMPARE(encoding.scale[0], scale);
    QCOMPARE(encoding.zeroPoint[0], zeroPoint);
}

QTEST_GUILESS_MAIN(TstTargetPlacement)
#include "tst_target_placement.moc"
