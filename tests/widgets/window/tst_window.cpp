// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan_ends.h"
#include "tests/support/window_fixture.h"
#include "widgets/models/grid_cells.h"
#include "widgets/models/layer_model.h"
#include "widgets/panels/gate_panel.h"
#include "widgets/session/recent_files.h"
#include "widgets/views/bit_width_delegate.h"
#include "widgets/views/heatmap_view.h"
#include "widgets/views/histogram_view.h"
#include "widgets/views/message_bar.h"
#include "widgets/views/sample_thumb.h"

#include <QApplication>
#include <QListWidget>
#include <QDoubleSpinBox>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

namespace lathe {
namespace {

/// Hands files to the window as a file manager does.
void drop(QWidget& target, const QStringList& files)
{
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files)
        urls.append(QUrl::fromLocalFile(file));
    data.setUrls(urls);
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&target, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&target, &event);
    QVERIFY(event.isAccepted());
}

}

class TestWindow : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void dropOpensModelAndData();
    void dropOfAFolderOfImages();
    void shortcutsChoosePages();
    void badFilesAreToldAndLeaveTheSession_data();
    void badFilesAreToldAndLeaveTheSession();
    void algorithmsRunFromTheList();
    void findingsAreTried();
    void gateRaisesLayers();
    void gateLimitIsKept();
    void withoutLabelsNothingIsGated();
    void histogramsFillWhileCalibrating();
    void keysSetBits();
    void spaceLocksAndUndoRestores();
    void quickEditsAreMeasuredOnce();
    void tableHeatmapAndInspectorFollowEachOther();
    void clickOnAnEndShowsItsSample();
    void clipHandlesSetTheRange();
    void weightHandlesClipTheWeights();
    void menusChooseScalesAndGrids();
    void everyFormatIsMeasured();
    void filterLine();
    void defaultsAndMethod();
    void copiedCommandsRun();

private:
    template <typename T>
    T* find(const char* page, const char* name)
    {
        auto* frame = m_window->findChild<QWidget*>(QString::fromLatin1(page) + QStringLiteral("Page"));
        return frame ? frame->findChild<T*>(QString::fromLatin1(name)) : nullptr;
    }
    QTableView& layers() { return *find<QTableView>("precision", "layers"); }
    QString layerId(std::size_t index) const { return QString::fromStdString(session().model()->layers[index].id); }
    Session& session() const { return *m_fixture->session; }
    void goToPrecision();

    std::unique_ptr<test::SessionFixture> m_fixture;
    std::unique_ptr<MainWindow> m_window;
};

void TestWindow::init()
{
    m_fixture = std::make_unique<test::SessionFixture>();
    m_window = std::make_unique<MainWindow>(*m_fixture->session);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestWindow::cleanup()
{
    m_window.reset();
    m_fixture.reset();
}

void TestWindow::goToPrecision()
{
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    QVERIFY(m_fixture->waitFigures());
    m_window->showPage(QStringLiteral("precision"));
    layers().setFocus();
}

void TestWindow::dropOpensModelAndData()
{
    // Data first: it waits for its model.
    drop(*m_window, {m_fixture->datasetFile()});
    QVERIFY(m_fixture->waitIdle());
    QVERIFY(!session().dataset());
    drop(*m_window, {m_fixture->modelFile()});
    QTRY_VERIFY(session().model() && session().dataset());
    QVERIFY(m_window->windowTitle().contains(QStringLiteral("glyphs.onnx")));
    QCOMPARE(find<QTableView>("model", "layers")->model()->rowCount(), static_cast<int>(session().model()->layers.size()));
    QVERIFY(recentFiles().contains(m_fixture->modelFile()));
    QVERIFY(m_window->findChild<QToolButton*>(QStringLiteral("modelChip"))->text().contains(QStringLiteral("glyphs")));
}

void TestWindow::dropOfAFolderOfImages()
{
    drop(*m_window, {m_fixture->modelFile()});
    QVERIFY(m_fixture->waitIdle());
    const QString images = QString::fromStdString((test::resourceFile("sample/images/calib")).string());
    drop(*m_window, {images});
    QVERIFY(m_fixture->waitIdle());
    QVERIFY(session().dataset());
    QVERIFY(session().dataset()->info().calibrationCount > 16);
    QVERIFY(session().dataset()->info().validationCount > 16);
    QVERIFY(session().preprocessingGuessed());
    QCOMPARE(m_window->currentPage(), QStringLiteral("data"));
    QVERIFY(find<QLabel>("data", "dataWarnings")->text().contains(QStringLiteral("guess")));
}

void TestWindow::shortcutsChoosePages()
{
    const QStringList ids{QStringLiteral("model"), QStringLiteral("data"), QStringLiteral("precision"),
                          QStringLiteral("assign"), QStringLiteral("validation"), QStringLiteral("profile"),
                          QStringLiteral("export")};
    for (int i = static_cast<int>(ids.size()) - 1; i >= 0; --i) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
        QCOMPARE(m_window->currentPage(), ids[i]);
    }
    for (const QString& id : ids) {
        QTest::mouseClick(m_window->findChild<QToolButton*>(id + QStringLiteral("Rail")), Qt::LeftButton);
        QCOMPARE(m_window->currentPage(), id);
    }
}

