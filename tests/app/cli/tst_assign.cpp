// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstAssign : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_cli.calibrate("p.lathe"); }
    void thePlanQuantizesToTheSize();
    void limitsOfATargetHold_data();
    void limitsOfATargetHold();
    void furtherFormatsAreChosen();
    void theFrontIsWrittenAsPlans();
    void goesOnAfterAnInterrupt();
    void aTimeBudgetLeavesTheBest();
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

void TstAssign::limitsOfATargetHold_data()
{
    QTest::addColumn<QString>("limit");
    QTest::addColumn<QString>("cost");
    QTest::addColumn<double>("most");
    QTest::newRow("latency") << "--max-latency-ms 0.1" << "latencyMs" << 0.1;
    QTest::newRow("bits") << "--max-bits 4.5" << "meanBits" << 4.5;
    QTest::newRow("energy") << "--max-energy-mj 0.007" << "energyMj" << 0.007;
}

/// The figures of assign are those that quantize finds for its plan, and the target can run the plan.
void TstAssign::limitsOfATargetHold()
{
    QFETCH(QString, limit);
    QFETCH(QString, cost);
    QFETCH(double, most);
    const QJsonObject json = m_cli.json("assign p.lathe -o npu.json --target npu-int4 --bits 2,4,8,16 --samples 8 "
                                        "--front 2 --repairs 2 " + limit);
    QCOMPARE(json["target"].toString(), QStringLiteral("npu-int4"));
    const double assigned = json["measured"][cost].toDouble();
    QVERIFY2(assigned <= most, QByteArray::number(assigned).constData());
    const QJsonObject quantized = m_cli.json("quantize p.lathe --plan npu.json -o npu.lathe");
    if (cost != QLatin1String("meanBits"))
        QCOMPARE(quantized["cost"][cost].toDouble(), assigned);
    QCOMPARE(quantized["targetRefusals"].toArray().size(), 0);
    const QJsonArray front = json["front"].toArray();
    QVERIFY(std::any_of(front.begin(), front.end(),
                        [&](const QJsonValue& point) { return point[cost].toDouble() > most; }));
}

/// Where the target runs them; the plan quantizes to the size that was found.
void TstAssign::furtherFormatsAreChosen()
{
    const QString command = "assign p.lathe -o wide.json --max-size %1 --bits 2,4,8 --samples 8 --front 2 --repairs 4 "
                            "--weight-formats int4:group:16,nf4:channel,kmeans16:channel";
    const QJsonObject json = m_cli.json(command.arg("26k"));
    const QByteArray plan = m_cli.read("wide.json");
    QVERIFY2(plan.contains("group:16") || plan.contains("nf4") || plan.contains("kmeans16"), plan);
    QCOMPARE(m_cli.json("quantize p.lathe --plan wide.json -o wide.lathe")["packedBytes"].toInt(), json["sizeBytes"].toInt());
    m_cli.json(command.arg("36k") + " --target npu-int4");
    const QByteArray onDevice = m_cli.read("wide.json");
    QVERIFY2(!onDevice.contains("group:16") && !onDevice.contains("nf4") && !onDevice.contains("kmeans16"), onDevice);
}

void TstAssign::theFrontIsWrittenAsPlans()
{
    const QJsonObject json = m_cli.json("assign p.lathe -o least.json --max-drop 0.05 --target npu-int4 --minimize latency "
                                        "--samples 8 --front 2 --bits 4,8 --front-dir front");
    QVERIFY(json["measured"]["drop"].toDouble() <= 0.05);
    const QJsonArray front = json["front"].toArray(), files = json["frontFiles"].toArray();
    QCOMPARE(files.size(), front.size());
    const QJsonObject last = m_cli.json("quantize p.lathe -o last.lathe --plan " + files.last().toString());
    QCOMPARE(last["packedBytes"].toInt(), front.last()["sizeBytes"].toInt());
}

/// Stopped on its way, a search leaves the best plan so far, and the same command ends with the same bytes as one that was
/// never stopped.
void TstAssign::goesOnAfterAnInterrupt()
{
    const QString command = "assign %1.lathe -o %1.json --max-size 32k --bits 2,4,8 --samples 24 --front 6 "
                            "--repairs 8 --front-dir %1";
    m_cli.copy("p.lathe", "whole.lathe");
    m_cli.copy("p.lathe", "halved.lathe");
    QElapsedTimer clock;
    clock.start();
    QJsonObject whole = m_cli.json(command.arg("whole"));
    qint64 after = clock.elapsed() / 2;
    Answer stopped;
    for (int attempt = 0; attempt < 4; ++attempt, after /= 2) {
        stopped = m_cli.run("--json " + command.arg("halved"), {.interruptAfterMs = static_cast<int>(after)});
        if (stopped.status == 130)
            break;
    }
    QVERIFY2(stopped.status == 130 && stopped.err.contains("goes on from there"), stopped.text());
    QJsonObject halved = m_cli.json(command.arg("halved"));
    QVERIFY(halved["reused"].toInt() > 0 || m_cli.json("sensitivity halved.lathe --bits 2,4,8 --samples 24")["reused"].toInt() > 0);
    for (const QString key : {"reused", "plan", "frontFiles"}) {
        whole.remove(key);
        halved.remove(key);
    }
    QCOMPARE(halved, whole);
    QCOMPARE(m_cli.read("halved.json"), m_cli.read("whole.json"));
    QCOMPARE(m_cli.read("halved/front-01.json"), m_cli.read("whole/front-01.json"));
}

void TstAssign::aTimeBudgetLeavesTheBest()
{
    m_cli.copy("p.lathe", "short.lathe");
    const QString command = "assign short.lathe -o short.json --max-size 32k --bits 2,4,8 --samples 8 --front 2 --time-budget ";
    const QJsonObject cut = m_cli.json(command + "0.01s");
    QVERIFY(!cut["complete"].toBool() && cut["sizeBytes"].toInt() <= 32000);
    QVERIFY(m_cli.exists("short.json"));
    const QJsonObject whole = m_cli.json(command + "1h");
    QVERIFY(whole["complete"].toBool() && whole["reused"].toInt() > 0);
    QVERIFY(whole["measured"]["sqnrDb"].toDouble() >= cut["measured"]["sqnrDb"].toDouble());
}

void TstAssign::wrongUsage_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("no limit") << "assign p.lathe -o x.json" << 2;
    QTest::newRow("format") << "assign p.lathe -o x.json --max-size 30k --weight-formats int99" << 2;
    QTest::newRow("size") << "assign p.lathe -o x.json --max-size many" << 2;
    QTest::newRow("latency") << "assign p.lathe -o x.json --max-latency-ms -1" << 2;
    QTest::newRow("too slow") << "assign p.lathe -o x.json --max-latency-ms 1e-5 --samples 2 --bits 8" << 1;
    QTest::newRow("target") << "assign p.lathe -o x.json --max-size 30k --target abacus" << 1;
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
