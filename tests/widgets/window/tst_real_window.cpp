// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"
#include "widgets/models/layer_model.h"

#include <QApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QTableView>
#include <QToolButton>

namespace lathe {

/// A window on a real X server (Xvfb), with key presses and clicks from the server: they have key codes and go through
/// the platform's own keyboard handling. Skips where there is no X server or no xdotool.
class TestRealWindow : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void keysAndMouse();
    void programOpensTheSample();

private:
    static bool xdotool(const QStringList& words, QString* output = nullptr)
    {
        QProcess tool;
        tool.start(QStringLiteral("xdotool"), words);
        const bool done = tool.waitForFinished(10000) && tool.exitCode() == 0;
        if (output)
            *output = QString::fromUtf8(tool.readAllStandardOutput()).trimmed();
        return done;
    }
    static void press(const QString& key)
    {
        QVERIFY(xdotool({QStringLiteral("key"), QStringLiteral("--clearmodifiers"), key}));
        QTest::qWait(120);
    }
    static void click(const QWidget& widget, const QPoint& place)
    {
        const QPoint global = widget.mapToGlobal(place);
        QVERIFY(xdotool({QStringLiteral("mousemove"), QString::number(global.x()), QString::number(global.y()),
                         QStringLiteral("click"), QStringLiteral("1")}));
        QTest::qWait(120);
    }
};

void TestRealWindow::initTestCase()
{
    if (QGuiApplication::platformName() != QLatin1String("xcb"))
        QSKIP("needs an X server");
    if (QStandardPaths::findExecutable(QStringLiteral("xdotool")).isEmpty())
        QSKIP("needs xdotool");
}

void TestRealWindow::keysAndMouse()
{
    test::SessionFixture fixture;
    Session& session = *fixture.session;
    MainWindow window(session);
    window.setGeometry(0, 0, 1280, 800);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    QVERIFY(fixture.waitFigures());

    press(QStringLiteral("ctrl+3"));
    QCOMPARE(window.currentPage(), QStringLiteral("precision"));
    auto* page = window.findChild<QWidget*>(QStringLiteral("precisionPage"));
    auto* table = page->findChild<QTableView*>(QStringLiteral("layers"));
    QVERIFY(table);
    click(*table->viewport(), table->visualRect(table->model()->index(2, 0)).center());
    const std::string layer = session.model()->layers[2].id;
    QCOMPARE(session.selection().current().toStdString(), layer);

    press(QStringLiteral("4"));
    QCOMPARE(session.plan().weightSpec(layer).format.name(), std::string("int4"));
    press(QStringLiteral("shift+6")); // another character on most keyboards
    QCOMPARE(session.plan().activationSpec(layer).format.name(), std::string("uint6"));
    QCOMPARE(session.plan().weightSpec(layer).format.name(), std::string("int4"));
    press(QStringLiteral("alt+3"));
    QCOMPARE(session.plan().weightSpec(layer).format.name(), std::string("int3"));
    press(QStringLiteral("alt+f")); // not the file menu
    QVERIFY(!QApplication::activePopupWidget());
    QVERIFY(session.plan().weightSpec(layer).format.isFloat32());
    press(QStringLiteral("ctrl+z"));
    QVERIFY(!session.plan().weightSpec(layer).format.isFloat32() || session.plan() == QuantPlan());
    press(QStringLiteral("Down"));
    QCOMPARE(session.selection().current().toStdString(), session.model()->layers[3].id);
    press(QStringLiteral("space"));
    QVERIFY(isLocked(session.plan(), session.model()->layers[3].id));
    QVERIFY(fixture.waitFigures());

    const auto* rail = window.findChild<QToolButton*>(QStringLiteral("exportRail"));
    click(*rail, rail->rect().center());
    QCOMPARE(window.currentPage(), QStringLiteral("export"));
}

void TestRealWindow::programOpensTheSample()
{
    const QString program = qEnvironmentVariable("LATHE_PROGRAMS") + QStringLiteral("/tensorlathe");
    if (!QFileInfo::exists(program))
        QSKIP("the window's program has not been built");
    QTemporaryDir home;
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), home.path());
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), home.path());
    environment.insert(QStringLiteral("XDG_DATA_HOME"), home.path());
    process.setProcessEnvironment(environment);
    process.start(program, {QStringLiteral("--sample")});
    QVERIFY(process.waitForStarted());
    QString found;
    QTRY_VERIFY_WITH_TIMEOUT(
        xdotool({QStringLiteral("search"), QStringLiteral("--name"), QStringLiteral("glyphs.onnx")}, &found), 20000);
    QVERIFY(!found.isEmpty());
    QCOMPARE(process.state(), QProcess::Running);
    // Ctrl+Q ends it in good order.
    QVERIFY(xdotool({QStringLiteral("windowfocus"), QStringLiteral("--sync"), found.section(QLatin1Char('\n'), 0, 0)}));
    press(QStringLiteral("ctrl+q"));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 10000);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

}

QTEST_MAIN(lathe::TestRealWindow)
#include "tst_real_window.moc"
