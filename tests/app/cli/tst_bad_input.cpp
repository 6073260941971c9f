// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/shared_files.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTest>
#include <QtEndian>

using namespace lathe::test;

namespace {

constexpr const char* folderData = R"({"input": "*", "type": "images", "path": "pictures", "labels":
    {"file": "labels.csv", "name": "file", "class": "class"}, "preprocess": [{"layout": "NCHW"}],
    "calibration": {"range": [0, 2]}, "validation": {"range": [2, 4]}})";

QByteArray text(const ::onnx::ModelProto& model)
{
    return QByteArray::fromStdString(model.SerializeAsString());
}

QByteArray externalModel(const char* location, const char* offset = "", const char* length = "")
{
    auto model = addModel();
    setExternal(model.mutable_graph()->mutable_initializer(0), location, offset, length);
    return text(model);
}

/// No two samples of it are the same.
QByteArray varied(qsizetype bytes)
{
    QByteArray result(bytes, '\0');
    for (qsizetype i = 0; i + 4 <= bytes; i += 4)
        qToLittleEndian(static_cast<quint32>(i / 4), result.data() + i);
    return result;
}

QByteArray npy(const QByteArray& type, const QByteArray& shape, qsizetype bytes)
{
    QByteArray header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header = header.leftJustified(117, ' ') + '\n';
    return QByteArray("\x93NUMPY\x01\x00", 8) + char(118) + '\0' + header + varied(bytes);
}

QByteArray arrays(const QByteArray& file, const QByteArray& more = {})
{
    return R"({"input": "*", "type": "npy", "path": ")" + file + "\"" + more + "}";
}

QByteArray changed(QByteArray bytes, qsizetype at, const QByteArray& with)
{
    return bytes.replace(at, with.size(), with);
}

}

/// Files from elsewhere that are broken, hostile or not what they should be, and places that cannot be written: the
/// program says in one sentence what is wrong where and what to do, exits with 1, and leaves every file as it was.
class TstBadInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void models_data();
    void models() { check(); }
    void dataSets_data();
    void dataSets() { check(); }
    void pictures_data();
    void pictures() { check(); }
    void labels_data();
    void labels() { check(); }
    void arrayFiles_data();
    void arrayFiles() { check(); }
    void wrongClasses();
    void projects_data();
    void projects() { check(); }
    void modelsOfProjects_data();
    void modelsOfProjects() { check(); }
    void bundles_data();
    void bundles() { check(); }
    void keys_data();
    void keys() { check(); }
    void readOnlyPlaces_data();
    void readOnlyPlaces() { check(); }
    void fullDisk_data();
    void fullDisk();

private:
    static void columns();
    static void row(const char* name, const QString& file, const QByteArray& content, const QString& arguments,
                    const char* says);
    void check();
    void expectRefusal(const QString& arguments, const QByteArray& says, const CliRun& how = {});
    QMap<QString, QByteArray> everything() const;
    QByteArray sample(const QString& name) const;

    CliFixture m_cli;
};

void TstBadInput::initTestCase()
{
    for (const char* picture : {"a", "b", "c", "d"})
        m_cli.write(QString("good/%1.png").arg(picture), sample("images/calib/0000_two.png") + picture);
    for (const char* picture : {"b", "c", "d"})
        m_cli.copy(QString("good/%1.png").arg(picture), QString("bad/%1.png").arg(picture));
    m_cli.write("bad.json", QByteArray(folderData).replace("pictures", "bad"));
    m_cli.write("labels.csv", "file,class\na.png,1\nb.png,2\nc.png,3\nd.png,4\n");
    m_cli.write("good.json", QByteArray(folderData).replace("pictures", "good"));
    m_cli.copy(QString::fromStdString(resourceFile("sample/glyphs.onnx").string()), "glyphs.onnx");
    m_cli.json("calibrate glyphs.onnx --data good.json -o good.lathe");
    m_cli.write("pass", "correct horse\n");
    m_cli.json("key generate -o key.pem --passphrase-file pass");
    m_cli.json("bundle create good.lathe -o good.lathebundle --key key.pem --passphrase-file pass");
    m_cli.writeImage();
}

