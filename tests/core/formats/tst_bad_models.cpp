// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are no models, or hostile ones: each gives one clear error that names the file, in bounded time and memory.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <functional>

#include "core/formats/formats.h"
#include "tests/support/expect_error.h"
#include "tests/support/onnx_builder.h"

using namespace lathe;
using namespace lathe::test;

namespace {

using Model = ::onnx::ModelProto;
using Change = std::function<void(Model&)>;

void writeFile(const Path& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

long peakKilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/// `count` copies of one field of a GraphProto, inside a model.
std::string graphOf(const std::string& field, std::size_t count) {
    std::string graph;
    graph.reserve(field.size() * count);
    for (std::size_t i = 0; i < count; ++i) graph += field;
    Model head = emptyModel();
    head.clear_graph();
    std::string result = head.SerializeAsString() + "\x3a";
    for (std::size_t length = graph.size(); true; length >>= 7) {
        result += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
        if (length < 0x80) break;
    }
    return result + graph;
}

/// A body in a body in a body ... `depth` graphs in all.
Model nested(int depth) {
    Model model = emptyModel();
    auto* graph = model.mutable_graph();
    for (int i = 1; i < depth; ++i) {
        auto* node = addNode(graph, "If", {"c"}, {"y"});
        addOutput(graph, "y");
        graph = addAttribute(node, "then_branch", 5)->mutable_g();
    }
    *graph->add_initializer() = floatTensor("y", {1}, {1});
    addOutput(graph, "y");
    addInput(model.mutable_graph(), "c", {}, 9);
    return model;
}

}  // namespace

class TstBadModels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesForeignFiles_data();
    void refusesForeignFiles();
    void refusesWhatIsNoFile();
    void refusesEveryPrefix();
    void survivesFlippedBytes();
    void refusesInvalidModels_data();
    void refusesInvalidModels();
    void limitsNesting();
    void limitsMemory_data();
    void limitsMemory();
    void limitsWhatFunctionsRepeat_data();
    void limitsWhatFunctionsRepeat();
    void refusesLocationsEverywhere_data();
    void refusesLocationsEverywhere();
    void refusesExternalRanges_data();
    void refusesExternalRanges();
    void refusesLinksAndPipes();
    void missingDataIsNamed();
    void takesDataInSubfolders();
};

void TstBadModels::refusesForeignFiles_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("empty") << QByteArray() << QByteArray("empty");
    QTest::newRow("text") << QByteArray("hello, this is not a model\n") << QByteArray();
    QTest::newRow("html") << QByteArray("<!DOCTYPE html><html></html>") << QByteArray("text file");
    QTest::newRow("json") << QByteArray("{\"a\": 1}") << QByteArray("text file");
    QTest::newRow("zip") << QByteArray("PK\x03\x04\x14\x00\x00\x00", 8) << QByteArray("zip");
    QTest::newRow("tflite") << QByteArray("\x1c\x00\x00\x00TFL3\x00\x00", 10) << QByteArray("TFLite");
    QTest::newRow("gguf") << QByteArray("GGUF\x03\x00\x00\x00", 8) << QByteArray("GGUF");
    QTest::newRow("git lfs") << QByteArray("version https://git-lfs.github.com/spec/v1\n") << QByteArray("LFS");
    QTest::newRow("png") << QByteArray("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 16) << QByteArray();
    QTest::newRow("zeros") << QByteArray(1000, '\0') << QByteArray();
    QTest::newRow("ones") << QByteArray(1000, '\xff') << QByteArray();
}

void TstBadModels::refusesForeignFiles() {
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, reason);
    QTemporaryDir folder;
    const Path path = Path(folder.path().toStdString()) / "m.onnx";
    writeFile(path, content.toStdString());
    const auto error = errorOf([&] { return readModel(path, systemFs(), Control()); });
    QVERIFY(error.has_value());
    QVERIFY2(error->code() == ErrorCode::notAModel, error->what());
    QVERIFY2(QByteArray(error->what()).contains(reason), error->what());
    QCOMPARE(error->where(), path.string());
}

