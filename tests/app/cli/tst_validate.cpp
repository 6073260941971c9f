// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace lathe::test;

class TstValidate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void figures();
    void literal();
    void exportedFileGivesTheSameFigures();
    void quantizedFileAlone();
    void gate();
    void driftIsAlwaysThere();
    void aRemedyMends();
    void exactIsNull();

private:
    CliFixture m_cli;
};

void TstValidate::initTestCase()
{
    m_cli.calibrate("p.lathe");
    m_cli.json("quantize p.lathe -o q.onnx");
}

void TstValidate::figures()
{
    const QJsonObject json = m_cli.json("validate p.lathe --data {data} --limit 200");
    QVERIFY(hasKeys(json, {"samples", "metrics", "outputs", "layers", "health", "findings"}));
    QCOMPARE(json["samples"].toInt(), 200);
    for (const QString metric : {"top1", "top5", "agreement"}) {
        const QJsonObject figures = json["metrics"][metric].toObject();
        QVERIFY(hasKeys(figures, {"float", "quantized", "loss", "low", "high"}));
        QVERIFY(figures["low"].toDouble() <= figures["loss"].toDouble());
        QVERIFY(figures["loss"].toDouble() <= figures["high"].toDouble());
        const double loss = figures["float"].toDouble() - figures["quantized"].toDouble();
        QVERIFY(qAbs(figures["loss"].toDouble() - loss) < 1e-9);
    }
    QVERIFY(json["metrics"]["top1"]["float"].toDouble() >= 0.97);
    const QJsonObject output = json["outputs"][0].toObject();
    QVERIFY(hasKeys(output, {"name", "sqnrDb", "cosine", "maxAbs", "exact"}));
    QCOMPARE(output["name"].toString(), "logits");
    QVERIFY(output["cosine"].toDouble() > 0.99 && output["cosine"].toDouble() < 1);
    QCOMPARE(json["layers"].toArray().size(), m_cli.json("inspect {model}")["layers"].toArray().size());
    for (const QJsonValue layer : json["layers"].toArray()) {
        QVERIFY(hasKeys(layer.toObject(), {"id", "localSqnrDb", "accumulatedSqnrDb", "clipped"}));
        QVERIFY(layer["clipped"].toDouble() >= 0 && layer["clipped"].toDouble() < 0.05);
        // What earlier layers did comes on top of a layer's own error.
        QVERIFY(layer["accumulatedSqnrDb"].toDouble() < layer["localSqnrDb"].toDouble() + 3);
    }
}

void TstValidate::literal()
{
    const double simulated = m_cli.json("validate p.lathe --limit 64")["outputs"][0]["sqnrDb"].toDouble();
    const double literal =
        m_cli.json("validate p.lathe --limit 64 --precision literal")["outputs"][0]["sqnrDb"].toDouble();
    QVERIFY(simulated != literal);
    QVERIFY(qAbs(simulated - literal) < 2);
}

/// What was validated is what the file holds, layer by layer.
void TstValidate::exportedFileGivesTheSameFigures()
{
    const QJsonObject project = m_cli.json("validate p.lathe --limit 64");
    for (const QString source : {"{model}", "p.lathe"}) {
        const QJsonObject file = m_cli.json("validate " + source + " --quantized q.onnx --data {data} --limit 64");
        QCOMPARE(file["metrics"], project["metrics"]);
        QCOMPARE(file["outputs"], project["outputs"]);
        QCOMPARE(file["layers"], project["layers"]);
    }
}

/// Its own float form is what is left of the float model.
void TstValidate::quantizedFileAlone()
{
    const QJsonObject json = m_cli.json("validate q.onnx --data {data} --limit 200");
    QVERIFY(json["metrics"]["top1"]["float"].toDouble() >= 0.97);
    QVERIFY(json["outputs"][0]["sqnrDb"].toDouble() > 15);
}

