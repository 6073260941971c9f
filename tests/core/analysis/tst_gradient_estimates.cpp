// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/gradient_estimates.h"

#include <QTest>

#include <cmath>

#include "core/ops/infer_shapes.h"
#include "core/runtime/fisher_probe.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"
#include "tests/support/unlabelled_samples.h"

using namespace lathe;
using namespace lathe::test;

namespace {

class Inputs : public UnlabelledSamples
{
public:
    Inputs(const Graph& graph, std::int64_t count)
        : UnlabelledSamples(count)
        , m_graph(graph)
    {
    }
    TensorMap load(std::int64_t index) const override
    {
        return seededInputs(m_graph, static_cast<unsigned>(40 + index));
    }

private:
    const Graph& m_graph;
};

Graph linear()
{
    return graphOf(
        "input x: float32[1x5]\nw: float32[5x3] = ...\nz = MatMul(x, w)\ny = Softmax(z)\noutput y");
}

const GradientEstimate& of(const std::vector<GradientEstimate>& estimates, const std::string& layer)
{
    for (const GradientEstimate& estimate : estimates)
        if (estimate.layer == layer)
            return estimate;
    throw Error(ErrorCode::unknownName, layer);
}

}

class TstGradientEstimates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The gradients of a matrix product are outer products and can be written down.
    void agreeWithThePlainWay()
    {
        const Graph graph = linear();
        const Inputs samples(graph, 3);
        double fisherZ = 0, fisherW = 0, magnitudeW = 0, squareZ = 0;
        for (std::int64_t i = 0; i < 3; ++i) {
            const TensorMap inputs = samples.load(i);
            const TensorMap values = runReference(graph, inputs, Control(), true);
            const std::vector<float> g =
                fisherProbe(graph, values, 7 + static_cast<std::uint64_t>(i)).at("z").toFloats();
            const std::vector<float> x = inputs.at("x").toFloats();
            double squareG = 0, squareX = 0, sumG = 0, sumX = 0;
            for (const float value : g) {
                squareG += double{value} * double{value};
                sumG += std::abs(double{value});
            }
            for (const float value : x) {
                squareX += double{value} * double{value};
                sumX += std::abs(double{value});
            }
            for (const float value : values.at("z").toFloats())
                squareZ += double{value} * double{value} / 3;
            fisherZ += squareG / 3;
            fisherW += squareG * squareX / 3;
            magnitudeW += sumG * sumX / (3 * 15);
        }
        const auto estimates = estimateByGradients(graph, findLayers(graph), samples,
                                                   {.samples = 3, .workers = 1, .seed = 7}, Control());
        const GradientEstimate& product = of(estimates, "z");
        QVERIFY(product.weighted);
        QVERIFY(std::abs(product.activations.fisher / fisherZ - 1) < 1e-5);
        QVERIFY(std::abs(product.weights.fisher / fisherW - 1) < 1e-5);
        QVERIFY(std::abs(product.weights.gradient / magnitudeW - 1) < 1e-5);
        QVERIFY(of(estimates, "input:x").activations.fisher > 0);
        const double expected = 0.5 * (fisherZ / 3) * squareZ * 0.01;
        QVERIFY(std::abs(expectedDivergence(product.activations, 20) / expected - 1) < 1e-5);
        double squareW = 0;
        for (const float value : graph.value(graph.find("w")).constant.toFloats())
            squareW += double{value} * double{value};
        QVERIFY(std::abs(product.weights.signalSquares / squareW - 1) < 1e-6);
        QCOMPARE(product.weights.elements, 15.0);
    }

    void doNotDependOnWorkers()
    {
        const Graph graph = linear();
        const Inputs samples(graph, 9);
        const auto one =
            estimateByGradients(graph, findLayers(graph), samples, {.samples = 9, .workers = 1}, Control());
        const auto three =
            estimateByGradients(graph, findLayers(graph), samples, {.samples = 9, .workers = 3}, Control());
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(one[i].weights.fisher, three[i].weights.fisher);
            QCOMPARE(one[i].activations.gradient, three[i].activations.gradient);
        }
    }

    void sayWhatBlocks()
    {
        const Graph graph =
            graphOf("input x: float32[1x5]\nw: float32[5x3] = ...\nz = MatMul(x, w)\nr = Round(z) @r1\n"
                    "y = Sigmoid(r)\noutput y");
        const auto estimates = estimateByGradients(graph, findLayers(graph), Inputs(graph, 2),
                                                   {.samples = 2, .workers = 1}, Control());
        QCOMPARE(of(estimates, "z").weights.blocked, std::string("Round r1 has no reverse"));
        QCOMPARE(of(estimates, "z").weights.fisher, 0.0);
        QVERIFY(of(estimates, "y").activations.blocked.empty());
        QVERIFY(of(estimates, "y").activations.fisher > 0);
    }

    void needSamples()
    {
        const Graph graph = linear();
        LATHE_EXPECT_ERROR(datasetEmpty,
                           estimateByGradients(graph, findLayers(graph), Inputs(graph, 0), {}, Control()));
    }
};

QTEST_APPLESS_MAIN(TstGradientEstimates)
#include "tst_gradient_estimates.moc"
