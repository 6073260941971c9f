// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/qdq.h"

#include <QTest>

using namespace lathe;

namespace {

/// x -> QuantizeLinear -> q -> DequantizeLinear -> y with the operands of `encoding`.
Graph pairOf(const Encoding& encoding, std::int64_t axisAttribute)
{
    Graph graph;
    Value x;
    x.name = "x";
    x.dtype = DType::float32;
    x.shape = Shape{2, 3, 4};
    const ValueId input = graph.addValue(x);
    graph.inputs = {input};
    const ValueId scale = graph.addConstant("scale", scaleOperand(encoding));
    const ValueId zeroPoint = graph.addConstant("zero", zeroPointOperand(encoding));
    Value q;
    q.name = "q";
    q.dtype = encoding.format.container();
    q.shape = x.shape;
    const ValueId codes = graph.addValue(q);
    Value y = x;
    y.name = "y";
    const ValueId output = graph.addValue(y);
    graph.outputs = {output};
    for (const bool first : {true, false}) {
        Node node;
        node.op = first ? "QuantizeLinear" : "DequantizeLinear";
        node.inputs = {first ? input : codes, scale, zeroPoint};
        node.outputs = {first ? codes : output};
        if (encoding.perChannel())
            node.attributes.emplace("axis", axisAttribute);
        stateCodeRange(node, encoding);
        graph.addNode(node);
    }
    return graph;
}

} // namespace

class TstQdq : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatItStates_data();
    void readsWhatItStates();
    void defaultsWithoutZeroPoint();
    void refusesWhatIsNoGrid();
};

void TstQdq::readsWhatItStates_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<bool>("narrow");
    for (const char* spec :
         {"int2", "int3", "uint4", "int5:asymmetric", "uint6", "int8", "uint8", "uint12", "int16"})
        QTest::newRow(spec) << spec << false;
    QTest::newRow("int8 narrow") << "int8" << true;
    QTest::newRow("int5 narrow") << "int5" << true;
}

void TstQdq::readsWhatItStates()
{
    QFETCH(QString, spec);
    QFETCH(bool, narrow);
    const QuantSpec parsed = QuantSpec::parse(spec.toStdString());
    const Encoding one = makeEncoding(parsed, std::vector<Range>{{-1, 2}}, -1, narrow);
    const Encoding three = makeEncoding(parsed, std::vector<Range>{{-1, 2}, {-2, 3}, {0, 1}}, 1, narrow);
    const Graph single = pairOf(one, 0);
    for (const Node& node : single.nodes()) {
        QVERIFY(statedEncoding(single, node) == one);
        QCOMPARE(single.constant(node.input(1))->shape().rank(), 0);
    }
    for (const std::int64_t axis : {1, -2}) {
        const Graph graph = pairOf(three, axis);
        for (const Node& node : graph.nodes())
            QVERIFY(statedEncoding(graph, node) == three);
    }
}

void TstQdq::defaultsWithoutZeroPoint()
{
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint8"), std::vector<Range>{{0, 2}}, -1, false);
    Graph graph = pairOf(encoding, 0);
    for (int i = 0; i < 2; ++i)
        graph.node(NodeId{i}).inputs.resize(2);
    for (const Node& node : graph.nodes())
        QVERIFY(statedEncoding(graph, node) == encoding);
}

void TstQdq::refusesWhatIsNoGrid()
{
    const Encoding encoding = makeEncoding(QuantSpec::parse("uint8"), std::vector<Range>{{0, 2}}, -1, false);
    const auto stated = [&](auto&& change) {
        Graph graph = pairOf(encoding, 0);
        change(graph);
        return statedEncoding(graph, graph.node(NodeId{0})).has_value();
    };
    QVERIFY(stated([](Graph&) {}));
    const auto setScale = [](Graph& graph, Tensor scale) {
        graph.value(graph.find("scale")).constant = std::move(scale);
    };
    QVERIFY(!stated([&](Graph& graph) { setScale(graph, Tensor::scalar(0.0F)); }));
    QVERIFY(!stated([&](Graph& graph) { setScale(graph, Tensor::scalar(-1.0F)); }));
    QVERIFY(!stated([&](Graph& graph) { setScale(graph, Tensor::of<float>(Shape{2}, {1.0F, 1.0F})); }));
    QVERIFY(!stated([&](Graph& graph) { setScale(graph, Tensor()); }));
    QVERIFY(!stated(
        [](Graph& graph) { graph.node(NodeId{0}).attributes.emplace("block_size", std::int64_t{32}); }));
    QVERIFY(!stated(
        [](Graph& graph) { graph.node(NodeId{0}).attributes.emplace("lathe_bits", std::int64_t{99}); }));
    QVERIFY(!stated([](Graph& graph) {
        graph.node(NodeId{0}).attributes.emplace("lathe_minimum_code", std::int64_t{-1});
    }));
    QVERIFY(!stated([](Graph& graph) {
        graph.node(NodeId{0}).attributes.emplace("lathe_maximum_code", std::int64_t{1} << 40);
    }));
    QVERIFY(!stated([](Graph& graph) { graph.node(NodeId{0}).inputs[0] = {}; }));
    QVERIFY(!stated([](Graph& graph) { graph.node(NodeId{0}).inputs[1] = {}; }));
}

QTEST_GUILESS_MAIN(TstQdq)
#include "tst_qdq.moc"
