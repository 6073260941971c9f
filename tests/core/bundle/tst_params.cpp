// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/params.h"

#include <limits>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

std::vector<ParamsEntry> sample()
{
    return {
        {.name = "conv1/w",
         .format = "int8",
         .bits = 8,
         .axis = 0,
         .minimumCode = -127,
         .maximumCode = 127,
         .scale = {0.5f, 0.25f, 1e-30f},
         .zeroPoint = {0, 0, 0}},
        {.name = "input",
         .format = "uint8",
         .bits = 8,
         .minimumCode = 0,
         .maximumCode = 255,
         .scale = {0.1f},
         .zeroPoint = {128}},
        {.name = "half", .format = "float16", .bits = 16},
        {.name = "fc/w",
         .format = "int4",
         .bits = 4,
         .axis = 1,
         .block = 32,
         .minimumCode = -8,
         .maximumCode = 7,
         .scale = {1, 2},
         .zeroPoint = {-8, 7}},
    };
}

ParamsEntry changed(void (*change)(ParamsEntry&))
{
    ParamsEntry entry = sample()[0];
    change(entry);
    return entry;
}

}

class TestParams : public QObject
{
    Q_OBJECT
private slots:
    void readsBackWhatItWrote()
    {
        QVERIFY(readParams(writeParams(sample()), "x") == sample());
        QVERIFY(readParams(writeParams({}), "x").empty());
    }

    void theLayoutIsAsDescribed()
    {
        const Bytes bytes = writeParams(std::vector{sample()[1]});
        const QByteArray expected = QByteArray("TLPARAM1") +
                                    QByteArray::fromHex("01000000"
                                                        "01000000"
                                                        "01000000"
                                                        "0c000000"
                                                        "cdcccc3d"
                                                        "80000000"
                                                        "00000000"
                                                        "05000000"
                                                        "05000000"
                                                        "05000000"
                                                        "08000000"
                                                        "ffffffff"
                                                        "00000000"
                                                        "00000000"
                                                        "ff000000"
                                                        "00000000"
                                                        "00000000"
                                                        "01000000") +
                                    QByteArray("inputuint8\0\0", 12);
        QCOMPARE(
            QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())),
            expected);
    }

    void encodingsBecomeEntries()
    {
        const std::vector<Range> ranges{{-1, 1}, {-2, 2}};
        Encodings encodings;
        encodings.weights["w"] = std::make_shared<Encoding>(
            makeEncoding(QuantSpec::parse("int8:channel:symmetric"), ranges, 0, true));
        encodings.activations["x"] = std::make_shared<Encoding>(
            makeEncoding(QuantSpec::parse("uint8"), std::vector<Range>{{0, 1}}, -1, false));
        const auto entries = paramsOf(encodings);
        QCOMPARE(entries.size(), std::size_t{2});
        QCOMPARE(entries[0].name, std::string("x"));
        QCOMPARE(entries[0].format, std::string("uint8"));
        QCOMPARE(entries[1].axis, 0);
        QCOMPARE(entries[1].minimumCode, -127);
        QCOMPARE(entries[1].scale, encodings.weights["w"]->scale);
        QVERIFY(readParams(writeParams(entries), "x") == entries);
    }

    void badEntriesAreNotWritten_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < 12; ++i)
            QTest::addRow("%d", i) << i;
    }
    void badEntriesAreNotWritten()
    {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const std::vector<ParamsEntry> bad{
            changed([](ParamsEntry& e) { e.name.clear(); }),
            changed([](ParamsEntry& e) { e.format.clear(); }),
            changed([](ParamsEntry& e) { e.bits = 0; }),
            changed([](ParamsEntry& e) { e.bits = 7; }),
            changed([](ParamsEntry& e) { e.axis = -2; }),
            changed([](ParamsEntry& e) { e.axis = -1; }),
            changed([](ParamsEntry& e) { e.block = -1; }),
            changed([](ParamsEntry& e) { e.minimumCode = 128; }),
            changed([](ParamsEntry& e) { e.scale[0] = 0; }),
            changed([](ParamsEntry& e) { e.scale[0] = infinity; }),
            changed([](ParamsEntry& e) { e.scale[0] = -1; }),
            changed([](ParamsEntry& e) { e.zeroPoint.pop_back(); }),
        };
        QFETCH(int, index);
        LATHE_EXPECT_ERROR(invalidArgument,
                           writeParams(std::vector{bad.at(static_cast<std::size_t>(index))}));
    }

    void namesAreUnique()
    {
        LATHE_EXPECT_ERROR(invalidArgument, writeParams(std::vector{sample()[0], sample()[0]}));
    }

    void everyTruncationAndExtensionIsRefused()
    {
        const Bytes good = writeParams(sample());
        for (std::size_t size = 0; size < good.size(); ++size)
            LATHE_EXPECT_ERROR(bundleInvalid, readParams(std::span(good).first(size), "x"));
        for (std::size_t more = 1; more < 64; ++more) {
            Bytes longer = good;
            longer.resize(good.size() + more);
            LATHE_EXPECT_ERROR(bundleInvalid, readParams(longer, "x"));
        }
    }

    void whatIsReadHasOneSpelling()
    {
        const Bytes good = writeParams(sample());
        int read = 0;
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            Bytes changedBytes = good;
            changedBytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
            const auto error = test::errorOf([&] {
                const auto entries = readParams(changedBytes, "x");
                ++read;
                if (writeParams(entries) != changedBytes)
                    throw Error(ErrorCode::internal, "another spelling");
                return 0;
            });
            QVERIFY2(!error || error->code() == ErrorCode::bundleInvalid, std::to_string(bit).c_str());
        }
        QVERIFY(read > 0);
    }
};

QTEST_APPLESS_MAIN(TestParams)
#include "tst_params.moc"