void TstValidate::gate()
{
    QCOMPARE(m_cli.run("validate p.lathe --limit 64 --max-drop 0.5").status, 0);
    m_cli.copy("p.lathe", "coarse.lathe");
    m_cli.json("quantize coarse.lathe -o coarse.onnx --weights int2 --activations uint2 --method minmax");
    const Answer answer = m_cli.run("--json validate coarse.lathe --limit 64 --max-drop 0.005");
    QCOMPARE(answer.status, 3);
    QCOMPARE(answer.err.count('\n'), 1);
    QCOMPARE(m_cli.run("validate coarse.lathe --limit 64 --max-drop 0.5%").err, answer.err);
    QCOMPARE(m_cli.run("validate coarse.lathe --limit 64 --gate").err, answer.err);
    QCOMPARE(m_cli.run("validate coarse.lathe --limit 64 --max-drop 100%").status, 0);
    QCOMPARE(m_cli.run("validate coarse.lathe --limit 64 --max-drop 0.5points").status, 2);
    QVERIFY2(answer.err.contains("top1 drops by 0.") && answer.err.contains("0.0050"), answer.text());
    // The figures are there all the same.
    QVERIFY(answer.json().has_value());
    const QJsonObject json = answer.json().value();
    QVERIFY(json["metrics"]["top1"]["loss"].toDouble() > 0.005);
    const QJsonObject gate = json["gate"].toObject();
    QVERIFY(hasKeys(gate, {"metric", "loss", "low", "high", "limit", "passed", "settled", "drift", "raise", "proposal"}));
    QCOMPARE(gate["drift"], json["drift"]);
    // What it proposes is a plan file's part, and helps.
    const QJsonObject proposal = gate["proposal"].toObject();
    QVERIFY(!proposal.isEmpty() && proposal.size() <= 3);
    m_cli.write("raise.json", QJsonDocument(QJsonObject{{"default", QJsonObject{{"weights", "int2:channel:symmetric"},
                                                                                {"activations", "uint2"},
                                                                                {"method", "minmax"}}},
                                                        {"layers", proposal}})
                                  .toJson());
    m_cli.json("quantize coarse.lathe --plan raise.json -o raised.lathe");
    const QJsonObject raised = m_cli.json("validate raised.lathe --limit 64");
    QVERIFY(raised["drift"][0]["sqnrDb"].toDouble() > json["drift"][0]["sqnrDb"].toDouble());
}

/// The glyph model ends in logits or a Softmax: either way the drift is there without a gate, as a comparison.
void TstValidate::driftIsAlwaysThere()
{
    const QJsonArray drift = m_cli.json("validate p.lathe --limit 16")["drift"].toArray();
    QCOMPARE(drift.size(), 1);
    QVERIFY(hasKeys(drift[0].toObject(), {"name", "sqnrDb", "cosine", "maxAbs", "exact"}));
    QVERIFY(drift[0]["sqnrDb"].toDouble() > 10);
}

/// A range set by hand cuts most values off; the finding says so, and the layer's plan that it proposes makes it go.
void TstValidate::aRemedyMends()
{
    const auto clippedTail = [&](const QByteArray& plan) -> QJsonObject {
        m_cli.write("clip.json", plan);
        m_cli.json("quantize p.lathe --plan clip.json -o clip.lathe");
        const QJsonArray findings = m_cli.json("validate clip.lathe --limit 16")["findings"].toArray();
        for (const QJsonValue finding : findings)
            if (finding["kind"] == "clippedTail" && finding["layer"] == "stem.act")
                return finding.toObject();
        return {};
    };
    const QJsonObject finding = clippedTail(R"({"layers":{"stem.act":{"clip":[0,0.01]}}})");
    QVERIFY(hasKeys(finding, {"kind", "layer", "value", "text", "remedy"}));
    QVERIFY(finding["value"].toDouble() > 0.1);
    const QJsonObject layers = finding["remedy"]["layers"].toObject();
    QCOMPARE(layers.keys(), QStringList{"stem.act"});
    QVERIFY(clippedTail(QJsonDocument(QJsonObject{{"layers", layers}}).toJson()).isEmpty());
}

void TstValidate::exactIsNull()
{
    m_cli.copy("p.lathe", "float.lathe");
    m_cli.json("quantize float.lathe -o float.onnx --weights float32 --activations float32");
    const QJsonObject json = m_cli.json("validate float.lathe --limit 16");
    const QJsonObject output = json["outputs"][0].toObject();
    QVERIFY(output["sqnrDb"].isNull());
    QCOMPARE(output["exact"].toBool(), true);
    QCOMPARE(output["maxAbs"].toDouble(), 0.0);
    for (const QJsonValue layer : json["layers"].toArray()) {
        QVERIFY(layer["localSqnrDb"].isNull() && layer["accumulatedSqnrDb"].isNull());
        QCOMPARE(layer["exact"].toBool(), true);
    }
    QCOMPARE(json["metrics"]["agreement"]["quantized"].toDouble(), 1.0);
}

QTEST_GUILESS_MAIN(TstValidate)
#include "tst_validate.moc"
