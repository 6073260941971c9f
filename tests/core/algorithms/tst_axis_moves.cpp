// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/axis_moves.h"

#include <QTest>

#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Where an axis goes, and that the way back is the same way.
class TstAxisMoves : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsAnAxis_data();
    void followsAnAxis();
};

void TstAxisMoves::followsAnAxis_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<int>("axis");
    QTest::addColumn<int>("behind"); ///< -1: nothing
    QTest::addColumn<int>("block");
    QTest::newRow("transpose") << "y = Transpose(x) {perm=[2, 0, 1]}" << 2 << 0 << 12;
    QTest::newRow("cut by a reshape") << "s: int64[4] = [2, 3, 3, 4]\ny = Reshape(x, s)" << 2 << 3 << 4;
    QTest::newRow("joined by a reshape") << "s: int64[2] = [2, 36]\ny = Reshape(x, s)" << 2 << 1 << 12;
    QTest::newRow("torn by a reshape") << "s: int64[2] = [2, 36]\ny = Reshape(x, s)" << 1 << -1 << 3;
    QTest::newRow("unsqueeze") << "s: int64[1] = [0]\ny = Unsqueeze(x, s)" << 2 << 3 << 12;
    QTest::newRow("slice beside") << "a: int64[1] = [0]\nb: int64[1] = [1]\ny = Slice(x, a, b, b)" << 2 << 2
                                  << 12;
    QTest::newRow("slice of it")
        << "a: int64[1] = [0]\nb: int64[1] = [1]\nc: int64[1] = [2]\ny = Slice(x, a, b, c)" << 2 << -1 << 12;
    QTest::newRow("gather before") << "i: int64[2x2] = [0, 1, 1, 0]\ny = Gather(x, i)" << 2 << 3 << 12;
    QTest::newRow("gather of it") << "i: int64[2] = [0, 1]\ny = Gather(x, i) {axis=2}" << 2 << -1 << 12;
    QTest::newRow("mean of others") << "y = ReduceMean(x) {axes=[1], keepdims=0}" << 2 << 1 << 12;
    QTest::newRow("mean of it") << "y = ReduceMean(x) {axes=[-1]}" << 2 << -1 << 12;
    QTest::newRow("join beside") << "c: float32[2x1x12] = ...\ny = Concat(x, c) {axis=1}" << 2 << 2 << 12;
    QTest::newRow("join of it") << "c: float32[2x3x2] = ...\ny = Concat(x, c) {axis=2}" << 2 << -1 << 12;
    QTest::newRow("one factor") << "c: float32[] = [3]\ny = Div(x, c)" << 2 << 2 << 12;
    QTest::newRow("a divisor") << "c: float32[] = [3]\ny = Div(c, x)" << 2 << -1 << 12;
    QTest::newRow("sum of more axes") << "c: float32[4x2x3x12] = ...\ny = Add(x, c)" << 2 << 3 << 12;
    QTest::newRow("a function") << "y = Relu(x)" << 2 << -1 << 12;
}

void TstAxisMoves::followsAnAxis()
{
    QFETCH(QString, node);
    QFETCH(int, axis);
    QFETCH(int, behind);
    QFETCH(int, block);
    const Graph graph = graphOf("opset 13\ninput x: float32[2x3x12]\n" + node.toStdString() + "\noutput y\n");
    const Node& last = graph.nodes().back();
    const std::size_t operand = last.input(0) == graph.find("x") ? 0 : 1;
    const std::int64_t extent = axis == 2 ? 12 : 3;
    std::int64_t cut = extent;
    QCOMPARE(axisBehind(graph, last, operand, axis, cut).value_or(-1), behind);
    if (behind < 0)
        return;
    QCOMPARE(cut, std::int64_t{block});
    QCOMPARE(axisBefore(graph, last, operand, behind, cut).value_or(-1), axis);
}

QTEST_APPLESS_MAIN(TstAxisMoves)
#include "tst_axis_moves.moc"