void TestWindow::badFilesAreToldAndLeaveTheSession_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("isFolder");
    const QByteArray model = [] {
        QFile file(test::SessionFixture::modelFile());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }();
    QTest::newRow("missing") << QStringLiteral("none.onnx") << QByteArray() << false;
    QTest::newRow("truncated model") << QStringLiteral("cut.onnx") << model.left(model.size() / 2) << false;
    QTest::newRow("garbage model") << QStringLiteral("noise.onnx") << QByteArray(5000, '\xee') << false;
    QTest::newRow("empty model") << QStringLiteral("empty.onnx") << QByteArray("") << false;
    QTest::newRow("broken JSON") << QStringLiteral("x.json") << QByteArray("{\"type\": ") << false;
    QTest::newRow("unknown data type") << QStringLiteral("y.json") << QByteArray("{\"input\":\"*\",\"type\":\"tapes\",\"path\":\".\"}") << false;
    QTest::newRow("data without files") << QStringLiteral("z.json")
        << QByteArray("{\"input\":\"*\",\"type\":\"images\",\"path\":\"nowhere\",\"metric\":\"top1\"}") << false;
    QTest::newRow("broken project") << QStringLiteral("p.lathe") << QByteArray(3000, 'x') << false;
    QTest::newRow("unknown kind") << QStringLiteral("readme.txt") << QByteArray("hello") << false;
    QTest::newRow("folder without images") << QStringLiteral("folder") << QByteArray() << true;
}

void TestWindow::badFilesAreToldAndLeaveTheSession()
{
    QFETCH(const QString, name);
    QFETCH(const QByteArray, content);
    QFETCH(const bool, isFolder);
    QVERIFY(m_fixture->openSample());
    const auto model = session().model();
    const auto dataset = session().dataset();
    const QString path = m_fixture->folder.filePath(name);
    if (isFolder) {
        QVERIFY(QDir().mkpath(path));
    } else if (!content.isNull()) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    drop(*m_window, {path});
    QVERIFY(m_fixture->waitIdle());
    QCOMPARE(session().model(), model);
    QCOMPARE(session().dataset(), dataset);
    MessageBar* shown = nullptr;
    for (MessageBar* bar : m_window->findChildren<MessageBar*>(QStringLiteral("errorBar")))
        if (bar->isVisible())
            shown = bar;
    QVERIFY(shown);
    QVERIFY2(shown->text().contains(name), qPrintable(shown->text()));
    QVERIFY2(shown->text().size() > name.size() + 30, qPrintable(shown->text()));
    // The window goes on working.
    QVERIFY(m_fixture->calibrate());
    QVERIFY(!shown->isVisible());
}

