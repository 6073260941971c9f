// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/shared_files.h"
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "widgets/support/icon.h"

#include <QDir>
#include <QPainter>
#include <QTest>

using namespace lathe;

class TstIcon : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFileIsInTheProgram();
    void takesThePalettesColor();
    void isSharpAtEveryScale();
    void unknownIsNull();
};

void TstIcon::everyFileIsInTheProgram()
{
    const QDir folder(QString::fromStdString(test::sourceFile("resources/icons").string()));
    const QStringList files = folder.entryList({QStringLiteral("*.svg")});
    QVERIFY(files.size() >= 15);
    for (const QString& file : files) {
        const QIcon drawn = icon(QFileInfo(file).baseName(), test::testPalette(false));
        QVERIFY2(!drawn.isNull(), qPrintable(file));
        const QImage image = drawn.pixmap(QSize(24, 24)).toImage();
        int inked = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                inked += qAlpha(image.pixel(x, y)) > 128 ? 1 : 0;
        QVERIFY2(inked > 20, qPrintable(file));
    }
}

void TstIcon::takesThePalettesColor()
{
    for (const bool dark : {false, true}) {
        const QPalette palette = test::testPalette(dark);
        const QIcon drawn = icon(QStringLiteral("model"), palette);
        const auto inks = [&](QIcon::Mode mode, QPalette::ColorGroup group) {
            QImage image(48, 48, QImage::Format_RGB32);
            image.fill(palette.color(QPalette::Window));
            QPainter painter(&image);
            painter.drawPixmap(0, 0, drawn.pixmap(QSize(48, 48), 1, mode));
            painter.end();
            return test::countColor(image, palette.color(group, QPalette::WindowText));
        };
        QVERIFY(inks(QIcon::Normal, QPalette::Active) > 40);
        QVERIFY(inks(QIcon::Disabled, QPalette::Disabled) > 40);
        QCOMPARE(inks(QIcon::Disabled, QPalette::Active), 0);
    }
}

void TstIcon::isSharpAtEveryScale()
{
    const QIcon drawn = icon(QStringLiteral("model"), test::testPalette(false));
    const QPixmap twice = drawn.pixmap(QSize(16, 16), 2);
    QCOMPARE(twice.size(), QSize(32, 32));
    QVERIFY(twice.toImage() != drawn.pixmap(QSize(16, 16), 1).toImage().scaled(32, 32));
}

void TstIcon::unknownIsNull()
{
    QVERIFY(icon(QStringLiteral("no such icon"), QPalette()).isNull());
}

QTEST_MAIN(TstIcon)
#include "tst_icon.moc"
