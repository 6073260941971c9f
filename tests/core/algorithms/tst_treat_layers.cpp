// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/treat_layers.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Which groups layers are treated in, and what they see.
class TstTreatLayers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesInOrder_data();
    void goesInOrder();
};

void TstTreatLayers::goesInOrder_data()
{
    QTest::addColumn<int>("passes");
    QTest::addColumn<bool>("propagate");
    QTest::addColumn<QList<bool>>("first");
    QTest::newRow("each alone") << 100 << true << QList<bool>{true, true, true, true};
    QTest::newRow("two groups") << 2 << true << QList<bool>{true, false, true, false};
    QTest::newRow("one group") << 1 << true << QList<bool>{true, false, false, false};
    QTest::newRow("float inputs") << 100 << false << QList<bool>{true, false, false, false};
}

void TstTreatLayers::goesInOrder()
{
    QFETCH(int, passes);
    QFETCH(bool, propagate);
    QFETCH(QList<bool>, first);
    AlgorithmFixture fixture("int4:channel:symmetric");
    std::vector<LayerNote> notes;
    const auto layers =
        weightLayers(fixture.state, genericRules(), *floatRun(fixture.graph, {}).program, notes);
    const Control control;
    const AlgorithmContext context{
        fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), {}, 1, control};
    std::vector<std::string> seen;
    QList<bool> flags;
    treatLayers(fixture.state, context.training, context.control, layers, passes, propagate, {},
                [&](const WeightLayer& layer, InputMoments& moments, bool isFirst) {
                    seen.push_back(layer.layer.id);
                    flags.push_back(isFirst);
                    QCOMPARE(moments.cross.empty(), !propagate);
                });
    QVERIFY(seen == (std::vector<std::string>{"c1", "c2", "c3", "y"}) ||
            seen == (std::vector<std::string>{"r1", "r2", "c3", "y"}));
    QCOMPARE(flags, first);
}

QTEST_APPLESS_MAIN(TstTreatLayers)
#include "tst_treat_layers.moc"