/// A finding is read, its remedy tried by one press, and taken back by undo.
void TestWindow::findingsAreTried()
{
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    // A range by hand that cuts most of a layer's values off.
    QuantPlan plan = session().plan();
    const std::string layer = session().model()->layers[3].id;
    plan.layers[layer].clip = {{-0.01F, 0.01F}};
    session().changePlan(plan, QStringLiteral("clip"));
    QVERIFY(m_fixture->waitFigures());
    QVERIFY(m_fixture->validate());
    m_window->showPage(QStringLiteral("validation"));
    find<QTabWidget>("validation", "runTabs")->setCurrentIndex(2);
    auto* table = find<QTableView>("validation", "findings");
    QTRY_VERIFY(table->model()->rowCount() > 0);
    int row = -1;
    for (int i = 0; i < table->model()->rowCount(); ++i)
        if (table->model()->index(i, 0).data().toString() == QString::fromStdString(layerName(session().model()->layers, layer)))
            row = i;
    QVERIFY(row >= 0);
    table->setFocus();
    table->selectRow(row);
    auto* attempt = find<QPushButton>("validation", "tryRemedy");
    QVERIFY(attempt->isVisible() && attempt->isEnabled());
    QVERIFY(!find<QLabel>("validation", "remedy")->text().isEmpty());
    QTest::mouseClick(attempt, Qt::LeftButton);
    QVERIFY(!(session().plan() == plan));
    session().undoStack().undo();
    QVERIFY(session().plan() == plan);
}

/// A plan that loses too much fails the gate; one press raises the layers that it names, measures them, and is undone.
void TestWindow::gateRaisesLayers()
{
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    QuantPlan plan = session().plan();
    plan.weights = QuantSpec::parse("int4:channel:symmetric");
    plan.activations = QuantSpec::parse("uint4");
    session().changePlan(plan, QStringLiteral("4 bits"));
    QVERIFY(m_fixture->waitFigures());
    QVERIFY(m_fixture->validate());
    m_window->showPage(QStringLiteral("validation"));
    auto* verdict = find<QLabel>("validation", "gateVerdict");
    auto* raise = find<QPushButton>("validation", "gateRaise");
    QTRY_VERIFY(verdict->isVisible() && raise->isVisible() && raise->isEnabled());
    QVERIFY2(verdict->text().startsWith(QStringLiteral("Failed")) && verdict->text().contains(QStringLiteral("dB")),
             qPrintable(verdict->text()));
    // Whatever may be lost passes.
    auto* limit = find<QDoubleSpinBox>("validation", "gateLimit");
    limit->setValue(100);
    QTRY_VERIFY(verdict->text().startsWith(QStringLiteral("Passed")) && !raise->isVisible());
    limit->setValue(0.5);
    QTRY_VERIFY(raise->isVisible() && raise->isEnabled());
    const auto runs = session().runs().size();
    QTest::mouseClick(raise, Qt::LeftButton);
    QVERIFY(!(session().plan() == plan));
    QVERIFY(session().job().running() && !raise->isEnabled());
    QTRY_COMPARE_WITH_TIMEOUT(session().runs().size(), runs + 1, 60000);
    const double before = session().runs()[runs - 1]->outputs[0].error.sqnrDb(),
                 after = session().runs().back()->outputs[0].error.sqnrDb();
    QVERIFY2(after > before, qPrintable(QString("%1 to %2 dB").arg(before).arg(after)));
    session().undoStack().undo();
    QVERIFY(session().plan() == plan);
}

/// In the metric's unit, in the command that repeats the run, and in the next window.
void TestWindow::gateLimitIsKept()
{
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    auto* limit = find<QDoubleSpinBox>("validation", "gateLimit");
    QCOMPARE(limit->value(), 0.5);
    limit->setValue(1.25);
    QVERIFY(m_fixture->validate());
    QVERIFY(session().job().info().command.endsWith(QStringLiteral("--max-drop 1.25%")));
    auto* verdict = find<QLabel>("validation", "gateVerdict");
    QTRY_VERIFY(!verdict->text().isEmpty());
    QCOMPARE(limit->suffix(), QStringLiteral(" points"));
    QVERIFY2(verdict->text().contains(QRegularExpression(QStringLiteral("(loses|gains) \\d+\\.\\d\\d points \\("))),
             qPrintable(verdict->text()));
    const GatePanel next(session());
    QCOMPARE(next.findChild<QDoubleSpinBox*>(QStringLiteral("gateLimit"))->value(), 1.25);
}

