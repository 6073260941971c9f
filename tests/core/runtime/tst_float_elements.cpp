// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_elements.h"

#include <QTest>

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Case
{
    const char* name;
    const char* text;
    bool fast = true;
};

constexpr Case cases[] = {
    {"Relu", "input x: float32[2x3x5]\ny = Relu(x)"},
    {"Clip", "input x: float32[67]\na: float32[] = -0.25\nb: float32[] = 0.5\ny = Clip(x, a, b)"},
    {"Clip from below", "input x: float32[67]\na: float32[] = 0.1\ny = Clip(x, a)"},
    {"Clip from above", "input x: float32[67]\nb: float32[] = 0.1\ny = Clip(x, _, b)"},
    {"Add", "input x: float32[3x7]\ninput z: float32[3x7]\ny = Add(x, z)"},
    {"Add, broadcast", "input x: float32[3x7]\ninput z: float32[7]\ny = Add(x, z)", false},
    {"GlobalAveragePool", "input x: float32[2x3x5x7]\ny = GlobalAveragePool(x)"},
    {"Tanh", "input x: float32[4]\ny = Tanh(x)", false},
};

}

/// Fast functions against the plain forms of core/ops.
class TstFloatElements : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreeWithThePlainForms_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(cases)); ++i)
            QTest::newRow(cases[i].name) << i;
    }

    void agreeWithThePlainForms()
    {
        QFETCH(const int, index);
        const Case& one = cases[index];
        Graph graph = parseGraph(std::string(one.text) + "\noutput y");
        inferShapes(graph);
        const Node& node = graph.nodes().front();
        const std::vector<Tensor> inputs = randomOperands(graph, node);
        const std::vector<Tensor> outputs = findOp(node)->run({node, inputs, 13, Control()});
        const std::vector<Tensor> gradients{randomTensor(outputs[0].shape(), 77)};
        std::vector<char> wanted(inputs.size(), 0);
        wanted[0] = 1;
        if (node.op == "Add")
            wanted[1] = 1;
        const ReverseContext context{node, inputs, outputs, gradients, wanted, 13, Control()};
        const auto fast = runElements(node, inputs);
        const auto reversed = reverseElements(context);
        QCOMPARE(fast.has_value(), one.fast);
        QCOMPARE(reversed.has_value(), one.fast);
        if (!one.fast)
            return;
        compare(outputs, *fast);
        compare(findReverse(node)->vjp(context), *reversed);
        wanted[0] = 0;
        QVERIFY((*reverseElements(context))[0].empty());
    }

    void otherTypesHaveNone()
    {
        const Graph graph = parseGraph("input x: float64[4]\ny = Relu(x)\noutput y");
        QVERIFY(!runElements(graph.nodes()[0], std::vector<Tensor>{Tensor(DType::float64, {4})}));
    }

private:
    void compare(const std::vector<Tensor>& expected, const std::vector<Tensor>& actual)
    {
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(actual[i].empty(), expected[i].empty());
            if (expected[i].empty())
                continue;
            QCOMPARE(actual[i].shape(), expected[i].shape());
            for (std::int64_t k = 0; k < expected[i].elements(); ++k)
                QVERIFY(std::abs(actual[i].at(k) - expected[i].at(k)) <=
                        0x1p-23 * std::abs(expected[i].at(k)));
        }
    }
};

QTEST_APPLESS_MAIN(TstFloatElements)
#include "tst_float_elements.moc"
