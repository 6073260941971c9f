// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

namespace {

QByteArray folded(const QByteArray& pads, const QByteArray& pad, const QByteArray& rest) {
    return passed(("input x: float32[1x3x6x6]\nw: float32[4x3x3x3] = ...\np: int64[8] = " + pads +
                   "\nzero: float32[] = 0\none: float32[] = 1\na = " + pad + "\n" + rest).constData(), "fold_pad", 0);
}

}  // namespace

class TstFoldPad : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void folds();
    void stays_data();
    void stays();
};

void TstFoldPad::folds() {
    const QByteArray pads("[0, 0, 1, 2, 0, 0, 0, 1]");
    QByteArray result = folded(pads, "Pad(x, p)", "y = Conv(a, w) @c\noutput y");
    QVERIFY2(result.endsWith("y = Conv(x, w) {pads=[1, 2, 0, 1]} @c\noutput y\n"), result.constData());
    result = folded(pads, "Pad(x, p, zero) {mode=\"constant\"}", "y = Conv(a, w) {pads=[1, 1, 1, 1]}\noutput y");
    QVERIFY2(result.endsWith("y = Conv(x, w) {pads=[2, 3, 1, 2]}\noutput y\n"), result.constData());
    result = folded(pads, "Pad(x, p)", "y = Conv(a, w) {auto_pad=\"VALID\"}\nz = Conv(a, w) {strides=[2, 2]}\noutput y, z");
    QVERIFY2(result.endsWith("y = Conv(x, w) {pads=[1, 2, 0, 1]}\nz = Conv(x, w) {pads=[1, 2, 0, 1], strides=[2, 2]}\noutput y, z\n"),
             result.constData());
}

void TstFoldPad::stays_data() {
    QTest::addColumn<QByteArray>("pads");
    QTest::addColumn<QByteArray>("pad");
    QTest::addColumn<QByteArray>("rest");
    const QByteArray conv("y = Conv(a, w)\noutput y");
    QTest::newRow("channels") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]").replace("[0, 0", "[1, 0") << QByteArray("Pad(x, p)") << conv;
    QTest::newRow("negative") << QByteArray("[0, 0, -1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p)") << conv;
    QTest::newRow("ones") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p, one)") << conv;
    QTest::newRow("reflected") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p) {mode=\"reflect\"}") << conv;
    QTest::newRow("another reader") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p)")
                                    << QByteArray("y = Conv(a, w)\nz = Relu(a)\noutput y, z");
    QTest::newRow("graph output") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p)") << QByteArray("y = Conv(a, w)\noutput y, a");
    QTest::newRow("automatic padding") << QByteArray("[0, 0, 1, 1, 0, 0, 1, 1]") << QByteArray("Pad(x, p)")
                                       << QByteArray("y = Conv(a, w) {auto_pad=\"SAME_UPPER\"}\noutput y");
}

void TstFoldPad::stays() {
    QFETCH(QByteArray, pads);
    QFETCH(QByteArray, pad);
    QFETCH(QByteArray, rest);
    const QByteArray result = folded(pads, pad, rest);
    QVERIFY2(result.contains("a = " + pad), result.constData());
}

QTEST_GUILESS_MAIN(TstFoldPad)
#include "tst_fold_pad.moc"
