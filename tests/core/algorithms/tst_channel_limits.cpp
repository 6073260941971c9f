// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/channel_limits.h"

#include <QTest>

#include <limits>

#include "core/ops/channel_axis.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;

/// An upper end of every channel of its own, as a Min behind the value.
class TstChannelLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsEveryChannelAtItsLimit();
    void isFoundAgain();
    void refusesWhatDoesNotFit();
};

namespace {

Graph network()
{
    Graph graph = test::graphOf(R"(
opset 13
input x: float32[1x2x1x2]
r = Relu(x)
y = Neg(r)
output y
)");
    inferChannelAxes(graph);
    return graph;
}

const std::vector<double> ends{1, 3};

} // namespace

void TstChannelLimits::cutsEveryChannelAtItsLimit()
{
    Graph graph = network();
    const Tensor limit = channelLimit(graph, "r", ends);
    QVERIFY(limit.shape() == (Shape{1, 2, 1, 1}));
    addChannelLimits(graph, {{"r", limit}});
    const std::vector<float> values{-1, 2, 2, 5};
    const TensorMap results = test::runQuantized(
        graph, {{"x", Tensor::of<float>(Shape{1, 2, 1, 2}, std::span<const float>(values))}});
    QCOMPARE(results.at("y").toFloats(), (std::vector<float>{0, -1, -2, -3}));
    QCOMPARE(graph.value(graph.find("r/limited")).channelAxis, 1);
    // What has no end keeps its values.
    const double none = std::numeric_limits<double>::infinity();
    QCOMPARE(channelLimit(network(), "r", std::vector<double>{1, none}).at(1),
             double{std::numeric_limits<float>::max()});
}

void TstChannelLimits::isFoundAgain()
{
    const Graph before = network();
    Graph graph = before;
    QVERIFY(addedChannelLimits(before, graph).empty());
    addChannelLimits(graph, {{"r", channelLimit(graph, "r", ends)}});
    const ChannelLimits found = addedChannelLimits(before, graph);
    QCOMPARE(found.size(), 1U);
    Graph again = before;
    addChannelLimits(again, found);
    QVERIFY(again.digest() == graph.digest());
}

void TstChannelLimits::refusesWhatDoesNotFit()
{
    const Graph before = network();
    const Tensor limit = channelLimit(before, "r", ends);
    const std::vector<double> three{1, 2, 3};
    const std::vector<ChannelLimits> wrong{
        {{"nobody", limit}}, {{"y", limit}}, {{"x", limit}}, {{"r", channelLimit(before, "r", three)}}};
    for (const ChannelLimits& limits : wrong) {
        Graph graph = before;
        LATHE_EXPECT_ERROR(modelInvalid, addChannelLimits(graph, limits));
        QVERIFY(graph.digest() == before.digest());
    }
}

QTEST_APPLESS_MAIN(TstChannelLimits)
#include "tst_channel_limits.moc"
