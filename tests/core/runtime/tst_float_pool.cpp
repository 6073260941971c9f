// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/float_pool.h"

#include <QTest>

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

/// Fast pooling against the plain form of core/ops.
class TstFloatPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePlainForm_data()
    {
        QTest::addColumn<QString>("node");
        QTest::newRow("plain") << "MaxPool(x) {kernel_shape=[2, 2], strides=[2, 2]}";
        QTest::newRow("overlapping, padded")
            << "MaxPool(x) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]}";
        QTest::newRow("rounded up") << "MaxPool(x) {kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1}";
        QTest::newRow("dilated") << "MaxPool(x) {kernel_shape=[2, 3], dilations=[3, 2], pads=[2, 1, 0, 2]}";
        QTest::newRow("same") << "MaxPool(x) {kernel_shape=[2, 2], auto_pad=\"SAME_UPPER\"}";
    }

    void agreesWithThePlainForm()
    {
        QFETCH(const QString, node);
        Graph graph = parseGraph("input x: float32[2x3x9x8]\ny = " + node.toStdString() + "\noutput y");
        inferShapes(graph);
        const Node& one = graph.nodes().front();
        const std::vector<Tensor> inputs{randomTensor({2, 3, 9, 8}, 5)};
        const std::vector<Tensor> outputs = findOp(one)->run({one, inputs, 13, Control()});
        const std::vector<Tensor> gradients{randomTensor(outputs[0].shape(), 77)};
        const std::vector<char> wanted{1};
        const ReverseContext context{one, inputs, outputs, gradients, wanted, 13, Control()};
        const auto fast = runPool(one, inputs);
        QVERIFY(fast);
        QVERIFY(identical((*fast)[0], outputs[0]));
        const Tensor plain = findReverse(one)->vjp(context)[0], reversed = (*reversePool(context))[0];
        for (std::int64_t i = 0; i < plain.elements(); ++i)
            QVERIFY(std::abs(plain.at(i) - reversed.at(i)) < 1e-5);
    }

    void othersHaveNone()
    {
        const Graph graph =
            parseGraph("input x: float32[1x2x9]\ny = MaxPool(x) {kernel_shape=[2]}\noutput y");
        QVERIFY(!runPool(graph.nodes()[0], std::vector<Tensor>{Tensor(DType::float32, {1, 2, 9})}));
    }
};

QTEST_APPLESS_MAIN(TstFloatPool)
#include "tst_float_pool.moc"
