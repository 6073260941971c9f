// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/tuned_numbers.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// What fine-tuning may change, and what must hold whatever it does.
class TstTunedNumbers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void beginsWhereTheStateIs();
    void choicesOfRoundingOutlastTheFirstSteps();
    void firstStepIsThatOfAdam();
    void whatIsKeptComputesWhatTheTapeDid();
    void codesStayBesideWhereTheyWere();
    void gridsStayWhatTheyWere_data();
    void gridsStayWhatTheyWere();
    void sharedGridsStayShared();
};

namespace {

TunedNumbers numbersOf(const QuantState& state)
{
    std::vector<LayerNote> notes;
    return {state, genericRules(),
            weightLayers(state, genericRules(), *floatRun(state.graph, {}).program, notes)};
}

/// Gradients of alternating signs for everything.
GridTape::Result someGradients(const QuantState& state, const TapeState& tapeState,
                               const TunedNumbers& numbers)
{
    GridTape::Result result;
    for (const std::string& name : numbers.trained()) {
        Tensor gradient(DType::float32, state.graph.value(state.graph.find(name)).constant.shape());
        float value = 1;
        for (float& entry : gradient.mutableData<float>())
            entry = value = -value;
        result.constants[name] = gradient;
    }
    result.grids.assign(tapeState.grids.size(), {1, -1});
    return result;
}

void move(TunedNumbers& numbers, const QuantState& state, int steps, const TuneRates& rates)
{
    for (int i = 0; i < steps; ++i)
        numbers.step(someGradients(state, numbers.tapeState(), numbers), rates, 1);
}

constexpr TuneRates lively{.weights = 0.1, .scales = 0.01, .biases = 0.01, .ranges = 0.01};

} // namespace

void TstTunedNumbers::beginsWhereTheStateIs()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    fixture.run("gptq");
    const Digest codes = fixture.state.resolved.codes.digest();
    const TunedNumbers numbers = numbersOf(fixture.state);
    QCOMPARE(numbers.layers().size(), 4U);
    QuantState kept = fixture.state;
    numbers.keep(kept);
    QVERIFY(kept.resolved.codes.digest() == codes);
    QVERIFY(kept.resolved.encodings.weights.at("w2")->scale ==
            fixture.state.resolved.encodings.weights.at("w2")->scale);
    for (const auto& [name, grid] : kept.resolved.encodings.activations)
        QVERIFY(*grid == *fixture.state.resolved.encodings.activations.at(name));
}

/// GPTQ puts many weights on other codes than the nearest; small steps leave them there.
void TstTunedNumbers::choicesOfRoundingOutlastTheFirstSteps()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const Digest nearest = fixture.state.resolved.codes.digest();
    fixture.run("gptq");
    const Digest codes = fixture.state.resolved.codes.digest();
    QVERIFY(codes != nearest);
    TunedNumbers numbers = numbersOf(fixture.state);
    move(numbers, fixture.state, 10, {.weights = 0.01});
    numbers.keep(fixture.state);
    QVERIFY(fixture.state.resolved.codes.digest() == codes);
}

/// Adam's first step is the rate against the sign of the gradient, in the unit of each number.
void TstTunedNumbers::firstStepIsThatOfAdam()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    TunedNumbers numbers = numbersOf(fixture.state);
    const TapeState before = numbers.tapeState();
    move(numbers, fixture.state, 1, {.biases = 0.01, .ranges = 0.02});
    const TapeState after = numbers.tapeState();
    QVERIFY(identical(after.constants.at("w1"), before.constants.at("w1")));
    for (std::size_t i = 0; i < after.grids.size(); ++i)
        QVERIFY(std::abs(after.grids[i].scale / before.grids[i].scale - std::exp(-0.02F)) < 1e-5F);
    const double unit = std::sqrt(fixture.state.statistics->tensor("r1").moments.variance());
    const auto shift = after.constants.at("b1").at(0) - before.constants.at("b1").at(0);
    QVERIFY(std::abs(shift - 0.01 * unit) < 1e-4 * unit);
}

void TstTunedNumbers::whatIsKeptComputesWhatTheTapeDid()
{
    AlgorithmFixture fixture("int4:channel:symmetric", unevenNetwork(), "uint4:tensor:asymmetric");
    TunedNumbers numbers = numbersOf(fixture.state);
    move(numbers, fixture.state, 5, lively);
    const TapeState expected = numbers.tapeState();
    numbers.keep(fixture.state);
    const GridTape tape(fixture.graph, numbers.grids(), numbers.trained(), {"y"});
    const TensorMap inputs = seededInputs(fixture.graph, 9);
    const Tensor simulated = outputOf(quantizedGraph(fixture.state), inputs);
    const auto run = tape.forward(inputs, expected, {});
    const Tensor& taped = tape.watched(run, 0);
    double largest = 0, signal = 0;
    for (std::int64_t i = 0; i < simulated.elements(); ++i) {
        largest = std::max(largest, std::abs(simulated.at(i) - taped.at(i)));
        signal = std::max(signal, std::abs(simulated.at(i)));
    }
    // A value on the border of two codes may fall either way.
    const Encoding& grid = *fixture.state.resolved.encodings.activations.at("y");
    QVERIFY(signal > 0);
    QVERIFY(largest <= 1.01 * double{grid.scale[0]});
}

