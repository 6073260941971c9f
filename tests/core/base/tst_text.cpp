// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <clocale>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/checked.h"
#include "tests/support/expect_error.h"

using namespace lathe;

class TestText : public QObject
{
    Q_OBJECT
private slots:
    void splitsJoinsAndTrims()
    {
        QCOMPARE(splitText("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
        QCOMPARE(splitText("", ','), (std::vector<std::string>{""}));
        QCOMPARE(joinText({"a", "", "b"}, ", "), std::string("a, , b"));
        QCOMPARE(joinText({}, ", "), std::string());
        QCOMPARE(trimText(" \t a b\r\n"), std::string_view("a b"));
        QCOMPARE(trimText(" \n "), std::string_view());
    }

    void realsReadBack()
    {
        std::mt19937_64 random(1);
        for (int i = 0; i < 20'000; ++i) {
            const double value = std::bit_cast<double>(random());
            const float single = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
            if (std::isfinite(value))
                QCOMPARE(parseReal(realText(value), "x"), value);
            if (std::isfinite(single))
                QCOMPARE(static_cast<float>(parseReal(realText(single), "x")), single);
        }
        QCOMPARE(realText(0.1), std::string("0.1"));
        QCOMPARE(realText(0.1f), std::string("0.1"));
        std::setlocale(LC_ALL, "de_DE.UTF-8");
        QCOMPARE(realText(1.5), std::string("1.5"));
        QCOMPARE(fixedText(1234.5, 1), std::string("1234.5"));
        std::setlocale(LC_ALL, "C");
    }

    void fixedDigits()
    {
        QCOMPARE(fixedText(0.125, 2), std::string("0.12"));
        QCOMPARE(fixedText(-0.001, 2), std::string("0.00"));
        QCOMPARE(fixedText(-1, 0), std::string("-1"));
        QCOMPARE(fixedText(std::numeric_limits<double>::max(), 300).size(), std::size_t{309 + 1 + 100});
        QCOMPARE(fixedText(std::numeric_limits<double>::infinity(), 2), std::string("inf"));
    }

    void sizes_data()
    {
        QTest::addColumn<qlonglong>("bytes");
        QTest::addColumn<QString>("text");
        const auto row = [](qlonglong bytes, const char* text) {
            QTest::addRow("%lld", bytes) << bytes << text;
        };
        row(0, "0 B");
        row(312, "312 B");
        row(999, "999 B");
        row(1000, "1 kB");
        row(1'100'000, "1.1 MB");
        row(1'234'567, "1.23 MB");
        row(12'345'678, "12.3 MB");
        row(123'456'789, "123 MB");
        row(999'499, "999 kB");
        row(999'500, "1 MB");
        row(9'995, "10 kB");
        row(99'949, "99.9 kB");
        row(99'950, "100 kB");
        row(-1500, "-1.5 kB");
        row(std::numeric_limits<qlonglong>::max(), "9.22 EB");
        row(std::numeric_limits<qlonglong>::min(), "-9.22 EB");
    }
    void sizes()
    {
        QFETCH(qlonglong, bytes);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(sizeText(bytes)), text);
    }

    void numbersMustBeWhole()
    {
        QCOMPARE(parseInteger("-12", "x"), std::int64_t{-12});
        QCOMPARE(parseInteger("9223372036854775807", "x"), std::numeric_limits<std::int64_t>::max());
        QCOMPARE(parseReal("-1.5e3", "x"), -1500.0);
        for (const char* bad : {"", " 1", "1 ", "1x", "9223372036854775808", "0x10", "1.5", "--1"})
            LATHE_EXPECT_ERROR(invalidArgument, parseInteger(bad, "x"));
        for (const char* bad : {"", " 1", "1,5", "1e", "1e999", "nan", "inf", "1.5 "})
            LATHE_EXPECT_ERROR(invalidArgument, parseReal(bad, "x"));
    }

    void arithmeticIsChecked()
    {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        QVERIFY(checkedMul(3, 4) == 12);
        QVERIFY(!checkedMul(most, 2));
        QVERIFY(!checkedMul(-1, 2));
        QVERIFY(checkedAdd(most, 0) == most);
        QVERIFY(!checkedAdd(most, 1));
    }
};

QTEST_APPLESS_MAIN(TestText)
#include "tst_text.moc"
