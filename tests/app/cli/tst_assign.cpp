// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstAssign : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_cli.calibrate("p.lathe"); }
    void thePlanQuantizesToTheSize();
    void wrongUsage_data();
    void wrongUsage();

private:
    CliFixture m_cli;
};

void TstAssign::thePlanQuantizesToTheSize()
{
    const QJsonObject json = m_cli.json(
        "assign p.lathe -o plan.json --max-size 32k --bits 2,4,8 --samples 8 --front 2 --repairs 2");
    QVERIFY(hasKeys(json, {"plan", "sizeBytes", "predicted", "measured", "front"}));
    QVERIFY(json["sizeBytes"].toInt() <= 32000);
    QVERIFY(json["front"].toArray().size() >= 3);
    const QJsonObject quantized = m_cli.json("quantize p.lathe --plan plan.json -o q.onnx");
    QCOMPARE(quantized["packedBytes"].toInt(), json["sizeBytes"].toInt());
}

void TstAssign::wrongUsage_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("no limit") << "assign p.lathe -o x.json" << 2;
    QTest::newRow("size") << "assign p.lathe -o x.json --max-size many" << 2;
    QTest::newRow("no output") << "assign p.lathe --max-size 30k" << 2;
    QTest::newRow("too small") << "assign p.lathe -o x.json --max-size 1k --samples 2 --bits 4" << 1;
    QTest::newRow("not calibrated") << "assign {model} -o x.json --max-size 30k" << 1;
}

void TstAssign::wrongUsage()
{
    QFETCH(QString, arguments);
    QFETCH(int, status);
    const Answer answer = m_cli.run(arguments);
    QVERIFY2(answer.status == status, answer.text().constData());
    QVERIFY(!m_cli.exists("x.json"));
}

QTEST_GUILESS_MAIN(TstAssign)
#include "tst_assign.moc"