QByteArray TstBadInput::sample(const QString& name) const
{
    QFile file(QString::fromStdString(resourceFile("sample").string()) + "/" + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TstBadInput::columns()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QByteArray>("says");
}

void TstBadInput::row(const char* name, const QString& file, const QByteArray& content, const QString& arguments,
                      const char* says)
{
    QTest::newRow(name) << file << content << arguments << QByteArray(says);
}

/// Names and contents of all files.
QMap<QString, QByteArray> TstBadInput::everything() const
{
    QMap<QString, QByteArray> all;
    for (const QString& name : m_cli.files()) {
        if (!QFileInfo(m_cli.path(name)).isDir()) {
            all[name] = m_cli.read(name);
            continue;
        }
        for (const QString& inner : QDir(m_cli.path(name)).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot))
            all[name + "/" + inner] = m_cli.read(name + "/" + inner);
    }
    return all;
}

void TstBadInput::expectRefusal(const QString& arguments, const QByteArray& says, const CliRun& how)
{
    const auto before = everything();
    const Answer answer = m_cli.run(arguments, how);
    QVERIFY2(answer.status == 1, answer.text());
    QVERIFY2(answer.err.startsWith("tensorlathe-cli: "), answer.text());
    QVERIFY2(answer.err.count('\n') == 1 && answer.err.endsWith('\n'), answer.text());
    QVERIFY2(answer.err.contains(says), answer.text());
    QVERIFY2(!answer.err.contains("Unexpected") && !answer.err.contains("internal"), answer.text());
    // A sentence on what is wrong and one on what to do.
    QVERIFY2(answer.err.count(". ") + answer.err.count(".\n") >= 2, answer.text());
    QCOMPARE(answer.out, QByteArray());
    QVERIFY(everything() == before);
}

void TstBadInput::check()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, arguments);
    QFETCH(QByteArray, says);
    if (!file.isEmpty())
        m_cli.write(file, content);
    expectRefusal(arguments, says);
    if (!file.isEmpty())
        QVERIFY(QFile::remove(m_cli.path(file)));
}

void TstBadInput::models_data()
{
    columns();
    const QByteArray good = sample("glyphs.onnx");
    const auto model = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "m.onnx", content, "inspect m.onnx", says);
    };
    model("empty", "", "m.onnx: This is not an ONNX model: the file is empty.");
    model("text", "hello world", "m.onnx: This is not an ONNX model");
    model("zeros", QByteArray(5000, '\0'), "m.onnx: This is not an ONNX model");
    model("ones", QByteArray(5000, '\xff'), "m.onnx: This is not an ONNX model");
    model("a picture", "\x89PNG\r\n\x1a\n0000IHDR", "m.onnx: This is not an ONNX model");
    for (const int percent : {1, 30, 60, 99})
        model(qPrintable(QString("cut at %1 %").arg(percent)), good.left(good.size() * percent / 100),
              "m.onnx: The model file ends too early");
    model("missing data", externalModel("weights.bin"), "The external data file \"weights.bin\" is missing.");
    model("data outside", externalModel("../good.lathe"), "The external data location \"../good.lathe\" is not allowed");
    model("data outside, hidden", externalModel("good/../../x"), "is not allowed");
    model("data at an absolute path", externalModel("/etc/passwd"), "\"/etc/passwd\" is not allowed");
    model("data in a folder", externalModel("good"), "good");
    model("data too short", externalModel("pass", "0", "16"), "\"pass\" is too short");
    model("data beyond the end", externalModel("pass", "999999999999", "16"), "\"pass\" is too short");
    auto old = addModel(6);
    model("opset 6", text(old), "operator set 6");
    auto cycle = emptyModel();
    addNode(cycle.mutable_graph(), "Neg", {"b"}, {"a"});
    addNode(cycle.mutable_graph(), "Neg", {"a"}, {"b"});
    addOutput(cycle.mutable_graph(), "b");
    model("cycle", text(cycle), "its nodes form a cycle");
    auto huge = addModel();
    huge.mutable_graph()->mutable_initializer(0)->set_dims(0, int64_t{1} << 62);
    model("huge tensor", text(huge), "m.onnx");
    auto short_ = addModel();
    short_.mutable_graph()->mutable_initializer(0)->set_raw_data("abc");
    model("short tensor", text(short_), "w");
    row("missing", "", "", "inspect none.onnx", "none.onnx: The file does not exist.");
    row("a folder", "", "", "inspect good", "good: The file cannot be read: it is a folder.");
    row("a device", "", "", "inspect /dev/zero", "it is not a regular file");
    row("another ending", "m.tflite", "TFL3", "inspect m.tflite", "The file type \".tflite\" is not known.");
    row("unknown operators", "m.onnx",
        [] {
            auto strange = emptyModel();
            addInput(strange.mutable_graph(), "x", {1, 4});
            addNode(strange.mutable_graph(), "Frobnicate", {"x"}, {"y"});
            addOutput(strange.mutable_graph(), "y");
            return text(strange);
        }(),
        "bench m.onnx", "The operator Frobnicate is not supported");
    row("to calibrate", "m.onnx", "hello", "calibrate m.onnx --data good.json -o p.lathe", "not an ONNX model");
    row("to check", "m.onnx", "hello", "validate glyphs.onnx --quantized m.onnx --data good.json", "not an ONNX model");
    row("nothing quantized to check", "", "", "validate glyphs.onnx --quantized glyphs.onnx --data good.json",
        "The model is not quantized.");
}

