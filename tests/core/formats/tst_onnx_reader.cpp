// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <filesystem>

#include "core/formats/formats.h"
#include "tests/support/expect_error.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/shared_files.h"

using namespace lathe;
using namespace lathe::test;

namespace {

ImportedModel read(const ::onnx::ModelProto& model) { return readModel(serialized(model), "onnx", Control()); }

QByteArray printed(const Graph& graph) { return QByteArray::fromStdString(print(graph)); }

std::vector<double> valuesOf(const Tensor& tensor) {
    std::vector<double> result;
    for (std::int64_t i = 0; i < tensor.elements(); ++i) result.push_back(tensor.at(i));
    return result;
}

/// The initializer `tensor` as read.
Tensor readBack(::onnx::TensorProto tensor) {
    auto model = emptyModel();
    tensor.set_name("t");
    *model.mutable_graph()->add_initializer() = tensor;
    addOutput(model.mutable_graph(), "t");
    const Graph graph = read(model).graph;
    return *graph.constant(graph.find("t"));
}

}  // namespace

class TstOnnxReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAModel();
    void initializersAmongInputsAreConstants();
    void readsAttributes();
    void readsTypedData_data();
    void readsTypedData();
    void readsRawData_data();
    void readsRawData();
    void spreadsNarrowTypedData();
    void refersToTheFileWithoutCopying();
    void readsSparseTensors();
    void constantNodesBecomeConstants();
    void bodiesCaptureByName();
    void inlinesFunctions();
    void keepsFunctionsOfOtherOpsets();
    void keepsUnknownOperators();
    void sortsNodes();
    void readsOptionalOperands();
    void readsDimensionSymbols();
    void readsOldAndNewVersions();
    void keepsMetadata();
    void stopsWhenAsked();
    void readsEverySharedModel_data();
    void readsEverySharedModel();
};

void TstOnnxReader::readsAModel() {
    auto model = addModel();
    model.set_producer_version("1.2");
    model.set_doc_string("what it is");
    const ImportedModel result = read(model);
    QCOMPARE(printed(result.graph), QByteArray("graph g\n"
                                               "input x: float32[1x4]\n"
                                               "w: float32[4] = [1, 2, 3, 4]\n"
                                               "y = Add(x, w)\n"
                                               "output y\n"));
    QCOMPARE(result.format, std::string("onnx"));
    QCOMPARE(result.opset, 13);
    QCOMPARE(result.irVersion, 8);
    QCOMPARE(result.producer, std::string("test 1.2"));
    QCOMPARE(result.doc, std::string("what it is"));
    QVERIFY(result.graph.value(result.graph.find("y")).shape == Shape({1, 4}));
    model.set_producer_version("1.3");
    QVERIFY(read(model).fileDigest != result.fileDigest);
    QVERIFY(read(model).graph.digest() == result.graph.digest());
}

void TstOnnxReader::initializersAmongInputsAreConstants() {
    auto model = addModel();
    addInput(model.mutable_graph(), "w", {4});
    const Graph graph = read(model).graph;
    QCOMPARE(graph.inputs.size(), std::size_t(1));
    QVERIFY(graph.constant(graph.find("w")));
}

void TstOnnxReader::readsAttributes() {
    auto model = emptyModel();
    addInput(model.mutable_graph(), "x", {2});
    auto* node = addNode(model.mutable_graph(), "Thing", {"x"}, {"y"});
    node->set_domain("my.domain");
    node->set_name("thing");
    addAttribute(node, "f", 1)->set_f(0.5f);
    addAttribute(node, "i", 2)->set_i(-7);
    addAttribute(node, "s", 3)->set_s("text");
    *addAttribute(node, "t", 4)->mutable_t() = floatTensor("", {2}, {1, 2});
    auto* floats = addAttribute(node, "fs", 6);
    floats->add_floats(1.5f);
    floats->add_floats(-2);
    addAttribute(node, "is", 7)->add_ints(1ll << 40);
    addAttribute(node, "ss", 8)->add_strings("u");
    addAttribute(node, "empty", 7);
    addOutput(model.mutable_graph(), "y");
    model.add_opset_import()->set_domain("my.domain");
    const QByteArray expected("y = my.domain::Thing(x) {empty=[], f=0.5, fs=[1.5, -2.0], i=-7, is=[1099511627776], s=\"text\", "
                              "ss=[\"u\"], t=float32[2] = [1, 2]} @thing");
    const QByteArray text = printed(read(model).graph);
    QVERIFY2(text.contains(expected), text.constData());
    for (auto& attribute : *model.mutable_graph()->mutable_node(0)->mutable_attribute())
        if (attribute.name() != "empty") attribute.clear_type();  // as IR version 1 had it
    QVERIFY2(printed(read(model).graph).contains(expected), "without types");
}

