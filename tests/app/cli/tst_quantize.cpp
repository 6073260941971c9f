// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstQuantize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_cli.calibrate("p.lathe"); }
    void init() { m_cli.copy("p.lathe", "work.lathe"); }
    void figures();
    void formats_data();
    void formats();
    void modelWithData();
    void methodsDiffer();
    void packedIsSmaller();
    void floatIo();
    void plans_data();
    void plans();
    void endsAreWider();
    void badPlans_data();
    void badPlans();
    void groupsAreRefusedWithTheNearestChoice();
    void exactIsNull();
    void projectOutput();
    void projectKeepsItsAlgorithms();
    void unknownEnding();

private:
    QJsonObject layer(const QJsonObject& result, const QString& id) const;

    CliFixture m_cli;
};

QJsonObject TstQuantize::layer(const QJsonObject& result, const QString& id) const
{
    for (const QJsonValue layer : result["layers"].toArray())
        if (layer["id"].toString() == id)
            return layer.toObject();
    return {};
}

void TstQuantize::figures()
{
    const QJsonObject json = m_cli.json("quantize work.lathe -o q.onnx");
    QVERIFY(hasKeys(json, {"output", "format", "sizeBytes", "packedBytes", "floatBytes", "layers"}));
    QCOMPARE(json["output"].toString(), "q.onnx");
    QCOMPARE(json["format"].toString(), "onnx");
    QCOMPARE(json["sizeBytes"].toInteger(), QFileInfo(m_cli.path("q.onnx")).size());
    const QJsonObject model = m_cli.json("inspect {model}");
    QCOMPARE(json["floatBytes"].toInteger(), model["floatBytes"].toInteger());
    QVERIFY(json["packedBytes"].toInteger() > model["parameters"].toInteger());
    QVERIFY(json["packedBytes"].toInteger() < json["sizeBytes"].toInteger());
    QCOMPARE(json["layers"].toArray().size(), model["layers"].toArray().size());
    for (const QJsonValue entry : json["layers"].toArray())
        QVERIFY(hasKeys(entry.toObject(), {"id", "weights", "activations", "weightSqnrDb", "activationSqnrDb"}));
    const QJsonObject stem = layer(json, "stem.act");
    QCOMPARE(stem["weights"].toString(), "int8");
    QCOMPARE(stem["activations"].toString(), "uint8");
    QVERIFY(stem["weightSqnrDb"].toDouble() > 35 && stem["weightSqnrDb"].toDouble() < 60);
    QVERIFY(stem["activationSqnrDb"].toDouble() > 35 && stem["activationSqnrDb"].toDouble() < 60);
    QVERIFY(m_cli.json("inspect q.onnx")["quantized"].toBool());
}

void TstQuantize::formats_data()
{
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("activations");

    for (const char* format : {"int2", "int4", "int7", "int8", "int12", "int16", "uint8", "float16", "bfloat16", "float32"})
        QTest::addRow("weights %s", format) << QString("--weights %1").arg(format) << format << "uint8";
    for (const char* format : {"uint2", "uint4", "int8", "uint8", "uint16", "float16", "float32"})
        QTest::addRow("activations %s", format) << QString("--activations %1").arg(format) << "int8" << format;
    QTest::newRow("all float") << "--weights float32 --activations float32 --granularity channel" << "float32" << "float32";
    QTest::newRow("tensor") << "--granularity tensor" << "int8" << "uint8";
    QTest::newRow("channel") << "--granularity channel --weights int4" << "int4" << "uint8";
    QTest::newRow("full spec") << "--weights int6:tensor:symmetric --activations uint8:tensor:symmetric" << "int6" << "uint8";
}

void TstQuantize::formats()
{
    QFETCH(QString, options);
    QFETCH(QString, weights);
    QFETCH(QString, activations);
    const QJsonObject json = m_cli.json("quantize work.lathe -o formats.onnx " + options);
    QCOMPARE(layer(json, "stem.act")["weights"].toString(), weights);
    QCOMPARE(layer(json, "stem.act")["activations"].toString(), activations);
    QCOMPARE(m_cli.run("inspect formats.onnx").status, 0);
}

void TstQuantize::modelWithData()
{
    m_cli.json("quantize {model} --data {data} -o direct.onnx");
    m_cli.json("calibrate {model} --data {data} -o full.lathe");
    m_cli.json("quantize full.lathe -o full.onnx");
    QCOMPARE(m_cli.read("direct.onnx"), m_cli.read("full.onnx"));
}

