// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/reconstruct.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Seeded inputs that no algorithm saw.
class FreshSamples : public UnlabelledSamples
{
public:
    explicit FreshSamples(const Graph& graph)
        : UnlabelledSamples(64)
        , m_graph(graph)
    {
    }

    TensorMap load(std::int64_t index) const override
    {
        return seededInputs(m_graph, static_cast<unsigned>(9000 + index));
    }

private:
    const Graph& m_graph;
};

/// SQNR of the quantized output on fresh samples after an algorithm that saw 15.
double freshDb(const std::string& text, const Graph& graph)
{
    AlgorithmFixture fixture("int4:channel:symmetric", graph, "float32");
    QuantState state = fixture.state;
    const AlgorithmChoice choice = AlgorithmChoice::parse(text);
    const Control control;
    algorithms()
        .get(choice.id, "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"),
                     choice.options, 1, control});
    const FreshSamples fresh(fixture.graph);
    const OutputError error(fixture.graph, fresh, 1, control);
    return error.sqnrDb(quantizedRun(state, control), control);
}

} // namespace

/// What layer problems are formed from.
class TstReconstruct : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void discountsWhatFewSamplesShow_data();
    void discountsWhatFewSamplesShow();
    void trustsManyPositions();
    void bearsInputsThatHardlyChange();
};

void TstReconstruct::discountsWhatFewSamplesShow_data()
{
    QTest::addColumn<QString>("algorithm");
    QTest::newRow("gptq") << "gptq";
    QTest::newRow("adaround") << "adaround";
}

/// 15 samples of 64 independent inputs: correlations are nothing but chance, and following them costs on
/// other samples.
void TstReconstruct::discountsWhatFewSamplesShow()
{
    QFETCH(QString, algorithm);
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x64]\nw: float32[64x16] = ...\ny = MatMul(x, w)\noutput y\n");
    const double discounted = freshDb(algorithm.toStdString(), graph);
    const double trusted = freshDb(algorithm.toStdString() + ":shrink=0", graph);
    QVERIFY2(discounted > trusted + 0.5,
             qPrintable(QString("%1 dB, without %2").arg(discounted).arg(trusted)));
}

/// Nothing is discounted where samples show more than there are inputs.
void TstReconstruct::trustsManyPositions()
{
    QCOMPARE(freshDb("gptq", unevenNetwork()), freshDb("gptq:shrink=0", unevenNetwork()));
}

/// What is left of their moments beside their mean is rounding noise.
void TstReconstruct::bearsInputsThatHardlyChange()
{
    Graph graph = graphOf(R"(
opset 13
input x: float32[1x3x16x16]
w1: float32[8x3x1x1] = ...
b1: float32[8] = [313.7, 127.3, 99.1, 241.9, 17.7, 555.5, 71.3, 403.9]
c1 = Conv(x, w1, b1)
w2: float32[4x8x3x3] = ...
b2: float32[4] = ...
c2 = Conv(c1, w2, b2)
output c2
)");
    for (float& weight : graph.value(graph.find("w1")).constant.mutableData<float>())
        weight *= 1e-4F;
    for (const char* algorithm : {"gptq", "adaround"})
        QVERIFY(std::isfinite(freshDb(algorithm, graph)));
}

QTEST_APPLESS_MAIN(TstReconstruct)
#include "tst_reconstruct.moc"
