// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QFile>
#include <QTest>

using namespace lathe::test;

class TstKey : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void generate();
    void passphrases();
    void neverOverwrites();

private:
    CliFixture m_cli;
};

void TstKey::generate()
{
    m_cli.write("pass", "correct horse\nand what follows does not count\n");
    const QJsonObject json = m_cli.json("key generate -o a.pem --passphrase-file pass");
    QVERIFY(hasKeys(json, {"key", "publicKey", "kid", "algorithm"}));
    QCOMPARE(json["publicKey"].toString(), "a.pub.pem");
    QCOMPARE(json["algorithm"].toString(), "ES256");
    QVERIFY(m_cli.read("a.pem").startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    QVERIFY(m_cli.read("a.pub.pem").startsWith("-----BEGIN PUBLIC KEY-----"));
    QCOMPARE(QFile::permissions(m_cli.path("a.pem")) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    const QString kid = json["kid"].toString();
    QCOMPARE(m_cli.json("key show a.pub.pem")["kid"].toString(), kid);
    QCOMPARE(m_cli.json("key show a.pem --passphrase-file pass")["kid"].toString(), kid);
    QVERIFY(m_cli.json("key generate -o b.pem --passphrase-file pass")["kid"].toString() != kid);
}

void TstKey::passphrases()
{
    const auto show = [&](const QByteArray& passphrase) {
        return m_cli.run("key show a.pem", {.environment = {"LATHE_PASSPHRASE=" + passphrase}});
    };
    QCOMPARE(show("correct horse").status, 0);
    const Answer wrong = show("wrong horse");
    QCOMPARE(wrong.status, 1);
    QVERIFY2(wrong.err.contains("a.pem: The passphrase does not open the key."), wrong.text());
    QVERIFY(!wrong.err.contains("wrong horse"));
    const Answer none = m_cli.run("key show a.pem");
    QCOMPARE(none.status, 2);
    QVERIFY(none.err.contains("--passphrase-file"));
    const Answer brief = m_cli.run("key generate -o c.pem", {.environment = {"LATHE_PASSPHRASE=short"}});
    QCOMPARE(brief.status, 1);
    QVERIFY(!m_cli.exists("c.pem") && !m_cli.exists("c.pub.pem"));
}

void TstKey::neverOverwrites()
{
    const QByteArray before = m_cli.read("a.pem");
    QVERIFY(QFile::remove(m_cli.path("b.pub.pem")));
    for (const QString name : {"a.pem", "b.pem"}) {
        const Answer answer = m_cli.run("key generate --passphrase-file pass -o " + name);
        QVERIFY2(answer.status == 1, answer.text());
        QVERIFY2(answer.err.contains("exists already"), answer.text());
    }
    QCOMPARE(m_cli.read("a.pem"), before);
    QVERIFY(!m_cli.exists("b.pub.pem"));
    // A public key that cannot be written leaves no private one either.
    QCOMPARE(m_cli.run("key generate --passphrase-file pass -o d.pem --public nowhere/d.pub.pem").status, 1);
    QVERIFY(!m_cli.exists("d.pem"));
}

QTEST_GUILESS_MAIN(TstKey)
#include "tst_key.moc"
