// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

std::string nested(int depth)
{
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

}

class TestJson : public QObject
{
    Q_OBJECT
private slots:
    void refusesWhatIsNotStrict_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("reason");
        const auto bad = [](const char* name, QByteArray text, const char* reason = "") {
            QTest::newRow(name) << text << QString(reason);
        };
        bad("empty", "");
        bad("blank", " \n");
        bad("duplicate", R"({"a":1,"a":1})", "given twice");
        bad("duplicate by escape", R"({"a":1,"\u0061":2})", "given twice");
        bad("nested duplicate", R"({"x":[{"a":1,"b":2,"a":3}]})", "given twice");
        bad("empty names", R"({"":1,"":2})", "given twice");
        bad("byte-order mark", "\xEF\xBB\xBF{}", "byte-order mark");
        bad("utf-16", QByteArray("\xFF\xFE{\0}\0", 6));
        bad("zero byte after", QByteArray("{}\0", 3), "zero byte");
        bad("zero byte hides garbage", QByteArray("{}\0garbage", 10), "zero byte");
        bad("zero byte in text", QByteArray("\"a\0b\"", 5), "zero byte");
        bad("bare continuation", "\"\x80\"");
        bad("overlong slash", "\"\xC0\xAF\"");
        bad("overlong three", "\"\xE0\x80\xAF\"");
        bad("encoded surrogate", "\"\xED\xA0\x80\"");
        bad("beyond unicode", "\"\xF4\x90\x80\x80\"");
        bad("cut sequence", "\"\xE2\x82\"");
        bad("high surrogate alone", R"("\ud800")");
        bad("low surrogate alone", R"("\udc00")");
        bad("high surrogate twice", R"("\ud800\ud800")");
        bad("high surrogate and text", R"("\ud800x")");
        bad("control character", "\"a\x01\"");
        bad("line end in text", "\"a\nb\"");
        bad("bad escape", R"("\x41")");
        bad("short escape", R"("\u00")");
        bad("open text", "\"abc");
        bad("open object", R"({"a":1)");
        bad("open array", "[1");
        bad("trailing comma", "[1,]");
        bad("trailing comma in object", R"({"a":1,})");
        bad("two values", "1 2");
        bad("garbage after", "{} x");
        bad("two objects", "{}{}");
        bad("comment", "/* */ 1");
        bad("line comment", "1 // x");
        bad("single quotes", "{'a':1}");
        bad("bare name", "{a:1}");
        bad("number as name", "{1:1}");
        bad("missing colon", R"({"a" 1})");
        bad("NaN", "NaN");
        bad("Infinity", "Infinity");
        bad("too large real", "1e999");
        bad("leading zero", "01");
        bad("leading plus", "+1");
        bad("bare point", ".5");
        bad("point at end", "5.");
        bad("open exponent", "1e");
        bad("hexadecimal", "0x10");
        bad("lone minus", "-");
        bad("True", "True");
        bad("cut literal", "tru");
        bad("2^53 + 1", "9007199254740993", "2^53");
        bad("-2^53 - 1", "-9007199254740993", "2^53");
        bad("2^63", "9223372036854775808", "2^53");
        bad("2^64", "18446744073709551616", "2^53");
        bad("-2^64", "-18446744073709551616", "2^53");
        bad("too deep", QByteArray::fromStdString(nested(33)), "too deeply");
        bad("far too deep", QByteArray::fromStdString(nested(1'000'000)), "too deeply");
        bad("too deep, open", QByteArray(100'000, '['), "too deeply");
        bad(
            "objects too deep",
            [] {
                QByteArray text;
                for (int i = 0; i < 33; ++i)
                    text += "{\"a\":";
                return text;
            }(),
            "too deeply");
    }
    void refusesWhatIsNotStrict()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, reason);
        const auto error = test::errorOf([&] { return parseJson(text.toStdString(), "file.json"); });
        QVERIFY(error);
        QVERIFY(error->code() == ErrorCode::jsonSyntax);
        QCOMPARE(error->where(), std::string("file.json"));
        QVERIFY2(QString(error->what()).contains(reason), error->what());
        QVERIFY2(!QString(error->what()).contains('{') || reason.isEmpty(), error->what());
    }