void TstOnnxReader::readsTypedData_data() {
    QTest::addColumn<int>("dataType");
    QTest::addColumn<QList<double>>("values");
    QTest::newRow("float32") << 1 << QList<double>{1.5, -2};
    QTest::newRow("uint8") << 2 << QList<double>{255, 0};
    QTest::newRow("int8") << 3 << QList<double>{-128, 127};
    QTest::newRow("uint16") << 4 << QList<double>{65535, 1};
    QTest::newRow("int16") << 5 << QList<double>{-32768, 1};
    QTest::newRow("int32") << 6 << QList<double>{-2147483648.0, 5};
    QTest::newRow("int64") << 7 << QList<double>{-4503599627370496.0, 5};
    QTest::newRow("bool") << 9 << QList<double>{1, 0};
    QTest::newRow("float64") << 11 << QList<double>{0.1, -2};
    QTest::newRow("uint32") << 12 << QList<double>{4294967295.0, 5};
    QTest::newRow("uint64") << 13 << QList<double>{4503599627370496.0, 5};
}

void TstOnnxReader::readsTypedData() {
    QFETCH(int, dataType);
    QFETCH(QList<double>, values);
    ::onnx::TensorProto tensor;
    tensor.set_data_type(dataType);
    tensor.add_dims(values.size());
    for (double value : values) {
        if (dataType == 1) tensor.add_float_data(static_cast<float>(value));
        else if (dataType == 7) tensor.add_int64_data(static_cast<int64_t>(value));
        else if (dataType == 11) tensor.add_double_data(value);
        else if (dataType == 12 || dataType == 13) tensor.add_uint64_data(static_cast<uint64_t>(value));
        else tensor.add_int32_data(static_cast<int32_t>(value));
    }
    QCOMPARE(valuesOf(readBack(tensor)), std::vector<double>(values.begin(), values.end()));
}

void TstOnnxReader::readsRawData_data() {
    QTest::addColumn<int>("dataType");
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QList<double>>("values");
    QTest::newRow("int16") << 5 << QByteArray("\xff\xff\x00\x01", 4) << QList<double>{-1, 256};
    QTest::newRow("float16") << 10 << QByteArray("\x00\x3c\x00\xc0", 4) << QList<double>{1, -2};
    QTest::newRow("bfloat16") << 16 << QByteArray("\x80\x3f\x00\xc0", 4) << QList<double>{1, -2};
    QTest::newRow("bool") << 9 << QByteArray("\x01\x00\x05", 3) << QList<double>{1, 0, 1};
    QTest::newRow("uint4") << 21 << QByteArray("\x21\x0f", 2) << QList<double>{1, 2, 15};
    QTest::newRow("int4") << 22 << QByteArray("\x87\x0f", 2) << QList<double>{7, -8, -1};
    QTest::newRow("uint2") << 25 << QByteArray("\xe4\x01", 2) << QList<double>{0, 1, 2, 3, 1};
    QTest::newRow("int2") << 26 << QByteArray("\xe4\x01", 2) << QList<double>{0, 1, -2, -1, 1};
}

void TstOnnxReader::readsRawData() {
    QFETCH(int, dataType);
    QFETCH(QByteArray, raw);
    QFETCH(QList<double>, values);
    ::onnx::TensorProto tensor;
    tensor.set_data_type(dataType);
    tensor.add_dims(values.size());
    tensor.set_raw_data(raw.toStdString());
    QCOMPARE(valuesOf(readBack(tensor)), std::vector<double>(values.begin(), values.end()));
}