/// The command that repeats a run asks for no gate on a figure that the run cannot have.
void TestWindow::withoutLabelsNothingIsGated()
{
    Json json = parseJson(systemFs().readText(m_fixture->datasetFile().toStdString()), "data.json");
    json.erase("labels");
    json["path"] = json["path"].get<std::string>() + "/calib"; // folders in a folder would be classes
    json["calibration"] = {{"range", {0, 16}}};
    json["validation"] = {{"range", {16, 32}}};
    systemFs().writeWhole(m_fixture->datasetFile().toStdString(), dumpJsonPretty(json));
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    QVERIFY(m_fixture->validate());
    const QString command = session().job().info().command;
    QVERIFY2(command.contains(QStringLiteral("validate")) && !command.contains(QStringLiteral("--max-drop")), qPrintable(command));
    QVERIFY(!session().currentRun()->metric(session().dataset()->info().metric));
}

/// Algorithms are checked by the keyboard, run with their options, told of and undone.
void TestWindow::algorithmsRunFromTheList()
{
    QVERIFY(m_fixture->openSample());
    QVERIFY(m_fixture->calibrate());
    QuantPlan plan = session().plan();
    plan.weights = QuantSpec::parse("int3:channel:symmetric");
    session().changePlan(plan, QStringLiteral("3 bits"));
    m_window->showPage(QStringLiteral("data"));
    auto* list = find<QListWidget>("data", "algorithms");
    auto* run = find<QPushButton>("data", "runAlgorithms");
    QCOMPARE(list->count(), static_cast<int>(algorithms().size()));
    QVERIFY(!run->isEnabled());
    for (int row = 0; row < list->count(); ++row)
        if (list->item(row)->data(Qt::UserRole).toString() == QStringLiteral("gptq"))
            list->setCurrentRow(row);
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Space);
    QVERIFY(run->isEnabled());
    auto* damping = find<QWidget>("data", "algorithmOptions")->findChild<QDoubleSpinBox*>(QStringLiteral("damping"));
    QVERIFY(damping);
    damping->setValue(0.05);
    QTest::mouseClick(run, Qt::LeftButton);
    QVERIFY(!run->isEnabled());
    QVERIFY(m_fixture->waitIdle());
    QVERIFY(session().adjusted());
    QCOMPARE(session().adjusted()->steps.at(0).choice, std::string("gptq:damping=0.05"));
    QVERIFY(find<QLabel>("data", "algorithmResult")->text().startsWith(QStringLiteral("gptq:damping=0.05: ")));
    session().undoStack().undo();
    QVERIFY(!session().adjusted());
    QVERIFY(!find<QLabel>("data", "algorithmResult")->text().contains(QStringLiteral("gptq")));
}

void TestWindow::histogramsFillWhileCalibrating()
{
    m_fixture->writeDataset(400, 32);
    QVERIFY(m_fixture->openSample());
    m_window->showPage(QStringLiteral("data"));
    auto* table = find<QTableView>("data", "statistics");
    int partial = 0;
    connect(&session(), &Session::statisticsChanged, this, [&] {
        if (session().job().running() && session().shownStatistics() != session().statistics())
            ++partial;
    });
    QElapsedTimer timer;
    timer.start();
    QTest::mouseClick(find<QPushButton>("data", "calibrate"), Qt::LeftButton);
    QVERIFY(session().job().running());
    QVERIFY(!find<QPushButton>("data", "calibrate")->isEnabled());
    QVERIFY(m_window->findChild<QToolButton*>(QStringLiteral("cancelJob"))->isVisible());
    QVERIFY(m_fixture->waitIdle());
    // Snapshots come four times a second: a fast machine is done before the first one.
    QVERIFY(partial > 0 || timer.elapsed() < 1000);
    QTRY_COMPARE(table->model()->rowCount(), static_cast<int>(session().model()->layers.size()));
    QCOMPARE(static_cast<std::int64_t>(session().statistics()->sampleIds.size()), session().dataset()->info().calibrationCount);
}

