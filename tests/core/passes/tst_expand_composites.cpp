// SPDX-License-Identifier: GPL-3.0-or-later
// Every composite operator: run as one, and after the pass has written it out, it computes the same.
#include <set>

#include "core/ops/op.h"
#include "tests/core/passes/pass_check.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Case
{
    const char* op;
    const char* text;
};

const Case cases[]{
    {"com.microsoft::FusedConv",
     "input x: float32[1x2x5x5]\nw: float32[3x2x3x3] = ...\nb: float32[3] = ...\n"
     "y = com.microsoft::FusedConv(x, w, b) {activation=\"Relu\", pads=[1, 1, 1, 1]} @c\noutput y"},
    {"com.microsoft::FusedGemm",
     "input x: float32[2x4]\nw: float32[4x3] = ...\nb: float32[3] = ...\n"
     "y = com.microsoft::FusedGemm(x, w, b) {activation=\"LeakyRelu\", activation_alpha=0.25}\noutput y"},
    {"com.microsoft::FusedMatMul",
     "input x: float32[2x4x3]\nw: float32[5x4] = ...\n"
     "y = com.microsoft::FusedMatMul(x, w) {transA=1, transB=1, alpha=0.5}\noutput y"},
    {"com.microsoft::TransposeMatMul", "input x: float32[4x3]\nw: float32[4x5] = ...\ny = "
                                       "com.microsoft::TransposeMatMul(x, w) {transA=1}\noutput y"},
    {"com.microsoft::GemmFastGelu", "input x: float32[2x4]\nw: float32[4x3] = ...\nb: float32[3] = ...\n"
                                    "y = com.microsoft::GemmFastGelu(x, w, b)\noutput y"},
    {"com.microsoft::BiasGelu",
     "input x: float32[2x4]\nb: float32[4] = ...\ny = com.microsoft::BiasGelu(x, b)\noutput y"},
    {"com.microsoft::FastGelu",
     "input x: float32[2x4]\nb: float32[4] = ...\ny = com.microsoft::FastGelu(x, b)\noutput y"},
    {"com.microsoft::BiasAdd", "input x: float32[2x3x4]\ninput s: float32[2x3x4]\nb: float32[4] = ...\n"
                               "y = com.microsoft::BiasAdd(x, b, s)\noutput y"},
    {"com.microsoft::BiasSplitGelu",
     "input x: float32[2x3x8]\nb: float32[8] = ...\ny = com.microsoft::BiasSplitGelu(x, b)\noutput y"},
    {"SimplifiedLayerNormalization",
     "input x: float32[2x8]\ng: float32[8] = ...\ny = SimplifiedLayerNormalization(x, g)\noutput y"},
    {"com.microsoft::SkipLayerNormalization",
     "input x: float32[1x2x8]\ninput s: float32[1x2x8]\ng: float32[8] = ...\nb: float32[8] = ...\n"
     "y, _, _, z = com.microsoft::SkipLayerNormalization(x, s, g, b) {epsilon=0.001}\noutput y, z"},
    {"com.microsoft::SkipSimplifiedLayerNormalization",
     "input x: float32[1x2x8]\ninput s: float32[1x2x8]\ng: float32[8] = ...\n"
     "y = com.microsoft::SkipSimplifiedLayerNormalization(x, s, g) {epsilon=0.001}\noutput y"},
    {"com.microsoft::EmbedLayerNormalization",
     "input i: int32[2x3]\nw: float32[2x8] = ...\np: float32[3x8] = ...\ng: float32[8] = ...\nb: float32[8] "
     "= ...\n"
     "y, m = com.microsoft::EmbedLayerNormalization(i, _, w, p, _, g, b) {epsilon=0.001}\noutput y, m"},
    {"com.microsoft::Attention",
     "input x: float32[2x<S>x8]\nw: float32[8x24] = ...\nb: float32[24] = ...\n"
     "y = com.microsoft::Attention(x, w, b) {num_heads=2, unidirectional=1}\noutput y"},
    {"com.microsoft::MultiHeadAttention",
     "input q: float32[2x3x8]\ninput k: float32[2x5x8]\ninput v: float32[2x5x8]\n"
     "y = com.microsoft::MultiHeadAttention(q, k, v) {num_heads=2}\noutput y"},
    {"com.microsoft::RotaryEmbedding",
     "input x: float32[1x2x8]\np: int64[1] = [1]\nc: float32[4x2] = ...\ns: float32[4x2] = ...\n"
     "y = com.microsoft::RotaryEmbedding(x, p, c, s)\noutput y"},
    {"com.microsoft::MatMulNBits",
     "input x: float32[2x32]\nw: uint8[2x2x8] = [1, 35, 69, 103, 137, 171, 205, 239, 0, 17, 34, 51, 68, 85, "
     "102, 119, "
     "136, 153, 170, 187, 204, 221, 238, 255, 16, 50, 84, 118, 152, 186, 220, 254]\ns: float32[4] = ...\n"
     "y = com.microsoft::MatMulNBits(x, w, s) {K=32, N=2, bits=4, block_size=16}\noutput y"},
    {"com.microsoft::QLinearSigmoid", "input x: uint8[8]\nsx: float32[] = [0.3]\nzx: uint8[] = [1]\nsy: "
                                      "float32[] = [0.01]\nzy: uint8[] = [30]\n"
                                      "y = com.microsoft::QLinearSigmoid(x, sx, zx, sy, zy)\noutput y"},
    {"com.microsoft::QLinearLeakyRelu",
     "input x: uint8[8]\nsx: float32[] = [0.3]\nzx: uint8[] = [1]\nsy: float32[] = [0.01]\nzy: uint8[] = "
     "[30]\n"
     "y = com.microsoft::QLinearLeakyRelu(x, sx, zx, sy, zy) {alpha=0.5}\noutput y"},
    {"com.microsoft::QLinearConcat",
     "input x: uint8[2x3]\ninput v: uint8[2x4]\nsx: float32[] = [0.3]\nzx: uint8[] = [1]\nsy: float32[] = "
     "[0.01]\nzy: uint8[] = [30]\n"
     "y = com.microsoft::QLinearConcat(sy, zy, x, sx, zx, v, sy, zy) {axis=1}\noutput y"},
    {"com.microsoft::MatMulIntegerToFloat",
     "input x: uint8[2x4]\nw: uint8[4x3] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\nb: float32[3] = ...\nsx: "
     "float32[] = [0.3]\nzx: uint8[] = [1]\nsy: float32[] = [0.01]\nzy: uint8[] = [30]\n"
     "y = com.microsoft::MatMulIntegerToFloat(x, w, sx, sy, zx, zy, b)\noutput y"},
    {"com.microsoft::DynamicQuantizeMatMul",
     "input x: float32[2x4]\nw: uint8[4x3] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\nb: float32[3] = "
     "...\nsx: float32[] = [0.3]\nzx: uint8[] = [1]\nsy: float32[] = [0.01]\nzy: uint8[] = [30]\n"
     "y = com.microsoft::DynamicQuantizeMatMul(x, w, sy, zy, b)\noutput y"},
};

}

