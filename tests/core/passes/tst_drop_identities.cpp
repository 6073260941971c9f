// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>

#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

class TstDropIdentities : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void drops_data();
    void drops();
    void stays_data();
    void stays();
    void dropsChains();
    void outputKeepsItsName();
    void outputStaysWhereItMust();
    void dropsInBodies();
};

void TstDropIdentities::drops_data() {
    QTest::addColumn<QByteArray>("node");
    QTest::newRow("Identity") << QByteArray("Identity(a)");
    QTest::newRow("Dropout") << QByteArray("Dropout(a)");
    QTest::newRow("Dropout with ratio") << QByteArray("Dropout(a, half)");
    QTest::newRow("Dropout outside of training") << QByteArray("Dropout(a, half, false)");
    QTest::newRow("Cast") << QByteArray("Cast(a) {to=1}");
    QTest::newRow("Reshape") << QByteArray("Reshape(a, shape)");
    QTest::newRow("Transpose") << QByteArray("Transpose(a) {perm=[0, 1, 2]}");
    QTest::newRow("Pad") << QByteArray("Pad(a, zeros)");
    QTest::newRow("Slice") << QByteArray("Slice(a, start, end, axis)");
    QTest::newRow("Concat") << QByteArray("Concat(a) {axis=1}");
    QTest::newRow("Sum") << QByteArray("Sum(a)");
    QTest::newRow("Expand") << QByteArray("Expand(a, ones)");
    QTest::newRow("Tile") << QByteArray("Tile(a, ones)");
    QTest::newRow("Clip") << QByteArray("Clip(a)");
}

namespace {

const QByteArray head("input x: float32[2x3x4]\n"
                      "half: float32[] = 0.5\n"
                      "true: bool[] = 1\n"
                      "false: bool[] = 0\n"
                      "shape: int64[3] = [2, -1, 4]\n"
                      "flat: int64[2] = [2, 12]\n"
                      "zeros: int64[6] = 0\n"
                      "pads: int64[6] = [0, 0, 1, 0, 0, -1]\n"
                      "start: int64[1] = [0]\n"
                      "last: int64[1] = [-1]\n"
                      "end: int64[1] = [100]\n"
                      "before: int64[1] = [-100]\n"
                      "axis: int64[1] = [1]\n"
                      "back: int64[1] = [-1]\n"
                      "ones: int64[3] = 1\n"
                      "a = Relu(x)\n");

QByteArray dropped(const QByteArray& text) { return passed(text.constData(), "drop_identities", 0); }

}  // namespace

void TstDropIdentities::drops() {
    QFETCH(QByteArray, node);
    const QByteArray result = dropped(head + "b = " + node + "\ny = Neg(b)\noutput y");
    QCOMPARE(result, QByteArray("input x: float32[2x3x4]\na = Relu(x)\ny = Neg(a)\noutput y\n"));
}

void TstDropIdentities::stays_data() {
    QTest::addColumn<QByteArray>("node");
    QTest::newRow("Cast to another type") << QByteArray("Cast(a) {to=11}");
    QTest::newRow("Reshape") << QByteArray("Reshape(a, flat)");
    QTest::newRow("Transpose") << QByteArray("Transpose(a)");
    QTest::newRow("Transpose of a cube") << QByteArray("Transpose(a) {perm=[0, 2, 1]}");
    QTest::newRow("Pad that shifts") << QByteArray("Pad(a, pads)");
    QTest::newRow("Slice that reverses") << QByteArray("Slice(a, last, before, axis, back)");
    QTest::newRow("Concat of two") << QByteArray("Concat(a, a) {axis=1}");
    QTest::newRow("Sum of two") << QByteArray("Sum(a, a)");
    QTest::newRow("Clip") << QByteArray("Clip(a, half)");
}

void TstDropIdentities::stays() {
    QFETCH(QByteArray, node);
    const QByteArray result = dropped(head + "b = " + node + "\ny = Neg(b)\noutput y");
    QVERIFY2(result.contains("b = " + node), result.constData());
}

void TstDropIdentities::dropsChains() {
    QCOMPARE(dropped("input x: float32[2]\na = Identity(x)\nb = Dropout(a)\nc = Identity(b)\ny = Neg(c)\nz = Relu(b)\noutput y, z"),
             QByteArray("input x: float32[2]\ny = Neg(x)\nz = Relu(x)\noutput y, z\n"));
}

void TstDropIdentities::outputKeepsItsName() {
    QCOMPARE(dropped("input x: float32[2]\na = Relu(x)\nb = Identity(a)\ny = Identity(b)\nz = Neg(a)\noutput y, z"),
             QByteArray("input x: float32[2]\ny = Relu(x)\nz = Neg(y)\noutput y, z\n"));
}

void TstDropIdentities::outputStaysWhereItMust() {
    for (const char* text : {"input x: float32[2]\ny = Identity(x)\noutput y\n",
                             "input x: float32[2]\na = Relu(x)\ny = Identity(a)\noutput a, y\n",
                             "k: float32[1] = [1]\ny = Identity(k)\noutput y\n"})
        QCOMPARE(dropped(text), QByteArray(text));
    // One value, two output names: one of them takes it.
    const QByteArray twice = dropped("input x: float32[2]\na = Relu(x)\ny = Identity(a)\nz = Identity(a)\noutput y, z");
    QCOMPARE(twice, QByteArray("input x: float32[2]\ny = Relu(x)\nz = Identity(y)\noutput y, z\n"));
}

void TstDropIdentities::dropsInBodies() {
    Graph before = parseGraph("input c: bool[]\ninput x: float32[2]\na = Identity(x)\n"
                              "y = If(c) {else_branch=graph {\n    capture a\n    e = Identity(a)\n    f = Neg(e)\n    output f\n}, "
                              "then_branch=graph {\n    capture a\n    output a\n}}\noutput y");
    QString result = QString::fromStdString(print(simplify(before).graph));
    result.remove(QRegularExpression(QStringLiteral(" !\"[^\"]*\"")));  // bodies are simplified whether they can run or not
    QCOMPARE(result.toUtf8(), QByteArray("input c: bool[]\ninput x: float32[2]\n"
                                "y = If(c) {else_branch=graph {\n    capture x\n    f = Neg(x)\n    output f\n}, "
                                "then_branch=graph {\n    capture x\n    output x\n}}\noutput y\n"));
}

QTEST_GUILESS_MAIN(TstDropIdentities)
#include "tst_drop_identities.moc"
