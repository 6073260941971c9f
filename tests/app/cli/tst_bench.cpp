// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstBench : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_cli.calibrate("p.lathe", "--limit 8"); }
    void figures_data();
    void figures();
    void shapes();
    void threadsDoNotSpinLong();

private:
    CliFixture m_cli;
};

void TstBench::figures_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("precision");
    QTest::newRow("model") << "{model}" << "float";
    QTest::newRow("project, float") << "p.lathe" << "float";
    QTest::newRow("simulated") << "p.lathe" << "simulated";
    QTest::newRow("literal") << "p.lathe" << "literal";
}

void TstBench::figures()
{
    QFETCH(QString, source);
    QFETCH(QString, precision);
    const QJsonObject json =
        m_cli.json(QString("--threads 1 bench %1 --precision %2 --repeat 7 --warmup 1").arg(source, precision));
    QVERIFY(hasKeys(json, {"medianMs", "minMs", "p90Ms", "threads", "batch", "precision", "peakRssBytes"}));
    QVERIFY(json["minMs"].toDouble() > 0);
    QVERIFY(json["minMs"].toDouble() <= json["medianMs"].toDouble());
    QVERIFY(json["medianMs"].toDouble() <= json["p90Ms"].toDouble());
    QCOMPARE(json["timesMs"].toArray().size(), 7);
    QCOMPARE(json["threads"].toInt(), 1);
    QCOMPARE(json["batch"].toInt(), 1);
    QCOMPARE(json["precision"].toString(), precision);
    QVERIFY(json["peakRssBytes"].toInteger() > 1'000'000);
}

void TstBench::shapes()
{
    const QString few = "--threads 1 bench {model} --repeat 1 --warmup 0 ";
    QCOMPARE(m_cli.json(few + "--batch 3")["batch"].toInt(), 3);
    // Activations of a batch need about as many times the memory.
    const auto arena = [&](const QString& options) { return m_cli.json(few + options)["arenaBytes"].toDouble(); };
    QVERIFY(arena("--batch 4") > 3 * arena("--batch 1"));
    QCOMPARE(arena("--shape image=4x3x32x32"), arena("--batch 4"));
    const Answer unknown = m_cli.run(few + "--shape picture=1x3x32x32");
    QCOMPARE(unknown.status, 1);
    QVERIFY(unknown.err.contains("The model's inputs are: image"));
    QCOMPARE(m_cli.run(few + "--shape image=1x4x32x32").status, 1);
}

void TstBench::threadsDoNotSpinLong()
{
    const auto spinCount = [&](const QByteArrayList& environment) {
        const Answer answer = m_cli.run("--version", {.environment = QByteArrayList{"OMP_DISPLAY_ENV=verbose"} + environment});
        const QByteArray text = answer.err;
        const qsizetype at = text.lastIndexOf("GOMP_SPINCOUNT = '");
        return at < 0 ? QByteArray() : text.mid(at + 18, text.indexOf('\'', at + 18) - at - 18);
    };
    if (spinCount({}).isEmpty())
        QSKIP("OpenMP's library does not tell its settings");
    QCOMPARE(spinCount({}), QByteArray("1000"));
    QCOMPARE(spinCount({"GOMP_SPINCOUNT=77"}), QByteArray("77"));
    QVERIFY(spinCount({"OMP_WAIT_POLICY=active"}).toLongLong() > 1'000'000);
}

QTEST_GUILESS_MAIN(TstBench)
#include "tst_bench.moc"
