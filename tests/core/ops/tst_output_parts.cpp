// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/output_parts.h"

#include <QTest>

#include "core/graph/graph.h"
#include "core/ops/infer_shapes.h"

using namespace lathe;

namespace {

std::vector<std::string> partsOf(const std::string& text)
{
    const Graph graph = parseGraph(text);
    return outputParts(graph, graph.outputs.at(0));
}

}

class TstOutputParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aConcatIsSeenThroughWhatKeepsElements()
    {
        QCOMPARE(partsOf("input x: float32[1x2x4]\nb = Relu(x)\ns = Sigmoid(x)\nh = Concat(b, s) {axis=1}\n"
                         "f = Flatten(h)\ny = Unsqueeze(f) {axes=[0]}\noutput y"),
                 (std::vector<std::string>{"b", "s"}));
    }

    void concatsOfConcatsGiveEveryOperandOnce()
    {
        QCOMPARE(
            partsOf("input x: float32[1x2]\na = Relu(x)\nb = Tanh(x)\nc = Exp(x)\np = Concat(a, b) {axis=1}\n"
                    "q = Concat(c, a) {axis=1}\ny = Concat(p, q) {axis=1}\noutput y"),
            (std::vector<std::string>{"a", "b", "c"}));
    }

    void partsOfAllOutputsCountOnce()
    {
        Graph graph = parseGraph("input x: float32[1x2]\na = Relu(x)\nb = Tanh(x)\n"
                                 "p = Concat(a, b) {axis=1}\ns = Softmax(x)\nk = ArgMax(a)\n"
                                 "output p\noutput a\noutput s\noutput k");
        inferShapes(graph);
        QCOMPARE(comparedParts(graph), (std::vector<std::string>{"a", "b", "x"}));
    }

    void withoutAConcatItIsTheOutputItself()
    {
        QCOMPARE(partsOf("input x: float32[1x4]\na = Relu(x)\ny = Flatten(a)\noutput y"),
                 std::vector<std::string>{"y"});
        QCOMPARE(partsOf("input x: float32[1x4]\na = Relu(x)\ny = Softmax(a)\noutput y"),
                 std::vector<std::string>{"a"});
    }

    void whatLeavesElementsOutIsNotSeenThrough()
    {
        QCOMPARE(partsOf("input x: float32[1x4]\na = Relu(x)\nb = Tanh(x)\nc = Concat(a, b) {axis=1}\n"
                         "y = MaxPool(c) {kernel_shape=[2]}\noutput y"),
                 std::vector<std::string>{"y"});
    }

    void valuesJoinedWithThemselvesAndLongChainsEnd()
    {
        std::string text = "input x: float32[1x1]\nv0 = Relu(x)\n";
        for (int i = 1; i < 60; ++i)
            text += "v" + std::to_string(i) + " = Concat(v" + std::to_string(i - 1) + ", v" +
                    std::to_string(i - 1) + ") {axis=0}\n";
        QCOMPARE(partsOf(text + "output v59"), std::vector<std::string>{"v59"});
        text = "input x: float32[1x1]\nv0 = Relu(x)\n";
        for (int i = 1; i < 50000; ++i)
            text += "v" + std::to_string(i) + " = Identity(v" + std::to_string(i - 1) + ")\n";
        QCOMPARE(partsOf(text + "output v49999"), std::vector<std::string>{"v49999"});
    }
};

QTEST_GUILESS_MAIN(TstOutputParts)
#include "tst_output_parts.moc"
