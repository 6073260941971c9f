// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/release.h"

#include <QTemporaryDir>

#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

constexpr const char* kNetwork = "opset 13\n"
                                 "input x: float32[1x3x6x6]\n"
                                 "w: float32[4x3x3x3] = ...\n"
                                 "b: float32[4] = ...\n"
                                 "c = Conv(x, w, b) {pads=[1, 1, 1, 1]}\n"
                                 "r = Relu(c)\n"
                                 "s = Sigmoid(r)\n"
                                 "output s\n";

struct Pipeline
{
    Model model;
    Statistics statistics;
    Quantized quantized;
    EvaluationRun run;

    explicit Pipeline(const std::string& plan)
    {
        model.path = "some folder/Model Name.onnx";
        model.format = "onnx";
        model.opset = 17;
        model.fileDigest = sha256("model");
        model.graph = test::graphOf(kNetwork);
        model.layers = findLayers(model.graph);
        statistics = test::statisticsOf(model.graph);
        quantized.plan = parsePlan(parseJson(plan, "plan"), "plan");
        quantized.resolved = resolve(quantized.plan, model.graph, statistics, genericRules());
        run.finishedUtc = "2026-11-20T12:00:00Z";
        run.data = sha256("validation");
        run.samples.resize(1000);
        run.metrics.push_back({"top1", 0.75, 0.74, 0.01, 0.0, 0.02});
    }

    ReleaseParts parts(std::span<const std::byte> artifact) const
    {
        return {.model = model,
                .quantized = quantized,
                .statistics = &statistics,
                .validation = &run,
                .artifact = artifact};
    }
};

Release release()
{
    Release result;
    result.product = "detector";
    result.version = "1.0";
    return result;
}

}

class TestRelease : public QObject
{
    Q_OBJECT
private slots:
    void theManifestSaysWhatThePipelineDid()
    {
        const Pipeline pipeline("{\"layers\":{\"r\":{\"activations\":\"uint4\"}}}");
        const BundleInput input = describeRelease(release(), pipeline.parts(asBytes("artifact")));
        const Manifest& manifest = input.manifest;
        QCOMPARE(manifest.created, std::string("2026-11-20T12:00:00Z"));
        QCOMPARE(manifest.target.profile, std::string("generic"));
        QCOMPARE(manifest.provenance.source.name, std::string("Model Name.onnx"));
        QCOMPARE(*manifest.provenance.source.opset, std::int64_t{17});
        QCOMPARE(*manifest.artifact.opset, std::int64_t{13});
        QVERIFY(manifest.quantization.recipe == pipeline.quantized.plan.digest());
        QCOMPARE(manifest.quantization.algorithm, std::string("ptq-mse"));
        QVERIFY(manifest.provenance.calibration->dataset == pipeline.statistics.data);
        QCOMPARE(manifest.provenance.validation->samples, std::int64_t{1000});
        QCOMPARE(manifest.provenance.metrics[0].quantizedValue, 0.74f);
        QVERIFY(manifest.provenance.metrics[0].pass);

        QCOMPARE(manifest.artifact.layers.size(), pipeline.model.layers.size());
        const auto conv = std::find_if(manifest.artifact.layers.begin(), manifest.artifact.layers.end(),
                                       [](const ManifestLayer& layer) { return layer.id == "r"; });
        QVERIFY(conv != manifest.artifact.layers.end());
        QCOMPARE(conv->op, std::string("Conv"));
        QCOMPARE(*conv->weightBits, std::int64_t{8});
        QCOMPARE(*conv->activationBits, std::int64_t{4});
        QCOMPARE(conv->weightScheme, std::string("sym-per-channel:0"));
        QCOMPARE(conv->activationScheme, std::string("asym-per-tensor"));
        QCOMPARE(conv->tensors.size(), std::size_t{2});
        QCOMPARE(conv->tensors[0].shape, (std::vector<std::int64_t>{4, 3, 3, 3}));
        QCOMPARE(conv->tensors[1].dtype, std::string("uint4"));
    }

    void aBundleIsMadeOfIt()
    {
        const Pipeline pipeline("{}");
        QTemporaryDir folder;
        const Path path = Path(folder.path().toStdString()) / "a.lathebundle";
        const SigningKey key = SigningKey::generate();
        createBundle(describeRelease(release(), pipeline.parts(asBytes("artifact"))), key, systemFs(), path);
        const std::vector<PublicKey> trusted{key.publicKey()};
        const VerifiedBundle bundle = verifyBundle(systemFs(), path, trusted);
        QVERIFY(bundle.contents().params == paramsOf(pipeline.quantized.resolved.encodings));
        // Every tensor of every layer has its scales, in the place that the manifest names.
        std::vector<float> scales;
        for (const ParamsEntry& entry : bundle.contents().params)
            scales.insert(scales.end(), entry.scale.begin(), entry.scale.end());
        int tensors = 0;
        for (const ManifestLayer& layer : bundle.contents().manifest.artifact.layers)
            for (const ManifestTensor& tensor : layer.tensors) {
                QVERIFY2(tensor.quant, tensor.name.c_str());
                const Encodings& encodings = pipeline.quantized.resolved.encodings;
                const auto& encoding = encodings.weights.contains(tensor.name)
                                           ? encodings.weights.at(tensor.name)
                                           : encodings.activations.at(tensor.name);
                const auto first = scales.begin() + tensor.quant->scale.first;
                QCOMPARE(std::vector<float>(first, first + tensor.quant->scale.count), encoding->scale);
                ++tensors;
            }
        QVERIFY(tensors >= 3);
    }

    void metricsPassOrNot()
    {
        const Pipeline pipeline("{}");
        Release strict = release();
        strict.maxLoss = 0.005;
        const BundleInput input = describeRelease(strict, pipeline.parts({}));
        QVERIFY(!input.manifest.provenance.metrics[0].pass);
        QCOMPARE(*input.manifest.provenance.metrics[0].threshold, 0.005);
    }

    void theTimeIsNeverTheClocks()
    {
        const Pipeline pipeline("{}");
        ReleaseParts parts = pipeline.parts({});
        Release given = release();
        given.created = utcText(0);
        QCOMPARE(describeRelease(given, parts).manifest.created, std::string("1970-01-01T00:00:00Z"));
        parts.validation = nullptr;
        QCOMPARE(describeRelease(given, parts).manifest.created, std::string("1970-01-01T00:00:00Z"));
        LATHE_EXPECT_ERROR(invalidArgument, describeRelease(release(), parts));
    }

    void productNames_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("name");
        QTest::newRow("plain") << "MobileNetV2"
                               << "MobileNetV2";
        QTest::newRow("spaces") << " my  model (2).v1 "
                                << "my-model-2-.v1";
        QTest::newRow("leading") << "..hidden"
                                 << "hidden";
        QTest::newRow("nothing") << "\u00e9\u00e9"
                                 << "model";
        QTest::newRow("empty") << ""
                               << "model";
        QTest::newRow("long") << QString(100, 'x') << QString(64, 'x');
    }
    void productNames()
    {
        QFETCH(QString, text);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(productName(text.toStdString())), name);
    }
};

QTEST_APPLESS_MAIN(TestRelease)
#include "tst_release.moc"
