// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

namespace {

QByteArray folded(const char* text) { return passed(text, "fold_constants", 0); }

}  // namespace

class TstFoldConstants : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foldsChains();
    void foldsShapeArithmetic();
    void foldsKnownSizesOfDynamicShapes();
    void foldsSeveralOutputs();
    void staysSmall();
    void keepsQuantization();
    void keepsGraphOutputs();
    void keepsWhatCannotRun();
};

void TstFoldConstants::foldsChains() {
    QCOMPARE(folded("input x: float32[2x2]\nw: float32[2x2] = [1, 2, 3, 4]\nt = Transpose(w)\nu = Mul(t, t)\ny = Add(x, u)\noutput y"),
             QByteArray("input x: float32[2x2]\nu: float32[2x2] = [1, 9, 4, 16]\ny = Add(x, u)\noutput y\n"));
}

void TstFoldConstants::foldsShapeArithmetic() {
    const QByteArray result = folded("input x: float32[2x3x4x5]\nk: int64[] = [1]\nlast: int64[1] = [-1]\naxes: int64[1] = [0]\n"
                                     "s = Shape(x)\ng = Gather(s, k)\nu = Unsqueeze(g, axes)\nc = Concat(u, last) {axis=0}\n"
                                     "y = Reshape(x, c)\noutput y");
    QCOMPARE(result, QByteArray("input x: float32[2x3x4x5]\nc: int64[2] = [3, -1]\ny = Reshape(x, c)\noutput y\n"));
}

void TstFoldConstants::foldsKnownSizesOfDynamicShapes() {
    const char* const text = "input x: float32[?x3x4]\nk: int64[] = [%]\nlast: int64[1] = [-1]\naxes: int64[1] = [0]\n"
                             "s = Shape(x)\ng = Gather(s, k)\nu = Unsqueeze(g, axes)\nc = Concat(u, last) {axis=0}\n"
                             "y = Reshape(x, c)\noutput y";
    for (const char* index : {"1", "-2"}) {
        const QByteArray result = folded(QByteArray(text).replace("%", index).constData());
        QVERIFY2(result.contains("c: int64[2] = [3, -1]\n") && !result.contains("Gather"), result.constData());
    }
    const QByteArray batch = folded(QByteArray(text).replace("%", "0").constData());
    QVERIFY2(batch.contains("Gather"), batch.constData());
}

void TstFoldConstants::foldsSeveralOutputs() {
    QCOMPARE(folded("input x: float32[2]\nw: float32[4] = [1, 2, 3, 4]\na, b = Split(w) {axis=0}\ns = Sub(b, a)\ny = Mul(x, s)\nz = Add(x, a)\noutput y, z"),
             QByteArray("input x: float32[2]\na: float32[2] = [1, 2]\ns: float32[2] = [2, 2]\ny = Mul(x, s)\nz = Add(x, a)\noutput y, z\n"));
}

/// A number that would grow to hundreds of megabytes stays a recipe; a small one is made.
void TstFoldConstants::staysSmall() {
    const char* const text = "input x: float32[1]\nn: int64[2] = [%, 1000]\nw = ConstantOfShape(n) {value=float32[1] = [0.5]}\n"
                             "m = Transpose(w)\nr = ReduceSum(m) {keepdims=0}\ny = Add(x, r)\noutput y";
    Graph large = parseGraph(QByteArray(text).replace("%", "100000").constData());
    const Graph kept = simplify(large).graph;
    QVERIFY(kept.producer(kept.find("w")).valid());
    const QByteArray small = folded(QByteArray(text).replace("%", "10").constData());
    QVERIFY2(small.contains("r: float32[] = [5000]"), small.constData());
}

void TstFoldConstants::keepsQuantization() {
    const char* const text = "input x: float32[2]\nq: int8[2] = [1, -2]\ns: float32[] = [0.5]\nz: int8[] = [0]\n"
                             "w = DequantizeLinear(q, s, z)\ny = Mul(x, w)\noutput y\n";
    const QByteArray result = QByteArray::fromStdString(print(simplify(parseGraph(text)).graph));
    QVERIFY2(result.contains("w = DequantizeLinear(q, s, z)"), result.constData());
}

void TstFoldConstants::keepsGraphOutputs() {
    const char* const text = "w: float32[2] = [1, -2]\ny = Relu(w)\noutput y\n";
    QCOMPARE(folded(text), QByteArray(text));
}

void TstFoldConstants::keepsWhatCannotRun() {
    const char* const text = "input x: float32[2]\nw: float32[2] = [1, -2]\na = who.knows::Thing(w) !\"the operator who.knows::Thing is not known\"\n"
                             "y = Add(x, a)\noutput y\n";
    QCOMPARE(QByteArray::fromStdString(print(simplify(parseGraph(text)).graph)), QByteArray(text));
}

QTEST_GUILESS_MAIN(TstFoldConstants)
#include "tst_fold_constants.moc"