void TstQuantize::methodsDiffer()
{
    QByteArrayList files;
    for (const QString method : {"minmax", "percentile", "percentile:99.9", "entropy", "mse"}) {
        m_cli.json("quantize work.lathe -o method.onnx --method " + method);
        const QByteArray bytes = m_cli.read("method.onnx");
        QVERIFY2(!files.contains(bytes), qPrintable(method));
        files << bytes;
    }
}

void TstQuantize::packedIsSmaller()
{
    const QJsonObject plain = m_cli.json("quantize work.lathe -o plain.onnx --weights int4");
    const QJsonObject packed = m_cli.json("quantize work.lathe -o packed.onnx --weights int4 --packed");
    QVERIFY(packed["sizeBytes"].toInteger() < plain["sizeBytes"].toInteger());
    QCOMPARE(packed["packedBytes"].toInteger(), plain["packedBytes"].toInteger());
    QCOMPARE(m_cli.json("inspect packed.onnx")["opset"].toInt(), 21);
    QVERIFY(m_cli.json("inspect plain.onnx")["opset"].toInt() < 21);
}

void TstQuantize::floatIo()
{
    const auto types = [&](const QString& option) {
        m_cli.json("quantize work.lathe -o io.onnx " + option);
        const QJsonObject json = m_cli.json("inspect io.onnx");
        return QStringList{json["inputs"][0]["dtype"].toString(), json["outputs"][0]["dtype"].toString()};
    };
    QCOMPARE(types(""), (QStringList{"float32", "float32"}));
    QCOMPARE(types("--float-io"), (QStringList{"float32", "float32"}));
    QCOMPARE(types("--no-float-io"), (QStringList{"uint8", "uint8"}));
}

void TstQuantize::plans_data()
{
    QTest::addColumn<QByteArray>("layers");
    QTest::newRow("by id") << QByteArray(R"({"stem.act": {"weights": "int4", "activations": "uint5"}})");
    QTest::newRow("by name") << QByteArray(R"({"stem.conv": {"weights": "int4", "activations": "uint5"}})");
}

void TstQuantize::plans()
{
    QFETCH(QByteArray, layers);
    m_cli.write("plan.json", R"({"default": {"weights": "int6:channel:symmetric", "activations": "float32", "method":
                                "minmax"}, "layers": )" + layers + "}");
    const QJsonObject json = m_cli.json("quantize work.lathe -o plan.onnx --plan plan.json");
    QCOMPARE(layer(json, "stem.act")["weights"].toString(), "int4");
    QCOMPARE(layer(json, "stem.act")["activations"].toString(), "uint5");
    QCOMPARE(layer(json, "logits")["weights"].toString(), "int6");
    QCOMPARE(layer(json, "logits")["activations"].toString(), "float32");
}

void TstQuantize::endsAreWider()
{
    const QJsonObject json =
        m_cli.json("quantize work.lathe -o ends.onnx --weights int4 --activations uint4 --ends 8");
    QCOMPARE(layer(json, "stem.act")["weights"].toString(), "int8");
    QCOMPARE(layer(json, "logits")["weights"].toString(), "int8");
    qsizetype narrow = 0;
    for (const QJsonValue entry : json["layers"].toArray())
        narrow += entry["weights"].toString() == "int4" ? 1 : 0;
    QVERIFY(narrow > 0);
    QCOMPARE(layer(json, "stem.act")["activations"].toString(), "uint8");
    QCOMPARE(layer(json, "logits")["activations"].toString(), "uint8");
    // Also where the project's plan says less by now.
    QCOMPARE(layer(m_cli.json("quantize work.lathe -o wide.onnx --ends 12"), "stem.act")["weights"].toString(), "int12");
    QCOMPARE(m_cli.run("quantize work.lathe -o none.onnx --ends 17").status, 2);
}

