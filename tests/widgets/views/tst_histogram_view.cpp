// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "tests/widgets/views/view_samples.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/histogram_plot.h"
#include "widgets/views/histogram_view.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace lathe;

class TstHistogramView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void emptyShowsItsText();
    void drawsOutlineBarsAndTails();
    void staleGridIsPaler();
    void handlesCanBeDragged();
    void aClickOnAHandleChangesNothing();
    void handlesFollowKeys();
    void rangeAlwaysHoldsZero();
    void fixedRangeHasNoHandles();
    void endsCanBeClicked();
    void wheelZoomsAndDoubleClickResets();
    void keysZoomAndPan();
    void zoomSurvivesNewFigures();
    void logarithmicToggles();
    void textHasTheArithmetic();
    void codeAxisStaysReadable();
    void gridsOfChannelsAreBarsToo();
    void followsThePalette();

private:
    HistogramPlot& plot() { return *m_view->findChild<HistogramPlot*>(); }
    QPoint at(double value, double height = 0.5)
    {
        const QRect area = plot().axisRect()->rect();
        return {qRound(plot().xAxis->coordToPixel(value)), area.top() + static_cast<int>(height * area.height())};
    }
    void drag(QPoint from, QPoint to);

    std::unique_ptr<HistogramView> m_view;
    std::shared_ptr<const HistogramData> m_data;
};

void TstHistogramView::init()
{
    qRegisterMetaType<HistogramView::End>();
    test::useTestPalette(false);
    m_view = std::make_unique<HistogramView>();
    m_data = test::sampleHistogram();
    m_view->setEmptyText(QStringLiteral("Nothing yet"));
    m_view->setData(m_data);
    QVERIFY(test::showSized(*m_view, {600, 360}));
    plot().replot();
}

void TstHistogramView::drag(QPoint from, QPoint to)
{
    QTest::mousePress(&plot(), Qt::LeftButton, {}, from);
    QTest::mouseMove(&plot(), (from + to) / 2);
    QMouseEvent move(QEvent::MouseMove, to, plot().mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&plot(), &move);
    QTest::mouseRelease(&plot(), Qt::LeftButton, {}, to);
}

void TstHistogramView::emptyShowsItsText()
{
    m_view->setData(nullptr);
    QVERIFY(!plot().isVisible());
    QCOMPARE(m_view->findChild<QLabel*>()->text(), QStringLiteral("Nothing yet"));
    QVERIFY(m_view->findChild<QLabel*>()->isVisible());
    QVERIFY(m_view->textAt(0).isEmpty());
    m_view->setData(m_data);
    QVERIFY(plot().isVisible());
}

void TstHistogramView::drawsOutlineBarsAndTails()
{
    const QImage image = test::painted(plot());
    const QRect area = plot().axisRect()->rect();
    const QPalette palette = m_view->palette();
    QVERIFY(test::countColor(image, accent(palette), area) > 50);
    QVERIFY(test::countColor(image, gridColor(palette), area) > 2 * area.height()); // the two handles
    const QRect tail(at(m_data->clip.high) + QPoint(3, 0), QPoint(area.right(), area.bottom()));
    QVERIFY(test::countColor(image, alarmColor(palette), tail, 40) > 50);
    const QRect inside(at(0.2, 0), at(1.0, 1));
    QCOMPARE(test::countColor(image, alarmColor(palette), inside, 40), 0);
}

void TstHistogramView::staleGridIsPaler()
{
    const QColor strong = gridColor(m_view->palette());
    const int before = test::countColor(test::painted(plot()), strong);
    m_view->setStale(true);
    plot().replot();
    QVERIFY(test::countColor(test::painted(plot()), strong) < before / 4);
    m_view->setStale(false);
    plot().replot();
    QCOMPARE(test::countColor(test::painted(plot()), strong), before);
}

void TstHistogramView::handlesCanBeDragged()
{
    QSignalSpy changing(m_view.get(), &HistogramView::clipChanging);
    QSignalSpy changed(m_view.get(), &HistogramView::clipChanged);
    drag(at(m_data->clip.high), at(8.0));
    QVERIFY(changing.size() >= 1);
    QCOMPARE(changed.size(), 1);
    const double pixel = plot().xAxis->range().size() / plot().axisRect()->width();
    QCOMPARE(static_cast<float>(changed[0][0].toDouble()), m_data->clip.low);
    QVERIFY(std::abs(changed[0][1].toDouble() - 8.0) <= 2 * pixel);
    drag(at(m_data->clip.low), at(-0.5));
    QCOMPARE(changed.size(), 2);
    QVERIFY(std::abs(changed[1][0].toDouble() + 0.5) <= 2 * pixel);
    QVERIFY(std::abs(changed[1][1].toDouble() - 8.0) <= 2 * pixel);
}

