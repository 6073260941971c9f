// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"
#include "tests/support/shared_files.h"

#include <QJsonArray>
#include <QTest>

using namespace lathe::test;

class TstInspect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sample();
    void project();
    void textNamesEveryLayer();
    void everyAssetOpens_data();
    void everyAssetOpens();

private:
    CliFixture m_cli;
};

void TstInspect::sample()
{
    const QJsonObject json = m_cli.json("inspect {model}");
    QVERIFY(hasKeys(json, {"format", "opset", "inputs", "outputs", "nodes", "parameters", "macs", "floatBytes", "layers",
                           "unsupported"}));
    QCOMPARE(json["format"].toString(), "onnx");
    QCOMPARE(json["opset"].toInt(), 14);
    QCOMPARE(json["nodes"].toInt(), 57);
    const QJsonObject input = json["inputs"][0].toObject();
    QCOMPARE(input["name"].toString(), "image");
    QCOMPARE(input["dtype"].toString(), "float32");
    QCOMPARE(input["shape"].toArray(), (QJsonArray{"N", 3, 32, 32}));
    QCOMPARE(json["outputs"][0]["name"].toString(), "logits");
    qint64 parameters = 0;
    qint64 macs = 0;
    for (const QJsonValue layer : json["layers"].toArray()) {
        QVERIFY(hasKeys(layer.toObject(), {"id", "name", "op", "parameters", "macs", "weightShape", "outputShape"}));
        parameters += layer["parameters"].toInteger();
        macs += layer["macs"].toInteger();
    }
    QCOMPARE(json["parameters"].toInteger(), parameters);
    QCOMPARE(json["macs"].toInteger(), macs);
    QCOMPARE(json["floatBytes"].toInteger(), 4 * parameters);
    const QJsonObject stem = json["layers"][1].toObject();
    QCOMPARE(stem["id"].toString(), "stem.act");
    QCOMPARE(stem["op"].toString(), "Conv");
    QCOMPARE(stem["weightShape"].toArray(), (QJsonArray{16, 3, 3, 3}));
    QCOMPARE(stem["parameters"].toInt(), 16 * 3 * 3 * 3 + 16);
    QCOMPARE(stem["macs"].toInt(), 32 * 32 * 16 * 3 * 3 * 3);
    QCOMPARE(json["unsupported"].toArray(), QJsonArray());
}

void TstInspect::project()
{
    m_cli.calibrate("p.lathe", "--limit 8");
    QCOMPARE(m_cli.json("inspect p.lathe"), m_cli.json("inspect {model}"));
}

void TstInspect::textNamesEveryLayer()
{
    const Answer answer = m_cli.run("inspect {model}");
    QCOMPARE(answer.status, 0);
    for (const QJsonValue layer : m_cli.json("inspect {model}")["layers"].toArray())
        QVERIFY(answer.out.contains("\n" + layer["id"].toString().toUtf8() + " "));
}

void TstInspect::everyAssetOpens_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QStringList>("unsupported");

    const QStringList none;
    QTest::newRow("two lstm") << "dtln_model_1" << none;
    QTest::newRow("bodies of If") << "silero_vad" << none;
    QTest::newRow("If around one sample rate") << "silero_vad_op18_ifless" << none;
    QTest::newRow("attention") << "gpt_nano_sort" << none;
    QTest::newRow("opset 7") << "portrait_unet_prisma256" << none;
    QTest::newRow("opset 8") << "mnist_cnn_cntk_op8" << none;
    QTest::newRow("float16") << "squeezenet1.1_fp16" << none;
    QTest::newRow("external data") << "external_data/single/resnet20_cifar10" << none;
    QTest::newRow("QDQ") << "quantized/vww_int8_qdq" << none;
    QTest::newRow("QOperator") << "quantized/shufflenet_v2_int8_qoperator" << none;
    QTest::newRow("1,746 nodes") << "structural/light_densenet121" << none;
    QTest::newRow("unknown operators") << "structural/superres_with_pre_post_processing_op18"
                                       << QStringList{"com.microsoft.extensions::DecodeImage",
                                                      "com.microsoft.extensions::EncodeImage"};
}

void TstInspect::everyAssetOpens()
{
    QFETCH(QString, model);
    QFETCH(QStringList, unsupported);
    LATHE_REQUIRE_SHARED("assets/models/" + model.toStdString() + ".onnx");
    const QJsonObject json = m_cli.json("inspect {shared}/assets/models/" + model + ".onnx");
    QVERIFY(!json["layers"].toArray().isEmpty());
    QStringList missing;
    for (const QJsonValue node : json["unsupported"].toArray()) {
        QVERIFY(hasKeys(node.toObject(), {"node", "op", "reason"}));
        if (!missing.contains(node["op"].toString()))
            missing << node["op"].toString();
    }
    missing.sort();
    QCOMPARE(missing, unsupported);
}

QTEST_GUILESS_MAIN(TstInspect)
#include "tst_inspect.moc"
