// SPDX-License-Identifier: GPL-3.0-or-later
// Models of opsets 7 to 12 must compute the same after upgradeOperators(): each old form is run beside the new form
// written by hand.
#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"

using namespace lathe;

namespace {

/// 0.5, -1, 1.5, -2 ... : different everywhere and of both signs.
Tensor ramp(const Shape& shape)
{
    std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 0.5f * static_cast<float>(i + 1) * (i % 2 ? -1.0f : 1.0f);
    return Tensor::of<float>(shape, values);
}

Tensor resultOf(const Graph& graph, const Shape& shape)
{
    return runReference(graph, {{"x", ramp(shape)}}, Control()).at("y");
}

}

class TstUpgrade : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void computesTheSame_data()
    {
        QTest::addColumn<int>("opset");
        QTest::addColumn<QString>("old");
        QTest::addColumn<QString>("now");
        const auto row = [](const char* name, int opset, const char* old, const char* now) {
            QTest::newRow(name) << opset << QString::fromUtf8(old) << QString::fromUtf8(now);
        };
        row("clip", 7, "y = Clip(x) {min=-1.0, max=2.0}", "l: float32[] = -1\nh: float32[] = 2\ny = Clip(x, l, h)");
        row("clip without an end", 10, "y = Clip(x) {max=2.0}", "h: float32[] = 2\ny = Clip(x, _, h)");
        row("squeeze", 11, "y = Squeeze(x) {axes=[0]}", "a: int64[1] = [0]\ny = Squeeze(x, a)");
        row("unsqueeze", 11, "y = Unsqueeze(x) {axes=[0, 2]}", "a: int64[2] = [0, 2]\ny = Unsqueeze(x, a)");
        row("reduce sum", 11, "y = ReduceSum(x) {axes=[1], keepdims=0}",
            "a: int64[1] = [1]\ny = ReduceSum(x, a) {keepdims=0}");
        row("split", 11, "y, z = Split(x) {axis=1, split=[1, 1]}", "s: int64[2] = [1, 1]\ny, z = Split(x, s) {axis=1}");
        row("slice", 9, "y = Slice(x) {starts=[1], ends=[3], axes=[2]}",
            "s: int64[1] = [1]\ne: int64[1] = [3]\na: int64[1] = [2]\ny = Slice(x, s, e, a)");
        row("pad", 10, "y = Pad(x) {pads=[0, 0, 1, 0, 0, 0, 1, 2], value=3.0}",
            "p: int64[8] = [0, 0, 1, 0, 0, 0, 1, 2]\nv: float32[] = 3\ny = Pad(x, p, v)");
        row("dropout", 10, "y = Dropout(x) {ratio=0.3}", "y = Identity(x)");
        row("top k", 9, "y, z = TopK(x) {k=2, axis=3}", "k: int64[1] = [2]\ny, z = TopK(x, k) {axis=3}");
        row("softmax over all but the batch", 11, "y = Softmax(x)",
            "f = Flatten(x)\ns = Softmax(f) {axis=1}\nd: int64[4] = [1, 2, 3, 4]\ny = Reshape(s, d)");
        row("softmax over the last axis", 11, "y = Softmax(x) {axis=3}", "y = Softmax(x)");
        row("log softmax", 9, "y = LogSoftmax(x) {axis=2}",
            "f = Flatten(x) {axis=2}\ns = LogSoftmax(f)\nd: int64[4] = [1, 2, 3, 4]\ny = Reshape(s, d)");
        row("batch normalization with training outputs", 8,
            "s: float32[2] = [1, 2]\ny, a, b, c, d = BatchNormalization(x, s, s, s, s)",
            "s: float32[2] = [1, 2]\ny = BatchNormalization(x, s, s, s, s)");
        row("upsample by attribute", 7, "y = Upsample(x) {scales=[1.0, 1.0, 2.0, 3.0]}",
            "s: float32[4] = [1, 1, 2, 3]\n"
            "y = Resize(x, _, s) {coordinate_transformation_mode=\"asymmetric\", nearest_mode=\"floor\"}");
        row("upsample by operand", 9, "s: float32[4] = [1, 1, 2, 2]\ny = Upsample(x, s) {mode=\"linear\"}",
            "s: float32[4] = [1, 1, 2, 2]\ny = Resize(x, _, s) {mode=\"linear\", coordinate_transformation_mode=\"asymmetric\"}");
        row("resize that enlarges", 10, "s: float32[4] = [1, 1, 1.5, 2]\ny = Resize(x, s)",
            "s: float32[4] = [1, 1, 1.5, 2]\n"
            "y = Resize(x, _, s) {coordinate_transformation_mode=\"asymmetric\", nearest_mode=\"floor\"}");
        row("resize that shrinks", 10, "s: float32[4] = [1, 1, 0.7, 0.5]\ny = Resize(x, s)",
            "s: float32[4] = [1, 1, 0.7, 0.5]\n"
            "y = Resize(x, _, s) {coordinate_transformation_mode=\"asymmetric\", nearest_mode=\"ceil\"}");
    }

    void computesTheSame()
    {
        QFETCH(int, opset);
        QFETCH(QString, old);
        QFETCH(QString, now);
        const Shape shape{1, 2, 3, 4};
        const std::string head = "input x: float32[1x2x3x4]\n", tail = "\noutput y";
        Graph upgraded = parseGraph("opset " + std::to_string(opset) + "\n" + head + old.toStdString() + tail);
        upgradeOperators(upgraded, opset);
        upgraded.validate();
        inferShapes(upgraded);
        Graph current = parseGraph(head + now.toStdString() + tail);
        inferShapes(current);

        QCOMPARE(upgraded.opsets.at(""), 13);
        const Tensor result = resultOf(upgraded, shape);
        QVERIFY(identical(result, resultOf(current, shape)));
        QCOMPARE(*upgraded.value(upgraded.find("y")).shape, result.shape());
    }

    void leavesNewerModelsAlone()
    {
        Graph graph = parseGraph("opset 17\ninput x: float32[2x3x4]\ny = Softmax(x) {axis=1}\noutput y");
        const Digest before = graph.digest();
        upgradeOperators(graph, 17);
        QCOMPARE(graph.digest(), before);
    }

    void upgradesBodies()
    {
        Graph graph = parseGraph("opset 11\ninput c: bool[]\ninput x: float32[1x3]\n"
                                 "y = If(c) {then_branch=graph {\ncapture x\nt = Squeeze(x) {axes=[0]}\noutput t\n}}\n"
                                 "output y");
        upgradeOperators(graph, 11);
        const GraphPtr body = bodies(graph.nodes()[0]).at(0);
        QCOMPARE(body->nodes()[0].inputs.size(), std::size_t{2});
        QVERIFY(!body->nodes()[0].has("axes"));
    }
};

QTEST_GUILESS_MAIN(TstUpgrade)
#include "tst_upgrade.moc"
