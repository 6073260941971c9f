// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace lathe::test;

class TstTargets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void listsAll();
    void everyProfileQuantizesTheSample_data();
    void everyProfileQuantizesTheSample();
    void illegalChoicesAreRefusedAtExport();
    void ownProfile();
    void brokenProfile();

private:
    CliFixture m_cli;
    QJsonArray m_targets;
};

void TstTargets::initTestCase()
{
    m_cli.calibrate("p.lathe");
    m_targets = m_cli.json("targets")["targets"].toArray();
}

void TstTargets::listsAll()
{
    QVERIFY(m_targets.size() >= 10);
    for (const QJsonValue target : m_targets)
        QVERIFY(hasKeys(target.toObject(), {"id", "label", "defaults", "activations", "kernels", "clockMhz"}));
    QVERIFY(m_cli.run("targets").out.contains("cortex-m4: Cortex-M4 with CMSIS-NN"));
}

void TstTargets::everyProfileQuantizesTheSample_data()
{
    QTest::addColumn<QString>("id");
    for (const QJsonValue target : m_targets)
        QTest::newRow(qPrintable(target["id"].toString())) << target["id"].toString();
}

/// The whole way on the sample: every profile gives a model with costs, none of them illegal.
void TstTargets::everyProfileQuantizesTheSample()
{
    QFETCH(QString, id);
    m_cli.copy("p.lathe", "work.lathe");
    const QJsonObject json = m_cli.json("quantize work.lathe -o q.onnx --nearest --target " + id);
    QCOMPARE(json["target"].toString(), id);
    QVERIFY(json["targetRefusals"].toArray().isEmpty());
    const QJsonObject cost = json["cost"].toObject();
    QVERIFY(cost["latencyMs"].toDouble() > 0 && cost["energyMj"].toDouble() > 0);
    QVERIFY(cost["flashBytes"].toInteger() > 0 && cost["peakSramBytes"].toInteger() > 0);
    double latencyMs = 0;
    qint64 flashBytes = 0, mostSram = 0;
    for (const QJsonValue layer : cost["layers"].toArray()) {
        latencyMs += layer["latencyMs"].toDouble();
        flashBytes += layer["flashBytes"].toInteger();
        mostSram = std::max(mostSram, layer["sramBytes"].toInteger());
    }
    QVERIFY(std::abs(latencyMs - cost["latencyMs"].toDouble()) < 1e-9 * latencyMs);
    QCOMPARE(flashBytes, cost["flashBytes"].toInteger());
    QVERIFY(mostSram <= cost["peakSramBytes"].toInteger());
    QVERIFY(m_cli.json("validate work.lathe --limit 8")["metrics"].toObject().size() > 0);
}

void TstTargets::illegalChoicesAreRefusedAtExport()
{
    m_cli.copy("p.lathe", "work.lathe");
    const Answer refused = m_cli.run("quantize work.lathe -o bad.onnx --target cortex-m4 --weights int5");
    QCOMPARE(refused.status, 1);
    QVERIFY2(refused.err.contains("has no kernel of Conv for int5") && refused.err.contains("Nearest choice: int8"), refused.text());
    QVERIFY(!m_cli.exists("bad.onnx"));
    // It can still be looked at.
    const QJsonObject kept = m_cli.json("quantize work.lathe -o kept.lathe --target cortex-m4 --weights int5");
    QVERIFY(!kept["targetRefusals"].toArray().isEmpty());
    QCOMPARE(m_cli.run("quantize work.lathe -o x.onnx --target pocket-calculator").status, 1);
}

void TstTargets::ownProfile()
{
    QFile generic(QString::fromUtf8(LATHE_TEST_TARGETS) + "/cortex-m4.json");
    QVERIFY(generic.open(QIODevice::ReadOnly));
    QByteArray text = generic.readAll();
    text.replace("\"cortex-m4\"", "\"my-chip\"");
    m_cli.write("mine.json", text);
    m_cli.copy("p.lathe", "work.lathe");
    QCOMPARE(m_cli.json("quantize work.lathe -o q.onnx --nearest --target mine.json")["target"].toString(), "my-chip");
    // The project knows where its profile is.
    QVERIFY(m_cli.json("validate work.lathe --limit 4").contains("metrics"));

    QDir(m_cli.path(".")).mkdir("mine");
    m_cli.write("mine/chip.json", text);
    const CliRun withFolder{.environment = {"LATHE_TARGETS=" + m_cli.path("mine").toUtf8()}};
    QVERIFY(m_cli.run("targets", withFolder).out.contains("my-chip: "));
}

void TstTargets::brokenProfile()
{
    m_cli.write("broken.json", R"({"schema": 1, "id": "x", "label": "X", "placement": {"rules": [{"operators": 3}]}})");
    const Answer answer = m_cli.run("quantize p.lathe -o q.onnx --target broken.json");
    QCOMPARE(answer.status, 1);
    QVERIFY2(answer.err.contains("broken.json: placement: rules[0]") && answer.err.contains("must be a list"), answer.text());
}

QTEST_GUILESS_MAIN(TstTargets)
#include "tst_targets.moc"
