// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/infer_shapes.h"

#include <QTest>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

/// "float32 1x4x8x8" of a value, "?" for what is not known.
std::string known(const Graph& graph, const char* name)
{
    const Value& value = graph.value(graph.find(name));
    return std::string(value.dtype == DType::undefined ? "?" : dtypeName(value.dtype)) + " " +
           (value.shape ? value.shape->text() : std::string("?"));
}

Graph inferred(const std::string& text, const std::map<std::string, Shape>& inputShapes = {})
{
    Graph graph = parseGraph(text);
    inferShapes(graph, inputShapes);
    return graph;
}

}

class TstInferShapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void infers_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* text, const char* expected) {
            QTest::newRow(name) << text << expected;
        };
        row("conv", "input x: float32[1x3x9x9]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w) {strides=[2, 2]}\noutput y",
            "float32 1x4x4x4");
        row("conv of a dynamic batch",
            "input x: float32[<N>x3x9x9]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w) {pads=[1, 1, 1, 1]}\noutput y",
            "float32 ?x4x9x9");
        row("conv of unknown sizes",
            "input x: float32[1x3x?x?]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w)\noutput y", "float32 1x4x?x?");
        row("same padding",
            "input x: float32[1x1x7]\nw: float32[1x1x4] = ...\ny = Conv(x, w) {auto_pad=\"SAME_UPPER\", strides=[3]}\n"
            "output y",
            "float32 1x1x3");
        row("transposed conv",
            "input x: float32[1x2x3x3]\nw: float32[2x5x3x3] = ...\n"
            "y = ConvTranspose(x, w) {strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]}\noutput y",
            "float32 1x5x6x6");
        row("ceil mode drops a window that begins beyond the input",
            "input x: float32[1x1x2]\ny = MaxPool(x) {kernel_shape=[1], strides=[3], ceil_mode=1}\noutput y",
            "float32 1x1x1");
        row("matmul", "input a: float32[5x1x2x3]\ninput b: float32[4x3x7]\ny = MatMul(a, b)\noutput y", "float32 5x4x2x7");
        row("matmul of vectors", "input a: float32[3]\ninput b: float32[3]\ny = MatMul(a, b)\noutput y", "float32 scalar");
        row("broadcast", "input a: float32[4x1x3]\ninput b: float32[2x1]\ny = Add(a, b)\noutput y", "float32 4x2x3");
        row("comparison", "input a: float32[2]\ninput b: float32[2]\ny = Less(a, b)\noutput y", "bool 2");
        row("reshape", "input x: float32[2x3x4]\ns: int64[2] = [0, -1]\ny = Reshape(x, s)\noutput y", "float32 2x12");
        row("reshape of a dynamic batch", "input x: float32[<N>x3x4]\ns: int64[2] = [0, -1]\ny = Reshape(x, s)\noutput y",
            "float32 ?x?");
        row("flatten of a dynamic batch", "input x: float32[<N>x3x4]\ny = Flatten(x)\noutput y", "float32 ?x12");
        row("slice backwards",
            "input x: float32[5]\ns: int64[1] = [-1]\ne: int64[1] = [-9]\na: int64[1] = [0]\nt: int64[1] = [-2]\n"
            "y = Slice(x, s, e, a, t)\noutput y",
            "float32 3");
        row("cast", "input x: float32[2]\ny = Cast(x) {to=7}\noutput y", "int64 2");
        row("resize", "input x: float32[1x1x4x6]\ns: float32[4] = [1, 1, 2, 0.5]\ny = Resize(x, _, s)\noutput y",
            "float32 1x1x8x3");
        row("expansion to a shape of known length",
            "input x: float32[2x1]\ninput s: int64[3]\ny = Expand(x, s)\noutput y", "float32 ?x?x?");
        row("a type without a shape", "input x: float32\ny = Relu(x)\noutput y", "float32 ?");
        row("quantize", "input x: float32[2x2]\ns: float32[] = 0.5\nz: int8[] = 0\ny = QuantizeLinear(x, s, z)\noutput y",
            "int8 2x2");
    }

    void infers()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const Graph graph = inferred(text.toStdString());
        QCOMPARE(QString::fromStdString(known(graph, "y")), expected);
    }

    /// Shape, Gather, Unsqueeze, Concat, arithmetic and Slice, as exporters write a reshape.
    void followsShapeArithmetic()
    {
        const Graph graph = inferred("input x: float32[2x6x4]\n"
                                     "zero: int64[] = 0\n"
                                     "one: int64[1] = [1]\n"
                                     "two: int64[] = 2\n"
                                     "axis: int64[1] = [0]\n"
                                     "rest: int64[1] = [-1]\n"
                                     "shape = Shape(x)\n"
                                     "batch = Gather(shape, zero)\n"
                                     "row = Unsqueeze(batch, axis)\n"
                                     "middle = Slice(shape, one, twoList, axis)\n"
                                     "twoList = Unsqueeze(two, axis)\n"
                                     "half = Div(middle, twoList)\n"
                                     "cast = Cast(half) {to=6}\n"
                                     "back = Cast(cast) {to=7}\n"
                                     "target = Concat(row, back, rest) {axis=0}\n"
                                     "y = Reshape(x, target)\n"
                                     "output y");
        QCOMPARE(known(graph, "y"), "float32 2x3x8");
        QVERIFY(!graph.value(graph.find("target")).isConstant());
    }

    void inputShapesOverride()
    {
        const std::string text = "input x: float32[<N>x3x8x8]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w)\noutput y";
        QCOMPARE(known(inferred(text, {{"x", {2, 3, 5, 5}}}), "y"), "float32 2x4x3x3");
        LATHE_EXPECT_ERROR(inputUnknown, inferred(text, {{"z", {1}}}));
        LATHE_EXPECT_ERROR(shapeMismatch, inferred(text, {{"x", {1}}}));
    }

    void withInputShapesFixesEverything()
    {
        const Graph graph = parseGraph("input x: float32[<N>x3x?x8]\ny = Relu(x)\noutput y");
        QCOMPARE(known(withInputShapes(graph, {}), "y"), "float32 1x3x1x8");
        QCOMPARE(known(withInputShapes(graph, {{"x", {4, 3, 6, 8}}}), "y"), "float32 4x3x6x8");
        // A second call is not misled by what the first one found.
        const Graph four = withInputShapes(graph, {{"x", {4, 3, 6, 8}}});
        QCOMPARE(known(withInputShapes(four, {{"x", {2, 3, 7, 8}}}), "y"), "float32 2x3x7x8");
    }

    void contradictionsAreNamed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("channels") << "input x: float32[1x5x8x8]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w) @first\noutput y";
        QTest::newRow("window") << "input x: float32[1x3x2x2]\nw: float32[4x3x3x3] = ...\ny = Conv(x, w) @first\noutput y";
        QTest::newRow("broadcast") << "input a: float32[2]\ninput b: float32[3]\ny = Add(a, b) @first\noutput y";
        QTest::newRow("inner") << "input a: float32[2x3]\ninput b: float32[4x2]\ny = MatMul(a, b) @first\noutput y";
        QTest::newRow("axis") << "input a: float32[2x3]\ny = Softmax(a) {axis=2} @first\nz = Concat(a) {axis=2} @first\noutput z";
        QTest::newRow("reshape") << "input a: float32[2x3]\ns: int64[1] = [5]\ny = Reshape(a, s) @first\noutput y";
        QTest::newRow("huge pad") << "input x: float32[1x3x9x9]\nw: float32[4x3x3x3] = ...\n"
                                     "y = Conv(x, w) {pads=[9223372036854775807, 0, 0, 0]} @first\noutput y";
        QTest::newRow("zero stride") << "input x: float32[1x3x9x9]\nw: float32[4x3x3x3] = ...\n"
                                        "y = Conv(x, w) {strides=[0, 1]} @first\noutput y";
    }

    void contradictionsAreNamed()
    {
        QFETCH(QString, text);
        const auto error = test::errorOf([&] { return inferred(text.toStdString()); });
        QVERIFY(error);
        QCOMPARE(error->code(), ErrorCode::operatorInput);
        QVERIFY2(error->where().find("first") != std::string::npos, error->what());
    }

    void unknownOperatorsAreMarked()
    {
        const Graph graph = inferred("input x: float32[2]\na = my.domain::Odd(x)\nb = Relu(a)\nc = Upsample(x)\noutput b, c");
        QCOMPARE(graph.nodes()[0].unsupported, "the operator my.domain::Odd is not known");
        QVERIFY(graph.nodes()[1].unsupported.empty());
        QVERIFY(!graph.nodes()[2].unsupported.empty());
        QCOMPARE(known(graph, "b"), "? ?");
    }

    void refusedNodesAreMarked()
    {
        const Graph graph = inferred("input x: float32[2x2]\ns: float32[2] = 1\n"
                                     "y = BatchNormalization(x, s, s, s, s) {training_mode=1}\noutput y");
        QCOMPARE(graph.nodes()[0].unsupported, "training_mode is not supported");
    }

    void bodiesSeeTheirSurroundings()
    {
        const Graph graph = inferred("input x: float32[2x3]\n"
                                     "input c: bool[]\n"
                                     "y = If(c) {then_branch=graph {\n"
                                     "capture x\n"
                                     "t = Transpose(x)\n"
                                     "output t\n"
                                     "}}\n"
                                     "output y");
        const GraphPtr body = bodies(graph.nodes()[0]).at(0);
        QCOMPARE(known(*body, "t"), "float32 3x2");
    }

    void channelAxesMove()
    {
        const Graph graph = inferred("input x: float32[1x3x8x8]\n"
                                     "w: float32[4x3x1x1] = ...\n"
                                     "v: float32[4x6] = ...\n"
                                     "y = Conv(x, w)\n"
                                     "r = Relu(y)\n"
                                     "t = Transpose(r) {perm=[0, 2, 3, 1]}\n"
                                     "m = MatMul(t, v)\n"
                                     "output m");
        const auto axis = [&](const char* name) { return graph.value(graph.find(name)).channelAxis; };
        QCOMPARE(axis("w"), 0);
        QCOMPARE(axis("v"), 1);
        QCOMPARE(axis("r"), 1);
        QCOMPARE(axis("t"), 3);
        QCOMPARE(axis("m"), 3);
    }
};

QTEST_GUILESS_MAIN(TstInferShapes)
#include "tst_infer_shapes.moc"
