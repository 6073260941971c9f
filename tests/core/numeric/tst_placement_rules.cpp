// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/placement_rules.h"

#include <QTest>

#include "core/graph/graph.h"

using namespace lathe;

namespace {

Placement inputOf(const char* op, std::size_t index)
{
    return genericRules().find(op)->input(index).placement;
}
Placement outputOf(const char* op)
{
    return genericRules().find(op)->output.placement;
}

} // namespace

class TstPlacementRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void genericIsOnnxRuntime();
    void conditionsGoFirst();
    void readsEverything();
    void explainsMistakes_data();
    void explainsMistakes();
};

void TstPlacementRules::genericIsOnnxRuntime()
{
    const PlacementRules& rules = genericRules();
    QCOMPARE(rules.id, std::string("generic"));
    QVERIFY(rules.quantizeGraphInputs);
    for (const char* op : {"Conv", "Gemm", "MatMul", "Add"}) {
        QVERIFY(inputOf(op, 0) == Placement::point);
        QVERIFY(inputOf(op, 1) == Placement::point);
        QVERIFY(outputOf(op) == Placement::point);
    }
    QVERIFY(rules.find("Conv")->weightPerChannel);
    QVERIFY(rules.find("Conv")->quantizeBias);
    QVERIFY(outputOf("Softmax") == Placement::floating);
    QVERIFY(outputOf("LayerNormalization") == Placement::floating);
    for (const char* op : {"MaxPool", "Reshape", "Transpose", "Slice", "Flatten", "Split"})
        QVERIFY(outputOf(op) == Placement::sameAsInput);
    QVERIFY(inputOf("Concat", 7) == Placement::sameAsOutput);
    QVERIFY(rules.find("NoSuchOperator") == nullptr);
}

void TstPlacementRules::conditionsGoFirst()
{
    Node node;
    node.op = "Resize";
    QVERIFY(genericRules().find(node)->output.placement == Placement::sameAsInput);
    node.attributes.emplace("mode", std::string("nearest"));
    QVERIFY(genericRules().find(node)->output.placement == Placement::sameAsInput);
    node.attributes.insert_or_assign("mode", std::string("linear"));
    QVERIFY(genericRules().find(node)->output.placement == Placement::point);
    node.domain = "example";
    QVERIFY(genericRules().find(node) == nullptr);
}

void TstPlacementRules::readsEverything()
{
    const PlacementRules rules = parsePlacementRules(parseJson(R"({
        "id": "x", "quantizeGraphInputs": false, "symmetricActivations": true, "rules": [
        {"operators": ["Softmax"], "inputs": ["none"], "output": {"scale": 0.00390625, "zeroPoint": -128}},
        {"operators": ["Gemm", "MatMul"], "inputs": ["point", "float"], "output": "none",
         "weights": {"perChannel": false, "narrow": true, "axis": 1}, "quantizeBias": false}]})",
                                                               "test"),
                                                     "test");
    QVERIFY(!rules.quantizeGraphInputs);
    QVERIFY(rules.symmetricActivations);
    const OperandRule& fixed = rules.find("Softmax")->output;
    QVERIFY(fixed.placement == Placement::fixed);
    QCOMPARE(fixed.scale, 1.0F / 256);
    QCOMPARE(fixed.zeroPoint, -128);
    const OperatorRule* gemm = rules.find("MatMul");
    QVERIFY(gemm->input(0).placement == Placement::point);
    QVERIFY(gemm->input(5).placement == Placement::floating);
    QVERIFY(!gemm->weightPerChannel && gemm->narrowWeights && !gemm->quantizeBias);
    QCOMPARE(*gemm->weightAxis, 1);
}

void TstPlacementRules::explainsMistakes_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("word");
    QTest::newRow("no rules") << R"({"id": "x"})"
                              << "rules";
    QTest::newRow("misspelt") << R"({"rules": [], "symetric": true})"
                              << "symetric";
    QTest::newRow("placement") << R"({"rules": [{"operators": ["A"], "output": "points"}]})"
                               << "output";
    QTest::newRow("self") << R"({"rules": [{"operators": ["A"], "output": "sameAsOutput"}]})"
                          << "output";
    QTest::newRow("inputs") << R"({"rules": [{"operators": ["A"], "inputs": ["sameAsInput"]}]})"
                            << "inputs";
    QTest::newRow("twice") << R"({"rules": [{"operators": ["A", "A"]}]})"
                           << "A";
    QTest::newRow("scale") << R"({"rules": [{"operators": ["A"], "output": {"scale": 0}}]})"
                           << "scale";
    QTest::newRow("axis") << R"({"rules": [{"operators": ["A"], "weights": {"axis": 99}}]})"
                          << "axis";
    QTest::newRow("rule field") << R"({"rules": [{"operators": ["A"], "outputs": "point"}]})"
                                << "outputs";
}

void TstPlacementRules::explainsMistakes()
{
    QFETCH(QString, json);
    QFETCH(QString, word);
    try {
        parsePlacementRules(parseJson(json.toStdString(), "test"), "profile");
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::jsonField);
        QVERIFY2(QString::fromUtf8(error.what()).contains(word), error.what());
        QVERIFY2(QString::fromUtf8(error.what()).contains(QLatin1String("profile")), error.what());
    }
}

QTEST_GUILESS_MAIN(TstPlacementRules)
#include "tst_placement_rules.moc"