void TstOnnxReader::spreadsNarrowTypedData() {
    ::onnx::TensorProto tensor;
    tensor.set_data_type(22);
    tensor.add_dims(9);
    const std::vector<double> expected{0, 1, 2, 3, 4, 5, 6, 7, -8};
    const auto with = [&](const std::vector<int32_t>& words) {
        tensor.clear_int32_data();
        for (int32_t word : words) tensor.add_int32_data(word);
        return valuesOf(readBack(tensor));
    };
    QCOMPARE(with({0, 1, 2, 3, 4, 5, 6, 7, -8}), expected);         // one to an entry
    QCOMPARE(with({0x10, 0x32, 0x54, 0x76, 0x08}), expected);       // two, as onnx.proto says
    QCOMPARE(with({0x76543210, 0x08}), expected);                   // eight, as its checker says
}

void TstOnnxReader::refersToTheFileWithoutCopying() {
    auto model = addModel();
    for (int padding = 0; padding < 4; ++padding) {  // one of four paddings aligns the data
        model.set_producer_name(std::string(static_cast<std::size_t>(padding) + 1, 'p'));
        Bytes bytes = serialized(model);
        const std::byte* const begin = bytes.data();
        const std::byte* const end = begin + bytes.size();
        const ImportedModel result = readModel(std::move(bytes), "onnx", Control());
        const auto data = result.graph.constant(result.graph.find("w"))->bytes();
        if (data.data() >= begin && data.data() < end) return;
    }
    QFAIL("every read copied");
}

void TstOnnxReader::readsSparseTensors() {
    for (const bool flat : {true, false}) {
        auto model = emptyModel();
        auto* sparse = model.mutable_graph()->add_sparse_initializer();
        *sparse->mutable_values() = floatTensor("s", {2}, {5, 7});
        auto* indices = sparse->mutable_indices();
        indices->set_data_type(7);
        indices->add_dims(2);
        if (!flat) indices->add_dims(2);
        for (int64_t index : flat ? std::vector<int64_t>{1, 5} : std::vector<int64_t>{0, 1, 1, 2}) indices->add_int64_data(index);
        sparse->add_dims(2);
        sparse->add_dims(3);
        addOutput(model.mutable_graph(), "s");
        const Graph graph = read(model).graph;
        QCOMPARE(valuesOf(*graph.constant(graph.find("s"))), (std::vector<double>{0, 5, 0, 0, 0, 7}));
        QVERIFY(graph.value(graph.find("s")).shape == Shape({2, 3}));
    }
}

void TstOnnxReader::constantNodesBecomeConstants() {
    auto model = emptyModel();
    auto* graph = model.mutable_graph();
    *addAttribute(addNode(graph, "Constant", {}, {"a"}), "value", 4)->mutable_t() = floatTensor("", {1}, {3});
    addAttribute(addNode(graph, "Constant", {}, {"b"}), "value_float", 1)->set_f(2.5f);
    addAttribute(addNode(graph, "Constant", {}, {"c"}), "value_ints", 7)->add_ints(9);
    addAttribute(addNode(graph, "Constant", {}, {"d"}), "value_string", 3)->set_s("t");
    for (const char* name : {"a", "b", "c", "d"}) addOutput(graph, name);
    QCOMPARE(printed(read(model).graph), QByteArray("graph g\n"
                                                    "a: float32[1] = [3]\n"
                                                    "b: float32[] = [2.5]\n"
                                                    "c: int64[1] = [9]\n"
                                                    "d: string[] = [\"t\"]\n"
                                                    "output a, b, c, d\n"));
}

void TstOnnxReader::bodiesCaptureByName() {
    auto model = emptyModel();
    auto* graph = model.mutable_graph();
    addInput(graph, "c", {}, 9);
    addInput(graph, "x", {2});
    addNode(graph, "Relu", {"x"}, {"r"});
    auto* node = addNode(graph, "If", {"c"}, {"y"});
    auto* thenBody = addAttribute(node, "then_branch", 5)->mutable_g();
    auto* inner = addNode(thenBody, "If", {"c"}, {"t"});
    auto* innerThen = addAttribute(inner, "then_branch", 5)->mutable_g();
    addNode(innerThen, "Neg", {"r"}, {"u"});
    addOutput(innerThen, "u");
    auto* innerElse = addAttribute(inner, "else_branch", 5)->mutable_g();
    *innerElse->add_initializer() = floatTensor("k", {2}, {1, 2});
    addOutput(innerElse, "k");
    addOutput(thenBody, "t");
    auto* elseBody = addAttribute(node, "else_branch", 5)->mutable_g();
    addNode(elseBody, "Identity", {"x"}, {"e"});
    addOutput(elseBody, "e");
    addOutput(graph, "y");
    const QByteArray text = printed(read(model).graph);
    const QByteArray expected("y = If(c) {else_branch=graph {\n"
                              "    capture x\n"
                              "    e = Identity(x)\n"
                              "    output e\n"
                              "}, then_branch=graph {\n"
                              "    capture c, r\n");
    QVERIFY2(QByteArray(text).replace("    capture c\n    capture r\n", "    capture c, r\n").contains(expected), text.constData());
    QVERIFY2(text.contains("        capture r\n        u = Neg(r)\n"), text.constData());
    QVERIFY2(text.contains("        k: float32[2] = [1, 2]\n        output k\n"), text.constData());
}

