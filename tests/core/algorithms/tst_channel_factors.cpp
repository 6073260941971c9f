// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/channel_factors.h"

#include <QTest>

#include "core/algorithms/channel_limits.h"
#include "core/ops/channel_axis.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;

/// A factor of every channel of its own, as a Mul before a function.
class TstChannelFactors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void multipliesTheArgument();
    void isFoundAgain();
    void refusesWhatDoesNotFit();
};

namespace {

Graph network()
{
    Graph graph = test::graphOf(R"(
opset 13
input x: float32[1x2x1x2]
r = Relu(x) @relu
s = Add(r, x)
y = Identity(s)
output y
)");
    inferChannelAxes(graph);
    return graph;
}

ChannelFactors factorsOf(const Graph& graph, const char* value, const std::vector<double>& numbers)
{
    return {{value, channelNumbers(graph.value(graph.find("x")), numbers)}};
}

} // namespace

void TstChannelFactors::multipliesTheArgument()
{
    Graph graph = network();
    addChannelFactors(graph, factorsOf(graph, "r", {2, -1}));
    const std::vector<float> values{-1, 2, 2, -5};
    const TensorMap results = test::runQuantized(
        graph, {{"x", Tensor::of<float>(Shape{1, 2, 1, 2}, std::span<const float>(values))}});
    // The other reader of x has it as it is.
    QCOMPARE(results.at("y").toFloats(), (std::vector<float>{-1, 4 + 2, 2, 5 - 5}));
    QCOMPARE(graph.value(graph.find("r/argument")).channelAxis, 1);
    QCOMPARE(graph.node(graph.producer(graph.find("r"))).name, std::string("relu"));
}

void TstChannelFactors::isFoundAgain()
{
    const Graph before = network();
    Graph graph = before;
    QVERIFY(addedChannelFactors(before, graph).empty());
    addChannelFactors(graph, factorsOf(graph, "r", {2, 3}));
    const ChannelFactors found = addedChannelFactors(before, graph);
    QCOMPARE(found.size(), 1U);
    Graph again = before;
    addChannelFactors(again, found);
    QVERIFY(again.digest() == graph.digest());
}

void TstChannelFactors::refusesWhatDoesNotFit()
{
    const Graph before = network();
    const std::vector<ChannelFactors> wrong{factorsOf(before, "nobody", {1, 2}),
                                            factorsOf(before, "x", {1, 2}), factorsOf(before, "s", {1, 2}),
                                            factorsOf(before, "r", {1, 2, 3})};
    for (const ChannelFactors& factors : wrong) {
        Graph graph = before;
        LATHE_EXPECT_ERROR(modelInvalid, addChannelFactors(graph, factors));
        QVERIFY(graph.digest() == before.digest());
    }
}

QTEST_APPLESS_MAIN(TstChannelFactors)
#include "tst_channel_factors.moc"