void TstBadModels::refusesWhatIsNoFile() {
    QTemporaryDir folder;
    const Path base(folder.path().toStdString());
    LATHE_EXPECT_ERROR(fileNotFound, readModel(base / "absent.onnx", systemFs(), Control()));
    LATHE_EXPECT_ERROR(fileNotReadable, readModel(base, systemFs(), Control()));
    writeFile(base / "m.xyz", "some text, not a model");
    LATHE_EXPECT_ERROR(unknownFormat, readModel(base / "m.xyz", systemFs(), Control()));
    QCOMPARE(mkfifo((base / "pipe.onnx").c_str(), 0600), 0);
    LATHE_EXPECT_ERROR(fileNotReadable, readModel(base / "pipe.onnx", systemFs(), Control()));
    // A model is known by its content, whatever its name.
    writeFile(base / "model", addModel().SerializeAsString());
    QCOMPARE(readModel(base / "model", systemFs(), Control()).format, std::string("onnx"));
}

void TstBadModels::refusesEveryPrefix() {
    Model model = addModel();
    for (int i = 0; i < 8; ++i)
        *model.mutable_graph()->add_initializer() = floatTensor("w" + std::to_string(i), {100}, std::vector<float>(100, 1.0f));
    const std::string whole = model.SerializeAsString();
    QVERIFY(whole.size() > 3000);
    const std::size_t graphEnd = whole.size() - 4;  // behind the graph come 4 bytes of opset_import
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto error = errorOf([&] { return readModel(bytesOf(whole.substr(0, length)), "onnx", Control()); });
        QVERIFY2(error.has_value(), std::to_string(length).c_str());
        const bool inGraph = length > 20 && length < graphEnd;
        const ErrorCode expected = error->code();
        QVERIFY2(expected == ErrorCode::modelTruncated || (!inGraph && (expected == ErrorCode::notAModel || expected == ErrorCode::modelInvalid)),
                 error->what());
    }
}

void TstBadModels::survivesFlippedBytes() {
    const std::string whole = addModel().SerializeAsString();
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {0x01, 0x08, 0x80, 0xff}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            refused += errorOf([&] { return readModel(bytesOf(changed), "onnx", Control()); }).has_value();
        }
    QVERIFY(refused > 0);
}

