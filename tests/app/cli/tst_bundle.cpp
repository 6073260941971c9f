// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstBundle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void create();
    void verify();
    void show();
    void holdsTheExportedModel();
    void everyChangedByteFails();
    void wrongKeys();
    void dates();
    void unvalidatedProject();

private:
    Answer run(const QString& arguments, QByteArrayList environment = {}) const;

    CliFixture m_cli;
};

Answer TstBundle::run(const QString& arguments, QByteArrayList environment) const
{
    return m_cli.run(arguments, {.environment = environment << "LATHE_PASSPHRASE=correct horse"});
}

void TstBundle::initTestCase()
{
    m_cli.calibrate("p.lathe");
    m_cli.json("quantize p.lathe -o q.onnx");
    m_cli.json("validate p.lathe --limit 100");
    for (const QString name : {"a", "b"})
        QCOMPARE(run("key generate -o " + name + ".pem").status, 0);
}

void TstBundle::create()
{
    const Answer answer = run("--json bundle create p.lathe -o out.lathebundle --key a.pem --product glyphs-reader "
                              "--product-version 2.5.0 --release 7");
    QVERIFY2(answer.status == 0, answer.text());
    const QJsonObject json = answer.json().value();
    QVERIFY(hasKeys(json, {"output", "manifestSha256", "kid", "sizeBytes", "product", "version"}));
    QCOMPARE(json["sizeBytes"].toInteger(), QFileInfo(m_cli.path("out.lathebundle")).size());
    QCOMPARE(json["product"].toString(), "glyphs-reader");
    QCOMPARE(json["version"].toString(), "2.5.0");
    QCOMPARE(json["kid"], m_cli.json("key show a.pub.pem")["kid"]);
}

void TstBundle::verify()
{
    const QJsonObject json = m_cli.json("bundle verify out.lathebundle --key a.pub.pem");
    QCOMPARE(json["verified"].toBool(), true);
    QCOMPARE(json["releaseCounter"].toInt(), 7);
    QCOMPARE(json["signers"].toArray().size(), 1);
    QCOMPARE(m_cli.run("bundle verify out.lathebundle --key b.pub.pem --key a.pub.pem").status, 0);
}

void TstBundle::show()
{
    const QJsonObject json = m_cli.json("bundle show out.lathebundle");
    QCOMPARE(json["verified"].toBool(true), false);
    QCOMPARE(json["product"].toString(), "glyphs-reader");
    QVERIFY(m_cli.run("bundle show out.lathebundle").out.contains("NOT CHECKED"));
}

void TstBundle::holdsTheExportedModel()
{
    const QJsonObject json = m_cli.json("bundle show out.lathebundle");
    const QByteArray digest = QCryptographicHash::hash(m_cli.read("q.onnx"), QCryptographicHash::Sha256).toHex();
    bool found = false;
    for (const QJsonValue file : json["files"].toArray()) {
        QVERIFY(hasKeys(file.toObject(), {"path", "role", "size", "sha256"}));
        found = found || (file["role"].toString() == "artifact" && file["sha256"].toString().toUtf8() == digest);
    }
    QVERIFY(found);
    const QJsonObject metrics = m_cli.json("validate p.lathe --limit 100")["metrics"].toObject();
    for (const QJsonValue metric : json["metrics"].toArray())
        QCOMPARE(metric["quantized"], metrics[metric["name"].toString()]["quantized"]);
}

/// Bytes all over the file; each change is refused with a reason, and by neither crash nor success.
void TstBundle::everyChangedByteFails()
{
    const QByteArray good = m_cli.read("out.lathebundle");
    const qsizetype step = good.size() / 60;
    for (qsizetype at = 0; at < good.size(); at += at < 1200 ? 100 : step) {
        QByteArray bad = good;
        bad[at] = char(bad[at] ^ 0x10);
        m_cli.write("bad.lathebundle", bad);
        const Answer answer = m_cli.run("--json bundle verify bad.lathebundle --key a.pub.pem");
        QVERIFY2(answer.status == 1 || answer.status == 3, answer.text());
        QVERIFY2(answer.err.startsWith("tensorlathe-cli: bad.lathebundle: "), answer.text());
        QCOMPARE(answer.err.count('\n'), 1);
        QCOMPARE(answer.json().value()["verified"].toBool(true), false);
        QVERIFY(!answer.json().value()["reason"].toString().isEmpty());
    }
}

void TstBundle::wrongKeys()
{
    const Answer other = m_cli.run("--json bundle verify out.lathebundle --key b.pub.pem");
    QCOMPARE(other.status, 3);
    QVERIFY2(other.err.contains("none of the keys given signed it"), other.text());
    QCOMPARE(other.json().value()["verified"].toBool(true), false);
    QCOMPARE(m_cli.run("bundle verify out.lathebundle --key a.pub.pem --key b.pub.pem --threshold 2").status, 3);
    QCOMPARE(m_cli.run("bundle verify out.lathebundle --key a.pem").status, 1);
    QCOMPARE(m_cli.run("bundle verify out.lathebundle --key missing.pem").status, 1);
    const Answer wrong = m_cli.run("bundle create p.lathe -o wrong.lathebundle --key a.pem",
                                   {.environment = {"LATHE_PASSPHRASE=wrong horse"}});
    QCOMPARE(wrong.status, 1);
    QVERIFY(!m_cli.exists("wrong.lathebundle"));
}

/// The same project gives the same manifest; its date is that of the run, or the one that the environment states.
void TstBundle::dates()
{
    const auto manifest = [&](const QByteArrayList& environment) {
        const Answer answer = run("--json bundle create p.lathe -o dated.lathebundle --key a.pem", environment);
        return answer.json().value_or(QJsonObject())["manifestSha256"].toString();
    };
    QCOMPARE(manifest({}), manifest({}));
    QVERIFY(manifest({}) != manifest({"SOURCE_DATE_EPOCH=1700000000"}));
    manifest({"SOURCE_DATE_EPOCH=1700000000"});
    QCOMPARE(m_cli.json("bundle show dated.lathebundle")["created"].toString(), "2023-11-14T22:13:20Z");
}

/// Its figures are measured first, and kept in the project.
void TstBundle::unvalidatedProject()
{
    m_cli.copy("p.lathe", "fresh.lathe");
    m_cli.json("quantize fresh.lathe -o fresh.onnx --weights int7");
    const QByteArray before = m_cli.read("fresh.lathe");
    QCOMPARE(run("bundle create fresh.lathe -o fresh.lathebundle --key a.pem").status, 0);
    QVERIFY(m_cli.read("fresh.lathe") != before);
    QCOMPARE(m_cli.run("bundle verify fresh.lathebundle --key a.pub.pem").status, 0);
}

QTEST_GUILESS_MAIN(TstBundle)
#include "tst_bundle.moc"
