// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <set>

#include "core/data/samples.h"
#include "core/tensor/npy.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;

namespace {

/// Pictures of the tests: "P" width height channel-value, all pixels alike.
Image decodeToy(std::span<const std::byte> bytes, std::string_view where)
{
    if (bytes.size() != 4 || bytes[0] != std::byte{'P'})
        throw Error(ErrorCode::imageUnreadable, std::string(where), {{"reason", "not a toy picture"}});
    const int width = std::to_integer<int>(bytes[1]);
    const int height = std::to_integer<int>(bytes[2]);
    return {width, height, 3,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3),
                                      std::to_integer<std::uint8_t>(bytes[3]))};
}

const std::vector<InputNeed> pictureNeed = {{"x", DType::float32, Shape{-1, 3, 4, 4}}};

} // namespace

class TestDataset : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;

    Path path(const std::string& name) const { return Path(m_dir.path().toStdString()) / name; }
    void write(const std::string& name, std::string_view text)
    {
        std::filesystem::create_directories(path(name).parent_path());
        systemFs().writeWhole(path(name), text);
    }
    std::shared_ptr<const Dataset> open(const std::vector<InputNeed>& needs, std::uint64_t seed = 0)
    {
        return Dataset::open(path("d.json"), needs, systemFs(), decodeToy, seed);
    }
    void writePictures(int count)
    {
        std::string csv = "file,class,split\n";
        for (int i = 0; i < count; ++i) {
            const std::string name = "p" + std::to_string(i) + ".png";
            write("images/" + name, std::string{'P', char(6), char(8), char(i + 1)});
            csv += name + "," + std::to_string(i % 2) + "," + (i < 3 ? "calib" : "val") + "\n";
        }
        write("labels.csv", csv);
    }
    static QByteArray messageOf(const std::function<void()>& work)
    {
        try {
            work();
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

private slots:
    void picturesWithLabelsAndSplits()
    {
        writePictures(8);
        write("d.json", R"({"input":"*","type":"images","path":"images",
            "labels":{"file":"labels.csv","name":"file","class":"class","split":"split"},"labelOffset":1,
            "preprocess":[{"resizeShort":5},{"centerCrop":4},{"scale":0.5},{"mean":[1,2,3]},{"std":[2,2,4]},{"layout":"NCHW"}],
            "calibration":{"split":"calib"},"validation":{"split":"val"},"metric":"top1"})");
        const auto dataset = open(pictureNeed);
        QCOMPARE(dataset->info().calibrationCount, 3);
        QCOMPARE(dataset->info().validationCount, 5);
        const auto samples = dataset->split(Split::validation);
        QCOMPARE(samples->id(0), std::string("p3.png"));
        QCOMPARE(*samples->label(0), 3 % 2 + 1);
        const Tensor x = samples->load(0).at("x");
        QCOMPARE(x.shape().text(), std::string("1x3x4x4"));
        const float pixel = 4.0F * 0.5F;
        QCOMPARE(x.data<float>()[0], (pixel - 1) / 2);
        QCOMPARE(x.data<float>()[16], (pixel - 2) / 2);
        QCOMPARE(x.data<float>()[47], (pixel - 3) / 4);
        QCOMPARE(samples->preview(0)->width, 4);
    }

    void splitsNeverOverlapAndAreDrawnBySeed()
    {
        write(
            "d.json",
            R"({"input":"*","type":"npy","path":"a.npy","calibration":{"count":30},"validation":{"count":60}})");
        std::vector<float> values(100);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i);
        systemFs().writeWhole(path("a.npy"),
                              writeNpy(Tensor::of<float>(Shape{100, 1}, std::span<const float>(values))));
        const std::vector<InputNeed> need = {{"x", DType::float32, Shape{1, 1}}};
        std::set<std::string> seen;
        const auto dataset = open(need);
        for (const Split which : {Split::calibration, Split::validation})
            for (std::int64_t i = 0; i < dataset->split(which)->size(); ++i)
                QVERIFY(seen.insert(dataset->split(which)->id(i)).second);
        QCOMPARE(seen.size(), std::size_t{90});
        QVERIFY(open(need)->info().digest == dataset->info().digest);
        QVERIFY(open(need, 1)->info().digest != dataset->info().digest);
    }

    void explicitOverlapIsRefused()
    {
        write(
            "d.json",
            R"({"input":"*","type":"npy","path":"a.npy","calibration":{"range":[0,50]},"validation":{"range":[40,60]}})");
        const QByteArray message = messageOf([&] { open({{"x", DType::float32, Shape{1, 1}}}); });
        QVERIFY2(message.contains("10 samples are in both splits"), message);
    }

    void arraysWithoutStepsKeepTheirIntegers()
    {
        constexpr std::int64_t beyondFloats = (1 << 24) + 1;
        systemFs().writeWhole(path("tokens.npy"),
                              writeNpy(Tensor::of<std::int64_t>(Shape{2, 1}, {3, beyondFloats})));
        write("d.json", R"({"input":"*","type":"npy","path":"tokens.npy","calibration":{"range":[0,2]}})");
        const auto dataset = open({{"x", DType::int64, Shape{1, 1}}});
        const Tensor second = dataset->split(Split::calibration)->load(1).at("x");
        QCOMPARE(second.shape(), (Shape{1, 1}));
        QCOMPARE(second.data<std::int64_t>()[0], beyondFloats);
        const auto other = open({{"x", DType::int64, Shape{1, 2}}});
        LATHE_EXPECT_ERROR(shapeMismatch, other->split(Split::calibration)->load(0));
    }

    void sameBytesInBothSplitsAreReported()
    {
        write("same/a.png", std::string{'P', 4, 4, 1});
        write("same/b.png", std::string{'P', 4, 4, 1});
        write("d.json", R"({"input":"*","type":"images","path":"same","preprocess":[{"layout":"NCHW"}],
                            "calibration":{"range":[0,1]},"validation":{"range":[1,2]}})");
        QCOMPARE(open(pictureNeed)->info().warnings.size(), std::size_t{1});
    }

    void folderPerClassGivesLabels()
    {
        write("byclass/cat/1.png", std::string{'P', 4, 4, 1});
        write("byclass/dog/1.png", std::string{'P', 4, 4, 2});
        write("byclass/dog/2.png", std::string{'P', 4, 4, 3});
        write("d.json", R"({"input":"*","type":"images","path":"byclass","preprocess":[{"layout":"NCHW"}],
                            "calibration":{"range":[0,1]},"validation":{"range":[1,3]}})");
        const auto samples = open(pictureNeed)->split(Split::validation);
        QCOMPARE(*samples->label(0), 1);
        QCOMPARE(samples->id(1), std::string("dog/2.png"));
    }

    void cifarRecords()
    {
        std::string batch;
        for (int r = 0; r < 3; ++r) {
            batch += static_cast<char>(r + 4);
            for (int c = 0; c < 3; ++c)
                batch += std::string(1024, static_cast<char>(10 * r + c));
        }
        write("b.bin", batch);
        write("d.json", R"({"input":"*","type":"cifar","path":"b.bin","preprocess":[{"layout":"NCHW"}],
                            "calibration":{"range":[0,1]},"validation":{"range":[1,3]}})");
        const auto samples = open({{"x", DType::float32, Shape{-1, 3, 32, 32}}})->split(Split::validation);
        QCOMPARE(*samples->label(1), 6);
        const Tensor x = samples->load(1).at("x");
        QCOMPARE(x.data<float>()[0], 20.0F);
        QCOMPARE(x.data<float>()[2 * 1024], 22.0F);
    }

    void mistakesAreNamed_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("not json") << QByteArray("{") << QByteArray("not valid JSON");
        QTest::newRow("type") << QByteArray(R"({"type":"video","path":"x"})")
                              << QByteArray("images, npy, npz, idx, cifar");
        QTest::newRow("no path") << QByteArray(R"({"type":"images"})") << QByteArray("\"path\" is missing");
        QTest::newRow("missing folder")
            << QByteArray(R"({"type":"images","path":"nowhere"})") << QByteArray("does not exist");
        QTest::newRow("empty folder")
            << QByteArray(R"({"type":"images","path":"empty"})") << QByteArray("no samples");
        QTest::newRow("step") << QByteArray(R"({"type":"images","path":"images","preprocess":[{"blur":3}]})")
                              << QByteArray("blur");
        QTest::newRow("column")
            << QByteArray(
                   R"({"type":"images","path":"images","labels":{"file":"labels.csv","name":"picture"}})")
            << QByteArray("file, class, split");
        QTest::newRow("split")
            << QByteArray(
                   R"({"type":"images","path":"images","labels":{"file":"labels.csv","name":"file","split":"split"},"validation":{"split":"test"}})")
            << QByteArray("\"test\"");
        QTest::newRow("bad label")
            << QByteArray(
                   R"({"type":"images","path":"images","labels":{"file":"labels.csv","class":"split"}})")
            << QByteArray("\"calib\"");
        QTest::newRow("input") << QByteArray(R"({"input":"y","type":"images","path":"images"})")
                               << QByteArray("no input \"y\"");
    }

    void mistakesAreNamed()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, expected);
        writePictures(8);
        std::filesystem::create_directories(path("empty"));
        write("d.json", json.toStdString());
        const QByteArray message = messageOf([&] { open(pictureNeed); });
        QVERIFY2(message.contains(expected), message);
    }

    /// A person looks at red as red, whatever the model is fed.
    void previewsAreRgb()
    {
        write("images/a.png", "any");
        write("d.json",
              R"({"type":"images","path":"images","preprocess":[{"channels":"BGR"},{"layout":"NCHW"}],
            "calibration":{"range":[0,1]},"validation":{"range":[1,1]}})");
        const ImageDecoder red = [](std::span<const std::byte>, std::string_view) {
            return Image{1, 1, 3, {200, 20, 2}};
        };
        const auto dataset =
            Dataset::open(path("d.json"), {{"x", DType::float32, Shape{1, 3, 1, 1}}}, systemFs(), red, 0);
        const auto samples = dataset->split(Split::calibration);
        QCOMPARE(samples->load(0).at("x").toFloats(), (std::vector<float>{2, 20, 200}));
        QCOMPARE(samples->preview(0)->pixels, (std::vector<std::uint8_t>{200, 20, 2}));
    }

    void unreadablePictureNamesItsFile()
    {
        write("broken/a.png", "oops");
        write(
            "d.json",
            R"({"input":"*","type":"images","path":"broken","calibration":{"range":[0,1]},"validation":{"range":[1,1]}})");
        const QByteArray message = messageOf([&] { open(pictureNeed)->split(Split::calibration)->load(0); });
        QVERIFY2(message.contains("a.png"), message);
    }

    void picturesOutsideTheFolderAreRefused()
    {
        writePictures(4);
        write("labels.csv", "file,class\n../secret.png,0\n");
        write(
            "d.json",
            R"({"input":"*","type":"images","path":"images","labels":{"file":"labels.csv","name":"file","class":"class"}})");
        const QByteArray message = messageOf([&] { open(pictureNeed); });
        QVERIFY2(message.contains("inside the data folder"), message);
    }

    void sharedDatasetFilesOpen_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<int>("validation");
        QTest::newRow("mnist") << QByteArray("mnist_cnn_cntk_op8") << 9500;
        QTest::newRow("kws") << QByteArray("kws_ds_cnn") << 0;
        QTest::newRow("ad01") << QByteArray("ad01_toycar_autoencoder") << 136;
    }

    void sharedDatasetFilesOpen()
    {
        QFETCH(QByteArray, name);
        QFETCH(int, validation);
        const std::string file = "assets/datasets/" + name.toStdString() + ".json";
        LATHE_REQUIRE_SHARED(file);
        const std::map<std::string, Shape> shapes = {{"mnist_cnn_cntk_op8", {1, 1, 28, 28}},
                                                     {"kws_ds_cnn", {-1, 1, 49, 10}},
                                                     {"ad01_toycar_autoencoder", {-1, 640}}};
        const std::vector<InputNeed> needs = {{"x", DType::float32, shapes.at(name.toStdString())}};
        const auto dataset = Dataset::open(test::sharedFile(file), needs, systemFs(), decodeToy, 0);
        if (validation > 0)
            QCOMPARE(dataset->info().validationCount, validation);
        QVERIFY(dataset->info().calibrationCount > 0);
        QCOMPARE(dataset->split(Split::validation)->load(0).at("x").shape().rank(), needs[0].shape.rank());
    }
};

QTEST_GUILESS_MAIN(TestDataset)
#include "tst_dataset.moc"
