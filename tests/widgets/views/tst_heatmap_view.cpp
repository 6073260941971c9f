// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "tests/widgets/views/view_samples.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/heatmap_view.h"

#include <QSignalSpy>
#include <QTest>
#include <QThreadPool>
#include <QWheelEvent>

using namespace lathe;

class TstHeatmapView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void paintsTheCells();
    void clickSelects();
    void hoverTellsTheNumber();
    void pointerLeaves();
    void arrowsMove();
    void cellCursor();
    void wheelZooms();
    void dragPansAndDoesNotSelect();
    void selectionComesIntoSight();
    void selectionIsMarked();
    void staleIsPaler();
    void zoomStaysForSameRows();
    void emptyAndGone();
    void dyingWhileRendering();

private:
    /// The middle of a cell, found without the view's own arithmetic: rows share the height, cells the width.
    QPoint cell(int row, int column) const;
    QRect map() const;

    std::unique_ptr<HeatmapView> m_view;
    std::shared_ptr<const HeatmapData> m_data;
};

void TstHeatmapView::init()
{
    test::useTestPalette(false);
    m_data = test::sampleHeatmap(12);
    m_view = std::make_unique<HeatmapView>();
    m_view->setEmptyText(QStringLiteral("Nothing yet"));
    QSignalSpy rendered(m_view.get(), &HeatmapView::rendered);
    m_view->setData(m_data);
    QVERIFY(test::showSized(*m_view, {640, 480}));
    QTRY_VERIFY(rendered.size() >= 1);
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
}

void TstHeatmapView::cleanup()
{
    m_view.reset();
}

QRect TstHeatmapView::map() const
{
    // From the outside: where a point says that it is a row, and a cell of it.
    int left = 0;
    while (!m_view->textAt({left, 100}).contains(QLatin1Char(',')))
        ++left;
    int bottom = m_view->height() - 1;
    while (m_view->textAt({left, bottom}).isEmpty())
        --bottom;
    int top = 0;
    while (m_view->textAt({left, top}).isEmpty())
        ++top;
    return QRect(QPoint(left, top), QPoint(m_view->width() - 2, bottom));
}

QPoint TstHeatmapView::cell(int row, int column) const
{
    const QRect area = map();
    const auto rows = static_cast<double>(m_data->rows.size());
    const auto cells = static_cast<double>(m_data->rows[static_cast<std::size_t>(row)].cells.size());
    return {area.left() + static_cast<int>((column + 0.5) / cells * area.width()),
            area.top() + static_cast<int>((row + 0.5) / rows * area.height())};
}

void TstHeatmapView::paintsTheCells()
{
    const QImage image = test::painted(*m_view);
    for (const auto& [row, column] : {std::pair{0, 0}, {0, 7}, {3, 20}, {8, 3}, {11, 100}}) {
        const float value = m_data->rows[static_cast<std::size_t>(row)].cells[static_cast<std::size_t>(column)];
        // Beside the middle, where a number may be written.
        const QPoint place = cell(row, column) - QPoint(0, 12);
        QVERIFY2(test::isNear(image.pixel(place), heatmapColor(*m_data, value, false).rgb(), 6),
                 qPrintable(QStringLiteral("%1 %2").arg(row).arg(column)));
    }
    // Row 5 was not measured: hatched on the window's colour.
    const QColor ground = m_view->palette().color(QPalette::Window);
    const QRect missing(300, (cell(4, 0).y() + cell(6, 0).y()) / 2 - 10, 40, 20);
    const int plain = test::countColor(image, ground, missing, 2);
    QVERIFY(plain > 200 && plain < 800);
}

void TstHeatmapView::clickSelects()
{
    QSignalSpy clicked(m_view.get(), &HeatmapView::rowClicked);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, cell(3, 2));
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toString(), QStringLiteral("layer3"));
    QCOMPARE(clicked[0][1].toBool(), false);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, Qt::ControlModifier, cell(8, 2));
    QCOMPARE(clicked[1][0].toString(), QStringLiteral("layer8"));
    QCOMPARE(clicked[1][1].toBool(), true);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(3, cell(4, 0).y())); // the name does as well
    QCOMPARE(clicked[2][0].toString(), QStringLiteral("layer4"));
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, QPoint(300, m_view->height() - 3)); // the legend does not
    QCOMPARE(clicked.size(), 3);
}

