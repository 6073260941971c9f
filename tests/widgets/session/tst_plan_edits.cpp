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
    void formatsTakeTheirGranularity();
    void scalesAndGrids();
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

void TestPlanEdits::formatsTakeTheirGranularity()
{
    const auto weights = [](const QuantPlan& plan, const char* format) {
        return withFormat(plan, {weighted("a")}, PlanPart::weights, NumberFormat::parse(format)).weightSpec("a").name();
    };
    QuantPlan plan;
    QCOMPARE(weights(plan, "nf4"), std::string("nf4:channel"));
    QCOMPARE(weights(plan, "float8e4m3"), std::string("float8e4m3:channel"));
    plan.weights = QuantSpec::parse("int4:group:32");
    QCOMPARE(weights(plan, "nf4"), std::string("nf4:group:32"));
    QCOMPARE(weights(plan, "kmeans16"), std::string("kmeans16:channel"));
    plan.weights = QuantSpec::parse("int4:tensor");
    QCOMPARE(weights(plan, "binary"), std::string("binary:channel"));
    plan.weights = QuantSpec::parse("nf4");
    QCOMPARE(weights(plan, "int8"), std::string("int8:group:64:symmetric"));
    const QuantPlan dynamic =
        withFormat(QuantPlan(), {weighted("a")}, PlanPart::activations, NumberFormat::parse("uint8:dynamic"));
    QCOMPARE(dynamic.activationSpec("a").name(), std::string("uint8:dynamic"));
    QCOMPARE(withBits(dynamic, {weighted("a")}, PlanPart::activations, 8).activationSpec("a").name(),
             std::string("uint8:tensor:asymmetric"));
    QCOMPARE(inFormat(QuantSpec::parse("uint8"), NumberFormat::parse("int8")).name(), std::string("int8:tensor:symmetric"));
}

void TestPlanEdits::scalesAndGrids()
{
    const std::vector<Layer> layers{weighted("a")};
    const Granularity groups{Granularity::Kind::group, 64};
    const QuantPlan plan = withGranularity(QuantPlan(), layers, groups);
    QCOMPARE(plan.weightSpec("a").name(), std::string("int8:group:64:symmetric"));
    QCOMPARE(plan.activationSpec("a").name(), QuantPlan().activations.name());
    const QuantPlan learned = withFormat(plan, layers, PlanPart::weights, NumberFormat::parse("kmeans256"));
    QCOMPARE(withGranularity(learned, layers, groups).weightSpec("a").name(), std::string("kmeans256:channel"));
    const QuantPlan grids = withGrid(plan, layers, PlanPart::both, {false, true});
    QCOMPARE(grids.weightSpec("a").name(), std::string("int8:group:64:asymmetric:pow2"));
    QCOMPARE(grids.activationSpec("a").name(), std::string("uint8:tensor:asymmetric:pow2"));
    const QuantPlan half = withFormat(QuantPlan(), layers, PlanPart::weights, NumberFormat::parse("float16"));
    QVERIFY(withGrid(half, layers, PlanPart::weights, {true, true}) == half);
    const QuantPlan clipped = withWeightClip(QuantPlan(), weighted("a"), Range{-1, 2});
    QCOMPARE(clipped.layers.at("a").weightClip->low, -1.0F);
    QVERIFY(withWeightClip(clipped, weighted("a"), std::nullopt) == QuantPlan());
}

}

QTEST_GUILESS_MAIN(lathe::TestPlanEdits)
#include "tst_plan_edits.moc"
