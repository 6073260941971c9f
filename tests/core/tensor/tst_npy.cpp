// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/npy.h"

#include <QTemporaryDir>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// A file of version 1 (or `major`) with this header text and data.
Bytes fileOf(std::string_view header, std::string_view data, int major = 1)
{
    std::string text = "\x93NUMPY";
    text += static_cast<char>(major);
    text += '\0';
    for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
        text += static_cast<char>((header.size() >> (8 * i)) & 0xff);
    text += header;
    text += data;
    const auto bytes = asBytes(text);
    return {bytes.begin(), bytes.end()};
}

std::string headerOf(std::string_view descr, std::string_view shape, std::string_view fortran = "False")
{
    return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(fortran) +
           ", 'shape': " + std::string(shape) + ", }\n";
}

}

class TestNpy : public QObject
{
    Q_OBJECT
private slots:
    void everyTypeReadsBack()
    {
        for (const Shape& shape : {Shape{}, Shape{4}, Shape{2, 2}, Shape{1, 4, 1}}) {
            std::vector<std::int64_t> values(static_cast<std::size_t>(shape.elements()), 1);
            const Tensor source = Tensor::of<std::int64_t>(shape, values);
            for (int i = 1; i < static_cast<int>(DType::string); ++i) {
                const Tensor tensor = source.converted(static_cast<DType>(i));
                const Bytes bytes = writeNpy(tensor);
                const Tensor read = readNpy(bytes, "x.npy");
                QVERIFY(read.shape() == shape);
                if (dtypeBits(tensor.dtype()) >= 8 && tensor.dtype() != DType::bfloat16)
                    QVERIFY(identical(read, tensor));
                else
                    QVERIFY(std::equal(read.bytes().begin(), read.bytes().end(), tensor.bytes().begin()));
            }
        }
        LATHE_EXPECT_ERROR(dtypeMismatch, writeNpy(Tensor::strings({1}, {"a"})));
    }

    void writesWhatNumpyWrites()
    {
        // numpy.save of numpy.array([[1, 2, 3]], dtype=numpy.float32), numpy 1.24.
        const Bytes bytes = writeNpy(Tensor::of<float>({1, 3}, {1, 2, 3}));
        std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
        expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
        expected.append(127 - expected.size(), ' ');
        expected += '\n';
        expected += std::string("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40", 12);
        QCOMPARE(std::string(asText(bytes)), expected);
        const std::string one(asText(writeNpy(Tensor::of<std::uint8_t>({3}, {1, 2, 3}))));
        QVERIFY(one.find("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }") == 10);
        const std::string scalar(asText(writeNpy(Tensor::scalar(1.0))));
        QVERIFY(scalar.find("{'descr': '<f8', 'fortran_order': False, 'shape': (), }") == 10);
    }

    void readsOtherWritings()
    {
        const std::string data(8, '\1');
        for (const int major : {1, 2, 3})
            QVERIFY(!readNpy(fileOf(headerOf("<i4", "(2,)"), data, major), "x").empty());
        QVERIFY(readNpy(fileOf("{\"shape\":(8,),\"descr\":\"|u1\",\"fortran_order\":False}", data), "x")
                    .shape() == Shape{8});
        QVERIFY(
            readNpy(fileOf("{ 'shape' : ( 2 , 4 ) , 'descr' : '|i1' , 'fortran_order' : False }   ", data),
                    "x")
                .shape() == Shape({2, 4}));
        QVERIFY(readNpy(fileOf(headerOf("|b1", "(8,)"), std::string(8, '\7')), "x").at(3) == 1);
        QVERIFY(readNpy(fileOf(headerOf("|b1", "(2, 4)", "True"), std::string(8, '\7')), "x").at(3) == 1);
    }

    void fortranOrderIsTransposed()
    {
        const std::string data("\0\1\2\3\4\5", 6);
        const Tensor tensor = readNpy(fileOf(headerOf("|u1", "(2, 3)", "True"), data), "x");
        QCOMPARE(tensor.toIntegers(), (std::vector<std::int64_t>{0, 2, 4, 1, 3, 5}));
        const Tensor cube = readNpy(fileOf(headerOf("|u1", "(1, 2, 3)", "True"), data), "x");
        QCOMPARE(cube.toIntegers(), (std::vector<std::int64_t>{0, 2, 4, 1, 3, 5}));
        QCOMPARE(readNpy(fileOf(headerOf("<i2", "(3,)", "True"), data), "x").at(1), 0x0302);
        QCOMPARE(readNpy(fileOf(headerOf("<i2", "(3, 0)", "True"), ""), "x").elements(), std::int64_t{0});
    }

