// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_plan.h"

#include <QTest>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

QuantPlan planOf(const char* json)
{
    return parsePlan(parseJson(json, "test"), "PLAN.json");
}

} // namespace

class TstQuantPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsThePlanFile();
    void roundTrip();
    void layersFallBackToTheDefault();
    void digestFollowsContent();
    void explainsMistakes_data();
    void explainsMistakes();
};

void TstQuantPlan::readsThePlanFile()
{
    const QuantPlan plan =
        planOf(R"({"default":{"weights":"int8:channel:symmetric","activations":"uint8:tensor:asymmetric",
        "method":"mse"},"layers":{"conv/1":{"weights":"int4:group:32","activations":"float32"},
        "head":{"method":"percentile:99.9","clip":[-1.5,6],"locked":true}}})");
    QCOMPARE(plan.weights.name(), std::string("int8:channel:symmetric"));
    QCOMPARE(plan.layers.at("conv/1").weights->granularity.groupSize, 32);
    QVERIFY(plan.layers.at("conv/1").activations->format.isFloat32());
    const LayerPlan& head = plan.layers.at("head");
    QVERIFY(!head.weights && head.locked);
    QCOMPARE(head.method->text(), std::string("percentile:99.9"));
    QVERIFY(*head.clip == (Range{-1.5F, 6}));
}

void TstQuantPlan::roundTrip()
{
    QVERIFY(planOf("{}") == QuantPlan());
    QuantPlan plan;
    plan.weights = QuantSpec::parse("int3:tensor:asymmetric");
    plan.method = MethodChoice::parse("percentile:99");
    plan.target = "other";
    plan.layers["a \"quoted\" name"].clip = Range{-0.1F, 0.3F};
    plan.layers["b"].activations = QuantSpec::parse("bfloat16");
    plan.layers["b"].method = MethodChoice::parse("entropy");
    plan.layers["c"].locked = true;
    plan.layers["c"].weightClip = Range{-0.5F, 0};
    QVERIFY(parsePlan(parseJson(dumpJson(planToJson(plan)), "x"), "x") == plan);
    plan.layers["empty"] = {};
    QCOMPARE(planToJson(plan)["layers"].size(), std::size_t(3));
}

void TstQuantPlan::layersFallBackToTheDefault()
{
    const QuantPlan plan = planOf(R"({"layers":{"a":{"weights":"int4"}}})");
    QCOMPARE(plan.weightSpec("a").name(), std::string("int4:tensor:symmetric"));
    QCOMPARE(plan.weightSpec("b").name(), plan.weights.name());
    QCOMPARE(plan.activationSpec("a").name(), plan.activations.name());
    QCOMPARE(plan.methodOf("a").text(), std::string("mse"));
}

void TstQuantPlan::digestFollowsContent()
{
    QuantPlan plan;
    const Digest before = plan.digest();
    plan.layers["a"] = {};
    QVERIFY(plan.digest() == before);
    plan.layers["a"].locked = true;
    QVERIFY(plan.digest() != before);
}

void TstQuantPlan::explainsMistakes_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("word");
    QTest::newRow("no object") << "[]"
                               << "PLAN.json";
    QTest::newRow("misspelt") << R"({"defaults":{}})"
                              << "defaults";
    QTest::newRow("format") << R"({"default":{"weights":"int1"}})"
                            << "int1";
    QTest::newRow("too wide") << R"({"default":{"weights":"int32"}})"
                              << "weights";
    QTest::newRow("method") << R"({"default":{"method":"guess"}})"
                            << "guess";
    QTest::newRow("layer field") << R"({"layers":{"a":{"bits":4}}})"
                                 << "bits";
    QTest::newRow("layer name") << R"({"layers":{"conv7":{"weights":"x"}}})"
                                << "conv7";
    QTest::newRow("clip length") << R"({"layers":{"a":{"clip":[1]}}})"
                                 << "clip";
    QTest::newRow("clip without zero") << R"({"layers":{"a":{"clip":[1,2]}}})"
                                       << "clip";
    QTest::newRow("clip empty") << R"({"layers":{"a":{"clip":[0,0]}}})"
                                << "clip";
    QTest::newRow("clip overflow") << R"({"layers":{"a":{"clip":[-1e300,2]}}})"
                                   << "clip";
    QTest::newRow("type") << R"({"layers":{"a":{"locked":1}}})"
                          << "locked";
}

void TstQuantPlan::explainsMistakes()
{
    QFETCH(QString, json);
    QFETCH(QString, word);
    const auto error = test::errorOf([&] { return planOf(json.toUtf8().constData()); });
    QVERIFY(error.has_value());
    QVERIFY2(QString::fromUtf8(error->what()).contains(word), error->what());
}

QTEST_GUILESS_MAIN(TstQuantPlan)
#include "tst_quant_plan.moc"
