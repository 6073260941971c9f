// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/tensor/compare.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Cross-layer equalization: same float function, like ranges.
class TstEqualize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheFloatFunction();
    void givesBothSidesTheSameRange();
    void scalesWithinClips();
    void bringsPerTensorWeightsCloser();
    void saysWhereNothingCanBeBalanced();
};

namespace {

/// Runs the algorithm alone, without the judgement.
QuantState equalized(AlgorithmFixture& fixture, const std::string& options = {})
{
    QuantState state = fixture.state;
    const AlgorithmChoice choice = AlgorithmChoice::parse("equalize" + options);
    const Control control;
    algorithms().get("equalize", "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), choice.options, 1,
                     control});
    return state;
}

double largest(const std::vector<float>& values, std::size_t first, std::size_t count, std::size_t stride)
{
    double result = 0;
    for (std::size_t i = 0; i < count; ++i)
        result = std::max(result, std::abs(double{values[first + i * stride]}));
    return result;
}

} // namespace

void TstEqualize::keepsTheFloatFunction()
{
    AlgorithmFixture fixture("int8:tensor:symmetric");
    const QuantState state = equalized(fixture);
    QVERIFY(state.graph.digest() != fixture.graph.digest());
    for (unsigned seed = 0; seed < 5; ++seed) {
        const TensorMap inputs = seededInputs(fixture.graph, seed);
        // Scaling a channel by s and back costs a rounding each: a few parts in 2^24 of each sum.
        QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
}

void TstEqualize::givesBothSidesTheSameRange()
{
    AlgorithmFixture fixture("int8:tensor:symmetric");
    const QuantState state = equalized(fixture, ":rounds=200");
    const auto values = [&](const char* name) { return state.graph.value(state.graph.find(name)).constant.toFloats(); };
    const std::vector<float> first = values("w1"), second = values("w2"), third = values("w3");
    for (std::size_t c = 0; c < 8; ++c) {
        const double between = largest(second, c * 9, 9, 1);
        QVERIFY(std::abs(largest(first, c * 27, 27, 1) / between - 1) < 0.01);
        QVERIFY(std::abs(largest(third, c, 6, 8) / between - 1) < 0.01);
    }
}

/// A channel that calibration clips stays as it is; what the others give on calibration samples is what they gave.
void TstEqualize::scalesWithinClips()
{
    const auto network = [] {
        Graph graph = graphOf(R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[4x3x1x1] = ...
c1 = Conv(x, w1)
low: float32[] = [0]
high: float32[] = [1]
r1 = Clip(c1, low, high)
w2: float32[4x4x1x1] = ...
y = Conv(r1, w2)
output y
)");
        std::size_t i = 0;
        for (float& weight : graph.value(graph.find("w1")).constant.mutableData<float>())
            weight *= i++ < 3 ? 30.0F : 0.05F;
        return graph;
    };
    AlgorithmFixture fixture("int8:tensor:symmetric", network());
    QCOMPARE(fixture.state.statistics->tensors.at("r1").channels[0].maximum, 1.0F);
    const QuantState state = equalized(fixture);
    const auto rows = [](const Graph& graph) { return graph.value(graph.find("w1")).constant.toFloats(); };
    const std::vector<float> before = rows(fixture.graph), after = rows(state.graph);
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(after[i], before[i]);
    QVERIFY(after[3] != before[3]);
    for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
        const TensorMap inputs = fixture.samples.load(i);
        QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
    QVERIFY(equalized(fixture, ":clips=keep").graph.digest() == fixture.graph.digest());
}

void TstEqualize::bringsPerTensorWeightsCloser()
{
    AlgorithmFixture fixture("int4:tensor:symmetric");
    const auto steps = fixture.run("equalize");
    QCOMPARE(steps.size(), 1U);
    QVERIFY(!steps[0].reverted);
    QVERIFY(steps[0].afterDb > steps[0].beforeDb);
    QVERIFY(steps[0].floatDb > 100);
}

void TstEqualize::saysWhereNothingCanBeBalanced()
{
    AlgorithmFixture fixture("int8:tensor:symmetric", graphOf(R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[4x3x1x1] = ...
y = Conv(x, w1)
output y
)"));
    const auto steps = fixture.run("equalize");
    QCOMPARE(steps[0].layers.size(), 1U);
    QVERIFY(!steps[0].layers[0].note.empty());
}

QTEST_APPLESS_MAIN(TstEqualize)
#include "tst_equalize.moc"
