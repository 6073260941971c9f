// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/saturation.h"

#include <cmath>

#include <QTest>

#include "core/calibration/collect.h"
#include "core/quant/resolve.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/unlabelled_samples.h"

using namespace lathe;
using namespace lathe::test;

/// Where a Sigmoid no longer tells numbers apart, and that grids end there.
class TstSaturation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsWhereTheFunctionIsFlat();
    void looksAtAllReaders();
    void limitsGrids();
};

namespace {

const char* const gated = "opset 13\ninput x: float32[1x4]\nw: float32[4x4] = ...\na = MatMul(x, w)\n"
                          "g = Sigmoid(a) @gate\nv: float32[4x4] = ...\nb = MatMul(x, v)\n"
                          "m = Mul(b, g)\nu: float32[4x4] = ...\ny = MatMul(m, u)\noutput y\n";

/// Inputs far beyond what a Sigmoid tells apart.
class WideSamples : public UnlabelledSamples
{
public:
    explicit WideSamples(const Graph& graph)
        : UnlabelledSamples(8)
        , m_graph(graph)
    {
    }

    TensorMap load(std::int64_t index) const override
    {
        TensorMap inputs = seededInputs(m_graph, static_cast<unsigned>(index));
        for (float& value : inputs.at("x").mutableData<float>())
            value *= 100;
        return inputs;
    }

private:
    const Graph& m_graph;
};

} // namespace

void TstSaturation::endsWhereTheFunctionIsFlat()
{
    const Graph graph = graphOf(gated);
    for (const int bits : {2, 4, 8}) {
        const auto range = sensitiveRange(graph, "a", bits);
        QVERIFY(range);
        QCOMPARE(range->low, -range->high);
        const double step = 1 / (std::exp2(bits) - 1);
        QVERIFY(std::abs(1 / (1 + std::exp(double{range->high})) - step / 2) < 1e-6);
    }
}

void TstSaturation::looksAtAllReaders()
{
    QVERIFY(!sensitiveRange(graphOf(gated), "m", 8));
    QVERIFY(!sensitiveRange(graphOf(gated), "nobody", 8));
    QVERIFY(!sensitiveRange(graphOf("opset 13\ninput x: float32[4]\nr = Relu(x)\ng = Sigmoid(r)\n"
                                    "y = Mul(r, g)\noutput y\n"),
                            "r", 8));
}

void TstSaturation::limitsGrids()
{
    const Graph graph = graphOf(gated);
    const WideSamples samples(graph);
    const Statistics statistics = collectStatistics(graph, samples, sha256("data"), {}, Control());
    QVERIFY(statistics.tensor("a").moments.maximum > 50);
    QuantPlan plan;
    plan.method = MethodChoice::parse("minmax");
    const auto highest = [&](const char* value) {
        const Resolved resolved = resolve(plan, graph, statistics, genericRules());
        return resolved.encodings.activations.at(value)->highestReal();
    };
    QVERIFY(highest("a") < 7);
    QVERIFY(highest("b") > 50);
    // What a person asks for stays.
    plan.layers["a"].method = MethodChoice::parse("minmax");
    QVERIFY(highest("a") > 50);
    plan.layers["a"] = {};
    plan.layers["a"].clip = Range{-20, 20};
    QVERIFY(highest("a") > 19);
}

QTEST_APPLESS_MAIN(TstSaturation)
#include "tst_saturation.moc"