void TstOnnxReader::inlinesFunctions() {
    auto model = emptyModel();
    model.add_opset_import()->set_domain("f");
    auto* graph = model.mutable_graph();
    addInput(graph, "x", {2});
    auto* call = addNode(graph, "Outer", {"x"}, {"y"});
    call->set_domain("f");
    addAttribute(call, "slope", 1)->set_f(0.25f);
    auto* call2 = addNode(graph, "Outer", {"y"}, {"z"});
    call2->set_domain("f");
    addOutput(graph, "z");

    auto* inner = model.add_functions();
    inner->set_name("Inner");
    inner->set_domain("f");
    inner->add_opset_import()->set_version(13);
    inner->add_input("a");
    inner->add_input("absent");
    inner->add_output("b");
    inner->add_attribute("alpha");
    auto* leaky = inner->add_node();
    leaky->set_op_type("LeakyRelu");
    leaky->add_input("a");
    leaky->add_output("t");
    auto* reference = leaky->add_attribute();
    reference->set_name("alpha");
    reference->set_type(::onnx::AttributeProto_AttributeType_FLOAT);
    reference->set_ref_attr_name("alpha");
    auto* clip = inner->add_node();
    clip->set_op_type("Clip");
    clip->add_input("t");
    clip->add_input("absent");
    clip->add_output("b");

    auto* outer = model.add_functions();
    outer->set_name("Outer");
    outer->set_domain("f");
    outer->add_opset_import()->set_version(13);
    outer->add_input("p");
    outer->add_output("q");
    outer->add_attribute("slope");
    auto* callInner = outer->add_node();
    callInner->set_op_type("Inner");
    callInner->set_domain("f");
    callInner->add_input("p");
    callInner->add_output("q");
    auto* passOn = callInner->add_attribute();
    passOn->set_name("alpha");
    passOn->set_type(::onnx::AttributeProto_AttributeType_FLOAT);
    passOn->set_ref_attr_name("slope");

    const QByteArray text = printed(read(model).graph);
    QVERIFY2(text.endsWith("input x: float32[2]\n"
                           "Outer_1/Inner_2/t = LeakyRelu(x) {alpha=0.25}\n"
                           "y = Clip(Outer_1/Inner_2/t, _)\n"
                           "Outer_3/Inner_4/t = LeakyRelu(y)\n"
                           "z = Clip(Outer_3/Inner_4/t, _)\n"
                           "output z\n"),
             text.constData());
}

void TstOnnxReader::keepsFunctionsOfOtherOpsets() {
    auto model = emptyModel(13);
    auto* graph = model.mutable_graph();
    addInput(graph, "x", {2});
    addNode(graph, "F", {"x"}, {"y"})->set_domain("f");
    addOutput(graph, "y");
    auto* function = model.add_functions();
    function->set_name("F");
    function->set_domain("f");
    function->add_opset_import()->set_version(18);
    function->add_input("a");
    function->add_output("b");
    const Graph result = read(model).graph;
    QCOMPARE(result.nodes().size(), std::size_t(1));
    QVERIFY(!result.nodes()[0].unsupported.empty());
}