    void acceptsWhatIsStrict_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("dumped");
        const auto good = [](const char* name, QByteArray text, QByteArray dumped) {
            QTest::newRow(name) << text << dumped;
        };
        good("object", R"( { "b" : 1, "a" : [ true , false , null ] } )", R"({"a":[true,false,null],"b":1})");
        good("2^53", "9007199254740992", "9007199254740992");
        good("-2^53", "-9007199254740992", "-9007199254740992");
        good("real", "-1.5e3", "-1500.0");
        good("escapes", R"("\u00e9\n\ud83d\ude00\/")", "\"\xC3\xA9\\n\xF0\x9F\x98\x80/\"");
        good("escaped zero", R"("\u0000")", R"("\u0000")");
        good("text only", "\"x\"", "\"x\"");
        good("same name, other object", R"([{"a":1},{"a":2}])", R"([{"a":1},{"a":2}])");
        good("deepest", QByteArray::fromStdString(nested(32)), QByteArray::fromStdString(nested(32)));
    }
    void acceptsWhatIsStrict()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, dumped);
        QCOMPARE(QByteArray::fromStdString(dumpJson(parseJson(text.toStdString(), "x"))), dumped);
    }

    void limitsHold()
    {
        LATHE_EXPECT_ERROR(jsonSyntax, parseJson("[1,2]", "x", {.maxBytes = 4}));
        QCOMPARE(parseJson("[1,2]", "x", {.maxBytes = 5}).size(), std::size_t{2});
        LATHE_EXPECT_ERROR(jsonSyntax, parseJson("[[1]]", "x", {.maxDepth = 1}));
        LATHE_EXPECT_ERROR(jsonSyntax, parseJson("1.0", "x", {.allowReals = false}));
        LATHE_EXPECT_ERROR(jsonSyntax, parseJson("1e2", "x", {.allowReals = false}));
        QCOMPARE(parseJson("12", "x", {.allowReals = false}).get<int>(), 12);
    }

    void tellsLineAndColumn_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        QTest::newRow("literal") << "{\n  \"a\": trx\n}"
                                 << "(line 2, column 10)";
        QTest::newRow("cut literal") << "{\n  \"a\": tru\n}"
                                     << "(line 2, column 11)";
        QTest::newRow("first") << "x"
                               << "(line 1, column 1)";
        QTest::newRow("line start") << "{\n}\nx"
                                    << "(line 3, column 1)";
    }
    void tellsLineAndColumn()
    {
        QFETCH(QString, text);
        QFETCH(QString, place);
        const auto error = test::errorOf([&] { return parseJson(text.toStdString(), "x"); });
        QVERIFY(error);
        QVERIFY2(QString::fromStdString(error->message()).contains(place), error->what());
    }

    void dumpsReadBack()
    {
        Json value = {{"b", 0.1}, {"a", {1, "x\xC3\xA9", nullptr}}};
        QCOMPARE(dumpJson(value), std::string("{\"a\":[1,\"x\xC3\xA9\",null],\"b\":0.1}"));
        QVERIFY(parseJson(dumpJsonPretty(value), "x") == value);
        QVERIFY(dumpJsonPretty(value).ends_with("}\n"));
        // Bytes that are no text (a file name) must not stop a report.
        QVERIFY(!dumpJson(Json("\xff")).empty());
    }

    void objectsAreReadTyped()
    {
        const Json value = parseJson(R"({"s":"x","i":3,"r":1.5,"b":true,"l":[1,2.5],"o":{},"n":null})", "x");
        JsonObject object(value, "x");
        QCOMPARE(object.string("s"), std::string("x"));
        QCOMPARE(object.integer("i"), std::int64_t{3});
        QCOMPARE(object.real("i"), 3.0);
        QCOMPARE(object.real("r"), 1.5);
        QVERIFY(object.boolean("b", false));
        QCOMPARE(object.reals("l"), (std::vector<double>{1, 2.5}));
        QVERIFY(object.object("o").is_object());
        QCOMPARE(object.string("none", "fallback"), std::string("fallback"));
        QCOMPARE(object.integer("none", 7), std::int64_t{7});
        LATHE_EXPECT_ERROR(jsonField, object.expectNoMore());
        QVERIFY(object.any("n").is_null());
        object.expectNoMore();
    }

    void objectsNameTheField()
    {
        const Json value = parseJson(R"({"s":1,"i":1.5,"l":["x"],"b":0})", "x");
        JsonObject object(value, "x");
        LATHE_EXPECT_ERROR(jsonField, object.string("s"));
        LATHE_EXPECT_ERROR(jsonField, object.string("s", "fallback"));
        LATHE_EXPECT_ERROR(jsonField, object.integer("i"));
        LATHE_EXPECT_ERROR(jsonField, object.reals("l"));
        LATHE_EXPECT_ERROR(jsonField, object.boolean("b", true));
        LATHE_EXPECT_ERROR(jsonField, object.real("missing"));
        LATHE_EXPECT_ERROR(jsonField, object.object("s"));
        LATHE_EXPECT_ERROR(jsonField, object.array("s"));
        LATHE_EXPECT_ERROR(jsonField, JsonObject(Json(1), "x"));
        const auto error = test::errorOf([&] { return object.real("missing"); });
        QCOMPARE(error->message(), std::string("x: The field \"missing\" is missing."));
    }
};

QTEST_APPLESS_MAIN(TestJson)
#include "tst_json.moc"
