// SPDX-License-Identifier: GPL-3.0-or-later
// walks core/evaluation/decoders.def
#include <QtTest>

#include <cmath>
#include <functional>
#include <map>

#include "core/evaluation/decoder.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

struct Case
{
    const char* decode;
    std::function<Tensor()> output;
    std::vector<Detection> expected;
};

/// Input of 16 by 16: four cells of stride 8, one of stride 16; two classes.
Tensor yoloxHead()
{
    std::vector<float> rows(5 * 7, 0.0F);
    const auto set = [&](int row, std::vector<float> values) {
        std::copy(values.begin(), values.end(), rows.begin() + row * 7);
    };
    set(1, {0.5F, 0.25F, 0, std::log(2.0F), 0.5F, 0.25F, 0.5F}); // column 1, line 0
    set(4, {0.25F, 0.5F, std::log(0.5F), 0, 0.5F, 1, 0});
    set(2, {0, 0, 0, 0, 0.1F, 0.1F, 0.1F}); // below the least score
    return Tensor::of<float>(Shape{1, 5, 7}, std::span<const float>(rows));
}

const std::map<std::string, Case> cases = {
    {"yolox",
     {R"({"yolox": {"strides": [8, 16], "score": 0.05}})",
      yoloxHead,
      {{0, 0.5, {0, 0, 8, 16}}, {1, 0.25, {8, -6, 16, 10}}}}},
};

}

/// Every registered decoder finds the boxes of its case.
class TstDecoders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyDecoderDecodes_data()
    {
        QTest::addColumn<QByteArray>("id");
        QVERIFY(decoderTypes().size() > 0);
        for (const DecoderType& type : decoderTypes())
            QTest::newRow(type.id.c_str()) << QByteArray::fromStdString(type.id);
    }

    void everyDecoderDecodes()
    {
        QFETCH(QByteArray, id);
        const auto found = cases.find(id.toStdString());
        QVERIFY2(found != cases.end(), "this decoder has no case here");
        const auto decoder = makeDecoder(Json::parse(found->second.decode));
        const auto detections = decoder->decode(found->second.output());
        const auto& expected = found->second.expected;
        QCOMPARE(detections.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(detections[i].category, expected[i].category);
            QCOMPARE(detections[i].score, expected[i].score);
            for (const auto side : {&Box::left, &Box::top, &Box::right, &Box::bottom})
                QVERIFY(std::abs(detections[i].box.*side - expected[i].box.*side) < 1e-5);
        }
    }

    void mistakesAreNamed()
    {
        QVERIFY(!makeDecoder(Json()));
        LATHE_EXPECT_ERROR_NAMING(unknownName, "yolox", makeDecoder(Json::parse(R"({"yolo99": {}})")));
        LATHE_EXPECT_ERROR_NAMING(jsonField, "stride",
                                  makeDecoder(Json::parse(R"({"yolox": {"stride": 8}})")));
        LATHE_EXPECT_ERROR_NAMING(jsonField, "strides",
                                  makeDecoder(Json::parse(R"({"yolox": {"strides": []}})")));
        const auto decoder = makeDecoder(Json::parse(R"({"yolox": {"strides": [8]}})"));
        LATHE_EXPECT_ERROR_NAMING(shapeMismatch, "1x5x7", decoder->decode(yoloxHead()));
    }
};

QTEST_GUILESS_MAIN(TstDecoders)
#include "tst_decoders.moc"
