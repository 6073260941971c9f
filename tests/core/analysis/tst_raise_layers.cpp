// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/raise_layers.h"

#include <QTest>

#include <cmath>

#include "core/ops/infer_shapes.h"
#include "core/targets/catalog.h"

using namespace lathe;

namespace {

/// Noise power over signal power of `noise`.
Comparison withNoise(double noise)
{
    const auto off = static_cast<float>(1 + std::sqrt(noise));
    return compare(Tensor::of<float>(Shape{2}, {1, 1}), Tensor::of<float>(Shape{2}, {off, off}));
}

LayerFigures figures(const std::string& id, double accumulated, double local)
{
    LayerFigures layer;
    layer.id = id;
    layer.accumulated = withNoise(accumulated);
    layer.local = withNoise(local);
    return layer;
}

/// Three products one after the other.
struct Chain
{
    Graph graph = parseGraph("opset 13\ninput x: float32[1x2]\nv: float32[2x2] = [1, 2, 3, 4]\n"
                             "w: float32[2x2] = [1, 2, 3, 5]\nu: float32[2x2] = [1, 2, 3, 6]\n"
                             "a = MatMul(x, v)\nb = MatMul(a, w)\nc = MatMul(b, u)\noutput c");
    std::vector<Layer> layers;
    QuantPlan plan;

    Chain()
    {
        inferShapes(graph);
        layers = findLayers(graph);
        plan.weights = QuantSpec::parse("int4:channel:symmetric");
    }
    std::vector<RaisedLayer> raises(const EvaluationRun& run, std::size_t most,
                                    const char* target = "generic") const
    {
        return proposeRaises(run, plan, graph, layers, *targetNamed(target), most);
    }
};

EvaluationRun runOf(std::vector<LayerFigures> layers)
{
    EvaluationRun run;
    run.layers = std::move(layers);
    return run;
}

std::string weightsOf(const RaisedLayer& raised)
{
    return raised.plan.weights ? raised.plan.weights->format.name() : "";
}

std::string activationsOf(const RaisedLayer& raised)
{
    return raised.plan.activations ? raised.plan.activations->format.name() : "";
}

}

class TstRaiseLayers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void raisesThePartToBlame();
    void passesOverLayersThatCannotRise();
    void planTakesThem();
};

/// b's noise is all of its weights, c's all of its grid, and a's half and half.
void TstRaiseLayers::raisesThePartToBlame()
{
    const Chain chain;
    const auto raised =
        chain.raises(runOf({figures("a", 0.02, 0.01), figures("b", 0.52, 1e-6), figures("c", 0.62, 0.1)}), 3);
    QCOMPARE(raised.size(), std::size_t{3});
    QCOMPARE(raised[0].layer, std::string("b"));
    QVERIFY(std::abs(raised[0].addedNoise - 0.5) < 1e-3);
    QCOMPARE(weightsOf(raised[0]), std::string("int8"));
    QCOMPARE(activationsOf(raised[0]), std::string());
    QCOMPARE(raised[1].layer, std::string("c"));
    QCOMPARE(weightsOf(raised[1]), std::string());
    QVERIFY(activationsOf(raised[1]) == "uint16" || activationsOf(raised[1]) == "float32");
    QCOMPARE(raised[2].layer, std::string("a"));
    QCOMPARE(weightsOf(raised[2]), std::string("int8"));
    QVERIFY(!activationsOf(raised[2]).empty());
}

void TstRaiseLayers::passesOverLayersThatCannotRise()
{
    Chain chain;
    chain.plan.layers["b"].locked = true;
    chain.plan.layers["a"].weights = QuantSpec::parse("float32");
    // The noise of a comes in before it, and b is locked.
    const auto raised =
        chain.raises(runOf({figures("a", 0.5, 1e-6), figures("b", 0.7, 1e-6), figures("c", 0.8, 1e-6)}), 3);
    QCOMPARE(raised.size(), std::size_t{1});
    QCOMPARE(raised[0].layer, std::string("c"));
    QVERIFY(chain.raises(runOf({figures("a", 0, 0)}), 3).empty());
}

void TstRaiseLayers::planTakesThem()
{
    Chain chain;
    chain.plan.layers["b"].clip = Range{0, 1};
    const auto raised = chain.raises(runOf({figures("b", 0.5, 1e-6)}), 1);
    const QuantPlan plan = withRaised(chain.plan, raised);
    QCOMPARE(plan.weightSpec("b").name(), std::string("int8:channel:symmetric"));
    QVERIFY(plan.layers.at("b").clip.has_value());
    QCOMPARE(plan.weightSpec("c"), chain.plan.weightSpec("c"));
}

QTEST_GUILESS_MAIN(TstRaiseLayers)
#include "tst_raise_layers.moc"
