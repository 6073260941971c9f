// SPDX-License-Identifier: GPL-3.0-or-later
// walks widgets/pages/pages.def
#include "tests/support/window_fixture.h"
#include "widgets/pages/page.h"
#include "widgets/views/empty_state.h"

#include <QLabel>
#include <QPushButton>
#include <QTableView>

namespace lathe {

class TestPages : public QObject
{
    Q_OBJECT
private slots:
    void tableIsComplete();
    void emptyPagesTeach_data();
    void emptyPagesTeach();
    void filledPagesShow_data();
    void filledPagesShow();
};

namespace {

void addPages()
{
    QTest::addColumn<QString>("id");
    for (const Page& page : pages())
        QTest::newRow(page.id.c_str()) << QString::fromStdString(page.id);
}

std::unique_ptr<QWidget> create(const QString& id, Session& session)
{
    std::unique_ptr<QWidget> page(pages().get(id.toStdString(), "page").create(session, nullptr));
    page->resize(1100, 700);
    page->show();
    return page;
}

}

void TestPages::tableIsComplete()
{
    QCOMPARE(pages().size(), std::size_t(7));
    for (const Page& page : pages()) {
        QVERIFY(*page.label);
        QVERIFY(*page.icon);
    }
}

void TestPages::emptyPagesTeach_data()
{
    addPages();
}

void TestPages::emptyPagesTeach()
{
    QFETCH(const QString, id);
    test::SessionFixture fixture;
    const auto page = create(id, *fixture.session);
    const EmptyState* shown = nullptr;
    for (const EmptyState* state : page->findChildren<EmptyState*>())
        if (state->isVisible())
            shown = state;
    QVERIFY(shown);
    int words = 0;
    for (const QLabel* label : shown->findChildren<QLabel*>())
        words += static_cast<int>(label->text().split(QLatin1Char(' '), Qt::SkipEmptyParts).size());
    QVERIFY(words > 6);
    auto* button = shown->findChild<QPushButton*>();
    QVERIFY(button && !button->text().isEmpty());
    // The button leads somewhere: to another page, to a job, or to the file dialog.
    QSignalSpy leads(fixture.session.get(), &Session::pageRequested);
    QSignalSpy asks(fixture.session.get(), &Session::openRequested);
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(leads.size() + asks.size() == 1 || fixture.session->job().running());
}

void TestPages::filledPagesShow_data()
{
    addPages();
}

void TestPages::filledPagesShow()
{
    QFETCH(const QString, id);
    test::SessionFixture fixture;
    const auto page = create(id, *fixture.session);
    QVERIFY(fixture.openSample());
    QVERIFY(fixture.calibrate());
    QVERIFY(fixture.waitFigures());
    QVERIFY(fixture.validate());
    QVERIFY(fixture.profile());
    for (const EmptyState* state : page->findChildren<EmptyState*>())
        QVERIFY(!state->isVisible());
    if (id == QLatin1String("export")) {
        QTRY_VERIFY(page->findChild<QLabel*>(QStringLiteral("exportVerdict"))->text().startsWith(QStringLiteral("Everything")));
        return;
    }
    if (id == QLatin1String("assign")) {   // nothing is searched for before somebody asks: tst_assign_page
        QVERIFY(page->findChild<QWidget*>(QStringLiteral("frontChart"))->isVisible());
        return;
    }
    QTRY_VERIFY([&] {
        for (const QTableView* table : page->findChildren<QTableView*>())
            if (table->isVisible() && table->model()->rowCount() > 15)
                return true;
        return false;
    }());
}

}

QTEST_MAIN(lathe::TestPages)
#include "tst_pages.moc"