void TstBadModels::refusesInvalidModels_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const char* expected, Change change) { QTest::newRow(name) << change << QByteArray(expected); };
    const auto tensor = [](Model& model) { return model.mutable_graph()->mutable_initializer(0); };

    row("no graph", "no graph", [](Model& m) { m.clear_graph(); });
    row("no operator set", "operator set", [](Model& m) { m.clear_opset_import(); });
    row("operator set 6", "oldest", [](Model& m) { m.mutable_opset_import(0)->set_version(6); });
    row("operator set -1", "-1", [](Model& m) { m.mutable_opset_import(0)->set_version(-1); });
    row("missing initializer", "\"w\"", [](Model& m) { m.mutable_graph()->clear_initializer(); });
    row("undefined output", "\"q\"", [](Model& m) { m.mutable_graph()->mutable_output(0)->set_name("q"); });
    row("nameless output", "no name", [](Model& m) { m.mutable_graph()->mutable_output(0)->clear_name(); });
    row("nameless input", "no name", [](Model& m) { m.mutable_graph()->mutable_input(0)->clear_name(); });
    row("two inputs of a name", "\"x\"", [](Model& m) { addInput(m.mutable_graph(), "x", {1}); });
    row("two initializers of a name", "\"w\"", [](Model& m) { *m.mutable_graph()->add_initializer() = floatTensor("w", {1}, {1}); });
    row("nameless initializer", "no name", [](Model& m) { *m.mutable_graph()->add_initializer() = floatTensor("", {1}, {1}); });
    row("two producers", "\"y\"", [](Model& m) { addNode(m.mutable_graph(), "Relu", {"x"}, {"y"}); });
    row("written input", "\"x\"", [](Model& m) { addNode(m.mutable_graph(), "Relu", {"y"}, {"x"}); });
    row("written initializer", "\"w\"", [](Model& m) { addNode(m.mutable_graph(), "Relu", {"y"}, {"w"}); });
    row("cycle", "cycle", [](Model& m) {
        addNode(m.mutable_graph(), "Relu", {"b"}, {"a"});
        addNode(m.mutable_graph(), "Relu", {"a"}, {"b"});
    });
    row("cycle of one", "cycle", [](Model& m) { addNode(m.mutable_graph(), "Relu", {"a"}, {"a"}); });
    row("no operator", "no operator", [](Model& m) { m.mutable_graph()->mutable_node(0)->clear_op_type(); });
    row("attribute twice", "twice", [](Model& m) {
        addAttribute(m.mutable_graph()->mutable_node(0), "a", 2);
        addAttribute(m.mutable_graph()->mutable_node(0), "a", 2);
    });
    row("attribute reference", "outside of a function", [](Model& m) {
        addAttribute(m.mutable_graph()->mutable_node(0), "a", 2)->set_ref_attr_name("b");
    });
    row("tensor attribute without tensor", "no tensor", [](Model& m) { addAttribute(m.mutable_graph()->mutable_node(0), "a", 4); });
    row("constant without value", "one value", [](Model& m) { addNode(m.mutable_graph(), "Constant", {}, {"k"}); });
    row("name not UTF-8", "UTF-8", [](Model& m) { m.mutable_graph()->mutable_node(0)->set_name("\xff\xfe"); });
    row("long name", "longer", [](Model& m) { m.mutable_graph()->mutable_node(0)->set_name(std::string(2 << 20, 'a')); });
    row("many attributes", "attributes", [](Model& m) {
        for (int i = 0; i < 300; ++i) addAttribute(m.mutable_graph()->mutable_node(0), "a" + std::to_string(i), 2);
    });
    row("function twice", "twice", [](Model& m) {
        for (int i = 0; i < 2; ++i) m.add_functions()->set_name("f");
    });
    row("function calls itself", "too deeply", [](Model& m) {
        auto* function = m.add_functions();
        function->set_name("F");
        function->set_domain("f");
        auto* node = function->add_node();
        node->set_op_type("F");
        node->set_domain("f");
        addNode(m.mutable_graph(), "F", {}, {"k"})->set_domain("f");
    });
    row("functions that double", "nodes", [](Model& m) {
        for (int level = 0; level < 25; ++level) {
            auto* function = m.add_functions();
            function->set_name("F" + std::to_string(level));
            function->set_domain("f");
            for (int i = 0; i < 2; ++i) {
                auto* node = function->add_node();
                node->set_op_type("F" + std::to_string(level + 1));
                node->set_domain("f");
            }
        }
        addNode(m.mutable_graph(), "F0", {}, {"k"})->set_domain("f");
    });

    row("negative dim", "negative", [=](Model& m) { tensor(m)->set_dims(0, -4); });
    row("too many elements", "counted", [=](Model& m) {
        for (int i = 0; i < 3; ++i) tensor(m)->add_dims(1ll << 40);
    });
    row("overflow behind a zero", "too large", [=](Model& m) {
        tensor(m)->clear_raw_data();
        tensor(m)->set_dims(0, 0);
        for (int i = 0; i < 3; ++i) tensor(m)->add_dims(1ll << 40);
    });
    row("dim 2^63-1", "bytes", [=](Model& m) { tensor(m)->set_dims(0, INT64_MAX); });
    row("rank 17", "16 dimensions", [=](Model& m) {
        for (int i = 0; i < 16; ++i) tensor(m)->add_dims(1);
    });
    row("rank 17 of a type", "dimensions", [](Model& m) { addInput(m.mutable_graph(), "z", std::vector<int64_t>(17, 1)); });
    row("negative dim of a type", "negative", [](Model& m) {
        m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(-5);
    });
    row("too little data", "bytes", [=](Model& m) { tensor(m)->set_raw_data("abc"); });
    row("too much data", "bytes", [=](Model& m) { tensor(m)->set_raw_data(std::string(20, 'a')); });
    row("no data", "values", [=](Model& m) { tensor(m)->clear_raw_data(); });
    row("data twice", "more than one place", [=](Model& m) { tensor(m)->add_float_data(1); });
    row("data in the wrong field", "values", [=](Model& m) {
        tensor(m)->clear_raw_data();
        for (int i = 0; i < 4; ++i) tensor(m)->add_int64_data(1);
    });
    row("element type 0", "UNDEFINED", [=](Model& m) { tensor(m)->set_data_type(0); });
    row("element type 99", "99", [=](Model& m) { tensor(m)->set_data_type(99); });
    row("float4", "FLOAT4E2M1", [=](Model& m) { tensor(m)->set_data_type(23); });
    row("float8 of too much data", "bytes", [=](Model& m) { tensor(m)->set_data_type(17); });
    row("complex", "COMPLEX64", [=](Model& m) { tensor(m)->set_data_type(14); });
    row("raw texts", "raw", [=](Model& m) { tensor(m)->set_data_type(8); });
    row("segment", "segment", [=](Model& m) { tensor(m)->mutable_segment()->set_begin(0); });
    row("sparse without indices", "", [](Model& m) {
        *m.mutable_graph()->add_sparse_initializer()->mutable_values() = floatTensor("s", {1}, {1});
    });
    const auto sparse = [](Model& m, std::vector<int64_t> dims, int64_t index) {
        auto* one = m.mutable_graph()->add_sparse_initializer();
        *one->mutable_values() = floatTensor("s", {1}, {1});
        one->mutable_indices()->set_data_type(7);
        one->mutable_indices()->add_dims(1);
        one->mutable_indices()->add_int64_data(index);
        for (int64_t dim : dims) one->add_dims(dim);
    };
    row("sparse index outside", "outside", [=](Model& m) { sparse(m, {4}, 4); });
    row("sparse index negative", "outside", [=](Model& m) { sparse(m, {4}, -1); });
    row("sparse bomb", "limit", [=](Model& m) { sparse(m, {1 << 20, 1 << 20}, 0); });
}

