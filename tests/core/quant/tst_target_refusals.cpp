// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/quant/target_refusals.h"
#include "core/targets/catalog.h"
#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

QuantPlan planOf(const char* json)
{
    return parsePlan(parseJson(json, "plan"), "plan");
}

QString refusalsText(const std::vector<TargetRefusal>& refusals)
{
    QStringList parts;
    for (const TargetRefusal& refusal : refusals)
        parts << QString::fromStdString(refusal.layer) +
                     (refusal.part == TargetRefusal::Part::weights       ? ".w"
                      : refusal.part == TargetRefusal::Part::activations ? ".a"
                                                                         : ".op") +
                     "->" + QString::fromStdString(refusal.nearest ? refusal.nearest->name() : "-");
    return parts.join(" ");
}

}

class TstTargetRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void says_data();
    void says();
    void nearestIsLegal_data();
    void nearestIsLegal();
    void lockedLayersStay();
    void retargets();
};

void TstTargetRefusals::says_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("plan");
    QTest::addColumn<QString>("refusals");
    const QString eight = R"({"default": {"weights": "int8:channel:symmetric", "activations": "int8:tensor:asymmetric"}})";
    QTest::newRow("generic takes all") << "generic" << R"({"default": {"weights": "int3:channel:asymmetric", "activations": "uint5"}})"
                                       << "";
    // CMSIS-NN has one scale for the weights of fully connected layers.
    QTest::newRow("cortex-m4") << "cortex-m4" << eight << "";
    QTest::newRow("4-bit activations")
        << "cortex-m4"
        << R"({"default": {"weights": "int8:channel:symmetric", "activations": "int8:tensor:asymmetric"},
               "layers": {"r1": {"activations": "uint4"}}})"
        << "r1.a->int8:tensor:asymmetric c2.w->-";
    QTest::newRow("odd weights") << "cortex-m4"
                                 << R"({"default": {"weights": "int8:channel:symmetric", "activations": "int8:tensor:asymmetric"},
                                        "layers": {"c3": {"weights": "int5:channel:symmetric"}}})"
                                 << "c3.w->int8:channel:symmetric";
    QTest::newRow("no groups of weights for TensorRT's INT8")
        << "tensorrt"
        << R"({"default": {"weights": "int4:channel:symmetric", "activations": "int8:tensor:symmetric"}})"
        << "r1.w->int8:channel:symmetric c2.w->int8:channel:symmetric c3.w->int8:channel:symmetric h.w->int8:channel:symmetric";
    QTest::newRow("saturating pair sums are no refusal") << "x86-avx2" << eight << "";
}

void TstTargetRefusals::says()
{
    QFETCH(QString, target);
    QFETCH(QString, plan);
    QFETCH(QString, refusals);
    const Graph graph = graphOf(smallNetwork);
    QCOMPARE(refusalsText(targetRefusals(planOf(plan.toStdString().c_str()), graph, findLayers(graph),
                                         *targetNamed(target.toStdString()))),
             refusals);
}

void TstTargetRefusals::nearestIsLegal_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("plan");
    for (const TargetPtr& target : builtinTargets())
        for (const char* plan : {R"({"default": {"weights": "int3:channel:asymmetric", "activations": "uint5"}})",
                                 R"({"default": {"weights": "int4:channel", "activations": "int16"}})",
                                 R"({"default": {"weights": "int8:channel", "activations": "uint8"},
                                     "layers": {"r1": {"activations": "int2"}, "h": {"weights": "uint7:channel"}}})"})
            QTest::newRow((target->id + plan).c_str()) << QString::fromStdString(target->id) << plan;
}

/// On every target: what is refused is gone once the nearest choices are taken.
void TstTargetRefusals::nearestIsLegal()
{
    QFETCH(QString, target);
    QFETCH(QString, plan);
    const Graph graph = graphOf(smallNetwork);
    const std::vector<Layer> layers = findLayers(graph);
    const TargetPtr device = targetNamed(target.toStdString());
    const QuantPlan legal = withNearestChoices(planOf(plan.toStdString().c_str()), graph, layers, *device);
    QCOMPARE(refusalsText(targetRefusals(legal, graph, layers, *device)), QString());
}

void TstTargetRefusals::lockedLayersStay()
{
    const Graph graph = graphOf(smallNetwork);
    QuantPlan plan = retargeted(QuantPlan(), *targetNamed("cortex-m4"));
    plan.layers["c3"].weights = QuantSpec::parse("int5:channel");
    plan.layers["c3"].locked = true;
    const QuantPlan legal = withNearestChoices(plan, graph, findLayers(graph), *targetNamed("cortex-m4"));
    QCOMPARE(legal.layers.at("c3").weights->format.bits, 5);
}

void TstTargetRefusals::retargets()
{
    const QuantPlan trt = retargeted(QuantPlan(), *targetNamed("tensorrt"));
    QCOMPARE(trt.target, std::string("tensorrt"));
    QCOMPARE(trt.activations.name(), std::string("int8:tensor:symmetric"));
    QCOMPARE(trt.weights.name(), std::string("int8:channel:symmetric"));
    // What runs there already stays.
    QuantPlan narrow;
    narrow.weights = QuantSpec::parse("int4:channel:symmetric");
    QCOMPARE(retargeted(narrow, *targetNamed("cortex-m4")).weights.name(), std::string("int4:channel:symmetric"));
    QCOMPARE(retargeted(narrow, *targetNamed("ethos-u55")).weights.name(), std::string("int8:channel:symmetric"));
    const QuantPlan back = retargeted(trt, *targetNamed("generic"));
    QCOMPARE(back.activations.name(), std::string("int8:tensor:symmetric"));
}

QTEST_GUILESS_MAIN(TstTargetRefusals)
#include "tst_target_refusals.moc"