void TestWindow::keysSetBits()
{
    goToPrecision();
    session().selection().set({layerId(2), layerId(3)}, layerId(3));
    const std::string a = layerId(2).toStdString();
    const std::string b = layerId(3).toStdString();
    QTest::keyClick(&layers(), Qt::Key_4);
    QVERIFY(session().figuresStale()); // grey at once
    QCOMPARE(session().plan().weightSpec(a).format.name(), std::string("int4"));
    QCOMPARE(session().plan().activationSpec(b).format.name(), std::string("uint4"));
    QTest::keyClick(&layers(), Qt::Key_6, Qt::ShiftModifier);
    QCOMPARE(session().plan().weightSpec(a).format.name(), std::string("int4"));
    QCOMPARE(session().plan().activationSpec(a).format.name(), std::string("uint6"));
    QTest::keyClick(&layers(), Qt::Key_3, Qt::AltModifier);
    QCOMPARE(session().plan().weightSpec(b).format.name(), std::string("int3"));
    QCOMPARE(session().plan().activationSpec(b).format.name(), std::string("uint6"));
    QTest::keyClick(&layers(), Qt::Key_F, Qt::AltModifier); // not the file menu
    QVERIFY(!qApp->activePopupWidget());
    QVERIFY(session().plan().weightSpec(a).format.isFloat32());
    QVERIFY(!session().plan().activationSpec(a).format.isFloat32());
    QTest::keyClick(&layers(), Qt::Key_F);
    QVERIFY(session().plan().activationSpec(b).format.isFloat32());
    QVERIFY(m_fixture->waitFigures());
    QVERIFY(session().figures()->plan == session().plan());
}

void TestWindow::spaceLocksAndUndoRestores()
{
    goToPrecision();
    const QuantPlan before = session().plan();
    session().selection().selectOne(layerId(2));
    QTest::keyClick(&layers(), Qt::Key_Space);
    QVERIFY(isLocked(session().plan(), layerId(2).toStdString()));
    QTest::keyClick(&layers(), Qt::Key_2);
    QCOMPARE(session().plan().weightSpec(layerId(2).toStdString()).format.bits, 8);
    session().selection().selectOne(layerId(3));
    QTest::keyClick(&layers(), Qt::Key_5);
    QCOMPARE(session().plan().weightSpec(layerId(3).toStdString()).format.bits, 5);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(session().plan().weightSpec(layerId(3).toStdString()).format.bits, 8);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(session().plan() == before);
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(isLocked(session().plan(), layerId(2).toStdString()));
}

void TestWindow::quickEditsAreMeasuredOnce()
{
    goToPrecision();
    session().selection().selectOne(layerId(4));
    int measured = 0;
    connect(&session().whatIf(), &WhatIfRunner::figuresChanged, this, [&] { ++measured; });
    for (const Qt::Key key : {Qt::Key_7, Qt::Key_6, Qt::Key_5, Qt::Key_4, Qt::Key_3})
        QTest::keyClick(&layers(), key);
    QVERIFY(m_fixture->waitFigures());
    QCOMPARE(measured, 1);
    QCOMPARE(session().figures()->plan.weightSpec(layerId(4).toStdString()).format.bits, 3);
    QCOMPARE(session().undoStack().count(), 1);
}

