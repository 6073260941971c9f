// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/target_limits.h"

#include <QTest>

#include "core/calibration/collect.h"
#include "core/formats/formats.h"
#include "core/passes/simplify.h"
#include "core/quant/apply.h"
#include "core/quant/target_refusals.h"
#include "core/targets/catalog.h"
#include "core/targets/cost.h"
#include "tests/core/analysis/noise_samples.h"
#include "tests/support/shared_files.h"

using namespace lathe;

class TstTargetLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void uniformPlansCostTheirSum_data();
    void uniformPlansCostTheirSum();
    void lockedLayersKeepTheirCost();
    void onlyWhatTheTargetRunsIsAllowed_data();
    void onlyWhatTheTargetRunsIsAllowed();

private:
    const Layer& layer(const std::string& id) const
    {
        return *std::find_if(m_layers.begin(), m_layers.end(),
                             [&](const Layer& l) { return l.id == id || l.name == id; });
    }

    Graph m_graph;
    std::vector<Layer> m_layers;
    Statistics m_statistics;
};

void TstTargetLimits::initTestCase()
{
    m_graph =
        simplify(readModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control()).graph).graph;
    m_layers = findLayers(m_graph);
    m_statistics = collectStatistics(m_graph, test::NoiseSamples(), Digest(), CollectOptions(), Control());
}

void TstTargetLimits::uniformPlansCostTheirSum_data()
{
    QTest::addColumn<int>("bits");
    QTest::newRow("4") << 4;
    QTest::newRow("8") << 8;
}

/// The steps of a graph are its layers, but for those that belong to none; the sum over layers says what
/// remains.
void TstTargetLimits::uniformPlansCostTheirSum()
{
    QFETCH(int, bits);
    const TargetPtr target = targetNamed("npu-int4");
    QuantPlan plan = retargeted(QuantPlan(), *target);
    const auto limits = targetLimits(m_graph, m_layers, m_statistics, plan, *target);
    plan.weights.format.bits = bits;
    plan.activations.format.bits = bits;
    const Resolved resolved = resolve(plan, m_graph, m_statistics, target->placement);
    const Graph applied = applyEncodings(m_graph, resolved.encodings, resolved.codes);
    const PlanCost cost = costOf(applied, *target);
    double latency = 0, energy = 0;
    for (const LayerCost& step : cost.layers)
        for (const Layer& known : m_layers)
            if (known.id == step.id) {
                latency += step.latencyMs;
                energy += step.energyMj;
            }
    double latencyHere = 0, energyHere = 0;
    for (const Layer& known : m_layers) {
        const LayerFormats formats{known.weight.valid() ? std::optional(plan.weights) : std::nullopt,
                                   plan.activations};
        latencyHere += limits[0].cost(known, formats);
        energyHere += limits[1].cost(known, formats);
    }
    // Layers without weights are met with the plan's own width of weights, which their steps do not have.
    QVERIFY(latency > 0);
    QCOMPARE(latencyHere, latency);
    QCOMPARE(energyHere, energy);
    QCOMPARE(limits[0].total(applied), cost.latencyMs);
    QCOMPARE(limits[1].total(applied), cost.energyMj);
}

void TstTargetLimits::lockedLayersKeepTheirCost()
{
    const TargetPtr target = targetNamed("npu-int4");
    QuantPlan plan = retargeted(QuantPlan(), *target);
    const Layer& stem = layer("stem.act");
    plan.layers[stem.id].weights = QuantSpec::parse("int8:channel:symmetric");
    plan.layers[stem.id].activations = QuantSpec::parse("int8");
    plan.layers[stem.id].locked = true;
    const auto locked = targetLimits(m_graph, m_layers, m_statistics, plan, *target);
    plan.layers.clear();
    const auto open = targetLimits(m_graph, m_layers, m_statistics, plan, *target);
    // Its input is another layer's: 4 bits there are 4 bits here.
    const LayerFormats four{QuantSpec::parse("int4:channel:symmetric"), QuantSpec::parse("int4")};
    const LayerFormats eight{QuantSpec::parse("int8:channel:symmetric"), QuantSpec::parse("int8")};
    QVERIFY(open[1].cost(stem, four) < locked[1].cost(stem, four));
    QCOMPARE(open[1].cost(stem, eight), locked[1].cost(stem, eight));
}

void TstTargetLimits::onlyWhatTheTargetRunsIsAllowed_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("activations");
    QTest::addColumn<bool>("allowed");
    const QString stem = "stem.act", head = "head.linear", channel = "int%1:channel:symmetric";
    QTest::newRow("anything on the generic one") << "generic" << stem << channel.arg(3) << "uint5" << true;
    QTest::newRow("8 bits") << "cortex-m4" << stem << channel.arg(8) << "int8" << true;
    QTest::newRow("4-bit weights") << "cortex-m4" << stem << channel.arg(4) << "int8" << true;
    QTest::newRow("6-bit weights") << "cortex-m4" << stem << channel.arg(6) << "int8" << false;
    QTest::newRow("4-bit activations") << "cortex-m4" << stem << channel.arg(8) << "int4" << false;
    QTest::newRow("16 bits, which are symmetric there")
        << "cortex-m4" << stem << channel.arg(8) << "int16:tensor:asymmetric" << true;
    QTest::newRow("4-bit weights of convolutions") << "tensorrt" << stem << channel.arg(4) << "int8" << false;
    QTest::newRow("weights alone") << "npu-int4" << stem << channel.arg(4) << "" << true;
    QTest::newRow("activations alone") << "npu-int4" << stem << ""
                                       << "int6" << false;
    QTest::newRow("groups on the generic one") << "generic" << head << "int4:group:32"
                                               << "uint8" << true;
    QTest::newRow("a table on the generic one") << "generic" << stem << "nf4"
                                                << "uint8" << true;
    QTest::newRow("8-bit floats on the generic one") << "generic" << stem << "float8e4m3"
                                                     << "float8e4m3" << true;
    QTest::newRow("groups beside integers") << "tensorrt" << head << "int4:group:64"
                                            << "int8" << false;
    QTest::newRow("groups beside floats") << "tensorrt float16" << head << "int4:group:64"
                                          << "" << true;
    QTest::newRow("other groups beside floats") << "tensorrt float16" << head << "int4:group:32"
                                                << "" << false;
    QTest::newRow("groups of convolutions") << "tensorrt float16" << stem << "int4:group:64"
                                            << "" << false;
    QTest::newRow("a table") << "cortex-m4" << stem << "kmeans16"
                             << "int8" << false;
    QTest::newRow("8-bit floats") << "cortex-m4" << stem << ""
                                  << "float8e4m3" << false;
}

void TstTargetLimits::onlyWhatTheTargetRunsIsAllowed()
{
    QFETCH(const QString, target);
    QFETCH(const QString, layer);
    QFETCH(const QString, weights);
    QFETCH(const QString, activations);
    QFETCH(const bool, allowed);
    const QStringList words = target.split(QLatin1Char(' '));
    const TargetPtr device = targetNamed(words[0].toStdString());
    QuantPlan plan = retargeted(QuantPlan(), *device);
    if (words.size() > 1)
        plan.activations = QuantSpec::parse(words[1].toStdString());
    const auto spec = [](const QString& name) {
        return name.isEmpty() ? std::nullopt : std::optional(QuantSpec::parse(name.toStdString()));
    };
    const Layer& asked = this->layer(layer.toStdString());
    QCOMPARE(targetAllows(m_graph, plan, *device)(asked, {spec(weights), spec(activations)}), allowed);
}

QTEST_GUILESS_MAIN(TstTargetLimits)
#include "tst_target_limits.moc"
