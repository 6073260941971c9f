// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTimer>

namespace lathe {

/// The whole way of a model through the window, and back from the files that it left.
class TestWork : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void validationNamesWhatHurts();
    void validationIsKeptWhenItIsStopped();
    void exportDialogWritesTheModel();
    void exportedModelBringsItsPlanBack();
    void exportsWhatAlgorithmsMade();
    void bundleIsMadeAndChecked();
    void reopeningShowsEverything();
    void changesAreSavedAsTheyAreMade();

private:
    std::unique_ptr<test::SessionFixture> opened();
    QStringList m_errors;
    std::unique_ptr<MainWindow> m_window;
};

void TestWork::init()
{
    m_window.reset();
    m_errors.clear();
}

std::unique_ptr<test::SessionFixture> TestWork::opened()
{
    auto fixture = std::make_unique<test::SessionFixture>();
    connect(fixture->session.get(), &Session::failed, this,
            [this](const UserError& error) { m_errors << error.what + QStringLiteral(": ") + error.why; });
    m_window = std::make_unique<MainWindow>(*fixture->session);
    m_window->show();
    if (!fixture->openSample() || !fixture->calibrate() || !fixture->waitFigures())
        qWarning("%s", qPrintable(m_errors.join(QLatin1Char('\n'))));
    return fixture;
}

void TestWork::validationNamesWhatHurts()
{
    const auto fixture = opened();
    Session& session = *fixture->session;
    // One layer with 2-bit weights is the one that hurts.
    const Layer* worst = nullptr;
    for (const Layer& layer : session.model()->layers)
        if (layer.weight.valid() && !worst && layer.depthwise)
            worst = &layer;
    QVERIFY(worst);
    session.selection().selectOne(QString::fromStdString(worst->id));
    session.setBits(PlanPart::weights, 2);
    QVERIFY(fixture->waitFigures());
    QVERIFY(fixture->validate());
    auto* page = m_window->findChild<QWidget*>(QStringLiteral("validationPage"));
    auto* weakest = page->findChild<QLabel*>(QStringLiteral("weakest"));
    QTRY_VERIFY(weakest->text().contains(QString::fromStdString(worst->name)));
    QVERIFY(weakest->text().indexOf(QString::fromStdString(worst->name)) < 80); // first of all
    QVERIFY(weakest->text().contains(QStringLiteral("weights")));
    QTRY_VERIFY(page->findChild<QTableView*>(QStringLiteral("metrics"))->model()->rowCount() >= 2);
    // The tables are made beside the window: those of a part of the run may still stand there.
    QTRY_COMPARE(page->findChild<QTableView*>(QStringLiteral("runSamples"))->model()->rowCount(), 48);
    // Changed samples come first.
    const auto* samples = page->findChild<QTableView*>(QStringLiteral("runSamples"))->model();
    bool unchangedSeen = false;
    for (int row = 0; row < samples->rowCount(); ++row) {
        const bool changed = samples->index(row, 2).data() != samples->index(row, 3).data();
        QVERIFY(!(changed && unchangedSeen));
        unchangedSeen = unchangedSeen || !changed;
    }
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
}

void TestWork::validationIsKeptWhenItIsStopped()
{
    auto fixture = std::make_unique<test::SessionFixture>();
    fixture->writeDataset(16, 900);
    Session& session = *fixture->session;
    QVERIFY(fixture->openSample());
    QVERIFY(fixture->calibrate());
    session.validate();
    QTRY_VERIFY(session.partialRun() || !session.job().running());
    if (!session.job().running())
        QSKIP("the machine was too quick to stop anything");
    session.job().cancel();
    QVERIFY(fixture->waitIdle());
    QVERIFY(session.partialRun());
    QVERIFY(session.partialRun()->samples.size() < 900);
    QVERIFY(session.runs().empty()); // shown, not stored
}

