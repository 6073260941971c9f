// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/plan_edits.h"

#include <QTest>

namespace lathe {
namespace {

Layer weighted(const std::string& id)
{
    Layer layer;
    layer.id = layer.name = id;
    layer.weight = ValueId{1};
    return layer;
}

Layer weightless(const std::string& id)
{
    Layer layer;
    layer.id = layer.name = id;
    return layer;
}

}

class TestPlanEdits : public QObject
{
    Q_OBJECT
private slots:
    void bitsKeepSignAndShape();
    void partsAreApart();
    void weightlessLayersKeepTheirWeights();
    void lockedLayersStay();
    void backToTheDefaultLeavesNoTrace();
    void floatAndBack();
    void clipAndMethod();
};

void TestPlanEdits::bitsKeepSignAndShape()
{
    const QuantPlan plan = withBits(QuantPlan(), {weighted("a")}, PlanPart::both, 4);
    QCOMPARE(plan.weightSpec("a").name(), QuantSpec::parse("int4:channel:symmetric").name());
    QCOMPARE(plan.activationSpec("a").name(), QuantSpec::parse("uint4:tensor:asymmetric").name());
    QCOMPARE(plan.weightSpec("b").format.bits, 8);
}

void TestPlanEdits::partsAreApart()
{
    const QuantPlan weights = withBits(QuantPlan(), {weighted("a")}, PlanPart::weights, 3);
    QCOMPARE(weights.weightSpec("a").format.bits, 3);
    QCOMPARE(weights.activationSpec("a").format.bits, 8);
    const QuantPlan activations = withBits(QuantPlan(), {weighted("a")}, PlanPart::activations, 3);
    QCOMPARE(activations.weightSpec("a").format.bits, 8);
    QCOMPARE(activations.activationSpec("a").format.bits, 3);
}

void TestPlanEdits::weightlessLayersKeepTheirWeights()
{
    const QuantPlan plan = withBits(QuantPlan(), {weightless("a")}, PlanPart::both, 4);
    QVERIFY(!plan.layers.at("a").weights);
    QCOMPARE(plan.layers.at("a").activations->format.bits, 4);
    QVERIFY(withBits(QuantPlan(), {weightless("a")}, PlanPart::weights, 4) == QuantPlan());
    QCOMPARE(weightFormat(plan, weightless("a")), std::string());
}

void TestPlanEdits::lockedLayersStay()
{
    const QuantPlan locked = withLocked(QuantPlan(), {weighted("a")}, true);
    QVERIFY(isLocked(locked, "a"));
    const QuantPlan plan = withBits(locked, {weighted("a"), weighted("b")}, PlanPart::both, 2);
    QCOMPARE(plan.weightSpec("a").format.bits, 8);
    QCOMPARE(plan.weightSpec("b").format.bits, 2);
    QVERIFY(withLocked(locked, {weighted("a")}, false) == QuantPlan());
}

void TestPlanEdits::backToTheDefaultLeavesNoTrace()
{
    const QuantPlan plan = withBits(QuantPlan(), {weighted("a")}, PlanPart::both, 4);
    QVERIFY(!(plan == QuantPlan()));
    QVERIFY(withBits(plan, {weighted("a")}, PlanPart::both, 8) == QuantPlan());
}

void TestPlanEdits::floatAndBack()
{
    const QuantPlan plan = withBits(QuantPlan(), {weighted("a")}, PlanPart::both, std::nullopt);
    QVERIFY(plan.weightSpec("a").format.isFloat32());
    QVERIFY(plan.activationSpec("a").format.isFloat32());
    QVERIFY(withBits(plan, {weighted("a")}, PlanPart::both, 8) == QuantPlan());
    const QuantPlan half = withFormat(QuantPlan(), {weighted("a")}, PlanPart::weights, NumberFormat::parse("float16"));
    QCOMPARE(weightFormat(half, weighted("a")), std::string("float16"));
}

void TestPlanEdits::clipAndMethod()
{
    const QuantPlan clipped = withClip(QuantPlan(), weighted("a"), Range{-1, 2});
    QCOMPARE(clipped.layers.at("a").clip->high, 2.0F);
    QVERIFY(withClip(clipped, weighted("a"), std::nullopt) == QuantPlan());
    const QuantPlan method = withMethod(QuantPlan(), {weighted("a")}, MethodChoice::parse("minmax"));
    QCOMPARE(method.methodOf("a").id, std::string("minmax"));
    QCOMPARE(method.methodOf("b").id, std::string("mse"));
}

}

QTEST_GUILESS_MAIN(lathe::TestPlanEdits)
#include "tst_plan_edits.moc"
