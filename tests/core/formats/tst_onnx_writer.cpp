// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "core/formats/formats.h"
#include "core/ops/infer_shapes.h"
#include "tests/support/expect_error.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

namespace {

::onnx::ModelProto parsed(const Bytes& bytes) {
    ::onnx::ModelProto model;
    model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return model;
}

Graph inferred(const char* text) {
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return graph;
}

const char* const sample = "graph sample\n"
                           "metadata \"note\" \"kept\"\n"
                           "input x: float32[<N>x3x8x8]\n"
                           "w: float32[4x3x3x3] = ...\n"
                           "b: float32[4] = [1, 2, 3, 4]\n"
                           "k: float32[] = [2]\n"
                           "none: float32[0] = []\n"
                           "names: string[2] = [\"a\", \"\"]\n"
                           "c = Conv(x, w, b) {pads=[1, 1, 1, 1]} @conv\n"
                           "r = Clip(c, _, k)\n"
                           "y, _ = who.knows::Thing(r, names, none) {f=0.5, fs=[1.0], g=graph {\n"
                           "    capture k\n"
                           "    t = Neg(k)\n"
                           "    output t\n"
                           "}, i=-3, is=[1, 2], s=\"t\", ss=[\"u\"], t=int8[2] = [1, -2]}\n"
                           "output y, c\n";

}  // namespace

class TstOnnxWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrips();
    void packsEveryType_data();
    void packsEveryType();
    void writesTheSameBytes();
    void isReadByOnnx();
    void choosesTheLowestIrVersion_data();
    void choosesTheLowestIrVersion();
    void namesTheDomainsOfItsNodes();
    void keepsScalarsScalar();
    void keepsTypesOfUnknownOutputs();
    void externalDataGoesBesideTheModel();
    void refusesUnknownExtensions();
    void failedWriteLeavesNothing();
    void roundTripsSharedModels_data();
    void roundTripsSharedModels();
};

void TstOnnxWriter::roundTrips() {
    const Graph graph = inferred(sample);
    const ImportedModel back = readModel(writeModel(graph), "onnx", Control());
    QCOMPARE(QByteArray::fromStdString(print(back.graph)),
             QByteArray::fromStdString(print(graph)).replace("metadata", "opset who.knows 1\nmetadata"));
    QCOMPARE(writeModel(back.graph), writeModel(graph));
}

void TstOnnxWriter::packsEveryType_data() {
    QTest::addColumn<QByteArray>("type");
    for (const char* type : {"float32", "float64", "float16", "bfloat16", "int2", "int4", "int8", "int16", "int32", "int64",
                             "uint2", "uint4", "uint8", "uint16", "uint32", "uint64", "bool"})
        QTest::newRow(type) << QByteArray(type);
}

void TstOnnxWriter::packsEveryType() {
    QFETCH(QByteArray, type);
    for (const char* shape : {"[7]", "[3x5]", "[]", "[1]"}) {
        const std::string text = "t: " + type.toStdString() + shape + " = ...\noutput t\n";
        const Graph graph = parseGraph(text);
        const Graph back = readModel(writeModel(graph), "onnx", Control()).graph;
        QVERIFY2(identical(*back.constant(back.find("t")), *graph.constant(graph.find("t"))), shape);
        QVERIFY(back.digest() == graph.digest());
    }
}

void TstOnnxWriter::writesTheSameBytes() { QCOMPARE(writeModel(inferred(sample)), writeModel(inferred(sample))); }

void TstOnnxWriter::isReadByOnnx() {
    const auto model = parsed(writeModel(inferred(sample)));
    QCOMPARE(model.graph().node_size(), 3);
    QCOMPARE(model.graph().name(), std::string("sample"));
    QCOMPARE(model.producer_name(), std::string("tensorlathe"));
    QCOMPARE(model.metadata_props(0).value(), std::string("kept"));
    const auto& conv = model.graph().node(0);
    QCOMPARE(conv.op_type(), std::string("Conv"));
    QCOMPARE(conv.name(), std::string("conv"));
    QCOMPARE(conv.input_size(), 3);
    QCOMPARE(conv.attribute(0).type(), ::onnx::AttributeProto_AttributeType_INTS);
    QCOMPARE(conv.attribute(0).ints_size(), 4);
    QCOMPARE(model.graph().node(1).input(1), std::string());
    QCOMPARE(model.graph().input_size(), 1);
    const auto& type = model.graph().input(0).type().tensor_type();
    QCOMPARE(type.elem_type(), 1);
    QCOMPARE(type.shape().dim(0).dim_param(), std::string("N"));
    QCOMPARE(type.shape().dim(1).dim_value(), int64_t(3));
    QCOMPARE(model.graph().initializer_size(), 5);
    for (const auto& tensor : model.graph().initializer()) {
        QCOMPARE(tensor.float_data_size(), 0);
        if (tensor.name() == "b") QCOMPARE(tensor.raw_data().size(), std::size_t(16));
        if (tensor.name() == "none") QVERIFY(!tensor.has_raw_data());
        if (tensor.name() == "names") QCOMPARE(tensor.string_data(0), std::string("a"));
    }
}