void TstBadInput::dataSets_data()
{
    columns();
    const auto data = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "d.json", content, "calibrate glyphs.onnx --data d.json -o p.lathe", says);
    };
    const auto with = [](const char* from, const char* to) {
        return QByteArray(folderData).replace("pictures", "good").replace(from, to);
    };
    row("missing", "", "", "calibrate glyphs.onnx --data none.json -o p.lathe", "none.json: The file does not exist.");
    data("empty", "", "d.json: This is not valid JSON");
    data("no JSON", "{\"input\": ", "d.json: This is not valid JSON");
    data("no object", "[1, 2]", "d.json: The dataset file is not valid");
    data("nothing in it", "{}", "\"type\" is missing");
    data("unknown type", with("images", "films"), "There is no data type \"films\".");
    data("wrong type of field", with("\"path\": \"good\"", "\"path\": 5"), "d.json");
    data("wrong type of metric", with("\"input\": \"*\"", "\"input\": \"*\", \"metric\": 5"), "d.json");
    data("unknown input", with("\"*\"", "\"picture\""), "The model has no input \"picture\".");
    data("missing folder", with("\"good\"", "\"nowhere\""), "nowhere");
    data("missing labels", with("labels.csv", "none.csv"), "none.csv: The file does not exist.");
    data("unknown column", with("\"class\": \"class\"", "\"class\": \"kind\""), "there is no column \"kind\"");
    data("unknown step", with("layout", "twist"), "unknown preprocessing step \"twist\"");
    data("no size", with("{\"layout\"", "{\"resize\": [0, 5]}, {\"layout\""), "a size must be a whole number from 1");
    data("huge size", with("{\"layout\"", "{\"resize\": [99999, 5]}, {\"layout\""), "to 65536");
    data("division by zero", with("{\"layout\"", "{\"std\": 0}, {\"layout\""), "std");
    data("other number of channels", with("{\"layout\"", "{\"mean\": [1, 2]}, {\"layout\""), "2 values for 3 channels");
    data("other layout", with("NCHW", "NHWC"), "a.png: The shape is 1x32x32x3, but ?x3x32x32 was expected.");
    data("other size", with("{\"layout\"", "{\"resize\": [16, 16]}, {\"layout\""), "a.png: The shape is 1x3x16x16");
    data("unknown split", with("\"calibration\": {\"range\": [0, 2]}", "\"calibration\": {\"split\": \"calib\"}"), "\"split\"");
    data("no samples wanted", with("\"calibration\": {\"range\": [0, 2]}", "\"calibration\": {\"count\": 0}"), "count");
    data("empty range", with("\"calibration\": {\"range\": [0, 2]}", "\"calibration\": {\"range\": [3, 3]}"), "The data set has no samples.");
    row("samples of another model", "", "",
        "calibrate glyphs.onnx --data " + QString::fromStdString(sourceFile("resources/sample/glyphs.onnx").string()) +
            " -o p.lathe",
        "not valid JSON");
}

