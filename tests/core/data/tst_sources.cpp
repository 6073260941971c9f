// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/data/sources.def
#include <QTemporaryDir>
#include <QtTest>

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
    return tensor.dtype() == DType::uint8 ? tensor.data<std::uint8_t>()[0] : -1;
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

const std::map<std::string, std::function<Path(const Path&)>> fixtures = {
    {"images", writeImages}, {"npy", writeNpy}, {"npz", writeNpz}, {"idx", writeIdx}, {"cifar", writeCifar},
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
                            .open({.path = path, .names = {}, .fs = systemFs(), .decoder = decodeGrey});
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