class TstExpandComposites : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void computesTheSame_data()
    {
        QTest::addColumn<QByteArray>("op");
        QTest::addColumn<QByteArray>("text");
        for (const Case& one : cases)
            QTest::newRow(one.op) << QByteArray(one.op) << QByteArray(one.text);
    }

    void computesTheSame()
    {
        QFETCH(QByteArray, op);
        QFETCH(QByteArray, text);
        const QByteArray name = " " + op + "(";
        const QByteArray after = passed(text.constData(), "expand_composites");
        QVERIFY2(!after.startsWith("results changed"), after.constData());
        QVERIFY2(op == "com.microsoft::FastGelu" || !after.contains(name), after.constData());
    }

    void everyCompositeHasACase()
    {
        std::set<std::string> known;
        for (const Case& one : cases)
            known.insert(one.op);
        for (const Op& op : ops())
            QVERIFY2(!op.expand || known.contains(op.id), op.id.c_str());
    }

    /// Names of outputs stay, so that layers keep their ids; parts are named after the node.
    void keepsNames()
    {
        const QByteArray after = passed(cases[0].text, "expand_composites");
        QVERIFY2(after.contains("y = Relu(y/Conv0) @c/Relu"), after.constData());
    }

    void marksWhatItDoesNotKnow()
    {
        Graph graph = parseGraph("input x: float32[1x2x5x5]\nw: float32[3x2x3x3] = ...\n"
                                 "y = com.microsoft::FusedConv(x, w) {activation=\"Odd\"}\noutput y");
        inferShapes(graph);
        QCOMPARE(graph.nodes()[0].unsupported, std::string("its activation Odd is not known"));
        QCOMPARE(simplify(graph).graph.nodes()[0].op, std::string("FusedConv"));
    }

    /// An output that the expansion does not make keeps the node whole.
    void staysWhereAnOutputIsMissing()
    {
        Graph graph =
            parseGraph("input x: float32[1x2x8]\ninput s: float32[1x2x8]\ng: float32[8] = ...\n"
                       "y, m = com.microsoft::SkipSimplifiedLayerNormalization(x, s, g)\noutput y, m");
        inferShapes(graph);
        QCOMPARE(simplify(graph).graph.nodes()[0].op, std::string("SkipSimplifiedLayerNormalization"));
    }
};

QTEST_GUILESS_MAIN(TstExpandComposites)
#include "tst_expand_composites.moc"
