// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/base64url.h"

#include <QtTest>
#include <random>

using namespace lathe;

class TestBase64Url : public QObject
{
    Q_OBJECT
private slots:
    void agreesWithAnotherImplementation()
    {
        std::mt19937 random(1);
        for (qsizetype size = 0; size < 100; ++size) {
            QByteArray data(size, '\0');
            for (char& c : data)
                c = static_cast<char>(random());
            const auto bytes = std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(size)));
            const std::string text = encodeBase64Url(bytes);
            QCOMPARE(QByteArray::fromStdString(text),
                     data.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
            const auto back = decodeBase64Url(text);
            QVERIFY(back && std::equal(back->begin(), back->end(), bytes.begin(), bytes.end()));
        }
    }

    void everyTextHasOneReading()
    {
        // Of all texts of up to three characters, each that is accepted is the encoding of what it gives.
        const std::string alphabet = "ABQgw_-+/=\n 9z";
        std::vector<std::string> texts{""};
        for (std::size_t from = 0, length = 0; length < 3; ++length) {
            const std::size_t end = texts.size();
            for (; from < end; ++from)
                for (const char c : alphabet)
                    texts.push_back(texts[from] + c);
        }
        int accepted = 0;
        for (const std::string& text : texts)
            if (const auto bytes = decodeBase64Url(text)) {
                ++accepted;
                QCOMPARE(encodeBase64Url(*bytes), text);
            }
        QVERIFY(accepted > 20);
    }

    void refusesWhatIsNotStrict_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"A", "AAAAA", "AA=", "AA==", "AB", "AAB", "A+AA", "A/AA", "AA A", "AAAA\n", "AA.A", "?AAA",
              "\xC3\xA4"
              "AA"})
            QTest::newRow(text) << QString(text);
    }
    void refusesWhatIsNotStrict()
    {
        QFETCH(QString, text);
        QVERIFY(!decodeBase64Url(text.toStdString()));
    }
};

QTEST_APPLESS_MAIN(TestBase64Url)
#include "tst_base64url.moc"
