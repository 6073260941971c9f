// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"

#include <QTest>

class TstVersion : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasThreeNumbers();
};

void TstVersion::hasThreeNumbers()
{
    const QString text = QString::fromUtf8(lathe::version().data(), int(lathe::version().size()));
    const QStringList parts = text.split(QLatin1Char('.'));
    QCOMPARE(parts.size(), 3);
    for (const QString& part : parts) {
        bool isNumber = false;
        part.toUInt(&isNumber);
        QVERIFY2(isNumber, qPrintable(text));
    }
}

QTEST_GUILESS_MAIN(TstVersion)
#include "tst_version.moc"
