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
    void limitsChannelsBehindClips();
    void boundsTheGrowthOfActivations();
    void keepsConstantChannelsOutOfTheWay();
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
    algorithms()
        .get("equalize", "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"),
                     choice.options, 1, control});
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
    const QuantState state = equalized(fixture, ":rounds=200:growth=1000");
    const auto values = [&](const char* name) {
        return state.graph.value(state.graph.find(name)).constant.toFloats();
    };
    const std::vector<float> first = values("w1"), second = values("w2"), third = values("w3");
    for (std::size_t c = 0; c < 8; ++c) {
        const double between = largest(second, c * 9, 9, 1);
        QVERIFY(std::abs(largest(first, c * 27, 27, 1) / between - 1) < 0.01);
        QVERIFY(std::abs(largest(third, c, 6, 8) / between - 1) < 0.01);
    }
}

namespace {

/// Two layers with a Clip between that cuts most channels, one much less than the others.
Graph clippedNetwork()
{
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
}

std::vector<float> constantOf(const Graph& graph, const char* name)
{
    return graph.value(graph.find(name)).constant.toFloats();
}

} // namespace

/// A channel that calibration clips stays as it is; what the others give on calibration samples is what they
/// gave.
void TstEqualize::scalesWithinClips()
{
    AlgorithmFixture fixture("int8:tensor:symmetric", clippedNetwork());
    QCOMPARE(fixture.state.statistics->tensors.at("r1").channels[0].maximum, 1.0F);
    const QuantState state = equalized(fixture, ":clips=calibrated");
    const std::vector<float> before = constantOf(fixture.graph, "w1"), after = constantOf(state.graph, "w1");
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(after[i], before[i]);
    QVERIFY(after[3] != before[3]);
    for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
        const TensorMap inputs = fixture.samples.load(i);
        QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
    QVERIFY(equalized(fixture, ":clips=keep").graph.digest() == fixture.graph.digest());
}

/// Clipped channels are scaled too, each with a limit of its own: the same function, also of inputs that
/// calibration did not have.
void TstEqualize::limitsChannelsBehindClips()
{
    AlgorithmFixture fixture("int8:tensor:symmetric", clippedNetwork());
    const QuantState state = equalized(fixture);
    const std::vector<float> before = constantOf(fixture.graph, "w1"), after = constantOf(state.graph, "w1");
    const std::vector<float> limits = constantOf(state.graph, "r1/limit");
    QCOMPARE(limits.size(), 4U);
    for (std::size_t channel = 0; channel < 4; ++channel)
        QVERIFY(std::abs(after[3 * channel] / before[3 * channel] / limits[channel] - 1) < 1e-6F);
    QCOMPARE(constantOf(state.graph, "high")[0], *std::max_element(limits.begin(), limits.end()));
    TensorMap inputs = fixture.samples.load(0);
    for (float& value : inputs.at("x").mutableData<float>())
        value *= 100;
    QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    // Both sides of the limit have one grid, so that it costs no second rounding.
    const auto& grids = state.resolved.encodings.activations;
    QVERIFY(grids.at("r1") == grids.at("r1/limited"));
}

void TstEqualize::boundsTheGrowthOfActivations()
{
    Graph graph = unevenNetwork();
    for (const char* name : {"w1", "b1"})
        for (float& value : graph.value(graph.find(name)).constant.mutableData<float>())
            value *= 0.1F;
    AlgorithmFixture fixture("int8:tensor:symmetric", graph);
    const auto reach = [](const QuantState& state, const char* value) {
        return state.statistics->tensors.at(value).moments.maximum;
    };
    const QuantState bounded = equalized(fixture, ":growth=1"), free = equalized(fixture, ":growth=1000");
    for (const char* value : {"r1", "r2"})
        QVERIFY(reach(bounded, value) <= reach(fixture.state, value) * 1.0001F);
    QVERIFY(reach(free, "r1") > reach(fixture.state, "r1") * 1.5F);
}

/// A row of zeros with a bias gives a constant: the large weight that reads it must not set the range of the
/// others.
void TstEqualize::keepsConstantChannelsOutOfTheWay()
{
    Graph graph = unevenNetwork();
    const auto set = [&](const char* name, std::size_t first, std::size_t count, float value) {
        const auto data = graph.value(graph.find(name)).constant.mutableData<float>();
        std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(first), count, value);
    };
    set("w1", 0, 27, 0.0F);
    set("b1", 0, 1, 0.01F);
    set("w2", 0, 9, 100.0F);
    AlgorithmFixture fixture("int8:tensor:symmetric", graph);
    const QuantState state = equalized(fixture);
    const std::vector<float> second = constantOf(state.graph, "w2");
    const double ordinary = largest(second, 9, 63, 1);
    QVERIFY(largest(second, 0, 9, 1) <= ordinary * 1.01);
    const TensorMap inputs = seededInputs(fixture.graph, 1);
    QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
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
