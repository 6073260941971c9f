// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"
#include "tests/support/shared_files.h"

#include <QTest>

using namespace lathe::test;

/// Float figures of real models on real data, against those that ONNX Runtime and the tasks' own scripts
/// gave.
class TstReferences : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void floatFigures_data();
    void floatFigures();

private:
    CliFixture m_cli;
};

void TstReferences::floatFigures_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("description");
    QTest::addColumn<QString>("metric");
    QTest::addColumn<double>("reference");
    // The references have three digits.
    QTest::newRow("sounds") << "kwt1_keyword_transformer"
                            << R"({"input": "*", "type": "wav", "path": "{data}/speech_commands",
        "labels": {"file": "{data}/speech_commands/labels.csv", "name": "file", "class": "kwt_class_index"},
        "preprocess": [{"length": 16000}], "calibration": {"range": [0, 2]}, "validation": {"range": [0, 210]},
        "overlap": true})"
                            << "top1" << 0.976;
    QTest::newRow("masks") << "portrait_unet_prisma256"
                           << R"({"input": "*", "type": "images", "path": "{data}/coco_val128/images",
        "labels": {"masks": "{data}/coco_val128/person_masks"},
        "preprocess": [{"resize": [256, 256]}, {"scale": 0.00392156862745098}, {"layout": "NCHW"}],
        "calibration": {"unlabelled": 2}, "validation": {"labelled": true}})"
                           << "iou" << 0.522;
    QTest::newRow("boxes") << "yolox_nano"
                           << R"({"input": "*", "type": "images", "path": "{data}/coco_val128/images",
        "labels": {"boxes": "{data}/coco_val128/labels", "format": "yolo"},
        "preprocess": [{"letterbox": 416, "anchor": "topleft", "pad": 114}, {"channels": "BGR"}, {"layout": "NCHW"}],
        "decode": {"yolox": {"strides": [8, 16, 32], "score": 0.01, "nms": 0.65}},
        "calibration": {"range": [0, 2]}, "validation": {"range": [0, 128]}, "overlap": true})"
                           << "ap50" << 0.488;
}

void TstReferences::floatFigures()
{
    QFETCH(QString, model);
    QFETCH(QString, description);
    QFETCH(QString, metric);
    QFETCH(double, reference);
    LATHE_REQUIRE_SHARED("assets/models/" + model.toStdString() + ".onnx");
    description.replace("{data}", QString::fromStdString(sharedFile("assets/data").string()));
    m_cli.write("d.json", description.toUtf8());
    m_cli.json("calibrate {shared}/assets/models/" + model + ".onnx --data d.json -o p.lathe");
    const QJsonObject figures = m_cli.json("validate p.lathe")["metrics"][metric].toObject();
    QVERIFY2(qAbs(figures["float"].toDouble() - reference) < 0.0005 + 1e-9,
             QByteArray::number(figures["float"].toDouble()));
    QVERIFY(figures["low"].toDouble() <= figures["loss"].toDouble());
    QVERIFY(figures["loss"].toDouble() <= figures["high"].toDouble());
}

QTEST_GUILESS_MAIN(TstReferences)
#include "tst_references.moc"
