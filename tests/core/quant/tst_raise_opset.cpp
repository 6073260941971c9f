// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/raise_opset.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

class TstRaiseOpset : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newForms();
    void computesTheSame();
    void laterOpsetsStay();
    void groupsBecomeChannels();
    void refusesUnknownGroups();
};

void TstRaiseOpset::newForms()
{
    Graph graph = parseGraph("opset 13\ninput x: float32[1x4x6x6]\na, b = Split(x) {axis=1}\n"
                             "m = ReduceMean(a) {axes=[2, 3], keepdims=0}\nn = ReduceMax(b)\noutput m, n");
    raiseOpset(graph);
    QCOMPARE(graph.opsets.at(""), 21);
    QCOMPARE(graph.nodes()[0].integer("num_outputs", 0), std::int64_t(2));
    const Node& mean = graph.nodes()[1];
    QVERIFY(!mean.has("axes"));
    QCOMPARE(graph.constant(mean.input(1))->toIntegers(), (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(graph.nodes()[2].inputs.size(), std::size_t(1));
}

void TstRaiseOpset::computesTheSame()
{
    Graph graph = graphOf("opset 17\ninput x: float32[1x4x6x6]\na, b = Split(x) {axis=1}\n"
                          "m = ReduceMean(a) {axes=[2, 3]}\nn = ReduceMax(b) {axes=[-1]}\nu: int64[1] = [4]\n"
                          "c = Unsqueeze(x, u)\nf = DFT(c) {axis=3}\ng = DFT(c)\noutput m, n, f, g");
    const TensorMap inputs = seededInputs(graph, 1);
    const TensorMap before = runReference(graph, inputs, Control());
    raiseOpset(graph);
    const TensorMap after = runReference(graph, inputs, Control());
    for (const char* name : {"m", "n", "f", "g"})
        QVERIFY(identical(before.at(name), after.at(name)));
}

void TstRaiseOpset::laterOpsetsStay()
{
    Graph graph = parseGraph("opset 22\ninput x: float32[4]\ny = Relu(x)\noutput y");
    const Digest before = graph.digest();
    raiseOpset(graph);
    QVERIFY(graph.digest() == before);
}

void TstRaiseOpset::groupsBecomeChannels()
{
    Graph graph = graphOf("opset 18\ninput x: float32[1x6x2]\ns: float32[2] = [2, 3]\nb: float32[2] = [0.5, -1]\n"
                          "y = GroupNormalization(x, s, b) {num_groups=2}\noutput y");
    const TensorMap inputs = seededInputs(graph, 1);
    const TensorMap before = runReference(graph, inputs, Control());
    raiseOpset(graph);
    const Node& node = graph.nodes()[0];
    QCOMPARE(graph.constant(node.input(1))->toFloats(), (std::vector<float>{2, 2, 2, 3, 3, 3}));
    QCOMPARE(graph.constant(node.input(2))->toFloats(), (std::vector<float>{0.5, 0.5, 0.5, -1, -1, -1}));
    QVERIFY(identical(before.at("y"), runReference(graph, inputs, Control()).at("y")));
}

void TstRaiseOpset::refusesUnknownGroups()
{
    Graph computed = parseGraph("opset 18\ninput x: float32[1x4x2]\ninput s: float32[2]\nb: float32[2] = [1, 2]\n"
                                "y = GroupNormalization(x, s, b) {num_groups=2}\noutput y");
    LATHE_EXPECT_ERROR(notExportable, raiseOpset(computed));
    Graph unknown = parseGraph("opset 18\ninput x: float32[1x?x2]\ns: float32[2] = [1, 2]\nb: float32[2] = [1, 2]\n"
                               "y = GroupNormalization(x, s, b) {num_groups=2}\noutput y");
    LATHE_EXPECT_ERROR(notExportable, raiseOpset(unknown));
}

QTEST_GUILESS_MAIN(TstRaiseOpset)
#include "tst_raise_opset.moc"