void TestWork::exportDialogWritesTheModel()
{
    const auto fixture = opened();
    m_window->showPage(QStringLiteral("export"));
    auto* page = m_window->findChild<QWidget*>(QStringLiteral("exportPage"));
    auto* verdict = page->findChild<QLabel*>(QStringLiteral("exportVerdict"));
    QTRY_VERIFY(verdict->text().startsWith(QStringLiteral("Everything")));
    const QString path = fixture->folder.filePath(QStringLiteral("out.onnx"));
    QTimer::singleShot(300, this, [&] {
        auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
        QVERIFY(dialog);
        dialog->findChild<QLineEdit*>()->setText(path);
        static_cast<QDialog*>(dialog)->accept();
    });
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("exportModel")), Qt::LeftButton);
    QVERIFY(fixture->waitIdle());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
    QVERIFY(QFile::exists(path));
    QVERIFY(page->findChild<QWidget*>(QStringLiteral("exportDone"))->isVisible());
}

void TestWork::exportedModelBringsItsPlanBack()
{
    const auto fixture = opened();
    Session& session = *fixture->session;
    const QString layer = QString::fromStdString(session.model()->layers[4].id);
    session.selection().selectOne(layer);
    session.setBits(PlanPart::both, 4);
    const QuantPlan plan = session.plan();
    const QString path = fixture->folder.filePath(QStringLiteral("out.onnx"));
    session.exportModel(path, {});
    QVERIFY(fixture->waitIdle());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));

    session.open({path, fixture->datasetFile()});
    QVERIFY(fixture->waitIdle());
    QVERIFY(session.model()->lifted);
    QVERIFY(session.plan() == plan);
    // Its own numbers can be validated as they are.
    QVERIFY(session.canValidate());
    QVERIFY(fixture->validate());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
}

/// Window and command line write the same file: that of what algorithms made, also when the project is opened again.
void TestWork::exportsWhatAlgorithmsMade()
{
    const auto fixture = opened();
    Session& session = *fixture->session;
    QuantPlan plan = session.plan();
    plan.weights = QuantSpec::parse("int3:channel:symmetric");
    session.changePlan(plan, QStringLiteral("3 bits"));
    const std::vector<AlgorithmChoice> choices = parseAlgorithms("gptq");
    session.runAlgorithms(choices);
    QVERIFY(fixture->waitIdle());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
    QVERIFY(session.adjusted());
    const auto made = quantize(*session.model(), plan, *session.statistics(), AlgorithmPlan{choices, *session.dataset()}, {});
    const auto exportedBytes = [&](const char* name) {
        const QString path = fixture->folder.filePath(QLatin1String(name));
        session.exportModel(path, {});
        return fixture->waitIdle() ? systemFs().read(path.toStdString()) : Bytes();
    };
    const Bytes expected = exportOnnx(*session.model(), *made, {}, {});
    QVERIFY(exportedBytes("made.onnx") == expected);
    QVERIFY(fixture->validate());
    QVERIFY(session.currentRun()->plan == made->digest());

    session.undoStack().undo();
    QVERIFY(!session.adjusted());
    QVERIFY(!session.currentRun());
    QVERIFY(exportedBytes("plain.onnx") != expected);
    session.undoStack().redo();
    QVERIFY(session.currentRun());

    const QString project = fixture->folder.filePath(QStringLiteral("kept.lathe"));
    session.saveAs(project);
    QVERIFY(QTest::qWaitFor([&] { return !session.store().busy(); }, 60000));
    session.open({project});
    QVERIFY(fixture->waitIdle());
    QVERIFY(session.adjusted());
    QVERIFY(exportedBytes("again.onnx") == expected);
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
}

