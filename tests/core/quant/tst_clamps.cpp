// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/clamps.h"

#include <QTest>

#include "core/quant/export_qdq.h"
#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

constexpr const char* clamped = R"(
opset 13
input x: float32[1x3x8x8]
w1: float32[4x3x3x3] = ...
c1 = Conv(x, w1) @conv1
r1 = Relu(c1) @relu1
w2: float32[4x4x1x1] = ...
low: float32[] = [0]
high: float32[] = [6]
c2 = Conv(r1, w2) @conv2
r2 = Clip(c2, low, high) @relu6
w3: float32[4x4x1x1] = ...
y = Conv(r2, w3) @conv3
output y
)";

/// What is written of the network above, with its own statistics.
Graph exported(const char* plan = "{}")
{
    const Graph graph = graphOf(clamped);
    const QuantPlan parsed = parsePlan(parseJson(plan, "test"), "test");
    const Resolved resolved = resolve(parsed, graph, statisticsOf(graph), genericRules());
    return prepareExport(applyEncodings(graph, resolved.encodings, resolved.codes), parsed, {});
}

QStringList layerIds(const Graph& graph)
{
    QStringList ids;
    for (const Layer& layer : findLayers(graph))
        ids << QString::fromStdString(layer.id);
    return ids;
}

bool holds(const Graph& graph, std::string_view op)
{
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) { return node.op == op; });
}

} // namespace

class TstClamps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void liftBringsThemBack();
    void gridsImplyRelus();
    void computesTheSame();
    void hostileNotesAreLeftOut_data();
    void hostileNotesAreLeftOut();
};

void TstClamps::liftBringsThemBack()
{
    const Graph file = exported();
    QVERIFY(!holds(file, "Relu"));
    const Lifted lifted = lift(file);
    QCOMPARE(layerIds(lifted.graph), layerIds(graphOf(clamped)));
    const Node& relu = lifted.graph.node(lifted.graph.producer(lifted.graph.find("r1")));
    QCOMPARE(relu.op, "Relu");
    QCOMPARE(relu.name, "relu1");
    const Node& relu6 = lifted.graph.node(lifted.graph.producer(lifted.graph.find("r2")));
    QCOMPARE(relu6.op, "Clip");
    QCOMPARE(lifted.graph.constant(relu6.input(1))->at(0), 0.0);
    QCOMPARE(lifted.graph.constant(relu6.input(2))->at(0), 6.0);
}

/// Without the notes, codes that begin at zero tell of a Relu.
void TstClamps::gridsImplyRelus()
{
    Graph bare = exported();
    bare.metadata.clear();
    const Graph told = withImpliedClamps(bare);
    const auto relus = [](const Graph& graph) {
        return std::ranges::count_if(graph.nodes(), [](const Node& node) { return node.op == "Relu"; });
    };
    QCOMPARE(relus(told), 2);
    QCOMPARE(relus(lift(bare).graph), 2);
    const TensorMap inputs = seededInputs(bare, 7);
    QVERIFY(identical(runQuantized(told, inputs).at("y"), runQuantized(bare, inputs).at("y")));
    // A file of ours says all: there, nothing is implied.
    bare.metadata.emplace("tensorlathe.version", std::string("1"));
    QCOMPARE(relus(withImpliedClamps(bare)), 0);
}

void TstClamps::computesTheSame()
{
    for (const char* plan : {"{}", R"({"default":{"activations":"uint4"}})", R"({"default":{"activations":"int8"}})"}) {
        const Graph file = exported(plan);
        const TensorMap inputs = seededInputs(file, 7);
        const Graph told = withClamps(file);
        QVERIFY(holds(told, "Relu"));
        QVERIFY(identical(runQuantized(told, inputs).at("y"), runQuantized(file, inputs).at("y")));
    }
}

void TstClamps::hostileNotesAreLeftOut_data()
{
    QTest::addColumn<QString>("notes");
    const auto note = [](const char* input, const char* output, const char* limits) {
        return QString(R"([{"node": "n", "input": "%1", "output": "%2"%3}])").arg(input, output, limits);
    };
    QTest::newRow("no JSON") << "[{";
    QTest::newRow("no list") << "{}";
    QTest::newRow("no object") << "[1]";
    QTest::newRow("missing field") << R"([{"input": "c1"}])";
    QTest::newRow("unknown value") << note("nothing", "r1", R"(, "low": 0)");
    QTest::newRow("graph input") << note("x", "r1", R"(, "low": 0)");
    QTest::newRow("graph output") << note("y", "r1", R"(, "low": 0)");
    QTest::newRow("constant") << note("w1", "r1", R"(, "low": 0)");
    QTest::newRow("name in use") << note("c1", "c2", R"(, "low": 0)");
    QTest::newRow("no name") << note("c1", "", R"(, "low": 0)");
    QTest::newRow("cuts the grid") << note("c1", "r1", R"(, "low": 0, "high": 0.5)");
    QTest::newRow("wrong way round") << note("c1", "r1", R"(, "low": 1, "high": 0)");
}

void TstClamps::hostileNotesAreLeftOut()
{
    QFETCH(QString, notes);
    Graph file = exported();
    const std::size_t nodes = file.nodes().size();
    file.metadata["tensorlathe.clamps"] = notes.toStdString();
    QCOMPARE(withClamps(file).nodes().size(), nodes);
}

QTEST_GUILESS_MAIN(TstClamps)
#include "tst_clamps.moc"