void TstBadModels::refusesInvalidModels() {
    QFETCH(Change, change);
    QFETCH(QByteArray, expected);
    Model model = addModel();
    change(model);
    QTemporaryDir folder;
    const Path path = Path(folder.path().toStdString()) / "bad.onnx";
    writeFile(path, model.SerializeAsString());
    const auto error = errorOf([&] { return readModel(path, systemFs(), Control()); });
    QVERIFY(error.has_value());
    QVERIFY2(error->code() == ErrorCode::modelInvalid || error->code() == ErrorCode::tooLarge, error->what());
    const QByteArray text = QByteArray(error->what());
    QVERIFY2(text.contains(expected) || text.contains(QByteArray(expected).replace('"', "")), error->what());
    QVERIFY2(text.contains("bad.onnx"), error->what());
}

void TstBadModels::limitsNesting() {
    for (const int depth : {1, 2, 15, 16}) {
        const auto error = errorOf([&] { return readModel(serialized(nested(depth)), "onnx", Control()); });
        QVERIFY2(!error, error ? error->what() : "");
    }
    for (const int depth : {17, 33, 34, 200}) LATHE_EXPECT_ERROR(modelInvalid, readModel(serialized(nested(depth)), "onnx", Control()));
    // A type within a type, which protobuf would follow as well.
    std::string type = "\x0a\x02\x08\x01";
    for (int i = 0; i < 60; ++i) {
        const std::string inner = "\x0a" + std::string(1, static_cast<char>(type.size())) + type;
        if (inner.size() > 100) break;
        type = "\x22" + std::string(1, static_cast<char>(inner.size())) + inner;
    }
    const std::string info = "\x0a\x01z\x12" + std::string(1, static_cast<char>(type.size())) + type;
    const std::string field = "\x5a" + std::string(1, static_cast<char>(info.size())) + info;
    LATHE_EXPECT_ERROR(modelInvalid, readModel(bytesOf(graphOf(field, 1)), "onnx", Control()));
}

