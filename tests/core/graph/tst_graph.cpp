// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/graph.h"

#include <QTest>

using namespace lathe;

namespace {

/// The reason of the modelInvalid error that `work` throws, or "" when it throws none.
template <typename Work>
std::string refusal(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.code() == ErrorCode::modelInvalid ? error.what() : std::string("another error");
    }
    return {};
}

Value named(const char* name) {
    Value value;
    value.name = name;
    value.dtype = DType::float32;
    return value;
}

Node makeNode(const char* op, std::vector<ValueId> inputs, std::vector<ValueId> outputs) {
    Node node;
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    return node;
}

QByteArray bytes(const std::string& text) { return QByteArray::fromStdString(text); }

const char* const diamond = "input x: float32[2]\n"
                            "w: float32[2] = [1, 2]\n"
                            "a = Relu(x)\n"
                            "b = Add(x, w)\n"
                            "y = Mul(a, b)\n"
                            "output y\n";

}  // namespace

class TstGraph : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void looksUpValues();
    void makesFreshNames();
    void refusesTwins();
    void knowsProducersAndConsumers();
    void capturesCountAsUses();
    void sortsKeepingOrder();
    void namesTheCycle();
    void compactDropsTheUnused();
    void validateFindsFaults_data();
    void validateFindsFaults();
    void digestSeesContent();
    void digestSeesLargeConstants();
    void digestIgnoresOrderOfValues();
    void accessorsCheckTypes();
};

void TstGraph::looksUpValues() {
    const Graph graph = parseGraph(diamond);
    QVERIFY(graph.isInput(graph.find("x")));
    QVERIFY(graph.isOutput(graph.find("y")));
    QVERIFY(!graph.find("nothing").valid());
    QCOMPARE(graph.constant(graph.find("w"))->at(1), 2.0);
    QVERIFY(graph.constant(graph.find("x")) == nullptr);
    QVERIFY(graph.constant(ValueId{}) == nullptr);
}

void TstGraph::makesFreshNames() {
    Graph graph;
    QCOMPARE(graph.freshName("x"), std::string("x"));
    graph.addValue(named("x"));
    graph.addValue(named("x_1"));
    QCOMPARE(graph.freshName("x"), std::string("x_2"));
    const ValueId unnamed = graph.addValue(Value{});
    QVERIFY(!graph.value(unnamed).name.empty());
}

void TstGraph::refusesTwins() {
    Graph graph;
    const ValueId x = graph.addValue(named("x"));
    const ValueId y = graph.addValue(named("y"));
    QVERIFY(!refusal([&] { graph.addValue(named("x")); }).empty());
    graph.addNode(makeNode("Relu", {x}, {y}));
    QVERIFY(!refusal([&] { graph.addNode(makeNode("Neg", {x}, {y})); }).empty());
    const ValueId z = graph.addValue(named("z"));
    QVERIFY(!refusal([&] { graph.addNode(makeNode("Split", {x}, {z, z})); }).empty());
    const ValueId c = graph.addConstant("c", Tensor::scalar(1.0f));
    QVERIFY(!refusal([&] { graph.addNode(makeNode("Neg", {x}, {c})); }).empty());
    QVERIFY(!refusal([&] { graph.addNode(makeNode("Neg", {ValueId{99}}, {z})); }).empty());
}

void TstGraph::knowsProducersAndConsumers() {
    const Graph graph = parseGraph(diamond);
    QCOMPARE(graph.node(graph.producer(graph.find("a"))).op, std::string("Relu"));
    QVERIFY(!graph.producer(graph.find("x")).valid());
    const auto consumers = graph.consumers(graph.find("x"));
    QCOMPARE(consumers.size(), std::size_t(2));
    QCOMPARE(graph.node(consumers[1]).op, std::string("Add"));
    QVERIFY(graph.consumers(graph.find("y")).empty());
}

void TstGraph::capturesCountAsUses() {
    Graph graph = parseGraph("input c: bool[]\n"
                             "input x: float32[2]\n"
                             "a = Relu(x)\n"
                             "y = If(c) {then_branch=graph {\n"
                             "  capture a\n"
                             "  t = Neg(a)\n"
                             "  output t\n"
                             "}, else_branch=graph {\n"
                             "  e: float32[2] = 1\n"
                             "  output e\n"
                             "}}\n"
                             "output y\n");
    QCOMPARE(graph.consumers(graph.find("a")).size(), std::size_t(1));
    graph.compact();
    QVERIFY(graph.find("a").valid());
    QCOMPARE(graph.nodes().size(), std::size_t(2));
    QCOMPARE(graph.node(NodeId{0}).op, std::string("Relu"));
}

void TstGraph::sortsKeepingOrder() {
    Graph graph;
    const ValueId x = graph.addValue(named("x"));
    graph.inputs = {x};
    const ValueId a = graph.addValue(named("a"));
    const ValueId b = graph.addValue(named("b"));
    const ValueId c = graph.addValue(named("c"));
    graph.addNode(makeNode("Third", {b}, {c}));
    graph.addNode(makeNode("First", {x}, {a}));
    graph.addNode(makeNode("Second", {x}, {b}));
    graph.outputs = {a, c};
    QVERIFY(!refusal([&] { graph.validate(); }).empty());
    graph.sort();
    graph.validate();
    QCOMPARE(graph.nodes()[0].op, std::string("First"));
    QCOMPARE(graph.nodes()[1].op, std::string("Second"));
    QCOMPARE(graph.nodes()[2].op, std::string("Third"));
    QCOMPARE(graph.producer(c).index, 2);
}