void TestWindow::tableHeatmapAndInspectorFollowEachOther()
{
    goToPrecision();
    auto* map = find<HeatmapView>("precision", "errorMap");
    auto* title = find<QLabel>("precision", "inspectorTitle");
    // From the table.
    const QModelIndex cell = layers().model()->index(4, 0);
    QTest::mouseClick(layers().viewport(), Qt::LeftButton, {}, layers().visualRect(cell).center());
    QCOMPARE(session().selection().current(), layerId(4));
    QCOMPARE(title->text(), QString::fromStdString(session().model()->layers[4].name));
    // From the heatmap: somewhere in the lower half lies another layer.
    QTest::qWait(200);
    QTest::mouseClick(map, Qt::LeftButton, {}, {map->width() / 2, map->height() * 2 / 3});
    const QString fromMap = session().selection().current();
    QVERIFY(fromMap != layerId(4));
    QCOMPARE(layers().currentIndex().siblingAtColumn(0).data(LayerModel::idRole).toString(), fromMap);
    // Hovering goes both ways.
    QTest::mouseMove(map, {map->width() / 2, map->height() / 3});
    QTRY_VERIFY(!session().selection().hovered().isEmpty());
    // Arrows move on in the table.
    layers().setFocus();
    const int row = layers().currentIndex().row();
    QTest::keyClick(&layers(), Qt::Key_Up);
    QCOMPARE(layers().currentIndex().row(), row - 1);
    QVERIFY(session().selection().current() != fromMap);
}

void TestWindow::clickOnAnEndShowsItsSample()
{
    goToPrecision();
    session().selection().selectOne(layerId(3));
    auto* histogram = find<HistogramView>("precision", "activationsHistogram");
    QTest::qWait(200);
    emit histogram->endClicked(HistogramView::End::high);
    auto* tabs = find<QTabWidget>("precision", "inspectorTabs");
    QCOMPARE(tabs->currentIndex(), 2);
    auto* ends = find<QWidget>("precision", "endSamples");
    QTRY_COMPARE(ends->findChildren<SampleThumb*>().size(), 2);
    const auto& tensor = session().statistics()->tensor(session().model()->layers[3].id);
    const QString expected =
        QString::fromStdString(session().statistics()->sampleIds[static_cast<std::size_t>(tensor.maximumSample)]);
    QTRY_VERIFY([&] {
        for (const SampleThumb* thumb : ends->findChildren<SampleThumb*>())
            if (thumb->toolTip().contains(expected))
                return true;
        return false;
    }());
}

void TestWindow::clipHandlesSetTheRange()
{
    goToPrecision();
    session().selection().selectOne(layerId(3));
    auto* histogram = find<HistogramView>("precision", "activationsHistogram");
    QTest::qWait(200);
    auto* reset = find<QPushButton>("precision", "resetClip");
    QVERIFY(!reset->isVisible());
    emit histogram->clipChanged(0, 1.5);
    const auto& own = session().plan().layers.at(layerId(3).toStdString());
    QCOMPARE(own.clip->high, 1.5F);
    QVERIFY(m_fixture->waitFigures());
    const auto& grid = session().figures()->resolved->encodings.activations.at(layerId(3).toStdString());
    QVERIFY(std::abs(grid->highestReal() - 1.5F) < 0.02F);
    QTRY_VERIFY(reset->isVisible());
    QTest::mouseClick(reset, Qt::LeftButton);
    QVERIFY(session().plan() == QuantPlan());
}

void TestWindow::weightHandlesClipTheWeights()
{
    goToPrecision();
    session().selection().selectOne(layerId(3));
    auto* histogram = find<HistogramView>("precision", "weightsHistogram");
    QTest::qWait(200);
    emit histogram->clipChanged(-0.01, 0.01);
    const Layer& layer = session().model()->layers[3];
    QCOMPARE(session().plan().layers.at(layer.id).weightClip->high, 0.01F);
    QVERIFY(m_fixture->waitFigures());
    const std::string weight = session().model()->graph.value(layer.weight).name;
    const auto& grid = session().figures()->resolved->encodings.weights.at(weight);
    for (std::size_t c = 0; c < grid->channels(); ++c)
        QVERIFY(grid->highestReal(c) < 0.0101F);
    auto* reset = find<QPushButton>("precision", "resetWeightClip");
    QTRY_VERIFY(!reset->isHidden());
    reset->click();
    QVERIFY(session().plan() == QuantPlan());
}

