// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/qt_image_decoder.h"
#include "core/project/pipeline.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace lathe;

namespace {

QuantPlan uniformPlan(const char* weights, const char* activations, const char* method)
{
    QuantPlan plan;
    plan.weights = QuantSpec::parse(weights);
    plan.activations = QuantSpec::parse(activations);
    plan.method = MethodChoice::parse(method);
    return plan;
}

}

/// The sample from data to figures, through the stages that window and command line drive: what the sample is made to
/// show, it shows. Losses are in points of top-1 on the whole validation split.
class TstPipeline : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theFloatModelIsGood();
    void losses_data();
    void losses();
    void literalLosesNoMoreThanItsRounding();
    void integerIsSimulated();
    void anExportedFileIsTheSameModel();
    void anUnknownTargetIsRefused();
    void framesOfARecording_data();
    void framesOfARecording();

private:
    EvaluationRun run(const Quantized& quantized, RunMode mode) const;

    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Dataset> m_dataset;
    Statistics m_statistics;
};

void TstPipeline::initTestCase()
{
    m_model = loadModel(test::resourceFile("sample/glyphs.onnx"), systemFs(), Control());
    m_dataset = openDatasetFor(*m_model, test::resourceFile("sample/dataset.json"), systemFs(), qtImageDecoder(), 0, Control());
    m_statistics = calibrate(*m_model, *m_dataset, {}, Control());
    QCOMPARE(static_cast<std::int64_t>(m_statistics.sampleIds.size()), m_dataset->info().calibrationCount);
}

EvaluationRun TstPipeline::run(const Quantized& quantized, RunMode mode) const
{
    ValidateOptions options;
    options.mode = mode;
    options.evaluate.layerFigures = false;
    return validate(*m_model, quantized, *m_dataset, options, Control());
}

void TstPipeline::theFloatModelIsGood()
{
    const auto quantized = quantize(*m_model, QuantPlan(), m_statistics, Control());
    const EvaluationRun all = run(*quantized, RunMode::simulated);
    QCOMPARE(static_cast<std::int64_t>(all.samples.size()), m_dataset->info().validationCount);
    QVERIFY(all.samples.size() >= 500);
    QVERIFY2(all.metric("top1")->floatValue >= 0.97, qPrintable(QString::number(all.metric("top1")->floatValue)));
}

void TstPipeline::losses_data()
{
    QTest::addColumn<QByteArray>("weights");
    QTest::addColumn<QByteArray>("activations");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<double>("atLeast");
    QTest::addColumn<double>("atMost");
    QTest::newRow("8 bits lose next to nothing")
        << QByteArray("int8:channel:symmetric") << QByteArray("uint8:tensor:asymmetric") << QByteArray("mse") << -0.5 << 0.5;
    QTest::newRow("4 bits everywhere hurt")
        << QByteArray("int4:channel:symmetric") << QByteArray("uint4:tensor:asymmetric") << QByteArray("minmax") << 5.0 << 100.0;
    QTest::newRow("4-bit weights alone can be had")
        << QByteArray("int4:channel:symmetric") << QByteArray("uint8:tensor:asymmetric") << QByteArray("mse") << -1.0 << 1.0;
}

void TstPipeline::losses()
{
    QFETCH(const QByteArray, weights);
    QFETCH(const QByteArray, activations);
    QFETCH(const QByteArray, method);
    QFETCH(const double, atLeast);
    QFETCH(const double, atMost);
    const auto quantized = quantize(*m_model, uniformPlan(weights.constData(), activations.constData(), method.constData()),
                                    m_statistics, Control());
    QVERIFY(quantized->packedBytes < m_model->floatBytes / 3);
    const EvaluationRun all = run(*quantized, RunMode::simulated);
    const MetricResult* top1 = all.metric("top1");
    const double points = 100 * top1->loss;
    QVERIFY2(points >= atLeast && points <= atMost, qPrintable(QString::number(points)));
    QVERIFY(top1->low <= top1->loss && top1->loss <= top1->high);
}

/// Literal and simulated run part by single steps of rounding alone: the answers are the same but for a few.
void TstPipeline::literalLosesNoMoreThanItsRounding()
{
    const auto quantized = quantize(*m_model, QuantPlan(), m_statistics, Control());
    const EvaluationRun simulated = run(*quantized, RunMode::simulated);
    const EvaluationRun literal = run(*quantized, RunMode::literal);
    int different = 0;
    for (std::size_t i = 0; i < simulated.samples.size(); ++i)
        different += simulated.samples[i].quantizedClass != literal.samples[i].quantizedClass ? 1 : 0;
    QVERIFY2(different * 33 <= static_cast<int>(simulated.samples.size()), qPrintable(QString::number(different)));
}

