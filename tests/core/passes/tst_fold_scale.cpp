// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

class TstFoldScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void folds_data();
    void folds();
    void stays_data();
    void stays();
};

void TstFoldScale::folds_data() {
    QTest::addColumn<QByteArray>("constant");
    QTest::addColumn<QByteArray>("node");
    QTest::newRow("add") << QByteArray("k: float32[4x1x1] = ...") << QByteArray("Add(c, k)");
    QTest::newRow("add, constant first") << QByteArray("k: float32[1x4x1x1] = ...") << QByteArray("Add(k, c)");
    QTest::newRow("add one") << QByteArray("k: float32[] = 0.5") << QByteArray("Add(c, k)");
    QTest::newRow("multiply") << QByteArray("k: float32[4x1x1] = ...") << QByteArray("Mul(k, c)");
    QTest::newRow("multiply by one number") << QByteArray("k: float32[1] = 0.25") << QByteArray("Mul(c, k)");
    QTest::newRow("subtract") << QByteArray("k: float32[4x1x1] = ...") << QByteArray("Sub(c, k)");
    QTest::newRow("subtract from") << QByteArray("k: float32[4x1x1] = ...") << QByteArray("Sub(k, c)");
    QTest::newRow("divide") << QByteArray("k: float32[4x1x1] = +...") << QByteArray("Div(c, k)");
}

void TstFoldScale::folds() {
    QFETCH(QByteArray, constant);
    QFETCH(QByteArray, node);
    const QByteArray conv = passed(("input x: float32[2x3x5x5]\nw: float32[4x3x3x3] = ...\nb: float32[4] = ...\n" + constant +
                                    "\nc = Conv(x, w, b)\ny = " + node + "\noutput y").constData(), "fold_scale");
    QVERIFY2(conv.endsWith("y = Conv(x, w, b)\noutput y\n"), conv.constData());
    const QByteArray flat = QByteArray(constant).replace("[4x1x1]", "[4]").replace("[1x4x1x1]", "[1x4]");
    const QByteArray gemm = passed(("input x: float32[2x3]\nw: float32[3x4] = ...\n" + flat + "\nc = MatMul(x, w)\ny = " + node +
                                    "\noutput y").constData(), "fold_scale");
    QVERIFY2(gemm.endsWith("y = Gemm(x, w, y_bias) {beta=1.0}\noutput y\n"), gemm.constData());
}

void TstFoldScale::stays_data() {
    QTest::addColumn<QByteArray>("text");
    const QByteArray head("input x: float32[2x3x5x5]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\n");
    QTest::newRow("along width") << head + "k: float32[3] = ...\ny = Add(c, k)\noutput y";
    QTest::newRow("per sample") << head + "k: float32[2x1x1x1] = ...\ny = Add(c, k)\noutput y";
    QTest::newRow("widening") << head + "k: float32[1x2x4x3x3] = ...\ny = Add(c, k)\noutput y";
    QTest::newRow("divided by it") << head + "k: float32[4x1x1] = +...\ny = Div(k, c)\noutput y";
    QTest::newRow("divided by zero") << head + "k: float32[] = 0\nd = Div(c, k)\nz = Relu(c)\ny = IsNaN(d)\noutput z";
    QTest::newRow("two layers") << head + "v: float32[4x3x3x3] = ...\nd = Conv(x, v)\ny = Add(c, d)\noutput y";
    QTest::newRow("read twice") << head + "k: float32[] = 2\ny = Mul(c, k)\nz = Relu(c)\noutput y, z";
    QTest::newRow("matmul of rank 3") << QByteArray("input x: float32[2x5x3]\nw: float32[3x4] = ...\nk: float32[4] = ...\n"
                                                    "c = MatMul(x, w)\ny = Add(c, k)\noutput y");
    QTest::newRow("matrix bias") << QByteArray("input x: float32[4x3]\nw: float32[3x4] = ...\nm: float32[4x4] = ...\nk: float32[4] = ...\n"
                                               "c = Gemm(x, w, m)\ny = Add(c, k)\noutput y");
    QTest::newRow("column bias") << QByteArray("input x: float32[4x3]\nw: float32[3x4] = ...\nm: float32[4x1] = ...\nk: float32[4] = ...\n"
                                               "c = Gemm(x, w, m)\ny = Add(c, k)\noutput y");
    QTest::newRow("overflow") << QByteArray("input x: float32[1x3]\nw: float32[3x4] = 1e30\nk: float32[] = 1e30\nsmall: float32[] = 1e-30\n"
                                            "c = MatMul(x, w)\nd = Mul(c, k)\ny = Relu(x)\noutput y");
}

void TstFoldScale::stays() {
    QFETCH(QByteArray, text);
    Graph before = parseGraph(text.toStdString());
    inferShapes(before);
    before.compact();
    const std::string_view only[] = {"fold_scale"};
    const Graph after = simplify(before, Control(), only).graph;
    QCOMPARE(QByteArray::fromStdString(print(after)), QByteArray::fromStdString(print(before)));
}

QTEST_GUILESS_MAIN(TstFoldScale)
#include "tst_fold_scale.moc"