void TstOnnxWriter::choosesTheLowestIrVersion_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("version");
    QTest::newRow("int8, 13") << QByteArray("t: int8[2] = 1\noutput t") << 8;
    QTest::newRow("17") << QByteArray("opset 17\nt: int8[2] = 1\noutput t") << 8;
    QTest::newRow("19") << QByteArray("opset 19\nt: int8[2] = 1\noutput t") << 9;
    QTest::newRow("21") << QByteArray("opset 21\nt: int16[2] = 1\noutput t") << 10;
    QTest::newRow("23") << QByteArray("opset 23\nt: int16[2] = 1\noutput t") << 11;
    QTest::newRow("25") << QByteArray("opset 25\nt: int16[2] = 1\noutput t") << 13;
    QTest::newRow("int4") << QByteArray("t: int4[2] = 1\noutput t") << 10;
    QTest::newRow("int2") << QByteArray("t: uint2[2] = 1\noutput t") << 13;
    QTest::newRow("int4 input") << QByteArray("input t: uint4[2]\noutput t") << 10;
    QTest::newRow("int4 attribute") << QByteArray("y = Op() {t=int4[1] = [1]}\noutput y") << 10;
}

void TstOnnxWriter::choosesTheLowestIrVersion() {
    QFETCH(QByteArray, text);
    QFETCH(int, version);
    const auto model = parsed(writeModel(parseGraph(text.toStdString())));
    QCOMPARE(static_cast<int>(model.ir_version()), version);
}

void TstOnnxWriter::namesTheDomainsOfItsNodes() {
    const auto model = parsed(writeModel(inferred(sample)));
    QCOMPARE(model.opset_import_size(), 2);
    QCOMPARE(model.opset_import(0).domain(), std::string());
    QCOMPARE(model.opset_import(0).version(), int64_t(13));
    QCOMPARE(model.opset_import(1).domain(), std::string("who.knows"));
    QCOMPARE(model.opset_import(1).version(), int64_t(1));
}

void TstOnnxWriter::keepsScalarsScalar() {
    const auto model = parsed(writeModel(parseGraph("s: float32[] = 1\nv: float32[1] = 1\noutput s, v")));
    QCOMPARE(model.graph().initializer(0).dims_size(), 0);
    QCOMPARE(model.graph().initializer(1).dims_size(), 1);
}

void TstOnnxWriter::keepsTypesOfUnknownOutputs() {
    const Graph graph = inferred("input x: float32[2]\nm: float32[2x3] = who::Thing(x)\ny = Relu(m)\noutput y\n");
    const Graph back = readModel(writeModel(graph), "onnx", Control()).graph;
    QVERIFY(back.value(back.find("m")).shape == Shape({2, 3}));
    QVERIFY(back.value(back.find("y")).shape == Shape({2, 3}));
}

void TstOnnxWriter::externalDataGoesBesideTheModel() {
    QTemporaryDir folder;
    const Path path = Path(folder.path().toStdString()) / "m.onnx";
    const Graph graph = inferred("input x: float32[1x300]\nw: float32[300] = ...\nv: float32[300] = ...\nb: float32[1] = 1\n"
                                 "s = Add(x, w)\nt = Mul(s, v)\ny = Sub(t, b)\noutput y");
    writeModel(graph, path, systemFs(), {.externalData = true});
    const auto dataPath = Path(path.string() + ".data");
    QCOMPARE(std::filesystem::file_size(dataPath), std::uintmax_t(4096 + 1200));
    QVERIFY(std::filesystem::file_size(path) < 1200);
    const ImportedModel back = readModel(path, systemFs(), Control());
    QVERIFY(back.graph.digest() == graph.digest());
    QCOMPARE(back.externalFiles, std::vector<std::string>{"m.onnx.data"});
    // The digest of the file covers the data beside it.
    std::filesystem::resize_file(dataPath, 4096 + 1204);
    QVERIFY(readModel(path, systemFs(), Control()).fileDigest != back.fileDigest);
    writeModel(graph, Path(folder.path().toStdString()) / "plain.onnx", systemFs());
    QVERIFY(!std::filesystem::exists(Path(folder.path().toStdString()) / "plain.onnx.data"));
}

void TstOnnxWriter::refusesUnknownExtensions() {
    QTemporaryDir folder;
    LATHE_EXPECT_ERROR(unknownFormat, writeModel(inferred(sample), Path(folder.path().toStdString()) / "m.xyz", systemFs()));
}

void TstOnnxWriter::failedWriteLeavesNothing() {
    QTemporaryDir folder;
    const Path path = Path(folder.path().toStdString()) / "m.onnx";
    const auto fs = faultyFs(systemFs(), [](std::string_view operation, const Path&) { return operation == "rename"; });
    LATHE_EXPECT_ERROR(diskFull, writeModel(inferred(sample), path, *fs));
    QVERIFY(std::filesystem::is_empty(folder.path().toStdString()));
}

void TstOnnxWriter::roundTripsSharedModels_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"mnist_cnn_cntk_op8", "kws_ds_cnn", "resnet8_cifar10", "squeezenet1.1_fp16", "ultraface_rfb320",
                             "silero_vad", "quantized/resnet8_cifar10_int8_qdq", "quantized/shufflenet_v2_int8_qoperator",
                             "structural/superres_with_pre_post_processing_op18", "mnist_lstm"})
        QTest::newRow(name) << QString::fromUtf8(name);
}

void TstOnnxWriter::roundTripsSharedModels() {
    QFETCH(QString, name);
    const std::string relative = "assets/models/" + name.toStdString() + ".onnx";
    LATHE_REQUIRE_SHARED(relative);
    const Graph graph = readModel(sharedFile(relative), systemFs(), Control()).graph;
    const Graph back = readModel(writeModel(graph), "onnx", Control()).graph;
    QVERIFY(back.digest() == graph.digest());
    QCOMPARE(QByteArray::fromStdString(print(back)), QByteArray::fromStdString(print(graph)));
}

QTEST_GUILESS_MAIN(TstOnnxWriter)
#include "tst_onnx_writer.moc"
