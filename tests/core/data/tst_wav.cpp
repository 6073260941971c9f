// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <cstring>

#include "core/data/wav.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

std::string little(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += char(value >> (8 * i) & 255);
    return text;
}

struct Coding
{
    int tag = 1;
    int channels = 1;
    int bits = 16;
    bool extensible = false;
};

std::string wav(const Coding& coding, const std::string& data)
{
    const auto tag = static_cast<std::uint64_t>(coding.tag);
    std::string format = little(coding.extensible ? 0xFFFE : tag, 2) + little(coding.channels, 2) +
                         little(8000, 4) + little(8000, 4) + little(1, 2) + little(coding.bits, 2);
    if (coding.extensible)
        format +=
            little(22, 2) + little(coding.bits, 2) + little(0, 4) + little(tag, 2) + std::string(14, 'g');
    const std::string other = "LIST" + little(3, 4) + "abc" + std::string(1, '\0'); // odd sizes are padded
    return "RIFF" + little(0, 4) + "WAVE" + other + "fmt " + little(format.size(), 4) + format + "data" +
           little(data.size(), 4) + data;
}

template <typename T>
std::string bitsOf(T value)
{
    std::string text(sizeof value, '\0');
    std::memcpy(text.data(), &value, sizeof value);
    return text;
}

}

class TstWav : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCoding_data()
    {
        QTest::addColumn<QByteArray>("file");
        const auto row = [](const char* name, const Coding& coding, const std::string& data) {
            QTest::newRow(name) << QByteArray::fromStdString(wav(coding, data));
        };
        // Each file holds the values -1, 0.5 and 0.
        row("8 bits", {1, 1, 8}, std::string("\0\xC0\x80", 3));
        row("16 bits", {1, 1, 16}, little(0x8000, 2) + little(0x4000, 2) + little(0, 2));
        row("24 bits", {1, 1, 24}, little(0x800000, 3) + little(0x400000, 3) + little(0, 3));
        row("32 bits", {1, 1, 32}, little(0x80000000, 4) + little(0x40000000, 4) + little(0, 4));
        row("float", {3, 1, 32}, bitsOf(-1.0F) + bitsOf(0.5F) + bitsOf(0.0F));
        row("double", {3, 1, 64}, bitsOf(-1.0) + bitsOf(0.5) + bitsOf(0.0));
        row("extensible", {1, 1, 16, true}, little(0x8000, 2) + little(0x4000, 2) + little(0, 2));
        row("two channels", {1, 2, 16},
            little(0x8000, 2) + little(0x8000, 2) + little(0x6000, 2) + little(0x2000, 2) +
                little(0x1000, 2) + little(0xF000, 2));
    }

    void everyCoding()
    {
        QFETCH(QByteArray, file);
        const Sound sound =
            readWav(std::as_bytes(std::span(file.constData(), std::size_t(file.size()))), "a.wav");
        QCOMPARE(sound.rateHz, 8000);
        QCOMPARE(sound.values, (std::vector<float>{-1, 0.5F, 0}));
    }

    void damageIsNamed_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("word");
        const std::string good = wav({}, little(0, 2));
        QTest::newRow("empty") << QByteArray() << QByteArray("begin");
        QTest::newRow("cut") << QByteArray::fromStdString(good.substr(0, 36)) << QByteArray("format");
        QTest::newRow("no data") << QByteArray::fromStdString(good.substr(0, good.size() - 10))
                                 << QByteArray("no data");
        QTest::newRow("ADPCM") << QByteArray::fromStdString(wav({2, 1, 4}, "x")) << QByteArray("coding 2");
        QTest::newRow("no channels") << QByteArray::fromStdString(wav({1, 0, 16}, "x"))
                                     << QByteArray("channels");
    }

    void damageIsNamed()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, word);
        LATHE_EXPECT_ERROR_NAMING(
            datasetInvalid, word.toStdString(),
            readWav(std::as_bytes(std::span(file.constData(), std::size_t(file.size()))), "a.wav"));
    }
};

QTEST_GUILESS_MAIN(TstWav)
#include "tst_wav.moc"