void TstBadModels::limitsMemory_data() {
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<int>("count");
    QTest::newRow("10 million empty nodes") << QByteArray("\x0a\x00", 2) << 10'000'000;
    QTest::newRow("10 million empty initializers") << QByteArray("\x2a\x00", 2) << 10'000'000;
    QTest::newRow("10 million empty inputs") << QByteArray("\x5a\x00", 2) << 10'000'000;
    // One tensor with 20 million dimensions, packed.
    QByteArray dims("\x0a");
    const int bytes = 20'000'000;
    for (int length = bytes; true; length >>= 7) {
        dims += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
        if (length < 0x80) break;
    }
    dims += QByteArray(bytes, '\x01');
    QByteArray tensor("\x2a");
    for (int length = static_cast<int>(dims.size()); true; length >>= 7) {
        tensor += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
        if (length < 0x80) break;
    }
    QTest::newRow("20 million dimensions") << tensor + dims << 1;
    // A node with ten million empty operand names.
    QByteArray node("\x0a");
    for (int length = bytes; true; length >>= 7) {
        node += static_cast<char>(length >= 0x80 ? (length & 0x7f) | 0x80 : length);
        if (length < 0x80) break;
    }
    QByteArray names;
    for (int i = 0; i < bytes / 2; ++i) names += QByteArray("\x0a\x00", 2);
    QTest::newRow("10 million operands") << node + names << 1;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr qint64 mostMs = 30000;   // every access is checked there
#else
constexpr qint64 mostMs = 2000;
#endif

void TstBadModels::limitsMemory() {
    QFETCH(QByteArray, field);
    QFETCH(int, count);
    QTemporaryDir folder;
    const Path path = Path(folder.path().toStdString()) / "bomb.onnx";
    writeFile(path, graphOf(field.toStdString(), static_cast<std::size_t>(count)));
    const long before = peakKilobytes();
    QElapsedTimer timer;
    timer.start();
    const auto error = errorOf([&] { return readModel(path, systemFs(), Control()); });
    QVERIFY(error.has_value());
    QVERIFY2(timer.elapsed() < mostMs, std::to_string(timer.elapsed()).c_str());
    const long grown = peakKilobytes() - before;
    QVERIFY2(grown < 64 * 1024, std::to_string(grown).c_str());
}

void TstBadModels::limitsWhatFunctionsRepeat_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, Change change) { QTest::newRow(name) << change; };
    row("operands", [](Model& m) {
        for (int i = 0; i < 10'000; ++i) m.mutable_functions(0)->add_input("operand" + std::to_string(i));
    });
    row("list", [](Model& m) {
        auto* node = m.mutable_functions(0)->add_node();
        node->set_op_type("Thing");
        auto* list = addAttribute(node, "l", 7);
        for (int i = 0; i < 100'000; ++i) list->add_ints(1);
    });
    row("tensor", [](Model& m) {
        auto* node = m.mutable_functions(0)->add_node();
        node->set_op_type("Constant");
        node->add_output("k");
        *addAttribute(node, "value", 4)->mutable_t() = floatTensor("", {1 << 18}, std::vector<float>(1 << 18, 1.0f));
    });
}

/// Ten thousand calls of one function: refused, or its content shared, but never ten thousand copies.
void TstBadModels::limitsWhatFunctionsRepeat() {
    QFETCH(Change, change);
    Model model = emptyModel();
    auto* function = model.add_functions();
    function->set_name("F");
    function->set_domain("f");
    change(model);
    for (int i = 0; i < 10'000; ++i) addNode(model.mutable_graph(), "F", {}, {})->set_domain("f");
    *model.mutable_graph()->add_initializer() = floatTensor("y", {1}, {1});
    addOutput(model.mutable_graph(), "y");
    const Bytes bytes = serialized(model);
    const long before = peakKilobytes();
    const auto error = errorOf([&] { return readModel(bytes, "onnx", Control()); });
    QVERIFY2(!error || error->code() == ErrorCode::tooLarge, error ? error->what() : "");
    const long grown = peakKilobytes() - before;
    QVERIFY2(grown < 400 * 1024, std::to_string(grown).c_str());
}

void TstBadModels::refusesLocationsEverywhere_data() {
    QTest::addColumn<Change>("place");
    const auto row = [](const char* name, Change place) { QTest::newRow(name) << place; };
    const auto outside = [](::onnx::TensorProto* tensor) {
        tensor->set_name("e");
        tensor->set_data_type(1);
        tensor->add_dims(1);
        setExternal(tensor, "LOCATION");
    };
    row("initializer", [=](Model& m) { outside(m.mutable_graph()->add_initializer()); });
    row("sparse values", [=](Model& m) { outside(m.mutable_graph()->add_sparse_initializer()->mutable_values()); });
    row("sparse indices", [=](Model& m) {
        auto* sparse = m.mutable_graph()->add_sparse_initializer();
        *sparse->mutable_values() = floatTensor("s", {1}, {1});
        outside(sparse->mutable_indices());
    });
    row("attribute", [=](Model& m) { outside(addAttribute(m.mutable_graph()->mutable_node(0), "t", 4)->mutable_t()); });
    row("attribute list", [=](Model& m) { outside(addAttribute(m.mutable_graph()->mutable_node(0), "t", 9)->add_tensors()); });
    row("sparse attribute", [=](Model& m) {
        outside(addAttribute(m.mutable_graph()->mutable_node(0), "t", 11)->mutable_sparse_tensor()->mutable_values());
    });
    row("sparse attribute list", [=](Model& m) {
        outside(addAttribute(m.mutable_graph()->mutable_node(0), "t", 12)->add_sparse_tensors()->mutable_indices());
    });
    row("body", [=](Model& m) {
        outside(addAttribute(m.mutable_graph()->mutable_node(0), "g", 5)->mutable_g()->add_initializer());
    });
    row("list of bodies", [=](Model& m) {
        outside(addAttribute(m.mutable_graph()->mutable_node(0), "g", 10)->add_graphs()->add_initializer());
    });
    row("function", [=](Model& m) {
        auto* node = m.add_functions()->add_node();
        outside(addAttribute(node, "value", 4)->mutable_t());
    });
    row("training", [=](Model& m) { outside(m.add_training_info()->mutable_algorithm()->add_initializer()); });
}

void TstBadModels::refusesLocationsEverywhere() {
    QFETCH(Change, place);
    const std::string locations[] = {
        "../canary", "a/../../canary", "..", "a/..", "/etc/passwd", "//canary", "./canary", ".", "a/./canary", "a//canary", "canary/",
        "", "..\\canary", "a\\canary", "C:\\canary", "C:canary", "\\\\server\\share", "file:canary", "a/../canary", "../../../../canary",
        std::string("can\0ary", 7), "/", "...//..", "a/b/../../../canary",
    };
    QTemporaryDir folder;
    const Path base = Path(folder.path().toStdString());
    systemFs().createFolders(base / "model" / "a" / "b");
    writeFile(base / "canary", "secret");
    writeFile(base / "model" / "canary", "inside");
    const Path path = base / "model" / "m.onnx";
    for (const std::string& location : locations) {
        Model model = addModel();
        place(model);
        std::string bytes;
        // The place holds a marker; swap it in through the message, so that lengths follow.
        std::function<void(google::protobuf::Message*)> swap = [&](google::protobuf::Message* message) {
            std::vector<const google::protobuf::FieldDescriptor*> fields;
            const auto* reflection = message->GetReflection();
            reflection->ListFields(*message, &fields);
            for (const auto* field : fields) {
                if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING && !field->is_repeated() &&
                    reflection->GetString(*message, field) == "LOCATION")
                    reflection->SetString(message, field, location);
                if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
                if (!field->is_repeated()) swap(reflection->MutableMessage(message, field));
                else
                    for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
                        swap(reflection->MutableRepeatedMessage(message, field, i));
            }
        };
        swap(&model);
        writeFile(path, model.SerializeAsString());
        const auto error = errorOf([&] { return readModel(path, systemFs(), Control()); });
        QVERIFY2(error.has_value(), location.c_str());
        QVERIFY2(error->code() == ErrorCode::externalDataPath, (location + ": " + error->what()).c_str());
    }
}

void TstBadModels::refusesExternalRanges_data() {
    QTest::addColumn<QByteArray>("offset");
    QTest::addColumn<QByteArray>("length");
    QTest::addColumn<int>("code");
    const int range = static_cast<int>(ErrorCode::externalDataRange);
    const int invalid = static_cast<int>(ErrorCode::modelInvalid);
    QTest::newRow("past the end") << QByteArray("20") << QByteArray("16") << range;
    QTest::newRow("one too far") << QByteArray("17") << QByteArray() << range;
    QTest::newRow("far past the end") << QByteArray("18446744073709551615") << QByteArray("16") << range;
    QTest::newRow("negative offset") << QByteArray("-1") << QByteArray() << invalid;
    QTest::newRow("offset of 2^64") << QByteArray("18446744073709551616") << QByteArray() << invalid;
    QTest::newRow("offset with a space") << QByteArray(" 1") << QByteArray() << invalid;
    QTest::newRow("hexadecimal offset") << QByteArray("0x10") << QByteArray() << invalid;
    QTest::newRow("offset with an exponent") << QByteArray("1e1") << QByteArray() << invalid;
    QTest::newRow("offset in words") << QByteArray("ten") << QByteArray() << invalid;
    QTest::newRow("length too short") << QByteArray() << QByteArray("15") << invalid;
    QTest::newRow("length too long") << QByteArray() << QByteArray("32") << invalid;
    QTest::newRow("length zero") << QByteArray() << QByteArray("0") << invalid;
    QTest::newRow("negative length") << QByteArray() << QByteArray("-16") << invalid;
    QTest::newRow("length with a plus") << QByteArray() << QByteArray("+16") << invalid;
    QTest::newRow("right") << QByteArray("16") << QByteArray("16") << -1;
    QTest::newRow("right, leading zeros") << QByteArray("0016") << QByteArray("0016") << -1;
    QTest::newRow("right, no length") << QByteArray("4") << QByteArray() << -1;
}

void TstBadModels::refusesExternalRanges() {
    QFETCH(QByteArray, offset);
    QFETCH(QByteArray, length);
    QFETCH(int, code);
    QTemporaryDir folder;
    const Path base(folder.path().toStdString());
    writeFile(base / "w.bin", std::string(32, 'a'));
    Model model = addModel();
    setExternal(model.mutable_graph()->mutable_initializer(0), "w.bin", offset.toStdString(), length.toStdString());
    writeFile(base / "m.onnx", model.SerializeAsString());
    const auto error = errorOf([&] { return readModel(base / "m.onnx", systemFs(), Control()); });
    QCOMPARE(error ? static_cast<int>(error->code()) : -1, code);
    auto* entry = model.mutable_graph()->mutable_initializer(0)->add_external_data();
    entry->set_key("surprise");
    writeFile(base / "m.onnx", model.SerializeAsString());
    QVERIFY(errorOf([&] { return readModel(base / "m.onnx", systemFs(), Control()); }).has_value());
}

void TstBadModels::refusesLinksAndPipes() {
    QTemporaryDir folder;
    const Path outside(folder.path().toStdString());
    const Path base = outside / "model";
    systemFs().createFolders(base / "real");
    writeFile(outside / "secret", std::string(16, 's'));
    writeFile(base / "real" / "w", std::string(16, 'a'));
    std::filesystem::create_symlink(outside / "secret", base / "link");
    std::filesystem::create_symlink("real/w", base / "innocent");
    std::filesystem::create_symlink(outside, base / "folder");
    std::filesystem::create_symlink("absent", base / "dangling");
    std::filesystem::create_hard_link(outside / "secret", base / "hard");
    QCOMPARE(mkfifo((base / "pipe").c_str(), 0600), 0);
    for (const char* location : {"link", "innocent", "folder/secret", "dangling", "hard", "pipe", "real"}) {
        Model model = addModel();
        setExternal(model.mutable_graph()->mutable_initializer(0), location);
        writeFile(base / "m.onnx", model.SerializeAsString());
        const auto error = errorOf([&] { return readModel(base / "m.onnx", systemFs(), Control()); });
        QVERIFY2(error.has_value(), location);
        QVERIFY2(error->code() == ErrorCode::externalDataPath, error->what());
    }
}

void TstBadModels::missingDataIsNamed() {
    QTemporaryDir folder;
    const Path base(folder.path().toStdString());
    writeFile(base / "file", "x");
    for (const char* location : {"weights.bin", "folder/weights.bin", "file/weights.bin"}) {
        Model model = addModel();
        setExternal(model.mutable_graph()->mutable_initializer(0), location);
        writeFile(base / "m.onnx", model.SerializeAsString());
        const auto error = errorOf([&] { return readModel(base / "m.onnx", systemFs(), Control()); });
        QVERIFY(error.has_value());
        QVERIFY2(error->code() == ErrorCode::externalDataMissing, error->what());
        QVERIFY2(QByteArray(error->what()).contains(location), error->what());
        // Bytes in memory have no folder to look in.
        LATHE_EXPECT_ERROR(externalDataMissing, readModel(serialized(model), "onnx", Control()));
    }
}

void TstBadModels::takesDataInSubfolders() {
    QTemporaryDir folder;
    const Path base(folder.path().toStdString());
    systemFs().createFolders(base / "a" / "b");
    const float values[] = {1, 2, 3, 4};
    systemFs().writeWhole(base / "a" / "b" / "w", std::as_bytes(std::span(values)));
    Model model = addModel();
    setExternal(model.mutable_graph()->mutable_initializer(0), "a/b/w");
    writeFile(base / "m.onnx", model.SerializeAsString());
    const ImportedModel result = readModel(base / "m.onnx", systemFs(), Control());
    QCOMPARE(result.graph.constant(result.graph.find("w"))->toFloats(), (std::vector<float>{1, 2, 3, 4}));
    QCOMPARE(result.externalFiles, std::vector<std::string>{"a/b/w"});
}

QTEST_GUILESS_MAIN(TstBadModels)
#include "tst_bad_models.moc"
