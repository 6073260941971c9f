// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/weight_layer.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Which layers can be rounded anew, and why others cannot.
class TstWeightLayer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesRowsOnIntegerGrids_data();
    void takesRowsOnIntegerGrids();
    void refusesGroupsAndTables_data();
    void refusesGroupsAndTables();
};

void TstWeightLayer::takesRowsOnIntegerGrids_data()
{
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"int8:tensor", "int4:channel:symmetric", "uint4:channel", "int4:channel:pow2"})
        QTest::newRow(spec) << QString(spec);
}

void TstWeightLayer::takesRowsOnIntegerGrids()
{
    QFETCH(QString, spec);
    const AlgorithmFixture fixture(spec.toStdString());
    std::vector<LayerNote> notes;
    const auto layers = weightLayers(fixture.state, genericRules(), *floatRun(fixture.graph, Control()).program, notes);
    QCOMPARE(layers.size(), 4U);
    QVERIFY(notes.empty());
}

void TstWeightLayer::refusesGroupsAndTables_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("reason");
    QTest::newRow("groups") << "int4:group:16" << "its weights are in groups, each with a scale of its own";
    QTest::newRow("nf4 in groups") << "nf4:group:16" << "its weights are in groups, each with a scale of its own";
    for (const char* spec : {"nf4:channel", "kmeans16:tensor", "kmeans16:channel", "float8e4m3:channel", "binary", "ternary"})
        QTest::newRow(spec) << QString(spec) << "its weights are on a table of values";
    QTest::newRow("halves") << "float16" << "its weights are not on one integer grid a row";
}

/// They keep their codes and say why.
void TstWeightLayer::refusesGroupsAndTables()
{
    QFETCH(QString, spec);
    QFETCH(QString, reason);
    AlgorithmFixture fixture(spec.toStdString());
    const QuantState before = fixture.state;
    std::vector<LayerNote> notes;
    const auto layers = weightLayers(before, genericRules(), *floatRun(fixture.graph, Control()).program, notes);
    QCOMPARE(layers.size() + notes.size(), 4U);
    for (const WeightLayer& layer : layers) {
        const Encoding& grid = *before.resolved.encodings.weights.at(layer.point.value);
        QVERIFY(grid.format.isInteger() && !grid.grouped());
    }
    const auto steps = fixture.run("gptq");
    int refused = 0;
    for (const LayerNote& note : steps[0].layers)
        refused += QString::fromStdString(note.note) == reason;
    int onSuchGrids = 0;
    for (const auto& [name, grid] : before.resolved.encodings.weights) {
        if (grid->format.isInteger() && !grid->grouped())
            continue;
        // The depthwise convolution has nothing to group: one scale a channel.
        onSuchGrids += grid->grouped() == reason.contains("in groups");
        QVERIFY(identical(before.resolved.codes.weights.at(name), fixture.state.resolved.codes.weights.at(name)));
    }
    QVERIFY(refused > 0);
    QCOMPARE(refused, onSuchGrids);
}

QTEST_APPLESS_MAIN(TstWeightLayer)
#include "tst_weight_layer.moc"
