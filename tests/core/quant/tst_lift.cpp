// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/formats/formats.h"
#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Graph liftedAndApplied(const Graph& graph)
{
    const Lifted lifted = lift(graph);
    return applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
}

} // namespace

class TstLift : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void undoesApply_data();
    void undoesApply();
    void otherPeoplesForms_data();
    void otherPeoplesForms();
    void qoperators();
    void qoperatorsWithoutRelu();
    void refusals_data();
    void refusals();
    void assets_data();
    void assets();
    void assetsComputeTheSame_data();
    void assetsComputeTheSame();
};

void TstLift::undoesApply_data()
{
    QTest::addColumn<QString>("plan");
    QTest::newRow("8 bits") << "{}";
    QTest::newRow("4 bits") << R"({"default":{"weights":"int4:channel","activations":"uint4"}})";
    QTest::newRow("odd bits") << R"({"default":{"weights":"int3:tensor:asymmetric","activations":"int5"}})";
    QTest::newRow("mixed")
        << R"({"layers":{"r1":{"activations":"float32"},"h":{"weights":"float16"},"y":{"activations":"uint8"},
        "c2":{"activations":"bfloat16"}}})";
    QTest::newRow("groups") << R"({"default":{"weights":"int4:group:16"}})";
    QTest::newRow("dynamic") << R"({"default":{"activations":"uint8:dynamic"}})";
    QTest::newRow("tables") << R"({"default":{"weights":"kmeans16:channel","activations":"float8e4m3"}})";
}

void TstLift::undoesApply()
{
    QFETCH(QString, plan);
    const Graph graph = graphOf(smallNetwork);
    const Resolved resolved = resolve(parsePlan(parseJson(plan.toStdString(), "t"), "t"), graph,
                                      statisticsOf(graph), genericRules());
    const Graph applied = applyEncodings(graph, resolved.encodings, resolved.codes);
    QVERIFY(isQuantized(applied));
    QVERIFY(!isQuantized(graph));
    const Lifted lifted = lift(applied);
    QVERIFY(!isQuantized(lifted.graph));
    QVERIFY(lifted.encodings.digest() == resolved.encodings.digest());
    QVERIFY(lifted.codes.digest() == resolved.codes.digest());
    QCOMPARE(lifted.graph.nodes().size(), graph.nodes().size());
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        QCOMPARE(lifted.graph.nodes()[i].op, graph.nodes()[i].op);
        QCOMPARE(lifted.graph.value(lifted.graph.nodes()[i].outputs[0]).name,
                 graph.value(graph.nodes()[i].outputs[0]).name);
    }
    QCOMPARE(print(applyEncodings(lifted.graph, lifted.encodings, lifted.codes)),
             print(applied));
}

