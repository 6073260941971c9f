// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/segment.h"

#include <QTest>

#include "core/base/error.h"

using namespace lathe;

namespace {

const char* const residual = "input x: float32[2]\n"
                             "k: float32[2] = [1, 2]\n"
                             "a = Relu(x)\n"
                             "b = Mul(a, k)\n"
                             "c = Neg(b)\n"
                             "d = Add(c, a)\n"
                             "e = Abs(d)\n"
                             "output e\n";

QByteArray cut(const std::set<std::string>& given, const std::vector<std::string>& wanted)
{
    return QByteArray::fromStdString(print(segmentOf(parseGraph(residual), given, wanted).graph));
}

} // namespace

class TstSegment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatIsReadElsewhere();
    void beginsAtGivenValues();
    void isEmptyWhereAllIsGiven();
    void followsBodies();
    void refusesUnknownNames();
};

/// a is wanted by nobody here, but d reads it later.
void TstSegment::keepsWhatIsReadElsewhere()
{
    QCOMPARE(cut({}, {"b"}), QByteArray("input x: float32[2]\nk: float32[2] = [1, 2]\na = Relu(x)\n"
                                        "b = Mul(a, k)\noutput b, a\n"));
    const Segment segment = segmentOf(parseGraph(residual), {}, {"b"});
    QVERIFY(segment.sources == std::set<std::string>{"x"});
}

void TstSegment::beginsAtGivenValues()
{
    QCOMPARE(cut({"a", "b"}, {"d"}), QByteArray("input b: undefined\ninput a: undefined\nc = Neg(b)\n"
                                                "d = Add(c, a)\noutput d\n"));
    const Segment segment = segmentOf(parseGraph(residual), {"a", "b", "e"}, {"d", "b"});
    QVERIFY(segment.sources == (std::set<std::string>{"a", "b"}));
}

void TstSegment::isEmptyWhereAllIsGiven()
{
    const Segment segment = segmentOf(parseGraph(residual), {"b"}, {"b", "x"});
    QVERIFY(segment.graph.nodes().empty());
    QVERIFY(segment.graph.outputs.empty());
    QVERIFY(segment.sources == (std::set<std::string>{"b", "x"}));
}

/// What the body of an If reads from outside is needed too.
void TstSegment::followsBodies()
{
    const Graph graph = parseGraph("input x: float32[2]\ninput t: bool[]\na = Relu(x)\n"
                                   "y = If(t) {then_branch=graph {\ncapture a\nn = Neg(a)\noutput n\n}, "
                                   "else_branch=graph {\ncapture a\nm = Abs(a)\noutput m\n}}\noutput y\n");
    const Segment segment = segmentOf(graph, {}, {"y"});
    QCOMPARE(QByteArray::fromStdString(print(segment.graph)), QByteArray::fromStdString(print(graph)));
    const Segment later = segmentOf(graph, {"a"}, {"y"});
    QVERIFY(later.sources == (std::set<std::string>{"a", "t"}));
    QCOMPARE(later.graph.nodes().size(), 1U);
}

void TstSegment::refusesUnknownNames()
{
    QVERIFY_THROWS_EXCEPTION(Error, segmentOf(parseGraph(residual), {}, {"nothing"}));
}

QTEST_APPLESS_MAIN(TstSegment)
#include "tst_segment.moc"