void TstOnnxReader::keepsUnknownOperators() {
    auto model = emptyModel();
    auto* graph = model.mutable_graph();
    addInput(graph, "x", {2});
    addNode(graph, "Unheard", {"x"}, {"m"})->set_domain("who.knows");
    addNode(graph, "Relu", {"m"}, {"y"});
    setType(graph->add_value_info(), "m", 1, {2, 3});
    addOutput(graph, "y");
    const Graph result = read(model).graph;
    QVERIFY(!result.nodes()[0].unsupported.empty());
    QVERIFY(result.nodes()[1].unsupported.empty());
    QVERIFY(result.value(result.find("m")).shape == Shape({2, 3}));
    QVERIFY(result.value(result.find("y")).shape == Shape({2, 3}));
}

void TstOnnxReader::sortsNodes() {
    auto model = emptyModel();
    auto* graph = model.mutable_graph();
    addInput(graph, "x", {2});
    addNode(graph, "Neg", {"a"}, {"y"});
    addNode(graph, "Relu", {"x"}, {"a"});
    addOutput(graph, "y");
    const Graph result = read(model).graph;
    QCOMPARE(result.nodes()[0].op, std::string("Relu"));
}

void TstOnnxReader::readsOptionalOperands() {
    auto model = emptyModel();
    auto* graph = model.mutable_graph();
    addInput(graph, "x", {2});
    *graph->add_initializer() = floatTensor("max", {}, {6});
    addNode(graph, "Clip", {"x", "", "max"}, {"y"});
    addNode(graph, "Dropout", {"y"}, {"z", ""});
    addOutput(graph, "z");
    const Graph result = read(model).graph;
    QVERIFY(!result.nodes()[0].inputs[1].valid());
    QCOMPARE(result.constant(result.nodes()[0].inputs[2])->shape().rank(), 0);
    QVERIFY(!result.nodes()[1].outputs[1].valid());
}

void TstOnnxReader::readsDimensionSymbols() {
    auto model = addModel();
    auto* shape = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->mutable_dim(0)->set_dim_param("batch");
    const QByteArray text = printed(read(model).graph);
    QVERIFY2(text.contains("input x: float32[<batch>x4]"), text.constData());
    shape->mutable_dim(0)->set_dim_value(-1);  // as some exporters write an unknown dimension
    QVERIFY(printed(read(model).graph).contains("input x: float32[?x4]"));
    model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    QVERIFY(printed(read(model).graph).contains("input x: float32\n"));
}

/// Versions newer than any that we know are read as long as the operators are understood.
void TstOnnxReader::readsOldAndNewVersions() {
    for (const auto& [opset, irVersion] : {std::pair(7, 3), {12, 7}, {21, 10}, {27, 13}, {99, 40}}) {
        auto model = addModel(opset);
        model.set_ir_version(irVersion);
        const ImportedModel result = read(model);
        QCOMPARE(result.opset, opset);
        QCOMPARE(result.irVersion, irVersion);
        QCOMPARE(result.graph.opsets.at(""), std::max(13, opset));
        QVERIFY(result.graph.nodes()[0].unsupported.empty());
    }
}

void TstOnnxReader::keepsMetadata() {
    auto model = addModel();
    auto* entry = model.add_metadata_props();
    entry->set_key("author");
    entry->set_value("someone");
    QCOMPARE(read(model).graph.metadata.at("author"), std::string("someone"));
}

void TstOnnxReader::stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    LATHE_EXPECT_ERROR(stopped, readModel(serialized(addModel()), "onnx", Control(stop.get_token())));
}

void TstOnnxReader::readsEverySharedModel_data() {
    QTest::addColumn<QString>("path");
    const auto folder = sharedFile("assets/models");
    QTest::newRow("absent") << QString();
    if (!std::filesystem::exists(folder)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".onnx")
            QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().string());
}

void TstOnnxReader::readsEverySharedModel() {
    QFETCH(QString, path);
    if (path.isEmpty()) {
        LATHE_REQUIRE_SHARED("assets/models");
        return;
    }
    const ImportedModel model = readModel(Path(path.toStdString()), systemFs(), Control());
    model.graph.validate();
    QVERIFY(!model.graph.nodes().empty());
    QVERIFY(!model.graph.outputs.empty());
    QVERIFY(model.graph.opsets.at("") >= 13);
    QCOMPARE(model.externalFiles.empty(), !path.contains(QStringLiteral("external_data")));
}

QTEST_GUILESS_MAIN(TstOnnxReader)
#include "tst_onnx_reader.moc"