void TstLift::otherPeoplesForms_data()
{
    QTest::addColumn<QString>("body");
    const QString head = "opset 13\ninput x: float32[1x2x4x4]\ns: float32[] = [0.02]\nz: uint8[] = [7]\n"
                         "s2: float32[] = [0.3]\nz2: uint8[] = [20]\nlo: uint8[] = [3]\nhi: uint8[] = [60]\n";
    QTest::newRow("clip of the codes") << head + "q = QuantizeLinear(x, s, z)\nc = Clip(q, lo, hi)\n"
                                                 "d = DequantizeLinear(c, s, z)\ny = Sigmoid(d)\noutput y";
    QTest::newRow("float seen beside the codes")
        << head + "t = Tanh(x)\nq = QuantizeLinear(t, s, z)\n"
                  "d = DequantizeLinear(q, s, z)\ny = Add(t, d)\noutput y";
    QTest::newRow("two grids of one value")
        << head + "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                  "q2 = QuantizeLinear(x, s2, z2)\nd2 = DequantizeLinear(q2, s2, z2)\n"
                  "y = Add(d, d2)\noutput y";
    QTest::newRow("requantize") << head +
                                       "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                                       "q2 = QuantizeLinear(d, s2, z2)\nd2 = DequantizeLinear(q2, s2, z2)\n"
                                       "y = Sigmoid(d2)\noutput y";
    QTest::newRow("codes are moved")
        << head + "q = QuantizeLinear(x, s, z)\np = MaxPool(q) {kernel_shape=[2, 2]}\n"
                  "r = Flatten(p)\nd = DequantizeLinear(r, s, z)\ny = Sigmoid(d)\noutput y";
    QTest::newRow("two readers of the codes")
        << head + "q = QuantizeLinear(x, s, z)\nd = DequantizeLinear(q, s, z)\n"
                  "e = DequantizeLinear(q, s, z)\ny = Add(d, e)\noutput y, d";
    QTest::newRow("raw value is an output too") << head + "t = Tanh(x)\nq = QuantizeLinear(t, s, z)\n"
                                                          "y = DequantizeLinear(q, s, z)\noutput y, t";
    QTest::newRow("input straight to output")
        << head + "q = QuantizeLinear(x, s, z)\ny = DequantizeLinear(q, s, z)\noutput y";
    QTest::newRow("codes leave") << head + "t = Tanh(x)\ny = QuantizeLinear(t, s, z)\noutput y";
    QTest::newRow("codes come in")
        << "opset 13\ninput x: uint8[1x4]\ns: float32[] = [0.02]\nz: uint8[] = [7]\n"
           "d = DequantizeLinear(x, s, z)\ny = Sigmoid(d)\noutput y";
    QTest::newRow("no zero-point")
        << head + "q = QuantizeLinear(x, s)\nd = DequantizeLinear(q, s)\ny = Sigmoid(d)\noutput y";
    QTest::newRow("weights by channel")
        << head + "w: int8[3x2x1x1] = [1, -2, 3, 4, -128, 127]\nws: float32[3] = [0.1, 0.2, 0.3]\n"
                  "wz: int8[3] = [0, 0, 0]\nwd = DequantizeLinear(w, ws, wz) {axis=0}\n"
                  "b: int32[3] = [100, -200, 300]\nbs: float32[3] = [0.002, 0.004, 0.006]\n"
                  "bd = DequantizeLinear(b, bs) {axis=0}\nq = QuantizeLinear(x, s, z)\n"
                  "d = DequantizeLinear(q, s, z)\ny = Conv(d, wd, bd)\noutput y";
}

void TstLift::otherPeoplesForms()
{
    QFETCH(QString, body);
    const Graph graph = parseGraph(body.toStdString());
    Graph typed = graph;
    inferShapes(typed);
    const Graph again = liftedAndApplied(typed);
    TensorMap inputs;
    for (const ValueId id : typed.inputs) {
        const Value& value = typed.value(id);
        inputs.emplace(value.name, seeded(*value.shape, 5).converted(value.dtype));
    }
    const TensorMap expected = runQuantized(typed, inputs);
    const TensorMap found = runQuantized(again, inputs);
    for (const ValueId output : typed.outputs) {
        const std::string& name = typed.value(output).name;
        QVERIFY2(found.count(name) == 1, name.c_str());
        QVERIFY2(identical(found.at(name), expected.at(name)), (name + "\n" + print(again)).c_str());
    }
    QCOMPARE(again.outputs.size(), typed.outputs.size());
}