void TstTunedNumbers::codesStayBesideWhereTheyWere()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const QuantState before = fixture.state;
    TunedNumbers numbers = numbersOf(fixture.state);
    move(numbers, fixture.state, 60, lively);
    numbers.keep(fixture.state);
    int moved = 0;
    for (const auto& [name, codes] : before.resolved.codes.weights) {
        const Tensor& now = fixture.state.resolved.codes.weights.at(name);
        const Encoding& grid = *fixture.state.resolved.encodings.weights.at(name);
        for (std::int64_t i = 0; i < codes.elements(); ++i) {
            QVERIFY(std::abs(now.at(i) - codes.at(i)) <= 1);
            QVERIFY(now.at(i) >= grid.minimumCode && now.at(i) <= grid.maximumCode);
            moved += now.at(i) != codes.at(i) ? 1 : 0;
        }
    }
    QVERIFY(moved > 0);
}

void TstTunedNumbers::gridsStayWhatTheyWere_data()
{
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("activations");
    QTest::newRow("symmetric") << "int4:channel:symmetric"
                               << "int8:tensor:symmetric";
    QTest::newRow("powers of two") << "int4:channel:symmetric:pow2"
                                   << "int8:tensor:symmetric:pow2";
    QTest::newRow("per tensor") << "int4:tensor:symmetric"
                                << "uint8:tensor:asymmetric";
}

void TstTunedNumbers::gridsStayWhatTheyWere()
{
    QFETCH(const QString, weights);
    QFETCH(const QString, activations);
    AlgorithmFixture fixture(weights.toStdString(), unevenNetwork(), activations.toStdString());
    const QuantState before = fixture.state;
    TunedNumbers numbers = numbersOf(fixture.state);
    move(numbers, fixture.state, 20, lively);
    numbers.keep(fixture.state);
    const auto check = [&](const Encoding& old, const Encoding& now) {
        QCOMPARE(now.axis, old.axis);
        QCOMPARE(now.scale.size(), old.scale.size());
        if (!activations.contains("asymmetric"))
            QVERIFY(now.zeroPoint == old.zeroPoint);
        for (std::size_t c = 0; c < now.scale.size(); ++c)
            QVERIFY(weights.contains("pow2") ? now.scale[c] == old.scale[c] : now.scale[c] > 0);
    };
    for (const auto& [name, grid] : before.resolved.encodings.weights)
        check(*grid, *fixture.state.resolved.encodings.weights.at(name));
    for (const auto& [name, grid] : before.resolved.encodings.activations)
        check(*grid, *fixture.state.resolved.encodings.activations.at(name));
    // Biases sit on the product of the scales.
    for (const auto& [name, grid] : fixture.state.resolved.encodings.biases) {
        const std::string weight = "w" + name.substr(1);
        const std::string input = name == "b1" ? "x" : name == "b2" ? "r1" : name == "b3" ? "r2" : "f";
        QCOMPARE(grid->scale[0], fixture.state.resolved.encodings.activations.at(input)->scale[0] *
                                     fixture.state.resolved.encodings.weights.at(weight)->scale[0]);
    }
}

void TstTunedNumbers::sharedGridsStayShared()
{
    AlgorithmFixture fixture("int4:channel:symmetric");
    const auto& before = fixture.state.resolved.encodings.activations;
    std::map<const Encoding*, std::set<std::string>> groups, after;
    for (const auto& [name, grid] : before)
        groups[grid.get()].insert(name);
    TunedNumbers numbers = numbersOf(fixture.state);
    QCOMPARE(numbers.tapeState().grids.size(), groups.size());
    move(numbers, fixture.state, 3, lively);
    numbers.keep(fixture.state);
    for (const auto& [name, grid] : fixture.state.resolved.encodings.activations) {
        after[grid.get()].insert(name);
        QCOMPARE(fixture.state.resolved.encodings.ranges.at(name).high, grid->highestReal());
    }
    std::set<std::set<std::string>> then, now;
    for (const auto& [grid, names] : groups)
        then.insert(names);
    for (const auto& [grid, names] : after)
        now.insert(names);
    QVERIFY(then == now);
    QVERIFY(then.size() < before.size());
}

QTEST_APPLESS_MAIN(TstTunedNumbers)
#include "tst_tuned_numbers.moc"