void TestWindow::menusChooseScalesAndGrids()
{
    goToPrecision();
    session().selection().selectOne(layerId(3));
    const auto trigger = [](QMenu* menu, const QString& title, int entry) {
        for (QAction* action : menu->actions())
            if (action->menu() && action->text().remove(QLatin1Char('&')) == title) {
                action->menu()->actions().at(entry)->trigger();
                return true;
            }
        return false;
    };
    QMenu* plan = nullptr;
    for (QAction* action : m_window->menuBar()->actions())
        if (action->text() == QStringLiteral("&Plan"))
            plan = action->menu();
    QVERIFY(plan);
    const std::string layer = layerId(3).toStdString();
    QVERIFY(trigger(plan, QStringLiteral("Scales of weights"), 3));
    QCOMPARE(session().plan().weightSpec(layer).name(), std::string("int8:group:32:symmetric"));
    QVERIFY(trigger(plan, QStringLiteral("Grid of weights"), 3));
    QCOMPARE(session().plan().weightSpec(layer).name(), std::string("int8:group:32:asymmetric:pow2"));
    QVERIFY(trigger(plan, QStringLiteral("Grid of activations"), 0));
    QCOMPARE(session().plan().activationSpec(layer).name(), std::string("uint8:tensor:symmetric"));
    QCOMPARE(session().plan().weights, QuantPlan().weights);
    auto* grids = find<QToolButton>("precision", "defaultGrids");
    QVERIFY(trigger(grids->menu(), QStringLiteral("Weights"), 2));
    QCOMPARE(session().plan().weights.name(), std::string("int8:channel:symmetric:pow2"));

    QuantPlan fourBits;
    fourBits.weights = QuantSpec::parse("int4:channel:symmetric");
    session().changePlan(fourBits, QStringLiteral("4"));
    grids->menu()->actions().back()->trigger();
    const std::set<std::string> ends = endLayers(session().model()->layers);
    QCOMPARE(ends.size(), 2U);
    for (const std::string& end : ends)
        QCOMPARE(session().plan().weightSpec(end).format.name(), std::string("int8"));
    session().undoStack().undo();
    QVERIFY(session().plan() == fourBits);
}

/// What the lists offer and whole numbers of bits do not cover can be chosen, is measured as asked for, and its levels
/// are shown.
void TestWindow::everyFormatIsMeasured()
{
    goToPrecision();
    session().selection().selectOne(layerId(3));
    const std::string layer = layerId(3).toStdString();
    for (const PlanPart part : {PlanPart::weights, PlanPart::activations}) {
        const bool ofWeights = part == PlanPart::weights;
        for (const QString& name : ofWeights ? BitWidthDelegate::weightFormats() : BitWidthDelegate::activationFormats()) {
            const NumberFormat format = NumberFormat::parse(name.toStdString());
            if (format.isInteger())
                continue;
            session().setFormat(part, format);
            QVERIFY(m_fixture->waitFigures());
            const Resolved& resolved = *session().figures()->resolved;
            const QuantSpec spec =
                ofWeights ? session().plan().weightSpec(layer) : session().plan().activationSpec(layer);
            QVERIFY2(spec.format == format, qPrintable(name));
            for (const Refusal& refusal : resolved.refusals)
                QVERIFY2(refusal.layer != layer, refusal.reason.c_str());
            const auto& encodings = ofWeights ? resolved.encodings.weights : resolved.encodings.activations;
            const Layer& chosen = session().model()->layers[3];
            const auto found = encodings.find(ofWeights ? session().model()->graph.value(chosen.weight).name : layer);
            QCOMPARE(found != encodings.end(), !format.isFloat32());
            if (found != encodings.end())
                QVERIFY2(found->second->format == format, qPrintable(name));
            QTest::qWait(50); // the histograms are drawn
        }
        session().resetLayers();
        QVERIFY(m_fixture->waitFigures());
    }
}