void TstLift::qoperators()
{
    Graph graph = parseGraph(R"(opset 13
opset com.microsoft 1
input x: float32[1x2x4x4]
xs: float32[] = [0.02]
xz: uint8[] = [100]
q = QuantizeLinear(x, xs, xz)
w: int8[3x2x1x1] = [1, -2, 3, 4, -128, 127]
ws: float32[3] = [0.1, 0.2, 0.3]
wz: int8[3] = [0, 0, 0]
b: int32[3] = [10, -20, 30]
ys: float32[] = [0.05]
yz: uint8[] = [128]
c = QLinearConv(q, xs, xz, w, ws, wz, ys, yz, b) @conv
t = Transpose(c) {perm=[0, 2, 3, 1]}
u = Transpose(c) {perm=[0, 2, 3, 1]}
as: float32[] = [0.09]
az: uint8[] = [120]
a = com.microsoft::QLinearAdd(t, ys, yz, u, ys, yz, as, az) @sum
m: uint8[3x2] = [1, 2, 3, 4, 5, 255]
ms: float32[] = [0.01]
mz: uint8[] = [3]
h = QLinearMatMul(a, as, az, m, ms, mz, ys, yz) @head
y = DequantizeLinear(h, ys, yz)
output y
)");
    QVERIFY(isQuantized(graph));
    const Lifted lifted = lift(graph);
    QStringList ops;
    for (const Node& node : lifted.graph.nodes())
        ops << QString::fromStdString(node.op);
    QCOMPARE(ops.join(" "), QString("Conv Transpose Transpose Add MatMul"));
    QCOMPARE(lifted.graph.value(lifted.graph.outputs[0]).name, std::string("y"));
    QCOMPARE(lifted.encodings.weights.at("w")->axis, 0);
    QCOMPARE(lifted.encodings.biases.at("b")->scale[1], 0.02F * 0.2F);
    QVERIFY(lifted.encodings.activations.at("c") == lifted.encodings.activations.at("t"));
    QCOMPARE(lifted.encodings.activations.at("a")->zeroPoint[0], 120);
    // The numbers: codes of the convolution by the definition of the operator.
    Graph applied = applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
    const TensorMap inputs = seededInputs(graph, 9);
    const TensorMap values = runQuantized(applied, inputs);
    const Tensor codes = quantize(inputs.at("x"), *lifted.encodings.activations.at("x"));
    for (int channel = 0; channel < 3; ++channel)
        for (int pixel = 0; pixel < 16; ++pixel) {
            const std::array<std::array<int, 2>, 3> weights{{{1, -2}, {3, 4}, {-128, 127}}};
            const std::array<int, 3> bias{10, -20, 30};
            const auto c = static_cast<std::size_t>(channel);
            const double sum = (codes.at(pixel) - 100) * weights[c][0] +
                               (codes.at(16 + pixel) - 100) * weights[c][1] + bias[c];
            const double real = sum * 0.02 * std::array{0.1, 0.2, 0.3}[c];
            const double expected = std::clamp(std::nearbyint(real / 0.05) + 128, 0.0, 255.0);
            QVERIFY(std::abs(values.at("c/quantized").at(channel * 16 + pixel) - expected) <= 1);
        }
}

/// Codes that begin at zero tell of a Relu, and codes that leave the graph stay codes.
void TstLift::qoperatorsWithoutRelu()
{
    Graph graph = parseGraph(R"(opset 13
input x: float32[2x3]
xs: float32[] = [0.02]
xz: uint8[] = [100]
q = QuantizeLinear(x, xs, xz)
m: int8[3x2] = [100, -90, 80, 70, -60, -50]
ms: float32[] = [0.01]
mz: int8[] = [0]
ys: float32[] = [0.05]
yz: uint8[] = [0]
y = QLinearMatMul(q, xs, xz, m, ms, mz, ys, yz) @head
t = Transpose(y) {perm=[1, 0]}
output y
output t
)");
    inferShapes(graph);
    const Lifted lifted = lift(graph);
    QStringList ops;
    for (const Node& node : lifted.graph.nodes())
        ops << QString::fromStdString(node.op);
    QCOMPARE(ops.join(" "), QString("MatMul Relu Transpose QuantizeLinear QuantizeLinear"));
    for (const char* name : {"y", "t"})
        QVERIFY(lifted.graph.value(lifted.graph.find(name)).dtype == DType::uint8);
    const Graph applied = applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
    const TensorMap inputs = seededInputs(graph, 9);
    const TensorMap before = runReference(graph, inputs, {}, false), after = runReference(applied, inputs, {}, false);
    for (const char* name : {"y", "t"}) {
        QVERIFY(identical(before.at(name), after.at(name)));
        QVERIFY(before.at(name).toFloats() != std::vector<float>(4, 0.0F));
    }
}

