// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/ops/channel_axis.h"
#include "core/ops/op.h"

using namespace lathe;

class TstTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A member either runs, and then says its shapes too, or only becomes another operator.
    void membersAreWhole()
    {
        QVERIFY(ops().size() > 100);
        for (const Op& op : ops()) {
            QVERIFY2(op.run ? op.infer != nullptr : op.upgrade != nullptr, op.id.c_str());
            QVERIFY2((op.traits.kind == OpTraits::Kind::weighted) == (op.traits.weightOperand >= 0), op.id.c_str());
        }
    }

    void findsByDomain()
    {
        Node node;
        node.op = "QLinearAdd";
        QVERIFY(!findOp(node));
        node.domain = "com.microsoft";
        QVERIFY(findOp(node));
        QCOMPARE(opId(node), "com.microsoft::QLinearAdd");
        node.op = "Add";
        QVERIFY(!findOp(node));
        node.domain = "ai.onnx";
        QVERIFY(findOp(node));
        QCOMPARE(opId(node), "Add");
    }

    void resizeMovesOrComputes()
    {
        Node node;
        node.op = "Resize";
        QCOMPARE(kindOf(node), OpTraits::Kind::moving);
        node.attributes["mode"] = std::string("linear");
        QCOMPARE(kindOf(node), OpTraits::Kind::computing);
    }

    void weightAxes()
    {
        Node gemm;
        gemm.op = "Gemm";
        const OpTraits traits = findOp(gemm)->traits;
        QCOMPARE(weightChannelAxis(gemm, traits, 2), 1);
        gemm.attributes["transB"] = std::int64_t{1};
        QCOMPARE(weightChannelAxis(gemm, traits, 2), 0);
        Node matmul;
        matmul.op = "MatMul";
        QCOMPARE(weightChannelAxis(matmul, findOp(matmul)->traits, 3), 2);
    }
};

QTEST_GUILESS_MAIN(TstTable)
#include "tst_table.moc"
