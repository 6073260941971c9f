// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_products.h"

#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/runtime/onednn.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Case
{
    const char* name;
    const char* text;
    int depth; ///< products in the longest sum of the node or of its reverse
    bool fast = true;
};

constexpr Case cases[] = {
    {"padded",
     "input x: float32[2x3x9x7]\ninput w: float32[5x3x3x3]\ninput b: float32[5]\n"
     "y = Conv(x, w, b) {pads=[1, 1, 1, 1]}",
     126},
    {"strided, dilated, uneven padding",
     "input x: float32[1x3x11x12]\ninput w: float32[4x3x3x2]\n"
     "y = Conv(x, w) {pads=[2, 0, 1, 3], strides=[2, 3], dilations=[2, 1]}",
     72},
    {"pointwise",
     "input x: float32[2x6x5x4]\ninput w: float32[7x6x1x1]\ninput b: float32[7]\ny = Conv(x, w, b)", 40},
    {"pointwise, strided",
     "input x: float32[1x6x5x5]\ninput w: float32[7x6x1x1]\ny = Conv(x, w) {strides=[2, 2]}", 9},
    {"grouped", "input x: float32[1x6x6x6]\ninput w: float32[4x3x3x3]\ny = Conv(x, w) {group=2}", 27},
    {"depthwise",
     "input x: float32[2x5x7x9]\ninput w: float32[5x1x3x3]\ninput b: float32[5]\n"
     "y = Conv(x, w, b) {group=5, pads=[1, 1, 1, 1]}",
     126},
    {"depthwise, strided",
     "input x: float32[1x5x8x9]\ninput w: float32[5x1x3x3]\n"
     "y = Conv(x, w) {group=5, pads=[0, 0, 1, 1], strides=[2, 2]}",
     36},
    {"depthwise, strided unevenly, dilated",
     "input x: float32[1x3x11x13]\ninput w: float32[3x1x2x4]\ninput b: float32[3]\n"
     "y = Conv(x, w, b) {group=3, pads=[1, 2, 0, 3], strides=[3, 2], dilations=[2, 3]}",
     32},
    {"depthwise, one dimension",
     "input x: float32[2x3x19]\ninput w: float32[3x1x5]\ny = Conv(x, w) {group=3, pads=[4, 0]}", 38},
    {"depthwise, wider than the input",
     "input x: float32[1x2x3x3]\ninput w: float32[2x1x5x5]\n"
     "y = Conv(x, w) {group=2, pads=[3, 3, 3, 3], strides=[2, 2]}",
     25},
    {"two outputs a channel",
     "input x: float32[1x3x6x6]\ninput w: float32[6x1x3x3]\ny = Conv(x, w) {group=3}", 36},
    {"wider than the input",
     "input x: float32[1x2x2x2]\ninput w: float32[3x2x5x5]\ny = Conv(x, w) {pads=[3, 3, 3, 3]}", 50},
    {"one dimension",
     "input x: float32[1x4x17]\ninput w: float32[6x4x5]\ny = Conv(x, w) {strides=[2], pads=[2, 1]}", 20},
    {"three dimensions", "input x: float32[1x2x4x4x4]\ninput w: float32[3x2x2x2x2]\ny = Conv(x, w)", 0,
     false},
    {"MatMul", "input x: float32[1x9x6]\ninput w: float32[6x5]\ny = MatMul(x, w)", 9},
    {"MatMul in batches", "input x: float32[2x1x3x4]\ninput w: float32[3x4x2]\ny = MatMul(x, w)", 12},
    {"MatMul with a vector", "input x: float32[4]\ninput w: float32[2x4x3]\ny = MatMul(x, w)", 12},
    {"Gemm", "input x: float32[3x8]\ninput w: float32[8x5]\ninput b: float32[5]\ny = Gemm(x, w, b)", 8},
    {"Gemm, transposed",
     "input x: float32[3x8]\ninput w: float32[5x8]\ninput b: float32[5]\ny = Gemm(x, w, b) {transB=1}", 8},
    {"Gemm, scaled", "input x: float32[3x8]\ninput w: float32[8x5]\ny = Gemm(x, w) {alpha=0.5}", 0, false},
};

/// Sums of `depth` products of numbers below 1 in float32, and one rounding of the result.
double tolerance(int depth)
{
    return 0x1p-24 * (depth + 1) * (depth + 1);
}

}

/// Fast products against the plain forms of core/ops.
class TstFloatProducts : public QObject
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
        const ThreadScope single(1);
        Graph graph = parseGraph(std::string(one.text) + "\noutput y");
        inferShapes(graph);
        const Node& node = graph.nodes().front();
        const std::vector<Tensor> inputs = randomOperands(graph, node);
        const std::vector<Tensor> outputs = findOp(node)->run({node, inputs, 13, Control()});
        const std::vector<Tensor> gradients{randomTensor(outputs[0].shape(), 77)};
        const std::vector<char> wanted(inputs.size(), 1);
        const ReverseContext context{node, inputs, outputs, gradients, wanted, 13, Control()};
        const auto fast = runProduct(node, inputs);
        const auto reversed = reverseProduct(context);
        QCOMPARE(fast.has_value(), one.fast);
        QCOMPARE(reversed.has_value(), one.fast);
        if (!one.fast)
            return compare(outputs, runFloatNode(node, inputs, 13, Control()), 0);
        compare(outputs, *fast, tolerance(one.depth));
        compare(findReverse(node)->vjp(context), *reversed, tolerance(one.depth));
        const std::vector<char> second{0, 1, 0};
        const auto part = reverseProduct({node, inputs, outputs, gradients, second, 13, Control()});
        QVERIFY((*part)[0].empty());
        QVERIFY(identical((*part)[1], (*reversed)[1]));
    }

    void otherTypesAndOperatorsHaveNone()
    {
        Graph graph = parseGraph(
            "input x: float64[2x3]\ninput w: float64[3x2]\ny = MatMul(x, w)\nz = Relu(y)\noutput z");
        const std::vector<Tensor> inputs{Tensor(DType::float64, {2, 3}), Tensor(DType::float64, {3, 2})};
        QVERIFY(!runProduct(graph.nodes()[0], inputs));
        QVERIFY(!runProduct(graph.nodes()[1], std::vector<Tensor>{Tensor(DType::float32, {2, 2})}));
        QCOMPARE(runFloatNode(graph.nodes()[0], inputs, 13, Control())[0].dtype(), DType::float64);
    }

private:
    void compare(const std::vector<Tensor>& expected, const std::vector<Tensor>& actual, double limit)
    {
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(actual[i].shape(), expected[i].shape());
            for (std::int64_t k = 0; k < expected[i].elements(); ++k)
                QVERIFY(std::abs(actual[i].at(k) - expected[i].at(k)) <= limit);
        }
    }
};

QTEST_APPLESS_MAIN(TstFloatProducts)
#include "tst_float_products.moc"