/// Integer kernels give the figures of the simulation, layer by layer, exactly; saturating ones give others.
void TstPipeline::integerIsSimulated()
{
    const auto quantized = quantize(*m_model, QuantPlan(), m_statistics, Control());
    ValidateOptions options;
    const auto runIn = [&](RunMode mode) {
        options.mode = mode;
        return validate(*m_model, *quantized, *m_dataset, options, Control());
    };
    const EvaluationRun simulated = runIn(RunMode::simulated), integer = runIn(RunMode::integer),
                        saturating = runIn(RunMode::saturating);
    QCOMPARE(integer.precision, std::string("integer"));
    QCOMPARE(integer.outputs[0].error.sqnrDb(), simulated.outputs[0].error.sqnrDb());
    QVERIFY(saturating.outputs[0].error.sqnrDb() != simulated.outputs[0].error.sqnrDb());
    QCOMPARE(integer.layers.size(), simulated.layers.size());
    for (std::size_t i = 0; i < integer.layers.size(); ++i) {
        const LayerFigures &a = integer.layers[i], &b = simulated.layers[i];
        QCOMPARE(a.id, b.id);
        QCOMPARE(a.accumulated.sqnrDb(), b.accumulated.sqnrDb());
        QCOMPARE(a.local.sqnrDb(), b.local.sqnrDb());
        QCOMPARE(a.clipped, b.clipped);
    }
    for (std::size_t i = 0; i < simulated.samples.size(); ++i)
        QCOMPARE(integer.samples[i].quantizedClass, simulated.samples[i].quantizedClass);
}

/// What was validated is what the file holds: read again, it gives the same class for every sample.
void TstPipeline::anExportedFileIsTheSameModel()
{
    QTemporaryDir folder;
    const Path file = folder.filePath("glyphs.int4.onnx").toStdString();
    const auto quantized =
        quantize(*m_model, uniformPlan("int4:channel:symmetric", "uint8:tensor:asymmetric", "mse"), m_statistics, Control());
    systemFs().writeWhole(file, exportOnnx(*m_model, *quantized, {}, Control()));
    const auto back = loadModel(file, systemFs(), Control());
    QVERIFY(back->lifted);
    const EvaluationRun before = run(*quantized, RunMode::simulated);
    const EvaluationRun after = run(*quantizedAsIs(*back), RunMode::simulated);
    QCOMPARE(after.samples.size(), before.samples.size());
    for (std::size_t i = 0; i < before.samples.size(); ++i)
        QCOMPARE(after.samples[i].quantizedClass, before.samples[i].quantizedClass);
    QCOMPARE(after.metric("top1")->loss, before.metric("top1")->loss);
}

void TstPipeline::anUnknownTargetIsRefused()
{
    QuantPlan plan;
    plan.target = "toaster";
    LATHE_EXPECT_ERROR(unknownName, quantize(*m_model, plan, m_statistics, Control()));
}

void TstPipeline::framesOfARecording_data()
{
    QTest::addColumn<QString>("model");
    for (const char* model : {"silero_vad", "silero_vad_16k_op15", "silero_vad_op18_ifless"})
        QTest::newRow(model) << model;
}

/// A minute of speech in 1875 frames, the state handed on: ONNX Runtime hears speech in .7744 of them. And
/// layers have statistics, also those in the branches of an If.
void TstPipeline::framesOfARecording()
{
    QFETCH(QString, model);
    const std::string file = "assets/models/" + model.toStdString() + ".onnx",
                      sound = "assets/data/audio/silero_test.wav";
    LATHE_REQUIRE_SHARED(file);
    LATHE_REQUIRE_SHARED(sound);
    QTemporaryDir folder;
    const Path description = Path(folder.path().toStdString()) / "d.json";
    systemFs().writeWhole(
        description,
        R"({"inputs": [{"input": "sr", "value": 16000}, {"input": "input", "type": "wav", "frame": 576,
        "hop": 512, "lead": 64, "path": ")" +
            test::sharedFile(sound).string() +
            R"("}], "state": {"stateN": "state"},
        "calibration": {"range": [0, 50]}, "validation": {"range": [0, 1875]}, "overlap": true})");
    const auto loaded = loadModel(test::sharedFile(file), systemFs(), Control());
    const auto dataset = openDatasetFor(*loaded, description, systemFs(), {}, 0, Control());
    const auto frames = dataset->split(Split::validation);
    QCOMPARE(frames->size(), std::int64_t(1875));
    CompileOptions options;
    options.inputShapes = openShapes(loaded->graph, *frames);
    Execution execution(Program::compile(loaded->graph, options));
    int speech = 0;
    for (std::int64_t i = 0; i < frames->size(); ++i)
        speech += execution.run(frames->load(i), {}).at("output").data<float>()[0] > 0.5F ? 1 : 0;
    QCOMPARE(speech, 1452);
    const Statistics statistics = calibrate(*loaded, *dataset, {}, Control());
    int watched = 0;
    for (const Layer& layer : loaded->layers) {
        const auto found = statistics.tensors.find(layer.id);
        watched += layer.op == "Conv" && found != statistics.tensors.end() && found->second.moments.count > 0
                       ? 1
                       : 0;
    }
    QVERIFY2(watched >= 5, qPrintable(QString::number(watched)));
}

QTEST_GUILESS_MAIN(TstPipeline)
#include "tst_pipeline.moc"
