// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"
#include "widgets/support/engine_text.h"
#include "widgets/support/languages.h"

#include <QMenuBar>
#include <QProcess>
#include <QRegularExpression>
#include <QTranslator>

namespace lathe {

/// The compiled translations speak, and are complete.
class TestLanguages : public QObject
{
    Q_OBJECT
private slots:
    void cleanup();
    void theWindowSpeaksGerman();
    void errorsSpeakGerman();
    void englishKnowsOneFromMany();
    void otherLanguagesFallBackToEnglish();
    void filesAreComplete_data();
    void filesAreComplete();

private:
    static QStringList unfinished(const QString& path);
    static QString folder() { return qEnvironmentVariable("LATHE_TRANSLATIONS"); }
    static QStringList menus(const MainWindow& window);
};

void TestLanguages::cleanup()
{
    qDeleteAll(QCoreApplication::instance()->findChildren<QTranslator*>());
}

QStringList TestLanguages::menus(const MainWindow& window)
{
    QStringList titles;
    for (const QAction* action : window.menuBar()->actions())
        titles.append(action->text());
    return titles;
}

void TestLanguages::theWindowSpeaksGerman()
{
    installLanguages(QLocale(QStringLiteral("de_DE")), folder());
    test::SessionFixture fixture;
    const MainWindow window(*fixture.session);
    const QStringList titles = menus(window);
    QVERIFY2(titles.contains(QStringLiteral("&Datei")) && titles.contains(QStringLiteral("&Bearbeiten")),
             qPrintable(titles.join(QLatin1Char(' '))));
    QVERIFY(!titles.contains(QStringLiteral("&File")));
    // Pages are named in a table of the program, range methods in one of the engine.
    QCOMPARE(QCoreApplication::translate("Page", "Precision"), QStringLiteral("Genauigkeit"));
    QCOMPARE(engineText("Entropy"), QStringLiteral("Entropie"));
}

void TestLanguages::errorsSpeakGerman()
{
    installLanguages(QLocale(QStringLiteral("de_AT")), folder());
    test::SessionFixture fixture;
    QSignalSpy failures(fixture.session.get(), &Session::failed);
    fixture.session->open({QStringLiteral("/nowhere/model.onnx")});
    QVERIFY(fixture.waitIdle());
    QCOMPARE(failures.size(), 1);
    const auto error = failures[0][0].value<UserError>();
    QVERIFY2(error.why.contains(QStringLiteral("Die Datei gibt es nicht.")), qPrintable(error.why));
}

void TestLanguages::englishKnowsOneFromMany()
{
    installLanguages(QLocale(QStringLiteral("en_GB")), folder());
    QCOMPARE(QCoreApplication::translate("lathe::BottomStrip", "%n changes", nullptr, 1), QStringLiteral("1 change"));
    QCOMPARE(QCoreApplication::translate("lathe::BottomStrip", "%n changes", nullptr, 3), QStringLiteral("3 changes"));
}

void TestLanguages::otherLanguagesFallBackToEnglish()
{
    installLanguages(QLocale(QStringLiteral("cy_GB")), folder());
    QCOMPARE(QCoreApplication::translate("lathe::BottomStrip", "%n changes", nullptr, 1), QStringLiteral("1 change"));
    QCOMPARE(QCoreApplication::translate("lathe::BottomStrip", "Cancel"), QStringLiteral("Cancel"));
}

QStringList TestLanguages::unfinished(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {QStringLiteral("cannot be read")};
    static const QRegularExpression open(
        QStringLiteral("<source>([^<]*)</source>\\s*(?:<comment>[^<]*</comment>\\s*)?<translation[^>]*type=\"unfinished\""));
    QStringList texts;
    for (auto found = open.globalMatch(QString::fromUtf8(file.readAll())); found.hasNext();)
        texts.append(found.next().captured(1));
    return texts;
}

void TestLanguages::filesAreComplete_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("lathe_de.ts") << QStringList();
    QTest::newRow("lathe_en.ts") << QStringList{QStringLiteral("-pluralonly")};
}

/// No text in the files is without its translation. Texts that are newer than the files are named, by reading the sources
/// as the target update_translations does: whoever adds a text need not know every language.
void TestLanguages::filesAreComplete()
{
    QFETCH(const QStringList, options);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    const QString path = QString::fromStdString(test::sourceFile("translations").string()) + QLatin1Char('/') + name;
    QVERIFY2(unfinished(path).isEmpty(), qPrintable(unfinished(path).join(QStringLiteral(" | "))));
    const QString lupdate = qEnvironmentVariable("LATHE_LUPDATE");
    if (!QFileInfo::exists(lupdate))
        QSKIP("lupdate is not installed");
    const QTemporaryDir copies;
    const QString copy = copies.filePath(name);
    QVERIFY(QFile::copy(path, copy));
    const QStringList words{QStringLiteral("-silent"), QStringLiteral("-no-obsolete"), QStringLiteral("-locations"),
                            QStringLiteral("none"), QStringLiteral("-I"), QString::fromStdString(test::sourceFile("").string()),
                            QLatin1Char('@') + folder() + QStringLiteral("/sources.lst"), QStringLiteral("-ts"), copy};
    QCOMPARE(QProcess::execute(lupdate, options + words), 0);
    if (const QStringList newer = unfinished(copy); !newer.isEmpty())
        qInfo("%s lacks %lld newer texts: %s", qPrintable(name), static_cast<long long>(newer.size()),
              qPrintable(newer.join(QStringLiteral(" | "))));
}

}

QTEST_MAIN(lathe::TestLanguages)
#include "tst_languages.moc"