void TstHeatmapView::hoverTellsTheNumber()
{
    QSignalSpy hovered(m_view.get(), &HeatmapView::rowHovered);
    const QImage before = test::painted(*m_view);
    QTest::mouseMove(m_view.get(), cell(8, 3));
    QTRY_COMPARE(hovered.size(), 1);
    QCOMPARE(hovered[0][0].toString(), QStringLiteral("layer8"));
    const QString text = m_view->textAt(cell(8, 3));
    QVERIFY2(text.contains(QStringLiteral("channel 3 of ")) && text.contains(QStringLiteral("2.0 dB")), qPrintable(text));
    QVERIFY(text.startsWith(QString::fromStdString(m_data->rows[8].label)));
    QVERIFY(m_view->textAt({300, (cell(4, 0).y() + cell(6, 0).y()) / 2}).contains(QStringLiteral("not measured")));
    QVERIFY(test::painted(*m_view) != before);
    QTest::mouseMove(m_view.get(), cell(8, 4)); // the same row
    QCOMPARE(hovered.size(), 1);
}

void TstHeatmapView::pointerLeaves()
{
    QSignalSpy hovered(m_view.get(), &HeatmapView::rowHovered);
    QTest::mouseMove(m_view.get(), cell(2, 0));
    QTRY_COMPARE(hovered.size(), 1);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(m_view.get(), &leave);
    QCOMPARE(hovered.last()[0].toString(), QString());
}

void TstHeatmapView::arrowsMove()
{
    connect(m_view.get(), &HeatmapView::rowClicked, m_view.get(), [this](const QString& id) { m_view->setSelected({id}); });
    QSignalSpy clicked(m_view.get(), &HeatmapView::rowClicked);
    QTest::keyClick(m_view.get(), Qt::Key_Down);
    QCOMPARE(clicked.last()[0].toString(), QStringLiteral("layer0"));
    QTest::keyClick(m_view.get(), Qt::Key_Down);
    QCOMPARE(clicked.last()[0].toString(), QStringLiteral("layer1"));
    QTest::keyClick(m_view.get(), Qt::Key_Up, Qt::ShiftModifier);
    QCOMPARE(clicked.last()[0].toString(), QStringLiteral("layer0"));
    QCOMPARE(clicked.last()[1].toBool(), true);
    QTest::keyClick(m_view.get(), Qt::Key_Up);
    QCOMPARE(clicked.last()[0].toString(), QStringLiteral("layer0"));
}

void TstHeatmapView::cellCursor()
{
    m_view->setSelected({QStringLiteral("layer8")});
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(m_view.get(), Qt::Key_Right);
    QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("channel 3 ")));
    QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("2.0 dB")));
    for (int i = 0; i < 9; ++i)
        QTest::keyClick(m_view.get(), Qt::Key_Left);
    QVERIFY(m_view->accessibleDescription().contains(QStringLiteral("channel 0 ")));
    m_view->setSelected({QStringLiteral("layer5")}); // without cells
    QTest::keyClick(m_view.get(), Qt::Key_Right);
}

void TstHeatmapView::wheelZooms()
{
    const QPoint place = cell(8, 3);
    const QString under = m_view->textAt(place);
    const auto turn = [&](const QPoint& where, int steps, Qt::KeyboardModifiers modifiers = {}) {
        QWheelEvent wheel(where, m_view->mapToGlobal(where), {}, {0, 120 * steps}, {}, modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_view.get(), &wheel);
    };
    turn(place, 3);
    QVERIFY(m_view->window().rows < 12 && m_view->window().width < 1);
    QCOMPARE(m_view->textAt(place), under); // what the pointer is on stays there
    turn(place, -30);
    QCOMPARE(m_view->window(), (HeatmapWindow{0, 12, 0, 1}));
    turn(QPoint(4, place.y()), 2);
    QCOMPARE(m_view->window().width, 1.0);
    QVERIFY(m_view->window().rows < 12);
    m_view->resetZoom();
    turn(place, 2, Qt::ShiftModifier);
    QCOMPARE(m_view->window().rows, 12.0);
    QVERIFY(m_view->window().width < 1);
    for (int i = 0; i < 100; ++i)
        turn(place, 2);
    QVERIFY(m_view->window().rows >= 3);
    QVERIFY(m_view->window().width > 0);
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, place);
    QCOMPARE(m_view->window(), (HeatmapWindow{0, 12, 0, 1}));
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    QVERIFY(m_view->window().rows < 12);
    QTest::keyClick(m_view.get(), Qt::Key_Home);
    QCOMPARE(m_view->window().rows, 12.0);
}