void TstHistogramView::aClickOnAHandleChangesNothing()
{
    QSignalSpy changed(m_view.get(), &HistogramView::clipChanged);
    QTest::mouseClick(&plot(), Qt::LeftButton, {}, at(m_data->clip.high));
    QCOMPARE(changed.size(), 0);
}

void TstHistogramView::handlesFollowKeys()
{
    QSignalSpy changed(m_view.get(), &HistogramView::clipChanged);
    QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(changed.size(), 1);
    QVERIFY(changed[0][1].toDouble() > m_data->clip.high);
    QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::AltModifier | Qt::ShiftModifier);
    QCOMPARE(changed.size(), 2);
    QVERIFY(changed[1][0].toDouble() < m_data->clip.low);
    QCOMPARE(changed[1][1], changed[0][1]);
}

void TstHistogramView::rangeAlwaysHoldsZero()
{
    QSignalSpy changed(m_view.get(), &HistogramView::clipChanged);
    drag(at(m_data->clip.low), at(3));
    QCOMPARE(changed.last()[0].toDouble(), 0.0);
    drag(at(m_data->clip.high), at(-1));
    // Both ends at zero would be no range: the last one that was stays.
    QVERIFY(changed.last()[1].toDouble() > changed.last()[0].toDouble());
}

void TstHistogramView::fixedRangeHasNoHandles()
{
    m_view->setClipEditable(false);
    plot().replot();
    QSignalSpy changed(m_view.get(), &HistogramView::clipChanged);
    drag(at(m_data->clip.high), at(8));
    QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(changed.size(), 0);
}

void TstHistogramView::endsCanBeClicked()
{
    QSignalSpy clicked(m_view.get(), &HistogramView::endClicked);
    QTest::mouseClick(&plot(), Qt::LeftButton, {}, at(m_data->maximum, 0.97));
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].value<HistogramView::End>(), HistogramView::End::high);
    // The low end lies under the handle of the range: in the band of the marks it wins.
    QTest::mouseClick(&plot(), Qt::LeftButton, {}, at(m_data->minimum, 0.97));
    QCOMPARE(clicked.size(), 2);
    QCOMPARE(clicked[1][0].value<HistogramView::End>(), HistogramView::End::low);
    QTest::mouseClick(&plot(), Qt::LeftButton, {}, at(3, 0.97));
    QCOMPARE(clicked.size(), 2);
}

void TstHistogramView::wheelZoomsAndDoubleClickResets()
{
    const QCPRange whole = plot().xAxis->range();
    const QPoint place = at(2);
    const auto turn = [&](int steps) {
        QWheelEvent wheel(place, plot().mapToGlobal(place), {}, {0, 120 * steps}, {}, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&plot(), &wheel);
    };
    turn(3);
    QVERIFY(plot().xAxis->range().size() < 0.8 * whole.size());
    QVERIFY(plot().xAxis->range().contains(2));
    QCOMPARE(plot().xAxis2->range(), plot().xAxis->range());
    turn(-20);
    QCOMPARE(plot().xAxis->range(), whole); // never beyond the data
    turn(2);
    QTest::mouseDClick(&plot(), Qt::LeftButton, {}, at(2));
    QCOMPARE(plot().xAxis->range(), whole);
}

void TstHistogramView::keysZoomAndPan()
{
    const QCPRange whole = plot().xAxis->range();
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    const QCPRange closer = plot().xAxis->range();
    QVERIFY(closer.size() < whole.size());
    QTest::keyClick(m_view.get(), Qt::Key_Right);
    QVERIFY(plot().xAxis->range().lower > closer.lower);
    QVERIFY(std::abs(plot().xAxis->range().size() - closer.size()) < 1e-9);
    QTest::keyClick(m_view.get(), Qt::Key_Home);
    QCOMPARE(plot().xAxis->range(), whole);
    for (int i = 0; i < 200; ++i)
        QTest::keyClick(m_view.get(), Qt::Key_Plus);
    QVERIFY(plot().xAxis->range().size() > 0);
}

void TstHistogramView::zoomSurvivesNewFigures()
{
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    const QCPRange closer = plot().xAxis->range();
    auto grown = std::make_shared<HistogramData>(*m_data);
    grown->edges.back() += 5;
    m_view->setData(grown);
    QCOMPARE(plot().xAxis->range(), closer);
    // Somebody who looks at everything keeps seeing everything.
    QTest::keyClick(m_view.get(), Qt::Key_Home);
    auto larger = std::make_shared<HistogramData>(*grown);
    larger->edges.back() += 5;
    m_view->setData(larger);
    QCOMPARE(plot().xAxis->range().upper, larger->edges.back());
    auto other = std::make_shared<HistogramData>(*m_data);
    other->title = "another layer";
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    m_view->setData(other);
    QCOMPARE(plot().xAxis->range().upper, other->edges.back());
}

