// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window_fixture.h"
#include "tests/widgets/support/palettes.h"
#include "widgets/pages/page.h"

#include <QApplication>
#include <QDir>
#include <QDoubleSpinBox>
#include <QImage>
#include <QSet>
#include <QTabWidget>

namespace lathe {

/// Pictures of every page, empty and filled, light and dark, into the folder of LATHE_SCREENSHOTS, for people to look at.
/// The scale is QT_SCALE_FACTOR's. Fails where a page paints next to nothing, or is cut off at its least size.
class TestScreenshots : public QObject
{
    Q_OBJECT
private slots:
    void shoot_data();
    void shoot();

private:
    void shot(MainWindow& window, const QString& name);
    QString m_look;
};

void TestScreenshots::shot(MainWindow& window, const QString& name)
{
    QTest::qWait(250); // heatmap and histograms are drawn by workers
    const QImage image = window.grab().toImage();
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); y += 3)
        for (int x = 0; x < image.width(); x += 3)
            colors.insert(image.pixel(x, y));
    QVERIFY2(colors.size() > 20, qPrintable(name));
    const QString folder = qEnvironmentVariable("LATHE_SCREENSHOTS");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    const QString scale = window.devicePixelRatio() > 1 ? QStringLiteral("_2x") : QString();
    QVERIFY(image.save(QStringLiteral("%1/%2_%3%4.png").arg(folder, name, m_look, scale)));
}

void TestScreenshots::shoot_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestScreenshots::shoot()
{
    QFETCH(const bool, dark);
    m_look = dark ? QStringLiteral("dark") : QStringLiteral("light");
    test::useTestPalette(dark);
    test::SessionFixture fixture;
    fixture.writeDataset(64, 200);
    Session& session = *fixture.session;
    MainWindow window(session);
    window.resize(1280, 800);
    window.show();
    for (const Page& page : pages()) {
        window.showPage(QString::fromStdString(page.id));
        shot(window, QStringLiteral("page_%1_empty").arg(QString::fromStdString(page.id)));
    }
    QVERIFY(fixture.openSample());
    for (const char* id : {"data", "precision", "validation", "profile", "export"}) {
        window.showPage(QString::fromLatin1(id));
        shot(window, QStringLiteral("page_%1_opened").arg(QString::fromLatin1(id)));
    }
    QVERIFY(fixture.calibrate());
    QVERIFY(fixture.waitFigures());
    // A plan that a person might have made: a few layers at fewer bits, one locked.
    std::vector<QString> ids;
    for (const Layer& layer : session.model()->layers)
        if (layer.weight.valid())
            ids.push_back(QString::fromStdString(layer.id));
    session.selection().set({ids[2], ids[3], ids[4]}, ids[3]);
    session.setBits(PlanPart::both, 4);
    session.selection().selectOne(ids[6]);
    session.setBits(PlanPart::weights, 3);
    session.selection().selectOne(ids[0]);
    session.setBits(PlanPart::both, std::nullopt);
    session.toggleLocks();
    session.selection().selectOne(ids[3]);
    QVERIFY(fixture.waitFigures());
    window.showPage(QStringLiteral("validation"));
    QVERIFY(fixture.validate());
    QVERIFY(fixture.profile());
    session.measureGains();
    QVERIFY(fixture.waitIdle());
    QVERIFY(session.gains());
    for (const Page& page : pages()) {
        window.showPage(QString::fromStdString(page.id));
        shot(window, QStringLiteral("page_%1_filled").arg(QString::fromStdString(page.id)));
    }
    window.showPage(QStringLiteral("precision"));
    auto* tabs = window.findChild<QTabWidget*>(QStringLiteral("inspectorTabs"));
    tabs->setCurrentIndex(1);
    shot(window, QStringLiteral("page_precision_weights"));
    tabs->setCurrentIndex(2);
    shot(window, QStringLiteral("page_precision_samples"));
    window.showPage(QStringLiteral("validation"));
    window.findChild<QTabWidget*>(QStringLiteral("runTabs"))->setCurrentIndex(1);
    shot(window, QStringLiteral("page_validation_samples"));
    window.findChild<QTabWidget*>(QStringLiteral("runTabs"))->setCurrentIndex(2);
    shot(window, QStringLiteral("page_validation_findings"));
    AssignOptions search;
    search.assignment.maxSizeBytes = 40000;
    search.sensitivity.bits = {2, 4, 8};
    search.sensitivity.probeSamples = 16;
    session.assign(search);
    QVERIFY(fixture.waitIdle());
    QVERIFY(session.assignment() && session.assignment()->best);
    window.showPage(QStringLiteral("assign"));
    window.findChild<QDoubleSpinBox*>(QStringLiteral("maxSize"))->setValue(40);
    shot(window, QStringLiteral("page_assign_plans"));
    session.setTarget(QStringLiteral("cortex-m4"));
    QVERIFY(fixture.waitFigures());
    shot(window, QStringLiteral("page_assign_refusals"));
    session.open({QStringLiteral("/nowhere/model.onnx")});
    QVERIFY(fixture.waitIdle());
    shot(window, QStringLiteral("page_error"));
}

}

QTEST_MAIN(lathe::TestScreenshots)
#include "tst_screenshots.moc"
