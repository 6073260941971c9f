// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/replay.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// A run that begins in the middle gives what the whole one does.
class TstReplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void beginsInTheMiddle();
    void beginsWithTheInputsElsewhere();
    void recordsBesideOtherTaps();
};

namespace {

const char* const network =
    "opset 13\ninput x: float32[1x3x5x5]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\n"
    "t = Tanh(c)\nu: float32[4x4x1x1] = ...\ne = Conv(t, u)\nr = Relu(e)\n"
    "v: float32[4x4x1x1] = ...\nd = Conv(r, v)\ns = Add(d, r)\ng = Sigmoid(s)\noutput g\n";

struct Fixture
{
    Fixture()
        : graph(graphOf(network))
    {
        CompileOptions options;
        options.tapAll = true;
        options.points = {{"r", Slot::Kind::activation}, {"s", Slot::Kind::activation}};
        program = Program::compile(graph, options);
        base = program->defaultBinding().cleared().withPrecision(Precision::simulated);
        const Range range{0, 1.5F};
        const auto grid =
            std::make_shared<const Encoding>(makeEncoding(QuantSpec::parse("uint4"), {&range, 1}, -1, false));
        base = base.with(program->findSlot("r", Slot::Kind::activation), {grid, nullptr});
        other = base.with(program->findSlot("s", Slot::Kind::activation), {grid, nullptr});
        step = program->writtenBy(program->findSlot("s", Slot::Kind::activation));
    }

    Graph graph;
    std::shared_ptr<const Program> program;
    Binding base, other;
    int step = 0;
};

} // namespace

void TstReplay::beginsInTheMiddle()
{
    const Fixture fixture;
    QVERIFY(fixture.step > 0);
    Replay replay(fixture.program);
    QCOMPARE(replay.bytes(), std::int64_t{0});
    replay.addStep(fixture.step);
    QVERIFY(replay.bytes() >= std::int64_t{4 * 3 * 3 * 4});
    Execution execution(fixture.program);
    const TensorMap inputs = seededInputs(fixture.graph, 3);
    TensorMap values;
    const TensorMap whole = replay.record(execution, inputs, fixture.base, {}, values);
    QVERIFY(identical(whole.at("g"), execution.run(inputs, fixture.base).at("g")));
    int early = 0;
    const TapMap taps{{"t", [&](const TapView&) { ++early; }}};
    const Tensor changed =
        replay.run(execution, fixture.step, inputs, values, fixture.other, {}, taps).at("g");
    QCOMPARE(early, 0);
    QVERIFY(identical(changed, execution.run(inputs, fixture.other).at("g")));
    QVERIFY(!identical(changed, whole.at("g")));
}

void TstReplay::beginsWithTheInputsElsewhere()
{
    const Fixture fixture;
    const Replay replay(fixture.program);
    Execution execution(fixture.program);
    const TensorMap inputs = seededInputs(fixture.graph, 4);
    TensorMap values;
    replay.record(execution, inputs, fixture.base, {}, values);
    int early = 0;
    const TapMap taps{{"t", [&](const TapView&) { ++early; }}};
    const Tensor changed =
        replay.run(execution, fixture.step, inputs, values, fixture.other, {}, taps).at("g");
    QCOMPARE(early, 1);
    QVERIFY(identical(changed, execution.run(inputs, fixture.other).at("g")));
}

void TstReplay::recordsBesideOtherTaps()
{
    const Fixture fixture;
    Replay replay(fixture.program);
    replay.addStep(fixture.step);
    Execution execution(fixture.program);
    TensorMap values;
    int seen = 0;
    const TapMap taps{{"r", [&](const TapView&) { ++seen; }}, {"d", [&](const TapView&) { ++seen; }}};
    replay.record(execution, seededInputs(fixture.graph, 5), fixture.base, {}, values, taps);
    QCOMPARE(seen, 2);
    QVERIFY(values.contains("r") && !values.at("r").empty());
}

QTEST_APPLESS_MAIN(TstReplay)
#include "tst_replay.moc"
