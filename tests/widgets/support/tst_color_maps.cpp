// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/palettes.h"
#include "widgets/support/color_maps.h"

#include <QTest>

using namespace lathe;

class TstColorMaps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contrastFollowsWcag();
    void magnitudeMapsGrowBrighter();
    void signedMapIsCentred();
    void bitRampIsOrderedAndDistinct();
    void textReads_data();
    void textReads();
};

void TstColorMaps::contrastFollowsWcag()
{
    QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
    QCOMPARE(contrast(Qt::red, Qt::red), 1.0);
    // The published example of WCAG: #777777 on white is 4.48.
    QVERIFY(std::abs(contrast(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
}

void TstColorMaps::magnitudeMapsGrowBrighter()
{
    for (QColor (*map)(double) : {viridis, cividis}) {
        double before = 0;
        for (int i = 0; i <= 100; ++i) {
            const double brightness = contrast(map(i / 100.0), Qt::black);
            QVERIFY2(brightness >= before, qPrintable(QString::number(i)));
            before = brightness;
        }
        QCOMPARE(map(-3), map(0));
        QCOMPARE(map(7), map(1));
    }
    QCOMPARE(viridis(0), QColor(0x44, 0x01, 0x54));
    QCOMPARE(viridis(1), QColor(0xfd, 0xe7, 0x25));
}

void TstColorMaps::signedMapIsCentred()
{
    for (const bool dark : {false, true}) {
        const QColor middle = diverging(0, dark);
        QVERIFY(middle.saturation() < 10);
        QVERIFY(diverging(-1, dark).blue() > diverging(-1, dark).red());
        QVERIFY(diverging(1, dark).red() > diverging(1, dark).blue());
        // Away from zero is away from the middle, as far on either side.
        for (const double side : {-1.0, 1.0})
            for (int i = 1; i <= 10; ++i)
                QVERIFY(contrast(diverging(side * i / 10, dark), middle) >= contrast(diverging(side * (i - 1) / 10, dark), middle));
    }
}

void TstColorMaps::bitRampIsOrderedAndDistinct()
{
    for (const bool dark : {false, true}) {
        int hue = -1;
        for (int bits = 2; bits <= 8; ++bits) {
            const QColor color = bitsColor(bits, dark);
            const int turned = (color.hue() + 30) % 360; // red is 330 to 360 and 0 to 30
            QVERIFY2(turned > hue, qPrintable(QString::number(bits)));
            hue = turned;
        }
        QVERIFY(bitsColor(16, dark) != bitsColor(8, dark));
        QVERIFY(bitsColor(32, dark).saturation() < 10);
    }
}

void TstColorMaps::textReads_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TstColorMaps::textReads()
{
    QFETCH(bool, dark);
    constexpr double text = 4.5;    // WCAG AA for text
    constexpr double graphics = 3.0; // and for graphical objects
    const QPalette palette = test::testPalette(dark);
    QCOMPARE(isDark(palette), dark);
    const QColor ground = palette.color(QPalette::Base);
    for (const int bits : {2, 3, 4, 5, 6, 7, 8, 16, 32})
        QVERIFY2(contrast(chipColor(bitsColor(bits, dark), palette), palette.color(QPalette::Text)) >= text,
                 qPrintable(QString::number(bits)));
    for (int i = -20; i <= 20; ++i) {
        for (const QColor& cell : {viridis(std::abs(i) / 20.0), cividis(std::abs(i) / 20.0), diverging(i / 20.0, dark)})
            QVERIFY2(contrast(cell, textOn(cell)) >= text, qPrintable(cell.name()));
    }
    for (const QColor& color : {accent(palette), gridColor(palette), alarmColor(palette), warningColor(palette)})
        QVERIFY2(contrast(color, ground) >= graphics, qPrintable(color.name()));
    QVERIFY(contrast(accent(palette), palette.color(QPalette::Window)) >= text); // labels of the selection
}

QTEST_MAIN(TstColorMaps)
#include "tst_color_maps.moc"