    void filesAreViewed()
    {
        QTemporaryDir folder;
        const Path path = Path(folder.path().toStdString()) / "a.npy";
        systemFs().writeWhole(path, writeNpy(Tensor::of<float>({2}, {1, 2})));
        const auto file = systemFs().map(path);
        const Tensor tensor = readNpy(file, "a.npy");
        QVERIFY(tensor.bytes().data() == file->bytes().data() + 128);
        QCOMPARE(tensor.toFloats(), (std::vector<float>{1, 2}));
    }

    void bytesAreCopied()
    {
        Bytes bytes = writeNpy(Tensor::of<float>({2}, {1, 2}));
        const Tensor tensor = readNpy(bytes, "x");
        std::fill(bytes.begin(), bytes.end(), std::byte{0});
        QCOMPARE(tensor.toFloats(), (std::vector<float>{1, 2}));
    }

    void badFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("file");
        const auto bad = [](const char* name, const Bytes& bytes) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<qsizetype>(bytes.size()));
        };
        const std::string data(16, '\0');
        bad("empty", {});
        bad("zip", Bytes(20, std::byte{'P'}));
        bad("version 0", fileOf(headerOf("<f4", "(4,)"), data, 0));
        bad("version 4", fileOf(headerOf("<f4", "(4,)"), data, 4));
        bad("object", fileOf(headerOf("|O", "(4,)"), data));
        bad("big-endian", fileOf(headerOf(">f4", "(4,)"), data));
        bad("text", fileOf(headerOf("<U4", "(1,)"), data));
        bad("complex", fileOf(headerOf("<c8", "(2,)"), data));
        bad("no order", fileOf(headerOf("f4", "(4,)"), data));
        bad("empty type", fileOf(headerOf("", "(4,)"), data));
        bad("structured", fileOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", data));
        bad("too short", fileOf(headerOf("<f4", "(5,)"), data));
        bad("too long", fileOf(headerOf("<f4", "(3,)"), data));
        bad("negative", fileOf(headerOf("<f4", "(-4,)"), data));
        bad("real", fileOf(headerOf("<f4", "(4.0,)"), data));
        bad("long number", fileOf(headerOf("<f4", "(9999999999999999999,)"), data));
        bad("not a tuple", fileOf(headerOf("<f4", "4"), data));
        bad("open tuple", fileOf("{'descr': '<f4', 'fortran_order': False, 'shape': (4", data));
        bad("missing key", fileOf("{'descr': '<f4', 'shape': (4,), }", data));
        bad("repeated key",
            fileOf("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", data));
        bad("other key", fileOf("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'x': '', }", data));
        bad("missing comma", fileOf("{'descr': '<f4' 'fortran_order': False, 'shape': (4,), }", data));
        bad("garbage after", fileOf(headerOf("<f4", "(4,)") + "x", data));
        bad("bad truth", fileOf(headerOf("<f4", "(4,)", "true"), data));
        bad("not a dictionary", fileOf("[]", data));
        bad("zero byte", fileOf(std::string_view("\0{}", 3), data));
        std::string ranks = "(";
        for (int i = 0; i < 65; ++i)
            ranks += "1,";
        bad("rank 65", fileOf(headerOf("<f4", ranks + ")"), data));
    }
    void badFilesAreRefused()
    {
        QFETCH(QByteArray, file);
        const auto bytes = asBytes(std::string_view(file.data(), static_cast<std::size_t>(file.size())));
        LATHE_EXPECT_ERROR(npySyntax, readNpy(bytes, "x"));
    }

    void hugeShapesAreRefused()
    {
        const auto huge = fileOf(headerOf("<f4", "(4000000000, 4000000000, 4000000000)"), "");
        LATHE_EXPECT_ERROR(tooLarge, readNpy(huge, "x"));
        LATHE_EXPECT_ERROR(npySyntax, readNpy(fileOf(headerOf("<f4", "(100000000000000,)"), ""), "x"));
    }

    void everyTruncationIsRefused()
    {
        const Bytes whole = writeNpy(Tensor::of<float>({2}, {1, 2}));
        for (std::size_t size = 0; size < whole.size(); ++size)
            LATHE_EXPECT_ERROR(npySyntax, readNpy(std::span(whole).first(size), "x"));
    }

    void everyFlippedHeaderByteIsReadOrRefused()
    {
        const Bytes whole = writeNpy(Tensor::of<float>({2}, {1, 2}));
        for (std::size_t at = 0; at < 128; ++at)
            for (int bit = 0; bit < 8; ++bit) {
                Bytes changed = whole;
                changed[at] ^= std::byte{static_cast<unsigned char>(1 << bit)};
                static_cast<void>(test::errorOf([&] { return readNpy(changed, "x"); }));
            }
    }
};

QTEST_APPLESS_MAIN(TestNpy)
#include "tst_npy.moc"
