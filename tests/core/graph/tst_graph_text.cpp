// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/graph.h"

#include <QTest>
#include <algorithm>

using namespace lathe;

class TstGraphText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void printsWhatItReads_data();
    void printsWhatItReads();
    void readsLooseForms();
    void seedsAreStable();
    void refusesBadText_data();
    void refusesBadText();
};

void TstGraphText::printsWhatItReads_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("dims") << QByteArray("input x: float32[<N>x3x?x8]\ninput s: int64[]\ninput u: float16\noutput x\n");
    QTest::newRow("constants") << QByteArray("a: float32[2x2] = [1, -2.5, 0.1, inf]\n"
                                             "b: int4[3] = [-8, 7, 0]\n"
                                             "c: bool[2] = [1, 0]\n"
                                             "d: string[2] = [\"p q\", \"\"]\n"
                                             "e: int64[] = [9223372036854775807]\n"
                                             "f: float64[1] = [0.1]\n"
                                             "g: float32[0] = []\n"
                                             "output a, b, c, d, e, f, g\n");
    QTest::newRow("attributes") << QByteArray(
        "input x: float32[2]\n"
        "y = Op(x) {f=1.0, fs=[0.5, 1.0], g=0.25, i=-3, is=[1, 2], n=[], nf=floats[], ns=strings[], s=\"a\\\"b\\\\\", "
        "ss=[\"u\", \"v\"], t=int64[2] = [1, 2]}\n"
        "output y\n");
    QTest::newRow("names") << QByteArray("graph \"my graph\"\nopset 17\nopset com.microsoft 1\nmetadata \"k\" \"v w\"\n"
                                         "input \"x:0\": float32[2]\n"
                                         "\"_\", _, a/b.c-1 = com.microsoft::Op(\"x:0\", _, \"\\\"\") @\"node 1\" !\"cannot run\"\n"
                                         "output \"_\"\n");
    QTest::newRow("body") << QByteArray("input c: bool[]\n"
                                        "input x: float32[2]\n"
                                        "y = If(c) {else_branch=graph {\n"
                                        "    e: float32[2] = [1, 2]\n"
                                        "    output e\n"
                                        "}, then_branch=graph {\n"
                                        "    capture x\n"
                                        "    t = Neg(x)\n"
                                        "    output t\n"
                                        "}}\n"
                                        "output y\n");
}

void TstGraphText::printsWhatItReads() {
    QFETCH(QByteArray, text);
    std::string source = text.toStdString();
    if (const auto quote = source.find("\"\\\"\")"); quote != std::string::npos)
        source.insert(source.find("\"_\", _"), "\"\\\"\": float32[1] = [1]\n");
    QCOMPARE(QByteArray::fromStdString(print(parseGraph(source))), QByteArray::fromStdString(source));
}

void TstGraphText::readsLooseForms() {
    const Graph graph = parseGraph("# a comment\n"
                                   "input x: float32[2x3]; input k: int64[scalar]   # another\n"
                                   "w: float32[2x3] = 0.5\n"
                                   "y: float32[2x3] = Clip(x,\n"
                                   "                       , w)\n"
                                   "output = Add(y, w)\n"
                                   "output output\n");
    QCOMPARE(graph.nodes().size(), std::size_t(2));
    QVERIFY(!graph.nodes()[0].inputs[1].valid());
    QCOMPARE(graph.constant(graph.find("w"))->at(5), 0.5);
    QCOMPARE(graph.value(graph.find("k")).shape->rank(), 0);
    QVERIFY(graph.value(graph.find("y")).shape == Shape({2, 3}));
    QVERIFY(graph.isOutput(graph.find("output")));
    QCOMPARE(graph.opsets.at(""), 13);
}

void TstGraphText::seedsAreStable() {
    const char* const text = "w: float32[1000] = ...\nv: float32[1000] = +...\nq: int4[1000] = ...\noutput w, v, q\n";
    const Graph a = parseGraph(text);
    const Graph b = parseGraph(text);
    QVERIFY(a.digest() == b.digest());
    const auto w = a.constant(a.find("w"))->toFloats();
    QVERIFY(*std::min_element(w.begin(), w.end()) < -0.9f);
    QVERIFY(*std::max_element(w.begin(), w.end()) > 0.9f);
    const auto v = a.constant(a.find("v"))->toFloats();
    QVERIFY(*std::min_element(v.begin(), v.end()) >= 0.5f);
    const auto q = a.constant(a.find("q"))->toIntegers();
    QCOMPARE(*std::min_element(q.begin(), q.end()), std::int64_t(-8));
    QCOMPARE(*std::max_element(q.begin(), q.end()), std::int64_t(7));
}

void TstGraphText::refusesBadText_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("element type") << QByteArray("input x: float33[2]") << QByteArray("float33");
    QTest::newRow("no end") << QByteArray("y = Relu(x") << QByteArray("line 1");
    QTest::newRow("text end") << QByteArray("input \"x: float32[2]") << QByteArray("no end");
    QTest::newRow("line") << QByteArray("input x: float32[2]\ny = (x)\n") << QByteArray("line 2");
    QTest::newRow("rest") << QByteArray("input x: float32[2] oops: 3") << QByteArray("unexpected");
    QTest::newRow("dynamic constant") << QByteArray("w: float32[?] = 1") << QByteArray("static");
    QTest::newRow("too few values") << QByteArray("w: float32[3] = [1, 2]") << QByteArray("");
    QTest::newRow("twice") << QByteArray("w: float32[1] = 1\nw: float32[1] = 1") << QByteArray("twice");
    QTest::newRow("statement") << QByteArray("inputs x: float32[1]") << QByteArray("not a statement");
    QTest::newRow("deep") << QByteArray("y = A() {b=graph {y = A() {b=graph {") + QByteArray("y = A() {b=graph {").repeated(40)
                          << QByteArray("too deeply");
}

void TstGraphText::refusesBadText() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    try {
        parseGraph(text.toStdString());
        QFAIL("it was read");
    } catch (const Error& error) {
        QVERIFY2(QByteArray(error.what()).contains(expected), error.what());
    }
}

QTEST_GUILESS_MAIN(TstGraphText)
#include "tst_graph_text.moc"
