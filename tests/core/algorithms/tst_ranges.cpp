// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/algorithms/output_error.h"
#include "core/algorithms/searched_grid.h"
#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Ranges chosen by the error of the outputs: closer ones, and grids that keep their form.
class TstRanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsWhatTheOutputsNeed();
    void neverGoesBack();
    void keepsSharedGridsShared();
    void leavesAloneWhatMustStay();
    void keepsTheFormOfGrids_data();
    void keepsTheFormOfGrids();
    void stops();
};

namespace {

/// Two channels of a value: one reaches far and is hardly read, the other is small and decides.
Graph unevenReaders()
{
    Graph graph = graphOf(R"(
opset 13
input x: float32[8x6]
w1: float32[6x2] = ...
b1: float32[2] = ...
h = Gemm(x, w1, b1)
r = Relu(h)
w2: float32[2x3] = ...
b2: float32[3] = ...
y = Gemm(r, w2, b2)
output y
)");
    auto w1 = graph.value(graph.find("w1")).constant.mutableData<float>();
    for (std::size_t k = 0; k < 12; k += 2)
        w1[k] *= 30;
    auto w2 = graph.value(graph.find("w2")).constant.mutableData<float>();
    for (std::size_t k = 0; k < 3; ++k)
        w2[k] *= 0.0001F;
    return graph;
}

QuantState searched(const AlgorithmFixture& fixture, const OptionValues& options = {},
                    const PlacementRules& rules = genericRules())
{
    QuantState state = fixture.state;
    const Control control;
    algorithms()
        .get("ranges", "algorithm")
        .run(state,
             {fixture.plan, rules, fixture.samples, fixture.samples, sha256("data"), options, 1, control});
    return state;
}

double outputDb(const AlgorithmFixture& fixture, const QuantState& state)
{
    return OutputError(fixture.graph, fixture.samples, 1, {}).sqnrDb(quantizedRun(state, {}), {});
}

} // namespace

void TstRanges::findsWhatTheOutputsNeed()
{
    AlgorithmFixture fixture("int8:channel:symmetric", unevenReaders(), "uint4:tensor:asymmetric");
    const auto steps = fixture.run("ranges");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 2,
             qPrintable(QString("%1 -> %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QVERIFY(!steps[0].layers.empty());
    for (const LayerNote& note : steps[0].layers)
        QVERIFY(note.note.empty());
}

/// On the samples that it sees, each range that it takes is a better one; the quantized graph is what was
/// measured.
void TstRanges::neverGoesBack()
{
    AlgorithmFixture fixture("int4:channel:symmetric", unevenNetwork(), "uint4:tensor:asymmetric");
    double last = outputDb(fixture, fixture.state);
    for (const double rounds : {1.0, 2.0, 3.0}) {
        const double now = outputDb(fixture, searched(fixture, {{"rounds", rounds}}));
        QVERIFY(now >= last);
        last = now;
    }
    QVERIFY(last > outputDb(fixture, fixture.state));
}

void TstRanges::keepsSharedGridsShared()
{
    AlgorithmFixture fixture("int8:channel:symmetric", graphOf(R"(
opset 13
input x: float32[1x2x6x6]
w1: float32[4x2x1x1] = ...
a = Conv(x, w1)
w2: float32[4x2x1x1] = ...
b = Conv(x, w2)
c = Concat(a, b) {axis=1}
p = MaxPool(c) {kernel_shape=[2, 2]}
w3: float32[3x8x1x1] = ...
y = Conv(p, w3)
output y
)"),
                             "uint4:tensor:asymmetric");
    const auto& before = fixture.state.resolved.encodings.activations;
    const QuantState state = searched(fixture);
    const auto& after = state.resolved.encodings.activations;
    QVERIFY(state.resolved.encodings.digest() != fixture.state.resolved.encodings.digest());
    for (const auto& [a, first] : before)
        for (const auto& [b, second] : before)
            QCOMPARE(after.at(a) == after.at(b), first == second);
}

void TstRanges::leavesAloneWhatMustStay()
{
    AlgorithmFixture fixture("int8:channel:symmetric", unevenReaders(), "uint4:tensor:asymmetric");
    fixture.plan.layers["r"].clip = Range{0, 2};
    fixture.state.resolved = resolve(fixture.plan, fixture.graph, *fixture.state.statistics, genericRules());
    const QuantState state = searched(fixture);
    QVERIFY(*state.resolved.encodings.activations.at("r") ==
            *fixture.state.resolved.encodings.activations.at("r"));
    const Control control;
    const AlgorithmContext context{
        fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), {}, 1, control};
    for (const SearchedGrid& grid : searchedGrids(fixture.state, context)) {
        QVERIFY(grid.layer != "r");
        // A scale so small that a bias would not fit its codes.
        if (!grid.biases.empty())
            QVERIFY(!choiceOf(fixture.state, grid, Range{0, 1e-12F}));
        QVERIFY(
            !choiceOf(fixture.state, grid, Range{grid.encoding->lowestReal(), grid.encoding->highestReal()}));
    }
}

void TstRanges::keepsTheFormOfGrids_data()
{
    QTest::addColumn<QString>("activations");
    QTest::newRow("symmetric") << "int4:tensor:symmetric";
    QTest::newRow("powers of two") << "uint4:tensor:asymmetric:pow2";
    QTest::newRow("float") << "float32";
}

void TstRanges::keepsTheFormOfGrids()
{
    QFETCH(QString, activations);
    AlgorithmFixture fixture("int8:channel:symmetric", unevenReaders(), activations.toStdString());
    const QuantState state = searched(fixture);
    QCOMPARE(state.resolved.encodings.digest() != fixture.state.resolved.encodings.digest(),
             activations != "float32");
    for (const auto& [name, grid] : state.resolved.encodings.activations) {
        const Encoding& before = *fixture.state.resolved.encodings.activations.at(name);
        QCOMPARE(grid->minimumCode, before.minimumCode);
        QCOMPARE(grid->maximumCode, before.maximumCode);
        if (fixture.plan.activations.symmetric)
            QCOMPARE(grid->zeroPoint[0], before.zeroPoint[0]);
        if (activations.contains("pow2"))
            QCOMPARE(powerOfTwoAbove(grid->scale[0]), grid->scale[0]);
    }
}

void TstRanges::stops()
{
    AlgorithmFixture fixture("int8:channel:symmetric");
    std::stop_source source;
    int reports = 0;
    const Control control(source.get_token(), [&](const Progress& progress) {
        if (progress.what == "ranges" && ++reports == 2)
            source.request_stop();
    });
    LATHE_EXPECT_ERROR(stopped, fixture.run("ranges", 1, control));
    QCOMPARE(reports, 2);
}

QTEST_APPLESS_MAIN(TstRanges)
#include "tst_ranges.moc"
