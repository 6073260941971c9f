// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstSensitivity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_cli.calibrate("p.lathe"); }
    void figures();
    void aBudgetIsKept();
    void wrongUsage_data();
    void wrongUsage();

private:
    CliFixture m_cli;
};

void TstSensitivity::figures()
{
    const QJsonObject json = m_cli.json("sensitivity p.lathe --bits 4,8 --kinds weights,both --samples 8");
    QVERIFY(hasKeys(json, {"cells", "evaluations", "seconds", "fullForwardSeconds"}));
    QCOMPARE(json["metric"].toString(), "top1");
    const QJsonArray cells = json["cells"].toArray();
    QCOMPARE(cells.size(), 19 * 2 * 2); // the sample has 19 layers with weights
    QCOMPARE(json["evaluations"].toInt(), 8 * int(cells.size()));
    for (const auto& value : cells) {
        const QJsonObject cell = value.toObject();
        QVERIFY(hasKeys(cell, {"layer", "kind", "bits", "sqnrDb", "loss", "low", "high"}));
        QVERIFY(cell["bits"].toInt() == 4 || cell["bits"].toInt() == 8);
        QVERIFY(cell["sqnrDb"].toDouble() > 5);
        QCOMPARE(cell.contains("expectedDivergence"), cell["kind"].toString() == "weights");
        QVERIFY(!cell.contains("expectedDivergence") || cell["expectedDivergence"].toDouble() > 0);
    }
    int weighted = 0;
    for (const auto& value : json["estimates"].toArray()) {
        const QJsonObject estimate = value.toObject();
        QVERIFY(estimate["activations"].toObject()["fisher"].toDouble() > 0);
        if (!estimate.contains("weights"))
            continue;
        ++weighted;
        QVERIFY(estimate["weights"].toObject()["fisher"].toDouble() > 0);
        QVERIFY(estimate["weights"].toObject()["gradient"].toDouble() > 0);
    }
    QCOMPARE(weighted, 19);
}

void TstSensitivity::aBudgetIsKept()
{
    const QJsonObject json = m_cli.json("sensitivity p.lathe --time-budget 0.000001s --gradients 0");
    QVERIFY(json["estimates"].toArray().isEmpty());
    // One new score comes all the same; of which sample, depends on who came first.
    const int measured = json["evaluations"].toInt() - json["reused"].toInt();
    QVERIFY2(measured == 0 || measured == 1, qPrintable(QString::number(measured)));
    QVERIFY(json["cells"].toArray().size() > 100);
}

void TstSensitivity::wrongUsage_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("unit") << "sensitivity p.lathe --time-budget 5x" << 2;
    QTest::newRow("bits") << "sensitivity p.lathe --bits 1" << 2;
    QTest::newRow("kind") << "sensitivity p.lathe --kinds biases" << 2;
    QTest::newRow("not calibrated") << "sensitivity {model}" << 1;
    QTest::newRow("metric") << "sensitivity p.lathe --metric odd" << 1;
}

void TstSensitivity::wrongUsage()
{
    QFETCH(QString, arguments);
    QFETCH(int, status);
    const Answer answer = m_cli.run(arguments);
    QVERIFY2(answer.status == status, answer.text().constData());
    QVERIFY(!answer.err.isEmpty());
}

QTEST_GUILESS_MAIN(TstSensitivity)
#include "tst_sensitivity.moc"
