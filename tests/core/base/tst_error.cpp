// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "core/base/error.h"
#include "core/base/table.h"
#include "tests/support/expect_error.h"

using namespace lathe;

class TestError : public QObject
{
    Q_OBJECT
private slots:
    void everyCodeHasItsRow()
    {
        std::set<std::string> names;
        int index = 0;
        for (const ErrorText& row : errorTexts()) {
            QCOMPARE(static_cast<int>(row.code), index++);
            QVERIFY2(names.insert(row.name).second, row.name);
            QVERIFY2(std::string(row.message).ends_with('.') || std::string(row.message) == "{what}",
                     row.name);
        }
    }

    void fillsTemplates_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("filled");
        QTest::newRow("known") << "a {key} b"
                               << "a value b";
        QTest::newRow("unknown") << "a {other} b"
                                 << "a {other} b";
        QTest::newRow("twice") << "{key}{key}"
                               << "valuevalue";
        QTest::newRow("open") << "a {key"
                              << "a {key";
        QTest::newRow("nested") << "{a{key}"
                                << "{avalue";
        QTest::newRow("values are not filled again") << "{brace}"
                                                     << "{key}";
        QTest::newRow("empty") << ""
                               << "";
    }
    void fillsTemplates()
    {
        QFETCH(QString, text);
        QFETCH(QString, filled);
        const ErrorValues values{{"key", "value"}, {"brace", "{key}"}};
        QCOMPARE(QString::fromStdString(fillTemplate(text.toStdString(), values)), filled);
    }

    void tellsWhereWhatAndWhile()
    {
        const auto error = test::errorOf([] {
            return whileDoing("opening the project", [] {
                return whileDoing("reading the plan", []() -> int {
                    throw Error(ErrorCode::planInvalid, "plan.json", {{"reason", "it is empty"}});
                });
            });
        });
        QVERIFY(error);
        QCOMPARE(error->message(), std::string("plan.json: The plan is not valid: it is empty."));
        QCOMPARE(error->hint(), std::string("Correct the plan."));
        QCOMPARE(std::string(error->what()),
                 std::string("plan.json: The plan is not valid: it is empty. Correct the plan. "
                             "(while reading the plan, while opening the project)"));
    }

    void whileDoingReturnsWhatItsWorkReturns()
    {
        int value = 3;
        int& same = whileDoing("x", [&]() -> int& { return value; });
        QCOMPARE(&same, &value);
    }

    void tablesRefuseUnknownAndRepeatedIds()
    {
        struct Entry
        {
            std::string id;
        };
        Table<Entry> table;
        table.add({"b"});
        table.add({"a"});
        QCOMPARE(table.get("a", "thing").id, std::string("a"));
        QVERIFY(!table.find("c"));
        LATHE_EXPECT_ERROR(internal, table.add({"a"}));
        const auto error = test::errorOf([&] { return table.get("c", "thing"); });
        QCOMPARE(error->message(), std::string("c: There is no thing \"c\"."));
        QCOMPARE(error->hint(), std::string("Known: b, a."));
    }
};

QTEST_APPLESS_MAIN(TestError)
#include "tst_error.moc"
