// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

namespace {

const std::string norm = "gamma: float32[4] = ...\nbeta: float32[4] = ...\nmean: float32[4] = ...\nvar: float32[4] = +...\n";

QByteArray folded(const std::string& text) { return passed((norm + text).c_str(), "fold_batch_norm"); }

}  // namespace

class TstFoldBatchNorm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void folds_data();
    void folds();
    void stays_data();
    void stays();
    void keepsSharedWeights();
    void computesTheFormula();
};

void TstFoldBatchNorm::folds_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("conv without bias") << QByteArray("input x: float32[2x3x5x5]\nw: float32[4x3x3x3] = ...\n"
                                                     "c = Conv(x, w) {pads=[1, 1, 1, 1]} @conv\n"
                                                     "y = BatchNormalization(c, gamma, beta, mean, var) {epsilon=0.001}\n"
                                                     "z = Relu(y)\noutput z")
                                       << QByteArray("y = Conv(x, w, y_bias) {pads=[1, 1, 1, 1]} @conv\nz = Relu(y)\noutput z\n");
    QTest::newRow("conv with bias, at the output") << QByteArray("input x: float32[2x3x5x5]\nw: float32[4x3x3x3] = ...\nb: float32[4] = ...\n"
                                                                 "c = Conv(x, w, b)\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                                                   << QByteArray("y = Conv(x, w, b)\noutput y\n");
    QTest::newRow("depthwise") << QByteArray("input x: float32[1x4x5x5]\nw: float32[4x1x3x3] = ...\n"
                                             "c = Conv(x, w) {group=4}\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                               << QByteArray("y = Conv(x, w, y_bias) {group=4}\noutput y\n");
    QTest::newRow("conv 1d") << QByteArray("input x: float32[1x3x9]\nw: float32[4x3x3] = ...\n"
                                           "c = Conv(x, w)\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                             << QByteArray("y = Conv(x, w, y_bias)\noutput y\n");
    QTest::newRow("transposed") << QByteArray("input x: float32[1x3x5x5]\nw: float32[3x4x2x2] = ...\nb: float32[4] = ...\n"
                                              "c = ConvTranspose(x, w, b) {strides=[2, 2]}\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                                << QByteArray("y = ConvTranspose(x, w, b) {strides=[2, 2]}\noutput y\n");
    QTest::newRow("transposed in groups") << QByteArray("input x: float32[1x6x5x5]\nw: float32[6x2x2x2] = ...\n"
                                                        "c = ConvTranspose(x, w) {group=2}\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                                          << QByteArray("y = ConvTranspose(x, w, y_bias) {group=2}\noutput y\n");
    QTest::newRow("gemm") << QByteArray("input x: float32[2x3]\nw: float32[3x4] = ...\nb: float32[4] = ...\n"
                                        "c = Gemm(x, w, b) {alpha=0.5, beta=2.0}\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                          << QByteArray("y = Gemm(x, w, b) {alpha=0.5, beta=1.0}\noutput y\n");
    QTest::newRow("gemm, transposed, scalar bias") << QByteArray("input x: float32[2x3]\nw: float32[4x3] = ...\nb: float32[1] = 0.5\n"
                                                                 "c = Gemm(x, w, b) {transB=1}\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                                                   << QByteArray("y = Gemm(x, w, b) {beta=1.0, transB=1}\noutput y\n");
    QTest::newRow("matmul") << QByteArray("input x: float32[2x3]\nw: float32[3x4] = ...\n"
                                          "c = MatMul(x, w)\ny = BatchNormalization(c, gamma, beta, mean, var)\noutput y")
                            << QByteArray("y = Gemm(x, w, y_bias) {beta=1.0}\noutput y\n");
}

void TstFoldBatchNorm::folds() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    const QByteArray result = folded(text.toStdString());
    QVERIFY2(result.endsWith(expected), result.constData());
}

void TstFoldBatchNorm::stays_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("another reader") << QByteArray("input x: float32[1x3x5x5]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\n"
                                                  "y = BatchNormalization(c, gamma, beta, mean, var)\nz = Relu(c)\noutput y, z");
    QTest::newRow("graph output") << QByteArray("input x: float32[1x3x5x5]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\n"
                                                "y = BatchNormalization(c, gamma, beta, mean, var)\noutput y, c");
    QTest::newRow("weights of the input") << QByteArray("input x: float32[1x3x5x5]\ninput w: float32[4x3x3x3]\nc = Conv(x, w)\n"
                                                        "y = BatchNormalization(c, gamma, beta, mean, var)\noutput y");
    QTest::newRow("activation between") << QByteArray("input x: float32[1x3x5x5]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\nr = Relu(c)\n"
                                                      "y = BatchNormalization(r, gamma, beta, mean, var)\noutput y");
    QTest::newRow("no layer") << QByteArray("input x: float32[1x4x5x5]\ny = BatchNormalization(x, gamma, beta, mean, var)\noutput y");
    QTest::newRow("variable mean") << QByteArray("input x: float32[1x3x5x5]\ninput m: float32[4]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w)\n"
                                                 "y = BatchNormalization(c, gamma, beta, m, var)\noutput y");
    QTest::newRow("variable bias") << QByteArray("input x: float32[1x3x5x5]\ninput b: float32[4]\nw: float32[4x3x3x3] = ...\nc = Conv(x, w, b)\n"
                                                 "y = BatchNormalization(c, gamma, beta, mean, var)\noutput y");
    QTest::newRow("matmul of rank 3") << QByteArray("input x: float32[2x4x3]\nw: float32[3x5] = ...\nc = MatMul(x, w)\n"
                                                    "y = BatchNormalization(c, gamma, beta, mean, var)\noutput y");
}

void TstFoldBatchNorm::stays() {
    QFETCH(QByteArray, text);
    const QByteArray result = folded(text.toStdString());
    QVERIFY2(result.contains("BatchNormalization"), result.constData());
    QVERIFY2(!result.startsWith("results changed"), result.constData());
}

/// Two layers with the same weights and bias get their own folded ones.
void TstFoldBatchNorm::keepsSharedWeights() {
    const QByteArray result = folded("input x: float32[1x3x5x5]\nw: float32[4x3x3x3] = ...\nb: float32[4] = ...\ngamma2: float32[4] = +...\n"
                                     "c = Conv(x, w, b)\ny = BatchNormalization(c, gamma, beta, mean, var)\n"
                                     "d = Conv(x, w, b)\nz = BatchNormalization(d, gamma2, beta, mean, var)\n"
                                     "e = Conv(x, w, b)\noutput y, z, e");
    QVERIFY2(result.endsWith("y = Conv(x, y_weight, y_bias)\nz = Conv(x, z_weight, z_bias)\ne = Conv(x, w, b)\noutput y, z, e\n"),
             result.constData());
}

void TstFoldBatchNorm::computesTheFormula() {
    const Graph before = parseGraph("input x: float32[1x1x1]\nw: float32[1x1x1] = 3\nb: float32[1] = 1\ngamma: float32[1] = 8\nbeta: float32[1] = 5\n"
                                    "mean: float32[1] = 2\nvar: float32[1] = 15.5\nc = Conv(x, w, b)\n"
                                    "y = BatchNormalization(c, gamma, beta, mean, var) {epsilon=0.5}\noutput y");
    const Graph after = simplify(before).graph;
    QCOMPARE(after.constant(after.find("w"))->at(0), 6.0);   // 3 * 8 / 4
    QCOMPARE(after.constant(after.find("b"))->at(0), 3.0);   // (1 - 2) * 2 + 5
}

QTEST_GUILESS_MAIN(TstFoldBatchNorm)
#include "tst_fold_batch_norm.moc"
