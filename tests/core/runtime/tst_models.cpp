// SPDX-License-Identifier: GPL-3.0-or-later
// Real models: the program against the plain reference, in float and as their Quantize/Dequantize nodes say.
#include "core/formats/formats.h"
#include "core/passes/simplify.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

class TstModels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreeWithReference_data();
    void agreeWithReference();
    void simulationStaysNearTheLiteralRun_data();
    void simulationStaysNearTheLiteralRun();
};

namespace {

Graph load(const std::string& path)
{
    return simplify(readModel(sharedFile(path), systemFs(), {}).graph).graph;
}

TensorMap inputsOf(const Graph& graph)
{
    TensorMap inputs;
    unsigned seed = 40;
    for (const ValueId id : graph.inputs) {
        Tensor tensor = randomTensor(*graph.value(id).shape, seed++);
        if (graph.value(id).dtype == DType::int8)
            for (float& value : tensor.mutableData<float>())
                value *= 127;
        inputs[graph.value(id).name] = tensor.converted(graph.value(id).dtype);
    }
    return inputs;
}

}

void TstModels::agreeWithReference_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("tapAll");
    // super_resolution_x3 is left to tests/interop: its reference takes half a minute.
    for (const char* name : {"hello_world_sine", "mnist_cnn_cntk_op8", "kws_ds_cnn", "vww_mobilenet_v1_025_96", "ad01_toycar_autoencoder",
                             "resnet8_cifar10", "resnet20_cifar10", "external_data/single/resnet20_cifar10_ext", "squeezenet1.1",
                             "squeezenet1.1_fp16", "mobilenet_v2_1.0_224_dequantized", "ultraface_rfb320", "yunet_n_320"})
        QTest::newRow(name) << QString("assets/models/%1.onnx").arg(name) << false;
    QTest::newRow("ultraface_rfb320, all layers watched") << QString("assets/models/ultraface_rfb320.onnx") << true;
    QTest::newRow("resnet8, every tap") << QString("assets/models/resnet8_cifar10.onnx") << true;
}

void TstModels::agreeWithReference()
{
    QFETCH(QString, path);
    QFETCH(bool, tapAll);
    LATHE_REQUIRE_SHARED(path.toStdString());
    CompileOptions options;
    options.tapAll = tapAll;
    const Graph graph = load(path.toStdString());
    const auto program = Program::compile(graph, options);
    for (const KernelChoice& choice : program->kernels())
        QVERIFY2(choice.kernel != "plain_reference" || choice.node.starts_with("Cast"), choice.node.c_str());
    const TensorMap inputs = inputsOf(program->graph());
    Execution execution(program);
    const TensorMap expected = runReference(graph, inputs, {}, tapAll);
    std::map<std::string, Tap> taps;
    if (tapAll)
        for (const Layer& layer : findLayers(program->graph()))
            taps[program->graph().value(layer.output).name] = [&](const TapView& view) {
                const auto found = expected.find(view.value);
                if (found != expected.end())
                    QVERIFY2(relativeError(found->second, Tensor::of<float>(view.shape, view.reals)) < 1e-4, view.value.c_str());
            };
    const TensorMap actual = execution.run(inputs, {}, {}, taps);
    for (const auto& [name, tensor] : actual) {
        const double error = relativeError(expected.at(name), tensor);
        // One unit of float16 in the results of the float16 file.
        QVERIFY2(error < (path.contains("fp16") ? 1e-3 : 2e-5), qPrintable(QString("%1: %2").arg(name.c_str()).arg(error)));
    }
}

void TstModels::simulationStaysNearTheLiteralRun_data()
{
    QTest::addColumn<QString>("path");
    for (const char* name : {"resnet8_cifar10_int8_qdq", "kws_ds_cnn_int8_qdq", "vww_int8_qdq", "ad01_int8_qdq"})
        QTest::newRow(name) << QString("assets/models/quantized/%1.onnx").arg(name);
}

void TstModels::simulationStaysNearTheLiteralRun()
{
    QFETCH(QString, path);
    LATHE_REQUIRE_SHARED(path.toStdString());
    const Graph graph = load(path.toStdString());
    const auto program = Program::compile(graph, {});
    const TensorMap inputs = inputsOf(program->graph());
    Execution execution(program);
    const TensorMap expected = runReference(graph, inputs, {});
    for (const Precision precision : {Precision::simulated, Precision::literal}) {
        const TensorMap actual = execution.run(inputs, program->defaultBinding().withPrecision(precision));
        for (const auto& [name, tensor] : actual)
            // Ties fall differently in float32 and double sums: a few steps of 256.
            QVERIFY2(relativeError(expected.at(name), tensor) < 0.05, name.c_str());
    }
}

QTEST_GUILESS_MAIN(TstModels)
#include "tst_models.moc"
