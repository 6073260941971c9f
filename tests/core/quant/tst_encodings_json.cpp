// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/encodings_json.h"

#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/numeric/value_tables.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Grids of every kind written and read.
class TstEncodingsJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsBackWhatItWrote_data();
    void readsBackWhatItWrote();
    void pointsShareTheirGrid();
    void refusesGridsThatFitNoFormat_data();
    void refusesGridsThatFitNoFormat();
};

namespace {

Tensor seededWeight()
{
    std::vector<float> values(std::size_t{3} * 40);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::sin(static_cast<float>(i) * 0.7F) * (1 + static_cast<float>(i % 5));
    return Tensor::of<float>(Shape{3, 40}, std::span<const float>(values));
}

Encoding gridOf(const std::string& text)
{
    const QuantSpec spec = QuantSpec::parse(text);
    const bool grouped = spec.granularity.kind == Granularity::Kind::group;
    const int axis = spec.granularity.kind == Granularity::Kind::tensor ? -1 : grouped ? 1 : 0;
    if (spec.format.hasTable() && !spec.format.isFloat8())
        return makeTableEncoding(spec, seededWeight(), axis);
    std::vector<Range> ranges;
    if (spec.format.hasScale())
        for (const auto& values : valuesByScale(seededWeight(), axis, spec.granularity.groupSize)) {
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            ranges.push_back({*low, *high});
        }
    return makeEncoding(spec, ranges, axis, false);
}

Json written(const std::string& text)
{
    Encodings encodings;
    encodings.weights["w"] = std::make_shared<const Encoding>(gridOf(text));
    // By its text, as a project keeps it.
    return parseJson(dumpJson(encodingsToJson(encodings)), "grids");
}

} // namespace

void TstEncodingsJson::readsBackWhatItWrote_data()
{
    QTest::addColumn<QString>("spec");
    for (const char* spec :
         {"int8", "uint8:channel", "int4:channel:symmetric:pow2", "int4:group:16", "uint4:group:32:asymmetric", "nf4",
          "nf4:group:16", "kmeans16:tensor", "kmeans16:channel", "kmeans256", "binary", "ternary:group:16",
          "float8e4m3:channel", "float8e5m2:group:16", "float16", "bfloat16", "uint8:dynamic"})
        QTest::newRow(spec) << QString(spec);
}

void TstEncodingsJson::readsBackWhatItWrote()
{
    QFETCH(QString, spec);
    const Encoding grid = gridOf(spec.toStdString());
    const Encodings back = encodingsFromJson(written(spec.toStdString()), "grids");
    QVERIFY(*back.weights.at("w") == grid);
    if (!grid.format.hasScale())
        return;
    const Tensor weight = seededWeight();
    QVERIFY(identical(fakeQuantize(weight, *back.weights.at("w")), fakeQuantize(weight, grid)));
}

void TstEncodingsJson::pointsShareTheirGrid()
{
    Encodings encodings;
    const auto shared = std::make_shared<const Encoding>(gridOf("uint8"));
    encodings.activations = {{"a", shared}, {"b", shared}, {"c", std::make_shared<const Encoding>(*shared)}};
    encodings.biases["d"] = shared;
    encodings.ranges["a"] = {-0.1F, 0.3F};
    const Encodings back = encodingsFromJson(encodingsToJson(encodings), "grids");
    QVERIFY(back.digest() == encodings.digest());
    QVERIFY(back.activations.at("a") == back.activations.at("b"));
    QVERIFY(back.activations.at("a") == back.biases.at("d"));
    QVERIFY(back.activations.at("a") != back.activations.at("c"));
    QVERIFY(back.ranges == encodings.ranges);
}

void TstEncodingsJson::refusesGridsThatFitNoFormat_data()
{
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("value");
    QTest::newRow("groups without an axis") << "int4:group:16" << "axis" << "-1";
    QTest::newRow("groups of no elements") << "int4:group:16" << "groupSize" << "-16";
    QTest::newRow("groups with a learned table") << "kmeans16:channel" << "groupSize" << "16";
    QTest::newRow("an entry missing") << "kmeans16:tensor" << "table" << "[0, 1, 2]";
    QTest::newRow("a table where none is learned") << "nf4" << "table" << "[0, 1]";
    QTest::newRow("a table of integers") << "int8" << "table" << "[0, 1]";
    QTest::newRow("a dynamic grid") << "uint8:dynamic" << "scale" << "[1.0]";
    QTest::newRow("a half in groups") << "float16" << "groupSize" << "16";
    QTest::newRow("a float") << "float16" << "format" << "\"float32\"";
    QTest::newRow("no scale") << "binary" << "scale" << "[]";
    QTest::newRow("a scale below 0") << "nf4:channel" << "scale" << "[1.0, -1.0, 1.0]";
    QTest::newRow("codes beyond the format") << "int4:channel" << "highest" << "8";
}

void TstEncodingsJson::refusesGridsThatFitNoFormat()
{
    QFETCH(QString, spec);
    QFETCH(QString, field);
    QFETCH(QString, value);
    Json json = written(spec.toStdString());
    json["grids"][0][field.toStdString()] = parseJson(value.toStdString(), "value");
    LATHE_EXPECT_ERROR(jsonField, encodingsFromJson(json, "grids"));
}

QTEST_APPLESS_MAIN(TstEncodingsJson)
#include "tst_encodings_json.moc"