void TstGraph::namesTheCycle() {
    const std::string text = refusal([] {
        parseGraph("input x: float32[2]\n"
                   "a = Add(x, b)\n"
                   "b = Relu(a)\n"
                   "output b\n");
    });
    QVERIFY2(text.find("cycle") != std::string::npos, text.c_str());
    QVERIFY2(text.find("a") != std::string::npos && text.find("->") != std::string::npos, text.c_str());
}

void TstGraph::compactDropsTheUnused() {
    Graph graph = parseGraph("input x: float32[2]\n"
                             "input unusedInput: float32[2]\n"
                             "unused: float32[2] = 1\n"
                             "a, b = Split(x)\n"
                             "dead = Relu(b)\n"
                             "y = Neg(a)\n"
                             "output y\n");
    graph.compact();
    graph.validate();
    QCOMPARE(bytes(print(graph)), QByteArray("input x: float32[2]\n"
                                             "input unusedInput: float32[2]\n"
                                             "a, b = Split(x)\n"
                                             "y = Neg(a)\n"
                                             "output y\n"));
}

void TstGraph::validateFindsFaults_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("undefined operand") << QByteArray("input x: float32[2]\ny = Add(x, w)\noutput y");
    QTest::newRow("undefined output") << QByteArray("input x: float32[2]\ny = Relu(x)\noutput z");
    QTest::newRow("two producers") << QByteArray("input x: float32[2]\ny = Relu(x)\ny = Neg(x)\noutput y");
    QTest::newRow("input twice") << QByteArray("input x: float32[2]\ninput x: float32[2]\ny = Relu(x)\noutput y");
    QTest::newRow("written input") << QByteArray("input x: float32[2]\nx = Relu(x)\noutput x");
    QTest::newRow("undefined capture")
        << QByteArray("input c: bool[]\ny = If(c) {then_branch=graph {\ncapture q\nt = Neg(q)\noutput t\n}}\noutput y");
}

void TstGraph::validateFindsFaults() {
    QFETCH(QByteArray, text);
    QVERIFY(!refusal([&] { parseGraph(text.toStdString()); }).empty());
}

void TstGraph::digestSeesContent() {
    const std::string base = diamond;
    const Digest digest = parseGraph(base).digest();
    QVERIFY(parseGraph(base).digest() == digest);
    const std::pair<const char*, const char*> changes[] = {
        {"[1, 2]", "[1, 3]"}, {"Relu", "Neg"},           {"Add(x, w)", "Add(w, x)"},
        {"x: float32[2]", "x: float32[?]"}, {"Relu(x)", "Relu(x) {k=1}"}, {"output y", "output y, a"},
    };
    for (const auto& [from, to] : changes) {
        std::string changed = base;
        changed.replace(changed.find(from), std::string(from).size(), to);
        QVERIFY2(parseGraph(changed).digest() != digest, to);
    }
}

void TstGraph::digestSeesLargeConstants() {
    const auto digestOf = [](float last) {
        Graph graph = parseGraph("input x: float32[2]\nv: float32[2] = 1\nw: float32[2] = 2\ny = Sum(x, v, w)\noutput y");
        for (const char* name : {"v", "w"}) {
            Tensor& constant = graph.value(graph.find(name)).constant;
            constant = Tensor(DType::float32, {1 << 20});
            constant.mutableData<float>().back() = last;
        }
        return graph.digest();
    };
    QVERIFY(digestOf(1) == digestOf(1));
    QVERIFY(digestOf(1) != digestOf(2));
}

void TstGraph::digestIgnoresOrderOfValues() {
    const Digest a = parseGraph("input x: float32[2]\nv: float32[2] = 1\nw: float32[2] = 2\ny = Sum(x, v, w)\noutput y").digest();
    const Digest b = parseGraph("w: float32[2] = 2\nv: float32[2] = 1\ninput x: float32[2]\ny = Sum(x, v, w)\noutput y").digest();
    QVERIFY(a == b);
}

void TstGraph::accessorsCheckTypes() {
    const Graph graph = parseGraph("input x: float32[2]\n"
                                   "y = Op(x) {i=3, f=0.5, s=\"text\", is=[1, 2], fs=[1.0, 2.5], none=[]} @node\n"
                                   "output y\n");
    const Node& node = graph.nodes().front();
    QCOMPARE(node.integer("i", 0), std::int64_t(3));
    QCOMPARE(node.integer("absent", 7), std::int64_t(7));
    QCOMPARE(node.real("f", 0), 0.5f);
    QCOMPARE(node.text("s", ""), std::string("text"));
    QCOMPARE(node.integers("is"), (std::vector<std::int64_t>{1, 2}));
    QCOMPARE(node.reals("fs"), (std::vector<float>{1.0f, 2.5f}));
    QVERIFY(node.integers("absent").empty());
    QCOMPARE(node.label(), std::string("Op node"));
    QVERIFY(!refusal([&] { (void)node.integer("s", 0); }).empty());
    QVERIFY(!refusal([&] { (void)node.reals("is"); }).empty());
    QVERIFY(!node.input(5).valid());
}

QTEST_GUILESS_MAIN(TstGraph)
#include "tst_graph.moc"
