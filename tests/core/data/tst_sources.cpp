// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/data/sources.def
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "core/data/source.h"
#include "core/tensor/npy.h"

using namespace lathe;

namespace {

constexpr int samples = 3;

/// The value that every fixture puts first into its sample.
int firstValue(int sample)
{
    return 10 * (sample + 1);
}

/// Pictures of the tests: one byte, the grey of a 2 by 2 picture.
Image decodeGrey(std::span<const std::byte> bytes, std::string_view)
{
    return {2, 2, 1, std::vector<std::uint8_t>(4, std::to_integer<std::uint8_t>(bytes[0]))};
}

int firstOf(const RawSample& sample)
{
    if (const Image* image = std::get_if<Image>(&sample))
        return image->pixels.at(0);
    const Tensor& tensor = std::get<Tensor>(sample);
    if (tensor.dtype() == DType::uint8)
        return tensor.data<std::uint8_t>()[0];
    const float value = tensor.data<float>()[0];
    return static_cast<int>(std::lround(value < 1 ? 100 * value : value));
}

void write(const Path& path, std::string_view bytes)
{
    std::filesystem::create_directories(path.parent_path());
    systemFs().writeWhole(path, bytes);
}

Path writeImages(const Path& folder)
{
    for (int i = 0; i < samples; ++i)
        write(folder / ("p" + std::to_string(i) + ".png"), std::string(1, char(firstValue(i))));
    return folder;
}

Path writeNpy(const Path& folder)
{
    const Bytes bytes = lathe::writeNpy(Tensor::of<std::uint8_t>(Shape{samples, 1}, {10, 20, 30}));
    write(folder / "a.npy", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return folder / "a.npy";
}

/// numpy.savez_compressed(file, x=numpy.array([[10], [20], [30]], dtype="u1"))
Path writeNpz(const Path& folder)
{
    const QByteArray bytes = QByteArray::fromBase64(
        "UEsDBBQAAAAIAAAAIQDK6R0/"
        "SQAAAIMAAAAFABQAeC5ucHkBABAAgwAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiu"
        "o6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CoaaOgq1CmQDLi4ROQBQSwECFAMUAAAACAAAACEAyukdP0kAAACDAAAA"
        "BQAAAAAA"
        "AAAAAAAAgAEAAAAAeC5ucHlQSwUGAAAAAAEAAQAzAAAAgAAAAAAA");
    write(folder / "a.npz", {bytes.data(), std::size_t(bytes.size())});
    return folder / "a.npz";
}

Path writeIdx(const Path& folder)
{
    write(folder / "a.idx", std::string("\0\0\x08\x02\0\0\0\x03\0\0\0\x01\x0a\x14\x1e", 15));
    return folder / "a.idx";
}

Path writeCifar(const Path& folder)
{
    std::string batch;
    for (int i = 0; i < samples; ++i)
        batch += char(i) + std::string(3 * 32 * 32, char(firstValue(i)));
    write(folder / "batch.bin", batch);
    return folder / "batch.bin";
}

/// 16-bit PCM of two channels, whose means are the samples' values in 1/100.
std::string wavOf(int value)
{
    const auto number = [](std::uint32_t x, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i)
            text += char(x >> (8 * i) & 255);
        return text;
    };
    const auto left = static_cast<std::uint32_t>(value * 32768 / 100);
    const std::string data = number(left, 2) + number(left, 2) + number(0, 4);
    return "RIFF" + number(36 + 8, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) + number(2, 2) +
           number(16000, 4) + number(64000, 4) + number(4, 2) + number(16, 2) + "data" + number(8, 4) + data;
}

Path writeWav(const Path& folder)
{
    for (int i = 0; i < samples; ++i)
        write(folder / "word" / ("s" + std::to_string(i) + ".wav"), wavOf(firstValue(i)));
    return folder;
}

Path writeCsv(const Path& folder)
{
    write(folder / "a.csv", "x,y\n10,1.5\n20,2.5e1\n30,-3\n");
    return folder / "a.csv";
}

/// TensorProto: dims 1, data_type uint8, name "x", raw_data.
Path writeTestSets(const Path& folder)
{
    for (int i = 0; i < samples; ++i)
        write(folder / ("test_data_set_" + std::to_string(9 + i)) / "input_0.pb",
              std::string("\x08\x01\x10\x02\x42\x01x\x4a\x01", 9) + char(firstValue(i)));
    return folder;
}

const std::map<std::string, std::function<Path(const Path&)>> fixtures = {
    {"images", writeImages}, {"npy", writeNpy}, {"npz", writeNpz}, {"idx", writeIdx},
    {"cifar", writeCifar},   {"wav", writeWav}, {"csv", writeCsv}, {"tensors", writeTestSets},
};

}

/// Every registered kind of data file reads the same three samples.
class TstSources : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTypeReads_data();
    void everyTypeReads();
};

void TstSources::everyTypeReads_data()
{
    QTest::addColumn<QByteArray>("type");
    QVERIFY(sourceTypes().size() > 0);
    for (const SourceType& type : sourceTypes())
        QTest::newRow(type.id.c_str()) << QByteArray::fromStdString(type.id);
}

void TstSources::everyTypeReads()
{
    QFETCH(QByteArray, type);
    const auto fixture = fixtures.find(type.toStdString());
    QVERIFY2(fixture != fixtures.end(), "this kind of data file has no fixture here");
    QTemporaryDir dir;
    const Path path = fixture->second(Path(dir.path().toStdString()) / "data");

    const auto source = sourceTypes()
                            .get(fixture->first, "type")
                            .open({.path = path,
                                   .names = {},
                                   .fs = systemFs(),
                                   .decoder = decodeGrey,
                                   .columns = {},
                                   .labelColumns = {}});
    QCOMPARE(source->size(), std::int64_t(samples));
    std::set<std::string> ids;
    std::set<std::string> digests;
    for (int i = 0; i < samples; ++i) {
        QCOMPARE(firstOf(source->read(i)), firstValue(i));
        ids.insert(source->id(i));
        digests.insert(source->contentDigest(i).hex());
    }
    QCOMPARE(ids.size(), std::size_t(samples));
    QCOMPARE(digests.size(), std::size_t(samples));
}

QTEST_GUILESS_MAIN(TstSources)
#include "tst_sources.moc"
