// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"
#include "tests/support/shared_files.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

namespace {

QString sampleFolder()
{
    return QString::fromStdString(resourceFile("sample").string());
}

}

class TstCalibrate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void figures();
    void replacesAnOlderProject();
    void drawsByTheSeed();
    void projectMovesWithItsFolder();

private:
    CliFixture m_cli;
};

void TstCalibrate::figures()
{
    const QJsonObject json = m_cli.json("calibrate {model} --data {data} -o p.lathe");
    QVERIFY(hasKeys(json, {"project", "samples", "tensors", "seconds", "inferenceSeconds", "peakRssBytes"}));
    QCOMPARE(json["project"].toString(), "p.lathe");
    QCOMPARE(json["samples"].toInt(), 384); // the split "calib" of labels.csv
    QCOMPARE(json["tensors"].toInt(), int(m_cli.json("inspect {model}")["layers"].toArray().size()));
    QVERIFY(json["seconds"].toDouble() > 0);
    QVERIFY(json["inferenceSeconds"].toDouble() > 0);
    QCOMPARE(m_cli.files(), QStringList{"p.lathe"});
    QVERIFY(m_cli.read("p.lathe").startsWith("SQLite format 3"));
    QCOMPARE(m_cli.json("calibrate {model} --data {data} --limit 5 -o five.lathe")["samples"].toInt(), 5);
}

void TstCalibrate::replacesAnOlderProject()
{
    m_cli.write("old.lathe", "not a project");
    m_cli.calibrate("old.lathe", "--limit 8");
    QCOMPARE(m_cli.run("inspect old.lathe").status, 0);
}

/// A dataset file that draws its samples: the same seed draws the same ones, another seed others.
void TstCalibrate::drawsByTheSeed()
{
    m_cli.write("drawn.json", QString(R"({"input": "*", "type": "images", "path": "%1/images",
        "preprocess": [{"scale": 0.0039}, {"layout": "NCHW"}],
        "calibration": {"count": 16}, "validation": {"count": 16}})")
                                  .arg(sampleFolder()).toUtf8());
    for (const QString seed : {"1", "2"})
        for (const QString copy : {"a", "b"})
            m_cli.json(QString("--seed %1 calibrate {model} --data drawn.json -o %1%2.lathe").arg(seed, copy));
    QCOMPARE(m_cli.read("1a.lathe"), m_cli.read("1b.lathe"));
    QVERIFY(m_cli.read("1a.lathe") != m_cli.read("2a.lathe"));
}

/// Model and data are found beside the project after the folder was renamed.
void TstCalibrate::projectMovesWithItsFolder()
{
    m_cli.write("before/data.json", QString(R"({"input": "*", "type": "images", "path": "%1/images",
        "preprocess": [{"layout": "NCHW"}], "calibration": {"count": 4}, "validation": {"count": 4}})")
                                        .arg(sampleFolder()).toUtf8());
    m_cli.copy(sampleFolder() + "/glyphs.onnx", "before/m.onnx");
    m_cli.json("calibrate before/m.onnx --data before/data.json -o before/p.lathe");
    QVERIFY(QDir().rename(m_cli.path("before"), m_cli.path("after")));
    QCOMPARE(m_cli.json("validate after/p.lathe")["samples"].toInt(), 4);
}

QTEST_GUILESS_MAIN(TstCalibrate)
#include "tst_calibrate.moc"
