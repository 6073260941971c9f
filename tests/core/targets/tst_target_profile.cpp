// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/base/error.h"
#include "tests/core/targets/small_profile.h"

using namespace lathe;
using namespace lathe::test;

class TstTargetProfile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryField();
    void explainsMistakes_data();
    void explainsMistakes();
    void acceptsWhatIsNarrower_data();
    void acceptsWhatIsNarrower();
};

void TstTargetProfile::readsEveryField()
{
    const Target target = smallTarget();
    QCOMPARE(target.id, std::string("small"));
    QCOMPARE(target.label, std::string("Small device"));
    QCOMPARE(target.placement.id, std::string("small"));
    QVERIFY(target.placement.find("Conv") != nullptr);
    QCOMPARE(target.defaultWeights.name(), std::string("int8:channel:symmetric"));
    QCOMPARE(target.activations.size(), std::size_t{3});
    QCOMPARE(target.kernels.size(), std::size_t{3});
    QCOMPARE(target.kernels[0].weights[1].format.bits, 4);
    QVERIFY(target.kernels[2].weights.empty() && !target.kernels[2].anyWeights);
    QVERIFY(target.fallback == Fallback::refused);
    QCOMPARE(target.memory.alignmentBytes, std::int64_t{16});
    QCOMPARE(target.memory.sramBytes->value, 500.0);
    QCOMPARE(target.cost.macs.size(), std::size_t{4});
    QVERIFY(target.cost.macs[2].depthwise);
    QCOMPARE(target.cost.cyclesPerLayer.source, std::string("measured: f"));
    QVERIFY(!target.cost.overlapped && !target.files.signedActivations);
}

void TstTargetProfile::explainsMistakes_data()
{
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value"); // empty: taken out
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* pointer, const char* value, const char* where, const char* says) {
        QTest::newRow(qPrintable(QString("%1 = %2").arg(pointer, value))) << pointer << value << where << says;
    };
    row("/schema", "2", "small.json", "must be 1");
    row("/id", "\"Big Chip\"", "small.json", "characters a to z");
    row("/id", "7", "small.json", "must be a text");
    row("/label", "\"\"", "small.json", "must not be empty");
    row("/placement", "", "small.json", "is missing");
    row("/placement/rules/0/output", "\"somewhere\"", "small.json: placement: rules[0]", "must be \"point\"");
    row("/activations", "[]", "small.json", "at least one format");
    row("/activations/0", "\"int99\"", "small.json", "not one");
    row("/kernels/1/operators", "[]", "small.json: kernels[1]", "at least one operator");
    row("/kernels/1/weights", "[3]", "small.json: kernels[1]", "must hold formats like");
    row("/kernels/1/colour", "1", "small.json: kernels[1]", "is not known here");
    row("/otherOperators", "\"maybe\"", "small.json", "\"float\" or \"refused\"");
    row("/defaults/activations", "\"int4\"", "small.json: defaults", "own activation formats");
    row("/defaults/weights", "\"int3\"", "small.json: defaults", "one of the kernels takes");
    row("/memory/containerBits", "[4, 8]", "small.json: memory", "must hold 32");
    row("/memory/containerBits", "[7, 32]", "small.json: memory", "out of 2, 4, 8, 16 and 32");
    row("/memory/alignmentBytes", "0", "small.json: memory", "between 1 and 4096");
    row("/cost/clockMhz/value", "0", "small.json: cost: clockMhz", "greater than 0");
    row("/cost/clockMhz/value", "1e999", "", "");
    row("/cost/clockMhz/source", "\"somewhere\"", "small.json: cost: clockMhz", "where the figure comes from");
    row("/cost/clockMhz/source", "", "small.json: cost: clockMhz", "is missing");
    row("/cost/clockMhz/source", "\"estimate: \"", "small.json: cost: clockMhz", "where the figure comes from");
    row("/cost/macs/1/weightBits", "64", "small.json: cost.macs[1]", "between 2 and 32");
    row("/cost/macs/1/picojoulesPerMac/value", "-1", "small.json: cost.macs[1]: picojoulesPerMac", "must not be negative");
    row("/cost/macs/3", "", "small.json: cost", "has no entry for int8 weights with int16 inputs");
    row("/files", "{\"signedActivations\": 1}", "small.json: files", "must be true or false");
}

void TstTargetProfile::explainsMistakes()
{
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, where);
    QFETCH(QString, says);
    Json profile = smallProfile();
    const std::string path = pointer.toStdString();
    const Json::json_pointer place(path);
    if (value == "1e999") {
        profile[place] = std::numeric_limits<double>::infinity();
        where = "small.json: cost: clockMhz";
        says = "greater than 0";
    } else if (value.isEmpty()) {
        Json& parent = profile[place.parent_pointer()];
        if (parent.is_array())
            parent.erase(static_cast<std::size_t>(std::stoi(place.back())));
        else
            parent.erase(place.back());
    } else {
        profile[place] = parseJson(value.toStdString(), "value");
    }
    try {
        parseTarget(profile, "small.json");
        QFAIL("the mistake was not found");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::jsonField);
        QCOMPARE(QString::fromStdString(error.where()), where);
        QVERIFY2(QString::fromStdString(error.message()).contains(says), error.what());
    }
}

void TstTargetProfile::acceptsWhatIsNarrower_data()
{
    QTest::addColumn<QString>("offered");
    QTest::addColumn<QString>("asked");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("same") << "int8:channel:symmetric" << "int8:channel:symmetric" << true;
    QTest::newRow("one scale for many") << "int8:channel:symmetric" << "int8:tensor:symmetric" << true;
    QTest::newRow("many scales for one") << "int8:tensor:symmetric" << "int8:channel:symmetric" << false;
    QTest::newRow("no zero-point needed") << "int8:tensor:asymmetric" << "int8:tensor:symmetric" << true;
    QTest::newRow("no zero-point known") << "int8:tensor:symmetric" << "int8:tensor:asymmetric" << false;
    QTest::newRow("signs are the writer's") << "int8:tensor:asymmetric" << "uint8:tensor:asymmetric" << true;
    QTest::newRow("fewer bits") << "int8:tensor:asymmetric" << "int4:tensor:asymmetric" << false;
    QTest::newRow("other groups") << "int4:group:128:symmetric" << "int4:group:32:symmetric" << false;
    QTest::newRow("float") << "float32" << "float32" << true;
    QTest::newRow("no float") << "int8" << "float32" << false;
    QTest::newRow("other float") << "float16" << "bfloat16" << false;
}

void TstTargetProfile::acceptsWhatIsNarrower()
{
    QFETCH(QString, offered);
    QFETCH(QString, asked);
    QFETCH(bool, accepted);
    QCOMPARE(accepts(QuantSpec::parse(offered.toStdString()), QuantSpec::parse(asked.toStdString())), accepted);
}

QTEST_GUILESS_MAIN(TstTargetProfile)
#include "tst_target_profile.moc"