void TstQuantize::badPlans_data()
{
    QTest::addColumn<QByteArray>("plan");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no JSON") << QByteArray("{") << QByteArray("not valid JSON");
    QTest::newRow("list") << QByteArray("[]") << QByteArray("plan.json");
    QTest::newRow("unknown field") << QByteArray(R"({"defaults": {}})") << QByteArray("defaults");
    QTest::newRow("unknown format") << QByteArray(R"({"default": {"weights": "int1"}})") << QByteArray("int1");
    QTest::newRow("unknown layer") << QByteArray(R"({"layers": {"nowhere": {"weights": "int4"}}})") << QByteArray("nowhere");
    QTest::newRow("twice") << QByteArray(R"({"layers": {"stem.act": {}, "stem.act": {}}})") << QByteArray("stem.act");
}

void TstQuantize::badPlans()
{
    QFETCH(QByteArray, plan);
    QFETCH(QByteArray, says);
    m_cli.write("plan.json", plan);
    const QByteArray before = m_cli.read("work.lathe");
    const Answer answer = m_cli.run("quantize work.lathe -o bad.onnx --plan plan.json");
    QVERIFY2(answer.status == 1, answer.text());
    QVERIFY2(answer.err.contains(says), answer.text());
    QCOMPARE(answer.err.count('\n'), 1);
    QVERIFY(!m_cli.exists("bad.onnx"));
    QCOMPARE(m_cli.read("work.lathe"), before);
}

void TstQuantize::groupsAreRefusedWithTheNearestChoice()
{
    const Answer answer = m_cli.run("--json quantize work.lathe -o groups.onnx --granularity group:32");
    QCOMPARE(answer.status, 0);
    QCOMPARE(answer.err.count('\n'), 1);
    QVERIFY(answer.err.contains("Used instead: int8:channel:symmetric."));
    const QJsonArray refusals = answer.json().value()["refusals"].toArray();
    QCOMPARE(refusals.size(), 6); // the depthwise convolutions
    for (const auto& refusal : refusals)
        QVERIFY(refusal.toObject()["reason"].toString().contains("depthwise"));
    const QJsonObject grouped = m_cli.json("inspect groups.onnx");
    QCOMPARE(grouped["opset"].toInt(), 21);
    QVERIFY(hasKeys(refusals[0].toObject(), {"layer", "reason", "nearest"}));
}

void TstQuantize::exactIsNull()
{
    const QJsonObject json = m_cli.json("quantize work.lathe -o exact.onnx --weights float32");
    const QJsonObject stem = layer(json, "stem.act");
    QVERIFY(stem["weightSqnrDb"].isNull());
    QCOMPARE(stem["exact"].toBool(), true);
    QVERIFY(stem["activationSqnrDb"].isDouble());
    QCOMPARE(layer(m_cli.json("quantize work.lathe -o exact.onnx --weights int8"), "stem.act")["exact"].toBool(true), false);
}

/// A model file leaves the plan in the project that was given; another project does not touch it.
void TstQuantize::projectOutput()
{
    const QByteArray before = m_cli.read("work.lathe");
    const QJsonObject json = m_cli.json("quantize work.lathe -o other.lathe --weights int3");
    QCOMPARE(json["format"].toString(), "project");
    QCOMPARE(m_cli.read("work.lathe"), before);
    const auto loss = [&](const QString& project) {
        return m_cli.json("validate " + project + " --limit 64")["outputs"][0]["sqnrDb"].toDouble();
    };
    const double fine = loss("work.lathe");
    const double coarse = loss("other.lathe");
    QVERIFY(coarse < fine - 6);
    m_cli.json("quantize work.lathe -o three.onnx --weights int3");
    QCOMPARE(loss("work.lathe"), coarse);
    m_cli.json("quantize work.lathe -o work.lathe --weights int8");
    QCOMPARE(loss("work.lathe"), fine);
}

/// Writing a project out neither leaves out nor loses what algorithms made of it.
void TstQuantize::projectKeepsItsAlgorithms()
{
    m_cli.json("quantize p.lathe -o made.lathe --weights int3 --algorithms gptq");
    const QJsonObject before = m_cli.json("validate made.lathe --limit 32");
    const QJsonObject written = m_cli.json("quantize made.lathe -o made.onnx");
    QCOMPARE(written["algorithms"][0]["algorithm"].toString(), QString("gptq"));
    QCOMPARE(m_cli.json("validate made.lathe --limit 32")["outputs"], before["outputs"]);
    QCOMPARE(m_cli.json("validate made.lathe --quantized made.onnx --data {data} --limit 32")["outputs"], before["outputs"]);
    m_cli.json("quantize made.lathe -o plain.onnx --weights int3");
    QVERIFY(m_cli.json("validate made.lathe --limit 32")["outputs"] != before["outputs"]);
}

void TstQuantize::unknownEnding()
{
    const Answer answer = m_cli.run("quantize work.lathe -o q.model");
    QCOMPARE(answer.status, 1);
    QVERIFY(answer.err.contains(".onnx, .lathe"));
    QVERIFY(!m_cli.exists("q.model"));
}

QTEST_GUILESS_MAIN(TstQuantize)
#include "tst_quantize.moc"
