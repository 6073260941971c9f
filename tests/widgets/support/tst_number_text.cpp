// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/number_text.h"

#include <QFontMetrics>
#include <QTest>

#include <cmath>
#include <limits>

using namespace lathe;

class TstNumberText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbers_data();
    void numbers();
    void sqnr();
    void counts();
    void shares();
    void durations();
    void figuresAreTabular();
};

void TstNumberText::numbers_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    const auto row = [](double value, const char* text) { QTest::newRow(text) << value << QString::fromUtf8(text); };
    row(0, "0");
    row(1.23456, "1.23");
    row(-0.0123456, "−0.0123");
    row(99.96, "100");
    row(9.996, "10.0");
    row(1, "1.00");
    row(4.5, "4.50");
    row(50, "50.0");
    row(0.25, "0.250");
    row(999.4, "999");
    row(999.6, "1000");
    row(12345.6, "12346");
    row(1.5e7, "1.50e+07");
    row(1.2345e-5, "1.23e−05");
    row(std::nan(""), "–");
    row(std::numeric_limits<double>::infinity(), "∞");
    row(-std::numeric_limits<double>::infinity(), "−∞");
}

void TstNumberText::numbers()
{
    QFETCH(double, value);
    QFETCH(QString, text);
    QCOMPARE(numberText(value), text);
}

void TstNumberText::sqnr()
{
    QCOMPARE(sqnrText(23.449), QStringLiteral("23.4"));
    QCOMPARE(sqnrText(-1.27), QStringLiteral("−1.3"));
    QCOMPARE(sqnrText(std::numeric_limits<double>::infinity()), QStringLiteral("exact"));
    QCOMPARE(sqnrText(std::nan("")), QStringLiteral("–"));
}

void TstNumberText::counts()
{
    QCOMPARE(countText(0), QStringLiteral("0"));
    QCOMPARE(countText(999), QStringLiteral("999"));
    QCOMPARE(countText(1000), QStringLiteral("1.00 k"));
    QCOMPARE(countText(12345), QStringLiteral("12.3 k"));
    QCOMPARE(countText(999999), QStringLiteral("1.00 M"));
    QCOMPARE(countText(1234567), QStringLiteral("1.23 M"));
    QCOMPARE(countText(4200000000), QStringLiteral("4.20 G"));
    QCOMPARE(bytesText(312), QStringLiteral("312 B"));
    QCOMPARE(bytesText(1000), QStringLiteral("1.00 kB"));
    QCOMPARE(bytesText(13'960'000), QStringLiteral("14.0 MB"));
    QCOMPARE(bytesText(999'600), QStringLiteral("1.00 MB"));
}

void TstNumberText::shares()
{
    QCOMPARE(shareText(0), QStringLiteral("0"));
    QCOMPARE(shareText(1e-6), QStringLiteral("< 0.01 %"));
    QCOMPARE(shareText(0.0031), QStringLiteral("0.310 %"));
    QCOMPARE(shareText(0.1234), QStringLiteral("12.3 %"));
    QCOMPARE(shareText(1), QStringLiteral("100 %"));
}

void TstNumberText::durations()
{
    QCOMPARE(durationText(0.2), QStringLiteral("1 s"));
    QCOMPARE(durationText(59), QStringLiteral("59 s"));
    QCOMPARE(durationText(200), QStringLiteral("3 min 20 s"));
    QCOMPARE(durationText(7320), QStringLiteral("2 h 2 min"));
}

void TstNumberText::figuresAreTabular()
{
    const QFontMetricsF metrics(tabularFont(QFont()));
    for (int digit = 1; digit < 10; ++digit)
        QCOMPARE(metrics.horizontalAdvance(QString::number(digit)), metrics.horizontalAdvance(QStringLiteral("0")));
}

QTEST_MAIN(TstNumberText)
#include "tst_number_text.moc"
