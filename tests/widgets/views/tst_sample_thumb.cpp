// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/sample_thumb.h"

#include <QSignalSpy>
#include <QTest>

#include <limits>

using namespace lathe;

class TstSampleThumb : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void smallPicturesGrowByWholePixels();
    void largePicturesFit();
    void signalIsDrawn();
    void clicksAndKeys();
    void captionIsReadToo();
    void selectionIsMarked();

private:
    std::unique_ptr<SampleThumb> m_thumb;
};

void TstSampleThumb::init()
{
    test::useTestPalette(false);
    m_thumb = std::make_unique<SampleThumb>();
    m_thumb->setCaption(QStringLiteral("glyph_0014.png"), QStringLiteral("sets max"));
    QVERIFY(test::showSized(*m_thumb, m_thumb->sizeHint()));
    m_thumb->clearFocus();
}

void TstSampleThumb::smallPicturesGrowByWholePixels()
{
    QImage glyph(28, 28, QImage::Format_RGB32);
    glyph.fill(Qt::red);
    glyph.setPixel(14, 14, qRgb(0, 0, 255));
    m_thumb->setImage(glyph);
    const QImage image = test::painted(*m_thumb);
    // 96 / 28 = 3.4: each picture element is a square of 3 pixels.
    QCOMPARE(test::countColor(image, Qt::blue), 9);
    QCOMPARE(test::countColor(image, Qt::red), 84 * 84 - 9);
}

void TstSampleThumb::largePicturesFit()
{
    QImage wide(400, 200, QImage::Format_RGB32);
    wide.fill(Qt::red);
    m_thumb->setImage(wide);
    const int red = test::countColor(test::painted(*m_thumb), Qt::red);
    QVERIFY2(std::abs(red - 96 * 48) <= 2 * 96, qPrintable(QString::number(red)));
}

void TstSampleThumb::signalIsDrawn()
{
    std::vector<float> wave(1000, 0.5F);
    wave[10] = std::numeric_limits<float>::quiet_NaN();
    for (std::vector<float> values : {wave, std::vector<float>(3, 0.0F), std::vector<float>{1.0F}}) {
        m_thumb->setSignal(values);
        QVERIFY(test::countColor(test::painted(*m_thumb), accent(m_thumb->palette()), {}, 60) > 20);
    }
    m_thumb->setSignal({});
    test::painted(*m_thumb);
}

void TstSampleThumb::clicksAndKeys()
{
    QSignalSpy clicked(m_thumb.get(), &SampleThumb::clicked);
    QTest::mouseClick(m_thumb.get(), Qt::LeftButton);
    QTest::keyClick(m_thumb.get(), Qt::Key_Return);
    QTest::keyClick(m_thumb.get(), Qt::Key_Space);
    QCOMPARE(clicked.size(), 3);
    QTest::mouseClick(m_thumb.get(), Qt::RightButton);
    QCOMPARE(clicked.size(), 3);
}

void TstSampleThumb::captionIsReadToo()
{
    QCOMPARE(m_thumb->accessibleName(), QStringLiteral("glyph_0014.png, sets max"));
    const int two = m_thumb->sizeHint().height();
    m_thumb->setCaption(QStringLiteral("one line"));
    QVERIFY(m_thumb->sizeHint().height() < two);
    m_thumb->setSide(48);
    QCOMPARE(m_thumb->sizeHint().width(), 56);
}

void TstSampleThumb::selectionIsMarked()
{
    const QColor mark = accent(m_thumb->palette());
    const int before = test::countColor(test::painted(*m_thumb), mark, {}, 4);
    m_thumb->setSelected(true);
    QVERIFY(test::countColor(test::painted(*m_thumb), mark, {}, 4) > before + 300);
}

QTEST_MAIN(TstSampleThumb)
#include "tst_sample_thumb.moc"
