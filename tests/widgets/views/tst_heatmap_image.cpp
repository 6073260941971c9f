// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "widgets/views/heatmap_image.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace lathe;

class TstHeatmapImage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void worstCells();
    void onePixelACell();
    void badChannelSurvivesShrinking();
    void badRowSurvivesShrinking();
    void missingIsTransparent();
    void windowShowsItsPart();
    void signedKeepsTheLargest();
    void scaleEnds();
    void emptyInputs();
    void millionsOfCells();
};

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

HeatmapData rowsOf(std::vector<std::vector<float>> rows)
{
    HeatmapData data;
    for (std::vector<float>& cells : rows)
        data.rows.push_back({std::to_string(data.rows.size()), "row", std::move(cells)});
    return data;
}

HeatmapWindow whole(const HeatmapData& data)
{
    return {0, static_cast<double>(data.rows.size()), 0, 1};
}

}

void TstHeatmapImage::worstCells()
{
    HeatmapData data;
    QCOMPARE(worstCell(data, {3, missing, 1, 2}, 0, 4), 1.0F);
    QCOMPARE(worstCell(data, {3, missing, 1, 2}, 0, 2), 3.0F);
    QVERIFY(std::isnan(worstCell(data, {missing, missing}, 0, 2)));
    data.highIsGood = false;
    QCOMPARE(worstCell(data, {3, 1, 2}, 0, 3), 3.0F);
    data.diverging = true;
    QCOMPARE(worstCell(data, {3, -4, 2}, 0, 3), -4.0F);
}

void TstHeatmapImage::onePixelACell()
{
    const HeatmapData data = rowsOf({{0, 10, 20, 30}, {60, 50, 40, 30}});
    const HeatmapImage picture = heatmapImage(data, whole(data), {4, 2}, false);
    QCOMPARE(picture.image.size(), QSize(4, 2));
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 4; ++x)
            QVERIFY(test::isNear(picture.image.pixel(x, y),
                                 heatmapColor(data, data.rows[static_cast<std::size_t>(y)].cells[static_cast<std::size_t>(x)], false).rgb(), 2));
}

void TstHeatmapImage::badChannelSurvivesShrinking()
{
    std::mt19937 random(5);
    std::uniform_int_distribution<std::size_t> pick(0, 1279);
    for (int round = 0; round < 50; ++round) {
        HeatmapData data = rowsOf({std::vector<float>(1280, 55.0F)});
        const std::size_t bad = pick(random);
        data.rows[0].cells[bad] = 1;
        const QImage image = heatmapImage(data, whole(data), {97, 10}, false).image;
        int found = 0;
        for (int x = 0; x < image.width(); ++x)
            found += test::isNear(image.pixel(x, 0), heatmapColor(data, 1, false).rgb(), 2) ? 1 : 0;
        QVERIFY2(found >= 1 && found <= 2, qPrintable(QString::number(bad)));
    }
}

void TstHeatmapImage::badRowSurvivesShrinking()
{
    HeatmapData data = rowsOf(std::vector<std::vector<float>>(1000, {50, 50}));
    data.rows[777].cells[1] = 0;
    const HeatmapImage picture = heatmapImage(data, whole(data), {10, 120}, false);
    QCOMPARE(picture.image.height(), 120);
    int found = 0;
    for (int y = 0; y < 120; ++y)
        found += test::isNear(picture.image.pixel(9, y), heatmapColor(data, 0, false).rgb(), 2) ? 1 : 0;
    QCOMPARE(found, 1);
}

void TstHeatmapImage::missingIsTransparent()
{
    const HeatmapData data = rowsOf({{missing, 30}, {}});
    const QImage image = heatmapImage(data, whole(data), {2, 2}, false).image;
    QCOMPARE(qAlpha(image.pixel(0, 0)), 0);
    QCOMPARE(qAlpha(image.pixel(1, 0)), 255);
    QCOMPARE(qAlpha(image.pixel(0, 1)), 0);
    QVERIFY(!heatmapColor(data, missing, false).isValid());
}

void TstHeatmapImage::windowShowsItsPart()
{
    HeatmapData data = rowsOf(std::vector<std::vector<float>>(8, std::vector<float>(16)));
    for (std::size_t r = 0; r < 8; ++r)
        for (std::size_t c = 0; c < 16; ++c)
            data.rows[r].cells[c] = static_cast<float>(4 * c);
    const HeatmapImage picture = heatmapImage(data, {2.5, 3, 0.25, 0.5}, {8, 100}, false);
    QCOMPARE(picture.firstRow, 2);
    QCOMPARE(picture.rows, 4); // 2.5 to 5.5 touches rows 2 to 5
    for (int x = 0; x < 8; ++x)
        QVERIFY(test::isNear(picture.image.pixel(x, 0), heatmapColor(data, static_cast<float>(4 * (4 + x)), false).rgb(), 3));
}

void TstHeatmapImage::signedKeepsTheLargest()
{
    HeatmapData data = rowsOf({{-1, -5, 4, 0}});
    data.diverging = true;
    data.low = -5;
    data.high = 5;
    const QImage image = heatmapImage(data, whole(data), {1, 1}, false).image;
    QVERIFY(test::isNear(image.pixel(0, 0), heatmapColor(data, -5, false).rgb(), 2));
    QVERIFY(qBlue(image.pixel(0, 0)) > qRed(image.pixel(0, 0)));
}

void TstHeatmapImage::scaleEnds()
{
    HeatmapData data;
    const float infinity = std::numeric_limits<float>::infinity();
    QCOMPARE(heatmapColor(data, infinity, false), heatmapColor(data, data.high, false));
    QCOMPARE(heatmapColor(data, -infinity, false), heatmapColor(data, data.low, false));
    data.low = data.high = 7; // no scale: no division by zero
    QVERIFY(heatmapColor(data, 7, false).isValid());
    data.diverging = true;
    data.low = -2;
    data.high = 1; // the middle is 0 all the same
    QVERIFY(heatmapColor(data, 0, false).saturation() < 10);
}

void TstHeatmapImage::emptyInputs()
{
    const HeatmapData none;
    QVERIFY(heatmapImage(none, {0, 1, 0, 1}, {10, 10}, false).image.isNull());
    const HeatmapData data = rowsOf({{1}});
    QVERIFY(heatmapImage(data, whole(data), {0, 10}, false).image.isNull());
    QCOMPARE(heatmapImage(data, {5, 3, 0, 1}, {4, 4}, false).rows, 0);
}

void TstHeatmapImage::millionsOfCells()
{
    const HeatmapData data = rowsOf(std::vector<std::vector<float>>(1000, std::vector<float>(4000, 30.0F)));
    QElapsedTimer timer;
    timer.start();
    const HeatmapImage picture = heatmapImage(data, whole(data), {1600, 800}, false);
    qInfo("4 million cells: %lld ms", timer.elapsed());
    QCOMPARE(picture.image.size(), QSize(1600, 800));
    QVERIFY(timer.elapsed() < 5000); // a bound for slow machines, not a target
}

QTEST_MAIN(TstHeatmapImage)
#include "tst_heatmap_image.moc"
