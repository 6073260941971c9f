// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan_ends.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// More bits at both ends of a model.
class TstPlanEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void widensBothEndsAndWhatTheyRead();
    void whatIsFloatOrLockedStays();
    void tablesBecomeIntegers();
    void aModelWithoutWeightsHasNoEnds();
};

namespace {

Graph pooledNetwork()
{
    return graphOf(R"(
opset 13
input x: float32[1x3x8x8]
w1: float32[4x3x3x3] = ...
a = Conv(x, w1) {pads=[1, 1, 1, 1]}
w2: float32[4x4x1x1] = ...
b = Conv(a, w2)
r = Relu(b)
w3: float32[4x4x1x1] = ...
c = Conv(r, w3)
s = Add(c, r)
p = GlobalAveragePool(s)
f = Flatten(p)
w4: float32[4x5] = ...
y = MatMul(f, w4)
output y
)");
}

QuantPlan fourBits()
{
    QuantPlan plan;
    plan.weights = QuantSpec::parse("int4:channel:symmetric");
    plan.activations = QuantSpec::parse("uint4:tensor:asymmetric");
    return plan;
}

QuantPlan widenedPlan(const QuantPlan& plan, const Graph& graph = pooledNetwork())
{
    return withWideEnds(plan, graph, findLayers(graph), 8);
}

} // namespace

void TstPlanEnds::widensBothEndsAndWhatTheyRead()
{
    const QuantPlan plan = widenedPlan(fourBits());
    const std::string wide = "uint8:tensor:asymmetric", narrow = "uint4:tensor:asymmetric";
    for (const char* layer : {"input:x", "a", "y", "p", "s"})
        QCOMPARE(plan.activationSpec(layer).name(), wide);
    // Not behind the sum, and nothing in between.
    for (const char* layer : {"r", "c"})
        QCOMPARE(plan.activationSpec(layer).name(), narrow);
    for (const char* layer : {"a", "y"})
        QCOMPARE(plan.weightSpec(layer).name(), std::string("int8:channel:symmetric"));
    for (const char* layer : {"r", "c"})
        QCOMPARE(plan.weightSpec(layer).name(), std::string("int4:channel:symmetric"));
    QCOMPARE(endLayers(findLayers(pooledNetwork())), (std::set<std::string>{"a", "y"}));
}

void TstPlanEnds::whatIsFloatOrLockedStays()
{
    QuantPlan plan = fourBits();
    plan.layers["a"].weights = QuantSpec::parse("int5:channel:symmetric");
    QCOMPARE(widenedPlan(plan).weightSpec("a").name(), std::string("int8:channel:symmetric"));
    plan.layers["a"].locked = true;
    plan.activations = QuantSpec::parse("float32");
    const QuantPlan wide = widenedPlan(plan);
    QCOMPARE(wide.weightSpec("a").name(), std::string("int5:channel:symmetric"));
    QCOMPARE(wide.weightSpec("y").name(), std::string("int8:channel:symmetric"));
    QCOMPARE(wide.activationSpec("a").name(), plan.activations.name());
    QCOMPARE(wide.layers.size(), 2U);
    const QuantPlan eight;
    QVERIFY(widenedPlan(eight) == eight);
}

void TstPlanEnds::tablesBecomeIntegers()
{
    QuantPlan plan = fourBits();
    plan.weights = QuantSpec::parse("nf4:channel");
    QCOMPARE(widenedPlan(plan).weightSpec("y").name(), std::string("int8:channel:symmetric"));
}

void TstPlanEnds::aModelWithoutWeightsHasNoEnds()
{
    const Graph graph = graphOf("opset 13\ninput x: float32[1x4]\ny = Relu(x)\noutput y\n");
    QVERIFY(endLayers(findLayers(graph)).empty());
    QCOMPARE(widenedPlan(fourBits(), graph).layers.size(), 1U);
}

QTEST_APPLESS_MAIN(TstPlanEnds)
#include "tst_plan_ends.moc"