void TstBadInput::pictures_data()
{
    columns();
    const QByteArray good = sample("images/calib/0000_two.png");
    const QByteArray tooLarge = [&] {
        QByteArray png = good.left(8) + QByteArray::fromHex("0000000d49484452000186a0000186a00802000000");
        return png + QByteArray::fromHex("bdf2a0c2") + QByteArray::fromHex("0000000049454e44ae426082");
    }();
    const auto picture = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "bad/a.png", content, "calibrate glyphs.onnx --data bad.json -o p.lathe", says);
    };
    picture("empty", "", "bad/a.png: The image cannot be read");
    picture("text", "hello world", "bad/a.png: The image cannot be read: unsupported image format.");
    picture("cut", good.left(good.size() / 2), "bad/a.png: The image cannot be read: the file ends too early.");
    picture("damaged", changed(good, good.size() / 2, "XXXX"), "bad/a.png: The image cannot be read: a part of it is damaged.");
    picture("huge", tooLarge, "bad/a.png: The image cannot be read");
    picture("JPEG header only", QByteArray::fromHex("ffd8ffe000104a46494600010100000100010000"), "bad/a.png: The image cannot");
    picture("GIF header only", "GIF89a", "bad/a.png: The image cannot be read");
}

void TstBadInput::labels_data()
{
    columns();
    m_cli.write("b.json", QByteArray(folderData).replace("pictures", "good").replace("labels.csv", "l.csv"));
    const auto labels = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "l.csv", content, "calibrate glyphs.onnx --data b.json -o p.lathe", says);
    };
    labels("empty", "", "l.csv: The data set has no samples.");
    labels("header only", "file,class\n", "l.csv: The data set has no samples.");
    labels("a word", "file,class\nb.png,cat\n", "l.csv, row 1: The label \"cat\" is not valid");
    labels("negative", "file,class\nb.png,1\nc.png,-1\n", "l.csv, row 2: The label \"-1\" is not valid");
    labels("fraction", "file,class\nb.png,1.5\n", "\"1.5\"");
    labels("huge", "file,class\nb.png,99999999999999999999\n", "99999999999999999999");
    labels("missing field", "file,class\nb.png\n", "line 2 has 1 fields, not 2");
    labels("open quote", "file,class\n\"b.png,1\n", "line 2 has an open quote");
    labels("missing picture", "file,class\nz.png,1\nb.png,1\n", "z.png: The file does not exist.");
    labels("picture outside", "file,class\n../good/b.png,1\n", "names must stay inside the data folder");
}

void TstBadInput::arrayFiles_data()
{
    columns();
    m_cli.write("ok.npy", npy("<f4", "(4, 3, 32, 32)", 4 * 3 * 32 * 32 * 4));
    m_cli.write("short.npy", npy("<f4", "(4, 3, 32, 32)", 1000));
    m_cli.write("other.npy", npy("<f4", "(4, 3, 30, 30)", 4 * 3 * 30 * 30 * 4));
    m_cli.write("none.npy", npy("<f4", "(0, 3, 32, 32)", 0));
    m_cli.write("one.npy", npy("<f4", "()", 4));
    m_cli.write("objects.npy", npy("|O", "(4,)", 32));
    m_cli.write("huge.npy", npy("<f4", "(9223372036854775807, 4)", 100));
    m_cli.write("text.npy", "hello");
    m_cli.write("three.npy", npy("<i8", "(3,)", 24));
    m_cli.write("real.npy", npy("<f8", "(4,)", 32));
    m_cli.write("minus.npy", npy("<i1", "(4,)", 3) + '\xff');
    m_cli.write("x.npz", "PK\x03\x04nothing");
    m_cli.write("x.gz", "\x1f\x8b\x08nothing");
    m_cli.write("x.idx", QByteArray::fromHex("00000803000001000000001c0000001c") + QByteArray(100, '\0'));
    m_cli.write("x.bin", QByteArray(3072, '\0'));
    const auto data = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "d.json", content, "calibrate glyphs.onnx --data d.json -o p.lathe", says);
    };
    data("no file", arrays("nowhere.npy"), "nowhere.npy: The file does not exist.");
    data("no array", arrays("text.npy"), "text.npy: This is not a valid .npy file");
    data("cut", arrays("short.npy"), "short.npy: This is not a valid .npy file");
    data("other shape", arrays("other.npy"), "of input image: The shape is 1x3x30x30");
    data("no samples", arrays("none.npy"), "The data set has no samples.");
    data("one number", arrays("one.npy"), "one.npy");
    data("objects", arrays("objects.npy"), "objects.npy");
    data("huge", arrays("huge.npy"), "huge.npy");
    data("too few labels", arrays("ok.npy", R"(, "labels": "three.npy")"), "3 labels for 4 samples");
    data("labels with fractions", arrays("ok.npy", R"(, "labels": "real.npy")"), "real.npy: The element type is float64");
    data("negative labels", arrays("ok.npy", R"(, "labels": "minus.npy")"), "minus.npy: The label -1 is not valid");
    data("archive", R"({"input": "*", "type": "npz", "path": "x.npz"})", "x.npz");
    data("gzip", R"({"input": "*", "type": "idx", "path": "x.gz"})", "x.gz");
    data("IDX", R"({"input": "*", "type": "idx", "path": "x.idx"})", "x.idx: The dataset file is not valid");
    data("CIFAR", R"({"input": "*", "type": "cifar", "path": "x.bin"})", "whole number of CIFAR records");
}

