// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/command_line.h"

#include <QProcess>
#include <QTest>

namespace lathe {

class TestCommandLine : public QObject
{
    Q_OBJECT
private slots:
    void wordsComeBackFromAShell_data();
    void wordsComeBackFromAShell();
    void plainWordsStayPlain();
};

void TestCommandLine::wordsComeBackFromAShell_data()
{
    QTest::addColumn<QString>("word");
    for (const char* word : {"a b", "it's", "$HOME", "`id`", "a\"b", "*", "", "päth/ü", "a\nb", "!x", "~", "-o", "a;b"})
        QTest::newRow(word) << QString::fromUtf8(word);
}

void TestCommandLine::wordsComeBackFromAShell()
{
    QFETCH(const QString, word);
    QProcess shell;
    shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("printf '%s|' ") + shellQuoted(word)});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()), word + QLatin1Char('|'));
}

void TestCommandLine::plainWordsStayPlain()
{
    QCOMPARE(commandLine({QStringLiteral("validate"), QStringLiteral("/a/b-1.lathe"), QStringLiteral("x y")}),
             QStringLiteral("tensorlathe-cli validate /a/b-1.lathe 'x y'"));
}

}

QTEST_GUILESS_MAIN(lathe::TestCommandLine)
#include "tst_command_line.moc"