void TestWindow::filterLine()
{
    goToPrecision();
    auto* filter = find<QLineEdit>("precision", "layerFilter");
    const int all = layers().model()->rowCount();
    filter->setFocus();
    QTest::keyClicks(filter, QStringLiteral("op:conv w<=8"));
    const int convolutions = layers().model()->rowCount();
    QVERIFY(convolutions > 10 && convolutions < all);
    QTest::keyClicks(filter, QStringLiteral(" op:depthwise"));
    QVERIFY(layers().model()->rowCount() < convolutions);
    filter->clear();
    QCOMPARE(layers().model()->rowCount(), all);
    // Enter goes on to the table, so that keys work at once.
    QTest::keyClick(filter, Qt::Key_Return);
    QTRY_VERIFY(layers().hasFocus());
}

void TestWindow::defaultsAndMethod()
{
    goToPrecision();
    const auto sizeBefore = session().figures()->sizeBytes;
    auto* weights = find<QComboBox>("precision", "defaultWeights");
    weights->setCurrentIndex(weights->findData(QStringLiteral("int4")));
    emit weights->activated(weights->currentIndex());
    QCOMPARE(session().plan().weights.name(), QuantSpec::parse("int4:channel:symmetric").name());
    auto* granularity = find<QComboBox>("precision", "granularity");
    granularity->setCurrentIndex(granularity->findData(QStringLiteral("tensor")));
    emit granularity->activated(granularity->currentIndex());
    QCOMPARE(session().plan().weights.granularity.kind, Granularity::Kind::tensor);
    auto* method = find<QComboBox>("data", "method");
    method->setCurrentIndex(method->findData(QStringLiteral("minmax")));
    QCOMPARE(session().plan().method.id, std::string("minmax"));
    QVERIFY(m_fixture->waitFigures());
    QVERIFY(session().figures()->sizeBytes < sizeBefore * 2 / 3);
    session().undoStack().undo();
    session().undoStack().undo();
    session().undoStack().undo();
    QVERIFY(session().plan() == QuantPlan());
    QCOMPARE(method->currentData().toString(), QStringLiteral("mse"));
}

void TestWindow::copiedCommandsRun()
{
    const QString programs = QString::fromLocal8Bit(qgetenv("LATHE_PROGRAMS"));
    if (!QFileInfo::exists(programs + QStringLiteral("/tensorlathe-cli")))
        QSKIP("the command line program has not been built");
    const auto run = [&](const QString& command) {
        QProcess shell;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("PATH"), programs + QLatin1Char(':') + environment.value(QStringLiteral("PATH")));
        shell.setProcessEnvironment(environment);
        shell.setWorkingDirectory(m_fixture->folder.path());
        shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), command});
        shell.waitForFinished(60000);
        return shell.exitCode() == 0 ? QString() : command + QLatin1Char('\n') + QString::fromUtf8(shell.readAllStandardError());
    };
    const auto copied = [&] {
        auto* copy = m_window->findChild<QToolButton*>(QStringLiteral("copyCommand"));
        QTest::mouseClick(copy, Qt::LeftButton);
        return QApplication::clipboard()->text();
    };
    QVERIFY(m_fixture->openSample());
    QCOMPARE(run(copied()), QString());
    QVERIFY(m_fixture->calibrate());
    QCOMPARE(run(copied()), QString());
    QVERIFY(QFile::exists(m_fixture->folder.filePath(QStringLiteral("glyphs.lathe"))));
    QVERIFY(m_fixture->validate());
    QTRY_VERIFY(!session().store().busy());
    QCOMPARE(run(copied()), QString());
    session().exportModel(m_fixture->folder.filePath(QStringLiteral("with space.onnx")), {});
    QVERIFY(m_fixture->waitIdle());
    const Bytes ours = systemFs().read(m_fixture->folder.filePath(QStringLiteral("with space.onnx")).toStdString());
    QCOMPARE(run(copied()), QString());
    // The command writes the very same file.
    QVERIFY(systemFs().read(m_fixture->folder.filePath(QStringLiteral("with space.onnx")).toStdString()) == ours);
}

}

QTEST_MAIN(lathe::TestWindow)
#include "tst_window.moc"
