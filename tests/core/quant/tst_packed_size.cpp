// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/quant/export_qdq.h"
#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

class TstPackedSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsEveryStoredBit_data();
    void countsEveryStoredBit();
};

void TstPackedSize::countsEveryStoredBit_data()
{
    QTest::addColumn<QString>("weights");
    QTest::addColumn<int>("bytes");
    // 45 weights and 5 biases; 1-bit steps show where a byte is rounded up. The input's scale and zero-point:
    // 5 bytes.
    QTest::newRow("float") << "float32" << 45 * 4 + 5 * 4 + 5;
    QTest::newRow("int8") << "int8:channel" << 45 + 5 * 4 + 5 * 4 + 5 + 5 * 4 + 5;
    QTest::newRow("int4") << "int4:channel" << 23 + 5 * 4 + 5 * 4 + 3 + 5 * 4 + 5;
    QTest::newRow("int3 per tensor") << "int3" << 17 + 5 * 4 + 4 + 1 + 4 + 5;
    // In groups of 16 and with tables the bias stays float: 5 times 4 bytes.
    QTest::newRow("groups") << "int4:group:16" << 23 + 5 * 4 + 3 + 5 * 4 + 5;
    QTest::newRow("nf4") << "nf4:channel" << 23 + 5 * 4 + 5 * 4 + 5;
    QTest::newRow("learned") << "kmeans16:tensor" << 23 + 4 + 16 * 4 + 5 * 4 + 5;
    QTest::newRow("learned, a channel") << "kmeans16:channel" << 23 + 5 * 4 + 5 * 16 * 4 + 5 * 4 + 5;
    QTest::newRow("binary") << "binary" << 6 + 5 * 4 + 5 * 4 + 5;
    QTest::newRow("ternary") << "ternary:tensor" << 12 + 4 + 5 * 4 + 5;
    QTest::newRow("float8") << "float8e4m3" << 45 + 4 + 5 * 4 + 5;
    QTest::newRow("half") << "float16" << 90 + 5 * 4 + 5;
}

void TstPackedSize::countsEveryStoredBit()
{
    QFETCH(QString, weights);
    QFETCH(int, bytes);
    const Graph graph =
        graphOf("opset 13\ninput x: float32[2x9]\nw: float32[9x5] = ...\nb: float32[5] = ...\n"
                "unused: float32[100] = ...\ny = Gemm(x, w, b)\noutput y");
    QuantPlan plan;
    plan.weights = QuantSpec::parse(weights.toStdString());
    plan.layers["y"].activations = QuantSpec::parse("float32");
    const Resolved resolved = resolve(plan, graph, statisticsOf(graph), genericRules());
    const Graph applied = applyEncodings(graph, resolved.encodings, resolved.codes);
    QCOMPARE(packedSizeBytes(applied), std::int64_t(bytes));
}

QTEST_GUILESS_MAIN(TstPackedSize)
#include "tst_packed_size.moc"