void TestWork::bundleIsMadeAndChecked()
{
    const auto fixture = opened();
    Session& session = *fixture->session;
    const QString key = fixture->folder.filePath(QStringLiteral("key.pem"));
    QSignalSpy made(&session, &Session::keyMade);
    session.generateKey(key, QStringLiteral("correct horse"));
    QVERIFY(fixture->waitIdle());
    QCOMPARE(made.size(), 1);
    const QString bundle = fixture->folder.filePath(QStringLiteral("m.lathebundle"));
    Release release;
    release.product = "glyphs";
    release.version = "1.0.0";
    session.createBundle(bundle, key, QStringLiteral("wrong passphrase"), release, {});
    QVERIFY(fixture->waitIdle());
    QCOMPARE(m_errors.size(), 1);
    QVERIFY(!QFile::exists(bundle));
    m_errors.clear();
    QSignalSpy bundled(&session, &Session::bundled);
    session.createBundle(bundle, key, QStringLiteral("correct horse"), release, {});
    QVERIFY(fixture->waitIdle());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
    QCOMPARE(bundled.size(), 1);
    QVERIFY(session.currentRun()); // it had to be validated first

    m_window->showPage(QStringLiteral("export"));
    auto* page = m_window->findChild<QWidget*>(QStringLiteral("exportPage"));
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("verify")), Qt::LeftButton);
    QVERIFY(fixture->waitIdle());
    QVERIFY2(m_errors.isEmpty(), qPrintable(m_errors.join(QLatin1Char('\n'))));
    QString facts;
    for (const QLabel* label : page->findChild<QWidget*>(QStringLiteral("verified"))->findChildren<QLabel*>())
        facts += label->text() + QLatin1Char('\n');
    QVERIFY2(facts.contains(QStringLiteral("valid")) && facts.contains(QStringLiteral("glyphs 1.0.0")), qPrintable(facts));

    // One byte in the middle.
    QFile file(bundle);
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.seek(file.size() / 2);
    const char before = file.read(1)[0];
    file.seek(file.size() / 2);
    const char after = static_cast<char>(before ^ 1);
    file.write(&after, 1);
    file.close();
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("verify")), Qt::LeftButton);
    QVERIFY(fixture->waitIdle());
    QCOMPARE(m_errors.size(), 1);
}

void TestWork::reopeningShowsEverything()
{
    const auto fixture = opened();
    Session& first = *fixture->session;
    first.selection().selectOne(QString::fromStdString(first.model()->layers[5].id));
    first.setBits(PlanPart::both, 5);
    QVERIFY(fixture->waitFigures());
    QVERIFY(fixture->validate());
    const QString path = fixture->folder.filePath(QStringLiteral("saved.lathe"));
    first.saveAs(path);
    QTRY_VERIFY(!first.store().busy());
    const QuantPlan plan = first.plan();
    const auto samples = first.statistics()->sampleIds;
    const auto run = first.currentRun();
    m_window.reset();

    Session::Options options = first.options();
    Session second(options);
    MainWindow window(second);
    window.show();
    QStringList jobs;
    connect(&second.job(), &Job::started, this, [&] { jobs << second.job().info().title; });
    bool figuresAtOnce = false;
    connect(&second, &Session::modelChanged, this, [&] {
        QMetaObject::invokeMethod(this, [&] { figuresAtOnce = second.figures() != nullptr; }, Qt::QueuedConnection);
    });
    second.open({path});
    QTRY_VERIFY(!second.job().running() && second.model());
    QVERIFY(second.plan() == plan);
    QVERIFY(second.statistics());
    QCOMPARE(second.statistics()->sampleIds, samples);
    QCOMPARE(second.runs().size(), std::size_t(1));
    QVERIFY(second.currentRun());
    QCOMPARE(second.currentRun()->samples.size(), run->samples.size());
    QCOMPARE(jobs.size(), 1); // opening, nothing else
    QTRY_VERIFY(figuresAtOnce);
    QVERIFY(second.dataset());
    QVERIFY(window.windowTitle().startsWith(QStringLiteral("saved")));
    auto* page = window.findChild<QWidget*>(QStringLiteral("validationPage"));
    QTRY_VERIFY(page->findChild<QTableView*>(QStringLiteral("metrics"))->model()->rowCount() >= 2);
    QCOMPARE(window.currentPage(), QStringLiteral("precision"));
}

void TestWork::changesAreSavedAsTheyAreMade()
{
    const auto fixture = opened();
    Session& session = *fixture->session;
    session.selection().selectOne(QString::fromStdString(session.model()->layers[5].id));
    session.setBits(PlanPart::weights, 3);
    QTRY_VERIFY(!session.store().busy());
    // What is on the disk without anybody having saved.
    const auto project = Project::open(session.projectPath(), true);
    QVERIFY(project->model() && project->dataset() && project->statistics());
    QVERIFY(*project->plan() == session.plan());
    session.undoStack().undo();
    QTRY_VERIFY(!session.store().busy());
    QVERIFY(*Project::open(session.projectPath(), true)->plan() == QuantPlan());
}

}

QTEST_MAIN(lathe::TestWork)
#include "tst_work.moc"
