// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <algorithm>

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
    void profile();
    void profileBesideFloat();

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
    QVERIFY(hasKeys(json, {"medianMs", "minMs", "p90Ms", "threads", "batch", "precision", "peakRssBytes", "forecastPeakBytes"}));
    QVERIFY(json["minMs"].toDouble() > 0);
    QVERIFY(json["minMs"].toDouble() <= json["medianMs"].toDouble());
    QVERIFY(json["medianMs"].toDouble() <= json["p90Ms"].toDouble());
    QCOMPARE(json["timesMs"].toArray().size(), 7);
    QCOMPARE(json["threads"].toInt(), 1);
    QCOMPARE(json["batch"].toInt(), 1);
    QCOMPARE(json["precision"].toString(), precision);
    QVERIFY(json["peakRssBytes"].toInteger() > 1'000'000);
    // Libraries and the sanitizers' shadow memory are in both; a small model adds little of its own.
    const double forecast = json["forecastPeakBytes"].toDouble() / json["peakRssBytes"].toDouble();
    QVERIFY2(forecast > 0.8 && forecast < 1.2, qPrintable(QString::number(forecast)));
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
    QCOMPARE(spinCount({}), QByteArray("5000"));
    QCOMPARE(spinCount({"GOMP_SPINCOUNT=77"}), QByteArray("77"));
    QVERIFY(spinCount({"OMP_WAIT_POLICY=active"}).toLongLong() > 1'000'000);
}

void TstBench::profile()
{
    const QJsonObject json = m_cli.json("--threads 1 bench {model} --profile --repeat 3 --warmup 1");
    const QJsonObject machine = json["machine"].toObject();
    QVERIFY(hasKeys(machine, {"threads", "floatGflops", "byteGops", "bandwidths"}));
    QVERIFY(machine["floatGflops"].toDouble() > 0);
    QVERIFY(json["floatMs"].toDouble() > 0);
    QVERIFY(json["quantizedMs"].isNull());
    double shares = 0, macs = 0;
    QStringList nodes;
    for (const QJsonValue layer : json["layers"].toArray()) {
        const QJsonObject figures = layer["float"].toObject();
        QVERIFY(hasKeys(figures, {"ms", "share", "kernel", "macs", "gflops", "gbPerSecond", "attainableMs", "bound", "ofPeak"}));
        nodes << layer["node"].toString();
        shares += figures["share"].toDouble();
        macs += figures["macs"].toDouble();
    }
    QVERIFY2(qAbs(shares - 1) < 1e-6, qPrintable(QString::number(shares)));
    QCOMPARE(macs, m_cli.json("inspect {model}")["macs"].toDouble());
    // The same for a person: the slowest layers, whichever they are this time.
    const Answer text = m_cli.run("--threads 1 bench {model} --profile --repeat 1 --warmup 0");
    QCOMPARE(text.status, 0);
    const auto shown = std::count_if(nodes.begin(), nodes.end(), [&](const QString& node) {
        return text.out.contains("  " + node.toUtf8() + "  ");
    });
    QVERIFY2(text.out.contains("GFLOP/s") && shown >= 10, text.out);
}

/// A layer that is slower than in float says why.
void TstBench::profileBesideFloat()
{
    const QJsonObject json = m_cli.json("--threads 1 bench p.lathe --profile --precision literal --repeat 3 --warmup 1");
    QVERIFY(json["quantizedMs"].toDouble() > 0);
    int paired = 0;
    for (const QJsonValue layer : json["layers"].toArray()) {
        const double ratio = layer["ratio"].toDouble();
        paired += ratio > 0 ? 1 : 0;
        if (ratio > 1.2)
            QVERIFY2(!layer["why"].toString().isEmpty(), qPrintable(layer["node"].toString()));
        else if (ratio > 0 && ratio < 1)
            QVERIFY2(layer["why"].toString().isEmpty(), qPrintable(layer["node"].toString()));
    }
    QVERIFY(paired >= 15);
}

QTEST_GUILESS_MAIN(TstBench)
#include "tst_bench.moc"
