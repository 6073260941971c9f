// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "tests/widgets/views/view_samples.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/summary_chart.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace lathe;

class TstSummaryChart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void barsAreProportional();
    void missingAndExact();
    void clickAndHover();
    void tooManyAreCut();
    void theLegendLeavesRoomForTheTitle();
    void sameNamesStayApart();
    void emptyHasItsText();
    void followsThePalette();

private:
    /// The longest run of a colour in each line of pixels, from the top; lines without it are left out, equal neighbours
    /// are one bar.
    std::vector<int> barWidths(const QColor& color);

    std::unique_ptr<SummaryChart> m_chart;
};

namespace {

SummaryChartData oneSeries(const std::vector<double>& values)
{
    SummaryChartData data;
    data.title = QStringLiteral("Values");
    data.series = {QStringLiteral("plan")};
    data.axisHigh = 100;
    for (std::size_t i = 0; i < values.size(); ++i)
        data.categories.push_back({QStringLiteral("id%1").arg(i), QStringLiteral("row %1").arg(i), {{values[i], {}, {}, {}}}});
    return data;
}

}

void TstSummaryChart::init()
{
    test::useTestPalette(false);
    m_chart = std::make_unique<SummaryChart>();
    m_chart->setData(oneSeries({80, 20, 40}));
    QVERIFY(test::showSized(*m_chart, {500, 300}));
}

std::vector<int> TstSummaryChart::barWidths(const QColor& color)
{
    const QImage image = test::painted(*m_chart);
    std::vector<int> widths;
    bool inside = false;
    for (int y = 40; y < image.height(); ++y) {
        int run = 0;
        int longest = 0;
        for (int x = 0; x < image.width(); ++x) {
            run = test::isNear(image.pixel(x, y), color.rgb(), 6) ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        if (longest > 2 && !inside)
            widths.push_back(0);
        inside = longest > 2;
        if (inside)
            widths.back() = std::max(widths.back(), longest);
    }
    return widths;
}

void TstSummaryChart::barsAreProportional()
{
    const std::vector<int> widths = barWidths(accent(m_chart->palette()));
    QCOMPARE(widths.size(), std::size_t(3)); // from the top, in the given order
    QVERIFY(std::abs(widths[1] * 4 - widths[0]) <= 6);
    QVERIFY(std::abs(widths[2] * 2 - widths[0]) <= 4);
}

void TstSummaryChart::missingAndExact()
{
    m_chart->setData(oneSeries({50, std::nan(""), std::numeric_limits<double>::infinity()}));
    const std::vector<int> widths = barWidths(accent(m_chart->palette()));
    QCOMPARE(widths.size(), std::size_t(2));
    QVERIFY(std::abs(widths[0] * 2 - widths[1]) <= 4); // exact fills the axis
}

void TstSummaryChart::clickAndHover()
{
    QSignalSpy clicked(m_chart.get(), &SummaryChart::categoryClicked);
    QSignalSpy hovered(m_chart.get(), &SummaryChart::categoryHovered);
    QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, QPoint(200, 150)); // the middle one of three
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toString(), QStringLiteral("id1"));
    QTest::mouseMove(m_chart->viewport(), QPoint(200, 151));
    QTRY_VERIFY(hovered.size() >= 1);
    QCOMPARE(hovered.last()[0].toString(), QStringLiteral("id1"));
    QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, QPoint(200, 5));
    QCOMPARE(clicked.size(), 1);
}

void TstSummaryChart::tooManyAreCut()
{
    m_chart->setData(oneSeries(std::vector<double>(30, 50)), 10);
    m_chart->resize(500, 600);
    QCOMPARE(barWidths(accent(m_chart->palette())).size(), std::size_t(10));
    // In little height, fewer: their texts must not touch.
    m_chart->resize(500, 160);
    const std::size_t few = barWidths(accent(m_chart->palette())).size();
    QVERIFY(few >= 3);
    QVERIFY(static_cast<int>(few) * m_chart->fontMetrics().ascent() < 160);
    m_chart->resize(500, 600);
    QCOMPARE(barWidths(accent(m_chart->palette())).size(), std::size_t(10));
}

void TstSummaryChart::theLegendLeavesRoomForTheTitle()
{
    SummaryChartData data;
    data.title = QStringLiteral("A title that says what is shown");
    data.series = {QStringLiteral("before"), QStringLiteral("after")};
    data.categories.push_back({QStringLiteral("id"), QStringLiteral("row"), {{1, {}, {}, {}}, {2, {}, {}, {}}}});
    m_chart->setData(data);
    // The first line of pixels that a swatch of the legend is in.
    const auto legendTop = [this] {
        const QImage image = test::painted(*m_chart);
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (test::isNear(image.pixel(x, y), accent(m_chart->palette()).rgb(), 6))
                    return y;
        return image.height();
    };
    const int line = m_chart->fontMetrics().height();
    m_chart->resize(500, 300);
    QVERIFY(legendTop() < line);
    m_chart->resize(260, 300);
    QVERIFY(legendTop() > line);
    QCOMPARE(m_chart->toolTip(), data.title);
}

void TstSummaryChart::sameNamesStayApart()
{
    SummaryChartData data = oneSeries({80, 20});
    data.categories[0].label = data.categories[1].label = QStringLiteral("a very long name of a layer that is cut short");
    m_chart->setData(data);
    QCOMPARE(barWidths(accent(m_chart->palette())).size(), std::size_t(2));
}

void TstSummaryChart::emptyHasItsText()
{
    m_chart->setEmptyText(QStringLiteral("Nothing yet"));
    m_chart->setData({});
    const QImage image = test::painted(*m_chart);
    QVERIFY(test::countColor(image, m_chart->palette().color(QPalette::Base), {}, 2) < image.width() * image.height());
    QSignalSpy clicked(m_chart.get(), &SummaryChart::categoryClicked);
    QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, QPoint(200, 150));
    QCOMPARE(clicked.size(), 0);
}

void TstSummaryChart::followsThePalette()
{
    test::useTestPalette(true);
    m_chart->setPalette(test::testPalette(true));
    const QImage image = test::painted(*m_chart);
    QCOMPARE(QColor(image.pixel(image.width() - 2, image.height() - 2)), test::testPalette(true).color(QPalette::Base));
    QCOMPARE(barWidths(accent(test::testPalette(true))).size(), std::size_t(3));
}

QTEST_MAIN(TstSummaryChart)
#include "tst_summary_chart.moc"
