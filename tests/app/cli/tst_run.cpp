// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/compare.h"
#include "core/tensor/npy.h"
#include "tests/app/cli/cli_fixture.h"
#include "tests/support/onnx_builder.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

using namespace lathe;
using namespace lathe::test;

class TstRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void writesTheOutput();
    void writesEveryTensor_data();
    void writesEveryTensor();
    void writesNamedTensors();
    void precisionsDiffer();
    void fileNames();
    void refusesInputs_data();
    void refusesInputs();

private:
    Tensor tensor(const QString& name) const;

    CliFixture m_cli;
};

Tensor TstRun::tensor(const QString& name) const
{
    return readNpy(systemFs().map(m_cli.path(name).toStdString()), name.toStdString());
}

void TstRun::initTestCase()
{
    m_cli.writeImage();
    m_cli.calibrate("p.lathe");
}

void TstRun::writesTheOutput()
{
    const QJsonObject json = m_cli.json("run {model} --input image=image.npy --output-dir out/deep");
    QCOMPARE(json["outputs"].toArray().size(), 1);
    const QJsonObject output = json["outputs"][0].toObject();
    QCOMPARE(output["name"].toString(), "logits");
    QCOMPARE(output["file"].toString(), "out/deep/logits.npy");
    QCOMPARE(output["dtype"].toString(), "float32");
    QCOMPARE(output["shape"].toArray(), (QJsonArray{1, 32}));
    QCOMPARE(tensor("out/deep/logits.npy").shape(), (Shape{1, 32}));
    m_cli.json("run {model} --input *=image.npy --output-dir star");
    QCOMPARE(m_cli.read("star/logits.npy"), m_cli.read("out/deep/logits.npy"));
}

void TstRun::writesEveryTensor_data()
{
    QTest::addColumn<QString>("precision");
    for (const char* precision : {"float", "simulated", "literal", "integer"})
        QTest::newRow(precision) << precision;
}

/// At least one tensor for each layer, under the layer's name.
void TstRun::writesEveryTensor()
{
    QFETCH(QString, precision);
    const QJsonObject json =
        m_cli.json("run p.lathe --precision " + precision + " --tensors all --input image=image.npy --output-dir " + precision);
    QCOMPARE(json["outputs"][0]["name"].toString(), "logits");
    for (const QJsonValue layer : m_cli.json("inspect p.lathe")["layers"].toArray()) {
        const QString id = layer["id"].toString();
        if (id.startsWith("input:"))
            continue;
        QVERIFY2(m_cli.exists(precision + "/" + id + ".npy"), qPrintable(id));
        QCOMPARE(tensor(precision + "/" + id + ".npy").shape().rank(), int(layer["outputShape"].toArray().size()));
    }
}

void TstRun::writesNamedTensors()
{
    const QJsonObject json =
        m_cli.json("run {model} --tensors stem.act,logits --input image=image.npy --output-dir named");
    QCOMPARE(json["outputs"].toArray().size(), 2);
    const Tensor stem = tensor("named/stem.act.npy");
    QCOMPARE(stem.shape(), (Shape{1, 16, 32, 32}));
    for (const float value : stem.data<float>())
        QVERIFY(value >= 0 && value <= 6); // the layer ends in its ReLU6
    QCOMPARE(m_cli.run("run {model} --tensors nothing --input image=image.npy --output-dir none").status, 1);
    QVERIFY(!m_cli.exists("none"));
}

/// 8 bits are near to float, not equal to it; both quantized forms are near to each other.
void TstRun::precisionsDiffer()
{
    const Tensor real = tensor("float/logits.npy");
    const double simulated = compare(real, tensor("simulated/logits.npy")).sqnrDb();
    const double literal = compare(real, tensor("literal/logits.npy")).sqnrDb();
    QVERIFY2(simulated > 5 && simulated < 60, qPrintable(QString::number(simulated)));
    QVERIFY2(literal > 5 && literal < 60, qPrintable(QString::number(literal)));
    QVERIFY(compare(tensor("literal/logits.npy"), tensor("simulated/logits.npy")).sqnrDb() > 20);
    for (const QString& name : QDir(m_cli.path("simulated")).entryList({"*.npy"}, QDir::Files))
        QVERIFY2(m_cli.read("integer/" + name) == m_cli.read("simulated/" + name), qPrintable(name));
}

/// Names that differ only in characters that files may not have still get a file each.
void TstRun::fileNames()
{
    auto model = emptyModel();
    addInput(model.mutable_graph(), "x", {1, 4});
    for (const char* name : {"a/b:c", "a_b_c", "..", "a b-c.d"}) {
        addNode(model.mutable_graph(), "Neg", {"x"}, {name});
        setType(model.mutable_graph()->add_output(), name, 1, {1, 4});
    }
    m_cli.write("names.onnx", QByteArray::fromStdString(model.SerializeAsString()));
    const Tensor x(DType::float32, Shape{1, 4});
    const Bytes bytes = writeNpy(x);
    m_cli.write("x.npy", QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())));
    QStringList files;
    for (const QJsonValue output : m_cli.json("run names.onnx --input x=x.npy --output-dir names")["outputs"].toArray())
        files << output["file"].toString();
    QCOMPARE(files, (QStringList{"names/a_b_c.npy", "names/a_b_c-2.npy", "names/...npy", "names/a_b-c.d.npy"}));
    for (const QString& file : files)
        QVERIFY(m_cli.exists(file));
}

void TstRun::refusesInputs_data()
{
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<int>("dtype");
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("says");

    const int real = int(DType::float32);
    QTest::newRow("height") << Shape{1, 3, 30, 32} << real << "image" << "?x3x32x32 was expected";
    QTest::newRow("channels") << Shape{1, 1, 32, 32} << real << "image" << "1x1x32x32";
    QTest::newRow("rank") << Shape{3, 32, 32} << real << "image" << "3x32x32";
    QTest::newRow("doubles") << Shape{1, 3, 32, 32} << int(DType::float64) << "image" << "float32 was expected";
    QTest::newRow("integers") << Shape{1, 3, 32, 32} << int(DType::int32) << "image" << "float32 was expected";
    QTest::newRow("name") << Shape{1, 3, 32, 32} << real << "picture" << "The model's inputs are: image";
}

void TstRun::refusesInputs()
{
    QFETCH(Shape, shape);
    QFETCH(int, dtype);
    QFETCH(QString, input);
    QFETCH(QString, says);
    const Bytes bytes = writeNpy(Tensor(static_cast<DType>(dtype), shape));
    m_cli.write("bad.npy", QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())));
    const Answer answer = m_cli.run("run {model} --output-dir refused --input " + input + "=bad.npy");
    QVERIFY2(answer.status == 1, answer.text());
    QVERIFY2(answer.err.contains(says.toUtf8()), answer.text());
    QCOMPARE(answer.err.count('\n'), 1);
    QVERIFY(!m_cli.exists("refused"));
}

QTEST_GUILESS_MAIN(TstRun)
#include "tst_run.moc"
