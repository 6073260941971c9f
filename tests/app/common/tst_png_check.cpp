// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/png_check.h"

#include "app/common/qt_image_decoder.h"
#include "tests/support/expect_error.h"

#include <QBuffer>
#include <QImage>
#include <QTest>

using namespace lathe;

class TstPngCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void soundFilesPass();
    void everyCutIsFound();
    void everyChangedByteIsFound();
    void nothingElseIsJudged();

private:
    static std::string damage(const QByteArray& bytes);

    QByteArray m_png;
};

void TstPngCheck::initTestCase()
{
    QImage image(9, 7, QImage::Format_RGB888);
    image.fill(qRgb(10, 200, 30));
    QBuffer buffer(&m_png);
    QVERIFY(buffer.open(QIODevice::WriteOnly) && image.save(&buffer, "PNG"));
}

std::string TstPngCheck::damage(const QByteArray& bytes)
{
    return pngDamage({reinterpret_cast<const std::byte*>(bytes.data()), static_cast<std::size_t>(bytes.size())});
}

void TstPngCheck::soundFilesPass()
{
    QCOMPARE(damage(m_png), std::string());
    QCOMPARE(damage(m_png + "what follows does not matter"), std::string());
}

void TstPngCheck::everyCutIsFound()
{
    for (qsizetype size = 8; size < m_png.size(); ++size)
        QVERIFY2(!damage(m_png.left(size)).empty(), qPrintable(QString::number(size)));
}

/// Sound, or not even a PNG any more; and the decoder never crashes on what is left.
void TstPngCheck::everyChangedByteIsFound()
{
    const ImageDecoder decode = qtImageDecoder();
    int unnoticed = 0;
    for (qsizetype at = 8; at < m_png.size(); ++at) {
        QByteArray bad = m_png;
        bad[at] = char(bad[at] ^ 0x41);
        if (damage(bad).empty())
            ++unnoticed;
        static_cast<void>(test::errorOf([&] {
            return decode({reinterpret_cast<const std::byte*>(bad.data()), static_cast<std::size_t>(bad.size())}, "bad.png");
        }));
    }
    // Only chunks that a reader may leave out (here pHYs: 12 bytes of frame and 9 of content).
    QVERIFY2(unnoticed <= 21, qPrintable(QString::number(unnoticed)));
}

void TstPngCheck::nothingElseIsJudged()
{
    QCOMPARE(damage(""), std::string());
    QCOMPARE(damage("GIF89a"), std::string());
    QCOMPARE(damage(QByteArray(100, '\xff')), std::string());
}

QTEST_GUILESS_MAIN(TstPngCheck)
#include "tst_png_check.moc"
