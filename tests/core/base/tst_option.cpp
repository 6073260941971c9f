// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/option.h"

#include <limits>

#include "tests/support/expect_error.h"

using namespace lathe;

class TestOption : public QObject
{
    Q_OBJECT
private slots:
    void valuesAreCheckedAgainstTheDeclaration()
    {
        const std::vector<Option> options{
            {.id = "p", .kind = Option::Kind::real, .minimum = 0.5, .maximum = 1, .defaultValue = 0.99},
            {.id = "n", .kind = Option::Kind::integer, .minimum = -2, .maximum = 8, .defaultValue = 4},
            {.id = "c", .kind = Option::Kind::choice, .defaultValue = 1, .choices = {"a", "b", "c"}},
            {.id = "f", .kind = Option::Kind::flag},
        };
        QCOMPARE(optionValue(options, {}, "p"), 0.99);
        QCOMPARE(optionValue(options, {{"p", 0.5}}, "p"), 0.5);
        QCOMPARE(optionValue(options, {{"n", -2}}, "n"), -2.0);
        QCOMPARE(optionValue(options, {{"c", 2}}, "c"), 2.0);
        QCOMPARE(optionValue(options, {{"f", 1}}, "f"), 1.0);
        LATHE_EXPECT_ERROR(invalidArgument, optionValue(options, {{"p", 0.49}}, "p"));
        LATHE_EXPECT_ERROR(invalidArgument,
                           optionValue(options, {{"p", std::numeric_limits<double>::quiet_NaN()}}, "p"));
        LATHE_EXPECT_ERROR(invalidArgument, optionValue(options, {{"n", 9}}, "n"));
        LATHE_EXPECT_ERROR(invalidArgument, optionValue(options, {{"n", 1.5}}, "n"));
        LATHE_EXPECT_ERROR(invalidArgument, optionValue(options, {{"c", 3}}, "c"));
        LATHE_EXPECT_ERROR(invalidArgument, optionValue(options, {{"f", 2}}, "f"));
        LATHE_EXPECT_ERROR(unknownName, optionValue(options, {}, "x"));
    }
};

QTEST_APPLESS_MAIN(TestOption)
#include "tst_option.moc"
