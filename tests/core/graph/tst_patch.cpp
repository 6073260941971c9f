// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/patch.h"

#include <QTest>

using namespace lathe;

namespace {

const char* const chain = "input x: float32[2]\n"
                          "a = Relu(x)\n"
                          "b = Identity(a)\n"
                          "y = Neg(b)\n"
                          "output y\n";

QByteArray applied(const char* text, const Patch& patch) {
    Graph graph = parseGraph(text);
    applyPatch(graph, patch);
    return QByteArray::fromStdString(print(graph));
}

}  // namespace

class TstPatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dropsAndRedirects();
    void replacesAProducer();
    void makesAConstant();
    void insertsBehindAValue();
    void renamesOntoADroppedOutput();
    void outputKeepsItsNameWhenRenamed();
    void renameWithoutNewNodeMovesTheOutput();
    void followsIntoBodies();
    void keepsThePlace();
    void failureChangesNothing_data();
    void failureChangesNothing();
};

void TstPatch::dropsAndRedirects() {
    Patch patch;
    patch.dropProducers = {"b"};
    patch.redirects = {{"b", "a"}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\na = Relu(x)\ny = Neg(a)\noutput y\n"));
}

void TstPatch::replacesAProducer() {
    Patch patch;
    patch.dropProducers = {"b", "y"};
    patch.constants = {{"k", Tensor::scalar(2.0f)}};
    patch.nodes = {{"mul", "Mul", "", {"a", "k"}, {"y"}, {{"axis", std::int64_t{1}}}}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\nk: float32[] = [2]\na = Relu(x)\n"
                                               "y = Mul(a, k) {axis=1} @mul\noutput y\n"));
}

void TstPatch::makesAConstant() {
    Patch patch;
    patch.dropProducers = {"b"};
    patch.constants = {{"b", Tensor::of<float>({2}, {1, 2})}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\nb: float32[2] = [1, 2]\ny = Neg(b)\noutput y\n"));
    patch.dropProducers.clear();
    Graph graph = parseGraph("c: float32[2] = [1, 2]\ny = Neg(c)\noutput y");
    patch.constants = {{"c", Tensor::of<std::int8_t>({3}, {1, 2, 3})}};
    applyPatch(graph, patch);
    QVERIFY(graph.value(graph.find("c")).shape == Shape({3}));
    QCOMPARE(graph.value(graph.find("c")).dtype, DType::int8);
}

void TstPatch::insertsBehindAValue() {
    Patch patch;  // old uses of a read the new value; the new node itself reads a
    patch.redirects = {{"a", "a_dq"}};
    patch.nodes = {{"", "Fake", "", {"a"}, {"a_dq"}, {}}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\na = Relu(x)\na_dq = Fake(a)\nb = Identity(a_dq)\n"
                                               "y = Neg(b)\noutput y\n"));
}

void TstPatch::renamesOntoADroppedOutput() {
    Patch patch;
    patch.dropProducers = {"y"};
    patch.renames = {{"b", "y"}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\na = Relu(x)\ny = Identity(a)\noutput y\n"));
}

void TstPatch::outputKeepsItsNameWhenRenamed() {
    Patch patch;
    patch.renames = {{"y", "y_float"}};
    patch.nodes = {{"", "Fake", "", {"y_float"}, {"y"}, {}}};
    QCOMPARE(applied(chain, patch), QByteArray("input x: float32[2]\na = Relu(x)\nb = Identity(a)\ny_float = Neg(b)\n"
                                               "y = Fake(y_float)\noutput y\n"));
}

void TstPatch::renameWithoutNewNodeMovesTheOutput() {
    Patch patch;
    patch.renames = {{"y", "z"}};
    QVERIFY(applied(chain, patch).endsWith("z = Neg(b)\noutput z\n"));
}

void TstPatch::followsIntoBodies() {
    const char* const text = "input c: bool[]\n"
                             "input x: float32[2]\n"
                             "a = Identity(x)\n"
                             "b = Relu(x)\n"
                             "y = If(c) {then_branch=graph {\n"
                             "    capture a\n"
                             "    capture c\n"
                             "    t = If(c) {then_branch=graph {\n"
                             "        capture a\n"
                             "        u = Neg(a)\n"
                             "        output u\n"
                             "    }}\n"
                             "    output t\n"
                             "}}\n"
                             "z = Neg(b)\n"
                             "output y, z\n";
    Patch patch;
    patch.dropProducers = {"a"};
    patch.redirects = {{"a", "x"}};
    patch.renames = {{"c", "condition"}};
    const QByteArray result = applied(text, patch);
    QVERIFY2(result.contains("        capture x\n        u = Neg(x)\n"), result.constData());
    QVERIFY2(result.contains("    capture x\n    capture condition\n    t = If(condition)"), result.constData());
    QVERIFY2(!result.contains("a = Identity"), result.constData());
}

void TstPatch::keepsThePlace() {
    Patch patch;
    patch.dropProducers = {"a"};
    patch.nodes = {{"", "Abs", "", {"x"}, {"t"}, {}}, {"", "Exp", "", {"t"}, {"a"}, {}}};
    QCOMPARE(applied("input x: float32[2]\na = Relu(x)\nb = Neg(x)\ny = Add(a, b)\noutput y\n", patch),
             QByteArray("input x: float32[2]\nt = Abs(x)\na = Exp(t)\nb = Neg(x)\ny = Add(a, b)\noutput y\n"));
}

void TstPatch::failureChangesNothing_data() {
    QTest::addColumn<int>("fault");
    const char* const names[] = {"unknown drop", "drop of an input", "constant over a producer", "undefined redirect",
                                 "rename onto a used name", "unknown rename", "second producer", "cycle", "missing producer"};
    for (int i = 0; i < 9; ++i) QTest::newRow(names[i]) << i;
}

void TstPatch::failureChangesNothing() {
    QFETCH(int, fault);
    Patch patch;
    patch.label = "the pass";
    if (fault == 0) patch.dropProducers = {"nothing"};
    if (fault == 1) patch.dropProducers = {"x"};
    if (fault == 2) patch.constants = {{"a", Tensor::scalar(1.0f)}};
    if (fault == 3) patch.redirects = {{"a", "nothing"}};
    if (fault == 4) patch.renames = {{"a", "b"}};
    if (fault == 5) patch.renames = {{"nothing", "z"}};
    if (fault == 6) patch.nodes = {{"", "Abs", "", {"x"}, {"a"}, {}}};
    if (fault == 7) {
        patch.nodes = {{"", "Abs", "", {"b"}, {"t"}, {}}};
        patch.redirects = {{"a", "t"}};
    }
    if (fault == 8) patch.dropProducers = {"b"};
    Graph graph = parseGraph(chain);
    const std::string before = print(graph);
    try {
        applyPatch(graph, patch);
        QFAIL("it was applied");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::modelInvalid);
        QVERIFY2(QByteArray(error.what()).contains("the pass"), error.what());
    }
    QCOMPARE(print(graph), before);
}

QTEST_GUILESS_MAIN(TstPatch)
#include "tst_patch.moc"