void TstHeatmapView::dragPansAndDoesNotSelect()
{
    QSignalSpy clicked(m_view.get(), &HeatmapView::rowClicked);
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
    const HeatmapWindow before = m_view->window();
    const QPoint from(400, 250);
    const QPoint to(360, 200);
    QTest::mousePress(m_view.get(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_view.get(), to);
    QMouseEvent move(QEvent::MouseMove, to, m_view->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(m_view.get(), &move);
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, to);
    QVERIFY(m_view->window().firstRow > before.firstRow);
    QVERIFY(m_view->window().left > before.left);
    QCOMPARE(clicked.size(), 0);
}

void TstHeatmapView::selectionComesIntoSight()
{
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
    for (const int row : {0, 11, 4}) {
        m_view->setSelected({QStringLiteral("layer%1").arg(row)});
        QVERIFY(m_view->window().firstRow <= row);
        QVERIFY(m_view->window().firstRow + m_view->window().rows >= row + 1);
    }
}

void TstHeatmapView::selectionIsMarked()
{
    const QColor mark = accent(m_view->palette());
    const QRect band(0, cell(3, 0).y() - 14, m_view->width(), 28);
    QCOMPARE(test::countColor(test::painted(*m_view), mark, band, 4), 0);
    m_view->setSelected({QStringLiteral("layer3"), QStringLiteral("no such layer")});
    QVERIFY(test::countColor(test::painted(*m_view), mark, band, 4) > 40);
    m_view->setSelected({});
    QCOMPARE(test::countColor(test::painted(*m_view), mark, band, 4), 0);
}

void TstHeatmapView::staleIsPaler()
{
    const QPoint place = cell(8, 3) - QPoint(0, 12);
    const QRgb fresh = test::painted(*m_view).pixel(place);
    m_view->setStale(true);
    const QRgb stale = test::painted(*m_view).pixel(place);
    const QRgb ground = m_view->palette().color(QPalette::Window).rgb();
    QVERIFY(std::abs(qRed(stale) - qRed(ground)) < std::abs(qRed(fresh) - qRed(ground)) / 1.5);
}

void TstHeatmapView::zoomStaysForSameRows()
{
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    m_view->setSelected({QStringLiteral("layer3")});
    const HeatmapWindow before = m_view->window();
    auto measured = std::make_shared<HeatmapData>(*m_data);
    measured->rows[5].cells = {1, 2, 3};
    m_view->setData(measured);
    QCOMPARE(m_view->window(), before);
    m_view->setData(test::sampleHeatmap(20));
    QCOMPARE(m_view->window(), (HeatmapWindow{0, 20, 0, 1}));
}

void TstHeatmapView::emptyAndGone()
{
    m_view->setData(nullptr);
    const QImage image = test::painted(*m_view);
    QVERIFY(test::countColor(image, m_view->palette().color(QPalette::Window)) < image.width() * image.height());
    QSignalSpy clicked(m_view.get(), &HeatmapView::rowClicked);
    QTest::mouseClick(m_view.get(), Qt::LeftButton);
    for (const int key : {Qt::Key_Down, Qt::Key_Right, Qt::Key_Plus, Qt::Key_Home})
        QTest::keyClick(m_view.get(), static_cast<Qt::Key>(key));
    QCOMPARE(clicked.size(), 0);
    m_view->setData(std::make_shared<HeatmapData>());
    test::painted(*m_view);
}

void TstHeatmapView::dyingWhileRendering()
{
    for (int i = 0; i < 30; ++i) {
        HeatmapView view;
        view.resize(400, 300);
        view.setData(test::sampleHeatmap(300));
        if (i % 3 == 0)
            QCoreApplication::processEvents();
    }
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
}

QTEST_MAIN(TstHeatmapView)
#include "tst_heatmap_view.moc"
