// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/algorithms/algorithms.def
#include "core/algorithms/run_algorithms.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Choosing, composing, judging and reverting algorithms.
class TstRunAlgorithms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsChoices();
    void everyAlgorithmHoldsWhatItPromises_data();
    void everyAlgorithmHoldsWhatItPromises();
    void roundsMuchBetterThanNearest();
    void keepsPowersOfTwo();
    void recordsWhatItReverts();
};

void TstRunAlgorithms::readsChoices()
{
    QCOMPARE(AlgorithmChoice::parse("gptq:order=0:damping=0.5").text(), std::string("gptq:damping=0.5:order=0"));
    QCOMPARE(AlgorithmChoice::parse("bias:mode=analytic").text(), std::string("bias:mode=analytic"));
    QCOMPARE(AlgorithmChoice::parse("gptq:damping=0.01").text(), std::string("gptq"));
    const auto ordered = parseAlgorithms("bias,adaround, gptq,equalize");
    QCOMPARE(ordered.size(), 4U);
    QCOMPARE(ordered[0].id, std::string("equalize"));
    QCOMPARE(ordered[1].id, std::string("gptq"));
    QCOMPARE(ordered[3].id, std::string("bias"));
    for (const char* bad : {"luck", "gptq,gptq", "gptq:damping", "gptq:luck=1", "gptq:damping=-1", "gptq:order=2",
                            "bias:mode=guess", "", ","})
        QVERIFY_THROWS_EXCEPTION(Error, parseAlgorithms(bad));
}

void TstRunAlgorithms::everyAlgorithmHoldsWhatItPromises_data()
{
    QTest::addColumn<QString>("id");
    for (const Algorithm& algorithm : algorithms())
        QTest::newRow(algorithm.id.c_str()) << QString::fromStdString(algorithm.id);
}

/// Same result for any number of workers; figures are those of the state that is left; stops; says where it is from.
void TstRunAlgorithms::everyAlgorithmHoldsWhatItPromises()
{
    QFETCH(QString, id);
    const Algorithm& algorithm = algorithms().get(id.toStdString(), "algorithm");
    QVERIFY(!algorithm.label.empty());
    // Authors, title and year of the method's source.
    QVERIFY(algorithm.summary.find(", \"") != std::string::npos && algorithm.summary.find(" 20") != std::string::npos);

    AlgorithmFixture one("int4:channel:symmetric"), three("int4:channel:symmetric");
    const auto steps = one.run(algorithm.id, 1);
    const auto others = three.run(algorithm.id, 3);
    QVERIFY(one.state.resolved.codes.digest() == three.state.resolved.codes.digest());
    QVERIFY(one.state.resolved.encodings.digest() == three.state.resolved.encodings.digest());
    QVERIFY(one.state.graph.digest() == three.state.graph.digest());
    QCOMPARE(steps[0].afterDb, others[0].afterDb);
    QCOMPARE(steps[0].reverted, steps[0].afterDb < steps[0].beforeDb);

    AlgorithmFixture halted("int4:channel:symmetric");
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, halted.run(algorithm.id, 1, Control(stop.get_token())));
    QVERIFY(halted.state.resolved.codes.digest() == AlgorithmFixture("int4:channel:symmetric").state.resolved.codes.digest());
}

void TstRunAlgorithms::roundsMuchBetterThanNearest()
{
    for (const char* id : {"gptq", "gptq:passes=1", "adaround"}) {
        AlgorithmFixture fixture("int3:channel:symmetric");
        const auto steps = fixture.run(id);
        QVERIFY(!steps[0].reverted);
        QVERIFY(steps[0].afterDb > steps[0].beforeDb + 3);
        int treated = 0;
        for (const LayerNote& note : steps[0].layers) {
            QVERIFY2(note.note.empty(), note.note.c_str());
            QVERIFY(note.afterDb >= note.beforeDb);
            ++treated;
        }
        QCOMPARE(treated, 4);
    }
}

void TstRunAlgorithms::keepsPowersOfTwo()
{
    AlgorithmFixture fixture("int3:channel:symmetric:pow2");
    const Digest codes = fixture.state.resolved.codes.digest();
    QVERIFY(!fixture.run("gptq")[0].reverted);
    QVERIFY(fixture.state.resolved.codes.digest() != codes);
    for (const auto& [name, grid] : fixture.state.resolved.encodings.weights)
        for (const float scale : grid->scale)
            QCOMPARE(powerOfTwoAbove(scale), scale);
}

/// An algorithm that spoils the weights of the last layer, as any algorithm might.
std::vector<LayerNote> spoil(QuantState& state, const AlgorithmContext&)
{
    Tensor& codes = state.resolved.codes.weights.at("w4");
    codes = Tensor(codes.dtype(), codes.shape());
    return {{"y", 1, 0, "spoilt"}};
}

void TstRunAlgorithms::recordsWhatItReverts()
{
    Table<Algorithm> table;
    table.add({.id = "spoil", .label = "Spoil", .summary = {}, .options = {}, .run = spoil});
    table.add(algorithms().get("gptq", "algorithm"));
    AlgorithmFixture fixture("int3:channel:symmetric");
    const Digest codes = fixture.state.resolved.codes.digest();
    std::vector<AlgorithmStep> steps =
        runAlgorithms({{"spoil", {}}, {"gptq", {}}},
                      {fixture.graph, fixture.plan, genericRules(), fixture.samples, sha256("data"), 1, table},
                      fixture.state, {});
    QVERIFY(steps[0].reverted);
    QVERIFY(steps[0].afterDb < steps[0].beforeDb);
    QCOMPARE(steps[0].layers.front().note, std::string("spoilt"));
    // The next one begins where the reverted one began, and its own figures are not touched.
    QVERIFY(!steps[1].reverted);
    QCOMPARE(steps[1].beforeDb, steps[0].beforeDb);
    QVERIFY(fixture.state.resolved.codes.digest() != codes);

    AlgorithmFixture alone("int3:channel:symmetric");
    alone.run("gptq");
    QVERIFY(fixture.state.resolved.codes.digest() == alone.state.resolved.codes.digest());
}

QTEST_APPLESS_MAIN(TstRunAlgorithms)
#include "tst_run_algorithms.moc"