/// Only the model knows how many classes there are, so validation says it.
void TstBadInput::wrongClasses()
{
    m_cli.write("many.csv", "file,class\na.png,32\nb.png,32\nc.png,32\nd.png,32\n");
    m_cli.write("many.json", QByteArray(folderData).replace("pictures", "good").replace("labels.csv", "many.csv"));
    m_cli.copy("good.lathe", "classes.lathe");
    expectRefusal("validate classes.lathe --data many.json", "The label 32 is not valid: the model has 32 classes");
}

void TstBadInput::projects_data()
{
    columns();
    const QByteArray good = m_cli.read("good.lathe");
    const auto project = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "p.lathe", content, "validate p.lathe", says);
    };
    project("empty", "", "p.lathe: The project file is not valid: it is not a Tensorlathe project.");
    project("text", QByteArray(5000, 'x'), "p.lathe: The project file is not valid");
    project("header only", good.left(100), "p.lathe: The project file is not valid");
    project("cut in the middle", good.left(good.size() / 2), "p.lathe: The project file is not valid");
    project("cut at the end", good.left(good.size() - 4096), "p.lathe: The project file is not valid");
    project("damaged", changed(good, good.size() / 2, QByteArray(64, '?')), "p.lathe: The project file is not valid");
    project("of another program", changed(good, 68, "GPKG"), "it is not a Tensorlathe project");
    project("of a newer version", changed(good, 60, QByteArray::fromHex("00000009")), "written by a newer version (9)");
    row("missing", "", "", "validate none.lathe", "none.lathe: The file does not exist.");
    row("bundle of a damaged one", "p.lathe", good.left(9999),
        "bundle create p.lathe -o b.lathebundle --key key.pem --passphrase-file pass", "p.lathe: The project file is not valid");
    m_cli.write("folder.lathe/file", "");
    row("a folder", "", "", "inspect folder.lathe", "folder.lathe: The file cannot be read: it is a folder.");
}

void TstBadInput::modelsOfProjects_data()
{
    columns();
    m_cli.copy("glyphs.onnx", "own.onnx");
    m_cli.json("calibrate own.onnx --data good.json -o own.lathe");
    QFile::remove(m_cli.path("own.onnx"));
    for (const char* verb : {"inspect", "bench", "validate", "quantize -o q.onnx",
                             "bundle create -o b.lathebundle --key key.pem --passphrase-file pass"}) {
        QTest::addRow("missing, %s", verb) << QString() << QByteArray() << QString("%1 own.lathe").arg(verb)
                                           << QByteArray("own.onnx: The file does not exist.");
        QTest::addRow("another, %s", verb) << QString("own.onnx") << text(addModel()) << QString("%1 own.lathe").arg(verb)
                                           << QByteArray("own.onnx: The model file of this project has changed");
    }
}

void TstBadInput::bundles_data()
{
    columns();
    const QByteArray good = m_cli.read("good.lathebundle");
    const auto bundle = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "b.lathebundle", content, "bundle show b.lathebundle", says);
    };
    bundle("empty", "", "b.lathebundle: The bundle is not valid: it ends too early.");
    bundle("text", "hello world", "b.lathebundle: The bundle is not valid");
    bundle("zeros", QByteArray(20000, '\0'), "b.lathebundle: The bundle is not valid");
    for (const int percent : {1, 30, 60, 99})
        bundle(qPrintable(QString("cut at %1 %").arg(percent)), good.left(good.size() * percent / 100),
               "b.lathebundle: The bundle is not valid: it ends too early.");
    bundle("more behind", good + "x", "something was appended to it");
    bundle("twice", good + good, "something was appended to it");
    row("missing", "", "", "bundle verify none.lathebundle --key key.pub.pem", "none.lathebundle: The file does not exist.");
    row("damaged", "b.lathebundle", changed(good, good.size() / 2, "????"),
        "bundle verify b.lathebundle --key key.pub.pem", "b.lathebundle: The bundle is not valid: the file \"payload/");
}