void TstLift::refusals_data()
{
    QTest::addColumn<QString>("body");
    const QString head =
        "opset 13\ninput x: float32[4]\ninput v: float32[]\ns: float32[] = [0.02]\nz: uint8[] = [7]\n"
        "s2: float32[] = [0.3]\nz2: uint8[] = [20]\n";
    QTest::newRow("scale is computed")
        << head + "q = QuantizeLinear(x, v, z)\ny = DequantizeLinear(q, v, z)\noutput y";
    QTest::newRow("grids differ")
        << head + "q = QuantizeLinear(x, s, z)\ny = DequantizeLinear(q, s2, z2)\noutput y";
    QTest::newRow("computes with codes")
        << head + "q = QuantizeLinear(x, s, z)\nc = Cast(q) {to=1}\ny = Sigmoid(c)\noutput y";
    QTest::newRow("zero scale")
        << head + "n: float32[] = [0]\nq = QuantizeLinear(x, n, z)\ny = DequantizeLinear(q, n, z)\noutput y";
}

void TstLift::refusals()
{
    QFETCH(QString, body);
    Graph graph = parseGraph(body.toStdString());
    inferShapes(graph);
    LATHE_EXPECT_ERROR(unsupportedOperator, lift(graph));
}

void TstLift::assets_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"ad01_int8_qdq", "kws_ds_cnn_int8_qdq", "mobilenet_v2_1.0_224_int8_qdq", "portrait_prisma_int8_qdq",
          "resnet8_cifar10_int8_qdq", "shufflenet_v2_int8_qoperator", "vww_int8_qdq"})
        QTest::newRow(file) << file;
}

void TstLift::assets()
{
    QFETCH(QString, file);
    const std::string path = "assets/models/quantized/" + file.toStdString() + ".onnx";
    LATHE_REQUIRE_SHARED(path);
    const Graph graph = readModel(sharedFile(path), systemFs(), Control()).graph;
    const Lifted lifted = lift(graph);
    QVERIFY(!isQuantized(lifted.graph));
    QVERIFY(!lifted.encodings.activations.empty() && !lifted.codes.weights.empty());
    for (const auto& [name, encoding] : lifted.encodings.activations)
        if (name.find("->") == std::string::npos)
            QVERIFY2(lifted.graph.find(name).valid(), name.c_str());
    const Graph again = applyEncodings(lifted.graph, lifted.encodings, lifted.codes);
    const Lifted twice = lift(again);
    QVERIFY(twice.encodings.digest() == lifted.encodings.digest());
    QVERIFY(twice.codes.digest() == lifted.codes.digest());
    QCOMPARE(twice.graph.digest().hex(), lifted.graph.digest().hex());
}

void TstLift::assetsComputeTheSame_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file : {"ad01_int8_qdq", "kws_ds_cnn_int8_qdq", "resnet8_cifar10_int8_qdq"})
        QTest::newRow(file) << file;
}

void TstLift::assetsComputeTheSame()
{
    QFETCH(QString, file);
    const std::string path = "assets/models/quantized/" + file.toStdString() + ".onnx";
    LATHE_REQUIRE_SHARED(path);
    const Graph graph = readModel(sharedFile(path), systemFs(), Control()).graph;
    const TensorMap inputs = seededInputs(graph, 17);
    const TensorMap expected = runReference(graph, inputs, Control());
    const TensorMap found = runReference(liftedAndApplied(graph), inputs, Control());
    QCOMPARE(found.size(), expected.size());
    for (const auto& [name, tensor] : expected)
        QVERIFY2(identical(found.at(name), tensor), name.c_str());
}

QTEST_GUILESS_MAIN(TstLift)
#include "tst_lift.moc"
