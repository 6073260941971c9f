// SPDX-License-Identifier: GPL-3.0-or-later
// Bits chosen by mouse: a limit, the search, a plan of the front, and back.
#include "widgets/pages/page.h"
#include "widgets/views/front_chart.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QUndoStack>
#include <QtTest>

#include "tests/support/window_fixture.h"

namespace lathe {

class TestAssignPage : public QObject
{
    Q_OBJECT

private slots:
    void choosesBitsWithinALimit();
    void turnsToAnotherTarget();
};

namespace {

std::unique_ptr<QWidget> createPage(Session& session)
{
    std::unique_ptr<QWidget> page(pages().get("assign", "page").create(session, nullptr));
    page->resize(1100, 700);
    page->show();
    return page;
}

}

void TestAssignPage::choosesBitsWithinALimit()
{
    test::SessionFixture fixture;
    Session& session = *fixture.session;
    const auto page = createPage(session);
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    auto* run = page->findChild<QPushButton*>(QStringLiteral("runAssign"));
    QVERIFY(!run->isEnabled());
    auto* size = page->findChild<QDoubleSpinBox*>(QStringLiteral("maxSize"));
    constexpr double limitKb = 40;
    size->setValue(limitKb);
    QVERIFY(run->isEnabled());
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("copyAssign")), Qt::LeftButton);
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("--max-size 40000")));
    auto* bits = page->findChild<QDoubleSpinBox*>(QStringLiteral("maxBits"));
    auto* budget = page->findChild<QDoubleSpinBox*>(QStringLiteral("timeBudget"));
    bits->setValue(7.5);
    budget->setValue(3600);
    QTest::mouseClick(page->findChild<QPushButton*>(QStringLiteral("copyAssign")), Qt::LeftButton);
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("--max-bits 7.5")));
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("--time-budget 3600s")));

    QTest::mouseClick(run, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(session.assignment() && !session.job().running(), 60000);
    auto* table = page->findChild<QTableView*>(QStringLiteral("frontPlans"));
    QVERIFY(table->model()->rowCount() > 6);
    // A click in the chart chooses the plan's row.
    auto* chart = page->findChild<FrontChart*>(QStringLiteral("frontChart"));
    chart->replot();
    QTest::mouseClick(chart, Qt::LeftButton, {}, chart->positionOf(QStringLiteral("1")).toPoint());
    QCOMPARE(table->currentIndex().row(), 1);
    auto* foundFor = page->findChild<QLabel*>(QStringLiteral("foundFor"));
    QVERIFY(!foundFor->isVisible());
    session.setTarget(QStringLiteral("tensorrt"));
    QVERIFY(foundFor->isVisible() && !foundFor->text().isEmpty());
    // Grey: they are not this target's.
    const auto textColor = [&] { return table->palette().color(QPalette::Active, QPalette::Text); };
    const QColor grey = textColor();
    QCOMPARE(grey, table->palette().color(QPalette::Disabled, QPalette::Text));
    session.undoStack().undo();
    QVERIFY(!foundFor->isVisible());
    QVERIFY(textColor() != grey);
    table->setCurrentIndex({});
    const QuantPlan before = session.plan();
    auto* open = page->findChild<QPushButton*>(QStringLiteral("openPoint"));
    QVERIFY(!open->isEnabled());
    for (int row = 0; row < table->model()->rowCount(); ++row)
        if (table->model()->index(row, 0).data().toString().contains(QStringLiteral("best")))
            table->setCurrentIndex(table->model()->index(row, 0));
    QVERIFY(open->isEnabled());
    QTest::mouseClick(open, Qt::LeftButton);
    QVERIFY(!(session.plan() == before));
    QVERIFY(fixture.waitFigures());
    QVERIFY(static_cast<double>(session.figures()->sizeBytes) <= limitKb * 1000);
    session.undoStack().undo();
    QVERIFY(session.plan() == before);
}

void TestAssignPage::turnsToAnotherTarget()
{
    test::SessionFixture fixture;
    Session& session = *fixture.session;
    const auto page = createPage(session);
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    auto* target = page->findChild<QComboBox*>(QStringLiteral("target"));
    QVERIFY(target->count() > 5);
    const std::string before = session.plan().target;
    const int other = target->findData(QStringLiteral("tensorrt"));
    QVERIFY(other >= 0);
    target->setCurrentIndex(other);
    emit target->activated(other);
    QCOMPARE(session.plan().target, std::string("tensorrt"));
    QVERIFY(fixture.waitFigures());
    session.undoStack().undo();
    QCOMPARE(session.plan().target, before);
    // Further formats can be chosen where the target runs them.
    auto* table = page->findChild<QCheckBox*>(QStringLiteral("format nf4"));
    QVERIFY(table->isEnabled());
    table->setChecked(true);
    page->findChild<QDoubleSpinBox*>(QStringLiteral("maxBits"))->setValue(5);
    auto* copy = page->findChild<QPushButton*>(QStringLiteral("copyAssign"));
    QTest::mouseClick(copy, Qt::LeftButton);
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("--weight-formats nf4")));
    session.setTarget(QStringLiteral("cortex-m4"));
    QVERIFY(!table->isEnabled());
    QTest::mouseClick(copy, Qt::LeftButton);
    QVERIFY(!QGuiApplication::clipboard()->text().contains(QStringLiteral("nf4")));
}

}

QTEST_MAIN(lathe::TestAssignPage)
#include "tst_assign_page.moc"
