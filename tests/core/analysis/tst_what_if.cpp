// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/what_if.h"

#include "core/base/error.h"
#include "core/calibration/collect.h"
#include "core/formats/formats.h"
#include "core/passes/simplify.h"
#include "tests/core/analysis/noise_samples.h"
#include "tests/core/analysis/with_softmax.h"
#include "tests/support/shared_files.h"

#include <QTest>

using namespace lathe;

/// The live estimate on the sample model: what is reused must not change what is answered.
class TstWhatIf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aChangeGivesWhatAFreshStartGives();
    void onlyClassesAgree();
    void lateLayersReuseTheStart();
    void backAndForthIsTheSame();
    void aLastSoftmaxHidesNothing();
    void aStopKeepsTheState();
    void fewerBitsCostMore();

private:
    std::unique_ptr<WhatIf> make() const;
    static void compareResults(const WhatIfResult& a, const WhatIfResult& b);

    std::shared_ptr<const Graph> m_graph;
    std::vector<Layer> m_layers;
    std::shared_ptr<const Statistics> m_statistics;
    test::NoiseSamples m_samples;
};

void TstWhatIf::initTestCase()
{
    const auto imported = readModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control());
    m_graph = std::make_shared<const Graph>(simplify(imported.graph).graph);
    m_layers = findLayers(*m_graph);
    m_statistics =
        std::make_shared<const Statistics>(collectStatistics(*m_graph, m_samples, Digest(), CollectOptions(), Control()));
}

std::unique_ptr<WhatIf> TstWhatIf::make() const
{
    return std::make_unique<WhatIf>(m_graph, m_layers, m_statistics, m_samples, genericRules(), WhatIf::Options(),
                                    Control());
}

void TstWhatIf::compareResults(const WhatIfResult& a, const WhatIfResult& b)
{
    QCOMPARE(a.outputSqnrDb, b.outputSqnrDb);
    QCOMPARE(a.agreement, b.agreement);
    QCOMPARE(a.sizeBytes, b.sizeBytes);
    QVERIFY(a.weightSqnrDb == b.weightSqnrDb);
    QCOMPARE(a.layers.size(), b.layers.size());
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        QCOMPARE(a.layers[i].id, b.layers[i].id);
        QCOMPARE(a.layers[i].local.noiseSquares, b.layers[i].local.noiseSquares);
        QCOMPARE(a.layers[i].accumulated.noiseSquares, b.layers[i].accumulated.noiseSquares);
        QCOMPARE(a.layers[i].clipped, b.layers[i].clipped);
        QCOMPARE(a.layers[i].elements, b.layers[i].elements);
        QCOMPARE(a.layers[i].channels.size(), b.layers[i].channels.size());
    }
}

void TstWhatIf::aChangeGivesWhatAFreshStartGives()
{
    const auto kept = make();
    kept->update(QuantPlan(), Control());
    for (const char* layer : {"block5.dw", "stem.conv", "head.linear", "block2.add"}) {
        QuantPlan plan;
        plan.layers[layer].activations = QuantSpec::parse("uint4");
        plan.layers[layer].weights = QuantSpec::parse("int4:channel");
        compareResults(*kept->update(plan, Control()), *make()->update(plan, Control()));
    }
}

/// Masks and boxes have no class that could agree.
void TstWhatIf::onlyClassesAgree()
{
    QVERIFY(make()->update(QuantPlan(), Control())->givesClasses);
    class Masked : public test::NoiseSamples
    {
        TargetInfo targetInfo() const override { return {.kind = TargetKind::mask, .decode = {}}; }
    };
    WhatIf whatIf(m_graph, m_layers, m_statistics, Masked(), genericRules(), WhatIf::Options(), Control());
    QVERIFY(!whatIf.update(QuantPlan(), Control())->givesClasses);
}

void TstWhatIf::lateLayersReuseTheStart()
{
    const auto whatIf = make();
    const auto first = whatIf->update(QuantPlan(), Control());
    QCOMPARE(first->stepsReused, std::int64_t{0});
    QuantPlan plan;
    plan.layers["head.linear"].weights = QuantSpec::parse("int4:channel");
    QVERIFY(whatIf->update(plan, Control())->stepsReused > first->stepsRun / 2);
}

void TstWhatIf::backAndForthIsTheSame()
{
    const auto whatIf = make();
    const auto before = whatIf->update(QuantPlan(), Control());
    QuantPlan plan;
    plan.layers["block4.dw"].activations = QuantSpec::parse("uint2");
    whatIf->update(plan, Control());
    compareResults(*whatIf->update(QuantPlan(), Control()), *before);
}

/// The figure of a model that ends in probabilities is that of its logits, also where a run begins behind
/// them; a grid of the probabilities adds to it.
void TstWhatIf::aLastSoftmaxHidesNothing()
{
    const auto sure = std::make_shared<const Graph>(test::withSoftmax(*m_graph));
    const auto layers = findLayers(*sure);
    const auto statistics = std::make_shared<const Statistics>(
        collectStatistics(*sure, m_samples, Digest(), CollectOptions(), Control()));
    const auto fresh = [&] {
        return std::make_unique<WhatIf>(sure, layers, statistics, m_samples, genericRules(), WhatIf::Options(),
                                        Control());
    };
    QuantPlan plan, behind;
    plan.layers["chances"].activations = QuantSpec::parse("float32");
    behind.layers["chances"].activations = QuantSpec::parse("uint4");
    const auto kept = fresh();
    const double logitsDb = kept->update(plan, Control())->outputSqnrDb;
    QCOMPARE(logitsDb, make()->update(QuantPlan(), Control())->outputSqnrDb);
    const auto coarse = kept->update(behind, Control());
    QVERIFY(coarse->stepsReused > 0);
    QVERIFY(coarse->outputSqnrDb < logitsDb);
    QCOMPARE(coarse->outputSqnrDb, fresh()->update(behind, Control())->outputSqnrDb);
    QCOMPARE(kept->update(plan, Control())->outputSqnrDb, logitsDb);
}

void TstWhatIf::aStopKeepsTheState()
{
    const auto whatIf = make();
    const auto before = whatIf->update(QuantPlan(), Control());
    QuantPlan plan;
    plan.layers["stem.conv"].activations = QuantSpec::parse("uint2");
    std::stop_source source;
    source.request_stop();
    QVERIFY_EXCEPTION_THROWN(whatIf->update(plan, Control(source.get_token())), Error);
    compareResults(*whatIf->update(QuantPlan(), Control()), *before);
}

void TstWhatIf::fewerBitsCostMore()
{
    const auto whatIf = make();
    const auto eight = whatIf->update(QuantPlan(), Control());
    QuantPlan plan;
    plan.weights = QuantSpec::parse("int4:channel:symmetric");
    plan.activations = QuantSpec::parse("uint4");
    const auto four = whatIf->update(plan, Control());
    QVERIFY(four->outputSqnrDb < eight->outputSqnrDb - 6);
    QVERIFY(four->sizeBytes < eight->sizeBytes);
    QVERIFY(eight->sizeBytes < eight->floatBytes);
}

QTEST_GUILESS_MAIN(TstWhatIf)
#include "tst_what_if.moc"