void TstBadInput::keys_data()
{
    columns();
    const auto key = [](const char* name, const QByteArray& content, const char* says) {
        row(name, "k.pem", content, "bundle verify good.lathebundle --key k.pem", says);
    };
    key("empty", "", "k.pem: The key cannot be used");
    key("text", "hello", "k.pem: The key cannot be used");
    key("cut", m_cli.read("key.pub.pem").left(100), "k.pem: The key cannot be used");
    key("private", m_cli.read("key.pem"), "this is a private key; give the public one");
    row("missing", "", "", "bundle verify good.lathebundle --key none.pem", "none.pem: The file does not exist.");
    row("readable by others", "k.pem", m_cli.read("key.pem"),
        "bundle create good.lathe -o b.lathebundle --key k.pem --passphrase-file pass", "others may read its file");
    row("wrong passphrase", "wrong", "wrong horse\n",
        "bundle create good.lathe -o b.lathebundle --key key.pem --passphrase-file wrong", "key.pem: The passphrase does not");
    row("no passphrase file", "", "", "bundle create good.lathe -o b.lathebundle --key key.pem --passphrase-file none",
        "none: The file does not exist.");
}

/// Root may write anywhere, but not below a file, nor where the kernel makes the files.
void TstBadInput::readOnlyPlaces_data()
{
    columns();
    const std::pair<const char*, const char*> verbs[] = {
        {"calibrate", "calibrate glyphs.onnx --data good.json -o %1/p.lathe"},
        {"quantize", "quantize good.lathe -o %1/q.onnx"},
        {"quantize a project", "quantize good.lathe -o %1/q.lathe"},
        {"run", "run glyphs.onnx --input image=image.npy --output-dir %1/out"},
        {"key", "key generate --passphrase-file pass -o %1/k.pem"},
        {"bundle", "bundle create good.lathe --key key.pem --passphrase-file pass -o %1/b.lathebundle"}};
    for (const auto& [name, arguments] : verbs)
        for (const char* place : {"pass", "/proc/self"})
            QTest::addRow("%s in %s", name, place) << QString() << QByteArray() << QString(arguments).arg(place)
                                                   << QByteArray("The file cannot be written: ");
    row("missing folder", "", "", "calibrate glyphs.onnx --data good.json -o nowhere/p.lathe",
        "nowhere/p.lathe: The file cannot be written: No such file or directory.");
    row("a folder itself", "", "", "calibrate glyphs.onnx --data good.json -o good",
        "good: The file cannot be written: Is a directory.");
}

void TstBadInput::fullDisk_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("room");
    QTest::newRow("calibrate, first page") << "calibrate glyphs.onnx --data good.json -o p.lathe" << 1000;
    QTest::newRow("calibrate, statistics") << "calibrate glyphs.onnx --data good.json -o p.lathe" << 60000;
    QTest::newRow("calibrate over an older one") << "calibrate glyphs.onnx --data good.json -o good.lathe" << 60000;
    QTest::newRow("quantize") << "quantize good.lathe -o q.onnx" << 20000;
    QTest::newRow("quantize a project") << "quantize good.lathe -o q.lathe" << 60000;
    QTest::newRow("validate") << "validate good.lathe" << 60000;
    QTest::newRow("run") << "run glyphs.onnx --input image=image.npy --output-dir out" << 100;
    QTest::newRow("run, later file") << "run glyphs.onnx --input image=image.npy --tensors all --output-dir out" << 40000;
    QTest::newRow("key") << "key generate --passphrase-file pass -o k.pem" << 200;
    QTest::newRow("bundle") << "bundle create good.lathe --key key.pem --passphrase-file pass -o b.lathebundle" << 60000;
}

/// A limit on the size of files stands for the full disk: writing fails half-way.
void TstBadInput::fullDisk()
{
    QFETCH(QString, arguments);
    QFETCH(int, room);
    expectRefusal(arguments, "The file cannot be written: ", {.largestFile = room});
}

QTEST_GUILESS_MAIN(TstBadInput)
#include "tst_bad_input.moc"
