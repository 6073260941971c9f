// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "tests/widgets/views/view_samples.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/budget_bar.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/message_bar.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace lathe;

/// Budget bar, message bar and empty page.
class TstSmallViews : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { test::useTestPalette(false); }
    void budgetFillsByShare();
    void budgetIsReadAloud();
    void budgetGreysWhileStale();
    void messageShowsAndCloses();
    void messageWithoutReasonOrButton();
    void messageColorsDiffer();
    void emptyPageOffersItsButtons();
    void emptyPageFollowsThePalette();
};

void TstSmallViews::budgetFillsByShare()
{
    BudgetBar bar;
    BudgetBar::Figures figures = test::sampleBudget();
    figures.floatBytes = 1000000;
    const auto filled = [&](std::int64_t bytes) {
        figures.planBytes = bytes;
        bar.setFigures(figures);
        return test::countColor(test::painted(bar), accent(bar.palette()), {}, 4);
    };
    QVERIFY(test::showSized(bar, {800, 32}));
    const int full = filled(1000000);
    QVERIFY(full > 300);
    QVERIFY(std::abs(filled(500000) * 2 - full) < full / 10);
    QCOMPARE(filled(3000000), full); // more than before: the bar is full, the text says how much
    QCOMPARE(filled(0), 0);
    bar.setFigures({});
    QCOMPARE(test::countColor(test::painted(bar), accent(bar.palette()), {}, 4), 0);
}

void TstSmallViews::budgetIsReadAloud()
{
    BudgetBar bar;
    bar.setFigures(test::sampleBudget());
    const QString text = bar.accessibleDescription();
    QVERIFY2(text.contains(QStringLiteral("3.41 MB → 1.10 MB")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("top-1 loss 0.3 points [−0.1, 0.7]")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("output SQNR 23.4 dB")), qPrintable(text));
    QVERIFY(bar.toolTip().contains(QStringLiteral("900 validation samples")));
    BudgetBar::Figures figures = test::sampleBudget();
    figures.lossName = QStringLiteral("PSNR");
    figures.lossIsShare = false;
    figures.loss = 1.234;
    figures.low = -0.5;
    figures.high = 3;
    figures.planBytes = 0;
    bar.setFigures(figures);
    QVERIFY2(bar.accessibleDescription().contains(QStringLiteral("PSNR loss 1.23 [−0.500, 3.00]")), qPrintable(bar.accessibleDescription()));
    QVERIFY(bar.accessibleDescription().contains(QStringLiteral("→ –")));
    figures.lossIsShare = true;
    figures.loss = -0.0001;
    bar.setFigures(figures);
    QVERIFY2(bar.accessibleDescription().contains(QStringLiteral("loss 0.0 points")), qPrintable(bar.accessibleDescription()));
    QVERIFY(bar.minimumSizeHint().width() < bar.sizeHint().width());
}

void TstSmallViews::budgetGreysWhileStale()
{
    BudgetBar bar;
    bar.setFigures(test::sampleBudget());
    QVERIFY(test::showSized(bar, {800, 32}));
    bar.setStale(true);
    const QImage stale = test::painted(bar);
    QCOMPARE(test::countColor(stale, accent(bar.palette()), {}, 4), 0);
    QCOMPARE(test::countColor(stale, bar.palette().color(QPalette::Active, QPalette::WindowText), {}, 4), 0);
    bar.setStale(false);
    QVERIFY(test::countColor(test::painted(bar), accent(bar.palette()), {}, 4) > 0);
}

void TstSmallViews::messageShowsAndCloses()
{
    QWidget page;
    MessageBar bar(&page);
    QVERIFY(test::showSized(page, {600, 200}));
    bar.resize(600, 80);
    QVERIFY(!bar.isVisible());
    QSignalSpy clicked(&bar, &MessageBar::buttonClicked);
    QSignalSpy closed(&bar, &MessageBar::closed);
    bar.showMessage(MessageBar::Kind::error, QStringLiteral("It failed"), QStringLiteral("The disk is full."), QStringLiteral("Try again"));
    QVERIFY(bar.isVisible());
    QCOMPARE(bar.text(), QStringLiteral("It failed\nThe disk is full."));
    QTest::mouseClick(bar.findChild<QPushButton*>(QStringLiteral("messageButton")), Qt::LeftButton);
    QCOMPARE(clicked.size(), 1);
    QTest::keyClick(&bar, Qt::Key_Escape);
    QVERIFY(!bar.isVisible());
    QCOMPARE(closed.size(), 1);
    bar.showMessage(MessageBar::Kind::info, QStringLiteral("Again"), {});
    QTest::mouseClick(bar.findChild<QToolButton*>(), Qt::LeftButton);
    QVERIFY(!bar.isVisible());
    QCOMPARE(closed.size(), 2);
}

void TstSmallViews::messageWithoutReasonOrButton()
{
    MessageBar bar;
    bar.showMessage(MessageBar::Kind::info, QStringLiteral("Saved"), {});
    QCOMPARE(bar.text(), QStringLiteral("Saved"));
    QVERIFY(!bar.findChild<QPushButton*>(QStringLiteral("messageButton"))->isVisible());
    // Text comes from files: it is never read as markup.
    bar.showMessage(MessageBar::Kind::error, QStringLiteral("<b>x</b>"), QStringLiteral("<img src=file:///etc/passwd>"));
    for (const QLabel* label : bar.findChildren<QLabel*>())
        if (!label->text().isEmpty())
            QCOMPARE(label->textFormat(), Qt::PlainText);
}

void TstSmallViews::messageColorsDiffer()
{
    MessageBar bar;
    QSet<QRgb> grounds;
    for (const MessageBar::Kind kind : {MessageBar::Kind::info, MessageBar::Kind::warning, MessageBar::Kind::error}) {
        bar.showMessage(kind, QStringLiteral("x"), {});
        bar.resize(400, 60);
        const QImage image = test::painted(bar);
        grounds.insert(image.pixel(200, image.height() - 3));
        QVERIFY(contrast(QColor(image.pixel(200, image.height() - 3)), bar.palette().color(QPalette::WindowText)) >= 4.5);
    }
    QCOMPARE(grounds.size(), 3);
}

void TstSmallViews::emptyPageOffersItsButtons()
{
    EmptyState page;
    page.setContent(QStringLiteral("model"), QStringLiteral("No model yet"), QStringLiteral("Drop an ONNX model here."));
    QPushButton* open = page.addButton(QStringLiteral("Open a model"));
    QPushButton* sample = page.addButton(QStringLiteral("Open the sample"));
    QVERIFY(open->isDefault());
    QVERIFY(!sample->isDefault());
    QVERIFY(test::showSized(page, {640, 400}));
    QVERIFY(open->isVisible());
    QVERIFY(sample->x() > open->x());
    QCOMPARE(page.accessibleName(), QStringLiteral("No model yet"));
    QSignalSpy clicked(sample, &QPushButton::clicked);
    QTest::mouseClick(sample, Qt::LeftButton);
    QCOMPARE(clicked.size(), 1);
}

void TstSmallViews::emptyPageFollowsThePalette()
{
    EmptyState page;
    page.setContent(QStringLiteral("model"), {}, {});
    QVERIFY(test::showSized(page, {200, 200}));
    const QColor ink = test::testPalette(true).color(QPalette::WindowText);
    page.setPalette(test::testPalette(true));
    page.setAutoFillBackground(true);
    QVERIFY(test::countColor(test::painted(page), ink, {}, 20) > 40);
}

QTEST_MAIN(TstSmallViews)
#include "tst_small_views.moc"
