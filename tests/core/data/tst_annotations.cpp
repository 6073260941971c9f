// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include "core/data/samples.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// Pictures of the tests: width, height, then a byte a pixel.
Image decodePlain(std::span<const std::byte> bytes, std::string_view)
{
    Image image{std::to_integer<int>(bytes[0]), std::to_integer<int>(bytes[1]), 1, {}};
    for (const std::byte value : bytes.subspan(2))
        image.pixels.push_back(std::to_integer<std::uint8_t>(value));
    return image;
}

std::string picture(int width, int height, std::string pixels)
{
    return std::string{char(width), char(height)} + pixels;
}

}

/// Boxes and masks follow the picture through its preprocessing.
class TstAnnotations : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;

    void write(const std::string& name, std::string_view text)
    {
        const Path path = Path(m_dir.path().toStdString()) / name;
        std::filesystem::create_directories(path.parent_path());
        systemFs().writeWhole(path, text);
    }

    std::shared_ptr<const Dataset> open(const std::string& rest, int side)
    {
        write("d.json", R"({"input":"*","type":"images","path":"images",)" + rest + "}");
        return Dataset::open(Path(m_dir.path().toStdString()) / "d.json",
                             {{"x", DType::float32, Shape{1, 3, side, side}}}, systemFs(), decodePlain, 0);
    }

private Q_SLOTS:
    void init()
    {
        // An 8 by 4 picture, twice; a third one without truth.
        for (const char* name : {"a", "b", "c"})
            write(std::string("images/") + name + ".png", picture(8, 4, std::string(32, '\x07')));
        write("boxes/a.txt", "3 0.5 0.5 0.25 0.5\n\n1 0.25 0.75 0.5 0.5\n");
        write("boxes/b.txt", "");
        // Foreground: the right half; stored at half the picture's resolution.
        for (const char* name : {"a", "b"})
            write(std::string("masks/") + name + ".png",
                  picture(4, 2, std::string("\0\0\x09\x09\0\0\x09\x09", 8)));
    }

    void boxesFollowALetterbox()
    {
        const auto dataset = open(R"("labels":{"boxes":"boxes","format":"yolo"},"decode":{"yolox":{}},
                    "preprocess":[{"letterbox":16,"pad":1},{"layout":"NCHW"}],
                    "calibration":{"unlabelled":1},"validation":{"labelled":true})",
                                  16);
        QCOMPARE(dataset->info().metric, std::string("ap50"));
        QCOMPARE(dataset->split(Split::calibration)->id(0), std::string("c.png"));
        const auto samples = dataset->split(Split::validation);
        QCOMPARE(samples->size(), 2);
        QVERIFY(samples->targetInfo().kind == TargetKind::boxes);
        // 8 x 4 becomes 16 x 8 and lies 4 pixels below the top.
        const std::vector<float> expected = {3, 6, 6, 10, 10, 1, 0, 8, 8, 12};
        QCOMPARE(samples->target(0).toFloats(), expected);
        QCOMPARE(samples->target(1).shape().text(), std::string("0x5"));
    }

    void masksFollowACrop()
    {
        const auto dataset = open(R"("labels":{"masks":"masks"},
            "preprocess":[{"resizeShort":8},{"centerCrop":8},{"layout":"NCHW"}],
            "calibration":{"unlabelled":1},"validation":{"labelled":true})",
                                  8);
        QCOMPARE(dataset->info().metric, std::string("iou"));
        const Tensor mask = dataset->split(Split::validation)->target(0);
        QCOMPARE(mask.shape().text(), std::string("8x8"));
        // 8 x 4 becomes 16 x 8; columns 4 to 11 are left, the right half of them foreground.
        for (std::int64_t i = 0; i < 64; ++i)
            QCOMPARE(mask.at(i), i % 8 < 4 ? 0.0 : 9.0);
    }

    void aMaskThatIsMissingIsNamed()
    {
        LATHE_EXPECT_ERROR_NAMING(
            datasetInvalid, "c.png",
            open(R"("labels":{"masks":"masks"},"preprocess":[{"resize":[8,8]},{"layout":"NCHW"}],
            "calibration":{"range":[0,1]},"validation":{"range":[1,3]})",
                 8));
    }

    void aLineThatIsNoBoxIsNamed()
    {
        write("boxes/a.txt", "3 0.5 0.5 0.25 0.5\n1 0.5 0.5 wide\n");
        const auto dataset =
            open(R"("labels":{"boxes":"boxes"},"preprocess":[{"resize":[8,8]},{"layout":"NCHW"}],
            "calibration":{"range":[2,3]},"validation":{"range":[0,1]})",
                 8);
        LATHE_EXPECT_ERROR_NAMING(labelInvalid, "line 2", dataset->split(Split::validation)->target(0));
    }
};

QTEST_GUILESS_MAIN(TstAnnotations)
#include "tst_annotations.moc"