void TstHistogramView::logarithmicToggles()
{
    QSignalSpy toggled(m_view.get(), &HistogramView::logarithmicChanged);
    QVERIFY(m_view->isLogarithmic());
    QTest::keyClick(m_view.get(), Qt::Key_L);
    QVERIFY(!m_view->isLogarithmic());
    QCOMPARE(plot().yAxis->scaleType(), QCPAxis::stLinear);
    QTest::mouseClick(m_view->findChild<QToolButton*>(QStringLiteral("logarithmic")), Qt::LeftButton);
    QVERIFY(m_view->isLogarithmic());
    QCOMPARE(plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
    QCOMPARE(toggled.size(), 2);
}

void TstHistogramView::textHasTheArithmetic()
{
    const Encoding& encoding = *m_data->encoding;
    const double value = 100.3 * encoding.scale[0];
    const QString text = m_view->textAt(value);
    QVERIFY(text.contains(QStringLiteral("code %1 ").arg(100 + encoding.zeroPoint[0])));
    QVERIFY(text.contains(QStringLiteral("zero-point %1").arg(encoding.zeroPoint[0])));
    QVERIFY(!text.contains(QStringLiteral("clipped")));
    QVERIFY(m_view->textAt(m_data->clip.high + 1).contains(QStringLiteral("clipped")));
    QVERIFY(m_view->textAt(1e9).contains(QStringLiteral("clipped"))); // far outside of everything
}

void TstHistogramView::codeAxisStaysReadable()
{
    // A view that is shown for the first time knows its width before it chooses the codes.
    HistogramView wide;
    wide.setData(test::sampleHistogram(4));
    QVERIFY(test::showSized(wide, {1200, 240}));
    QTRY_VERIFY(wide.findChild<HistogramPlot*>()->xAxis2->tickVectorLabels().size() >= 8);
    for (const int width : {240, 600, 1600}) {
        m_view->resize(width, 360);
        plot().replot();
        QVector<double> ticks;
        QVector<QString> labels;
        plot().xAxis2->ticker()->generate(plot().xAxis2->range(), QLocale::c(), QLatin1Char('g'), 6, ticks, nullptr, &labels);
        QCOMPARE(labels.first(), QStringLiteral("0"));
        QCOMPARE(labels.last(), QStringLiteral("255"));
        const QFontMetrics metrics(plot().xAxis2->tickLabelFont());
        for (qsizetype i = 1; i < ticks.size(); ++i) {
            const double apart = plot().xAxis2->coordToPixel(ticks[i]) - plot().xAxis2->coordToPixel(ticks[i - 1]);
            const double needed = (metrics.horizontalAdvance(labels[i]) + metrics.horizontalAdvance(labels[i - 1])) / 2.0;
            QVERIFY2(apart > needed || ticks.size() == 2, qPrintable(labels.join(QLatin1Char(' '))));
        }
    }
}

void TstHistogramView::gridsOfChannelsAreBarsToo()
{
    const std::vector<float> values{-1.0F, -0.5F, 0.25F, 1.0F, 2.0F, -2.0F, 1.5F, 0.5F};
    const Tensor weight = Tensor::of<float>({2, 4}, std::span<const float>(values));
    const std::vector<Range> ranges{{-1, 1}, {-2, 2}};
    const Encoding encoding = makeEncoding(QuantSpec::parse("int4:channel:symmetric"), ranges, 0, false);
    const Tensor codes = quantize(weight, encoding);
    m_view->setData(weightHistogram("w", weight, &encoding, &codes, 32));
    plot().replot();
    const QColor bars = blended(gridColor(m_view->palette()), m_view->palette().color(QPalette::Base), 0.5);
    QVERIFY(test::countColor(test::painted(plot()), bars, plot().axisRect()->rect(), 30) > 100);
    QVERIFY(!plot().xAxis2->tickLabels()); // no common codes
    QVERIFY(plot().hasHandles()); // at the outer ends of all channels
    QVERIFY(m_view->textAt(2.0).contains(QStringLiteral("quantized count 1")));
}

void TstHistogramView::followsThePalette()
{
    test::useTestPalette(true);
    m_view->setPalette(test::testPalette(true));
    QCoreApplication::processEvents();
    plot().replot();
    const QImage image = test::painted(plot());
    QCOMPARE(QColor(image.pixel(image.width() - 3, image.height() - 3)), test::testPalette(true).color(QPalette::Base));
    QVERIFY(test::countColor(image, accent(test::testPalette(true))) > 50);
}

QTEST_MAIN(TstHistogramView)
#include "tst_histogram_view.moc"
