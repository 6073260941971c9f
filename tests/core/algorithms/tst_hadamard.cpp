// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/tensor/compare.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Rotations that fold into weights: the same float function, and channels that no longer stand out.
class TstHadamard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheFloatFunction_data();
    void keepsTheFloatFunction();
    void spreadsOutliers_data();
    void spreadsOutliers();
    void leavesAloneWhatIsNotLinear();
};

namespace {

/// Two heads of width 4, keys and values with tokens of their own, a residual sum behind a linear layer.
const char* const attention = R"(
opset 13
input x: float32[1x5x8]
wq: float32[8x8] = ...
bq: float32[8] = ...
q0 = MatMul(x, wq)
q1 = Add(q0, bq)
heads: int64[4] = [1, -1, 2, 4]
q2 = Reshape(q1, heads)
q3 = Transpose(q2) {perm=[0, 2, 1, 3]}
root: float32[] = [0.5]
q = Mul(q3, root)
wk: float32[8x8] = ...
k0 = MatMul(x, wk)
own: float32[1x1x8] = ...
k1 = Concat(own, k0) {axis=1}
k2 = Reshape(k1, heads)
k = Transpose(k2) {perm=[0, 2, 3, 1]}
wv: float32[8x8] = ...
v0 = MatMul(x, wv)
token: float32[1x1x8] = ...
v1 = Concat(token, v0) {axis=1}
v2 = Reshape(v1, heads)
v = Transpose(v2) {perm=[0, 2, 1, 3]}
s = MatMul(q, k)
p = Softmax(s) {axis=-1}
o0 = MatMul(p, v)
o1 = Transpose(o0) {perm=[0, 2, 1, 3]}
joined: int64[3] = [1, 5, 8]
o2 = Reshape(o1, joined)
wo: float32[8x12] = ...
a = MatMul(o2, wo)
we: float32[8x12] = ...
e = MatMul(x, we)
r = Add(a, e)
wf: float32[12x6] = ...
f = MatMul(r, wf)
g = Tanh(f)
wy: float32[6x3] = ...
y = MatMul(g, wy)
output y
)";

const char* const residual = R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[20x3x3x3] = ...
b1: float32[20] = ...
a = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
w2: float32[4x20x3x3] = ...
b = Conv(a, w2) {pads=[1, 1, 1, 1]}
r = Relu(b)
w3: float32[20x4x1x1] = ...
c = Conv(r, w3)
s = Add(a, c)
p = GlobalAveragePool(s)
f = Flatten(p)
w4: float32[20x3] = ...
y = Gemm(f, w4)
output y
)";

/// One channel of a rotated space far above the others: its makers' rows.
void raiseColumn(Graph& graph, const char* weight, std::size_t columns, std::size_t column, float factor)
{
    auto values = graph.value(graph.find(weight)).constant.mutableData<float>();
    for (std::size_t i = column; i < values.size(); i += columns)
        values[i] *= factor;
}

} // namespace

void TstHadamard::keepsTheFloatFunction_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("turned"); ///< constants that become others
    QTest::newRow("attention") << attention << 9;
    QTest::newRow("residual convolutions") << residual << 5;
}

void TstHadamard::keepsTheFloatFunction()
{
    QFETCH(QString, text);
    QFETCH(int, turned);
    AlgorithmFixture fixture("int8:channel:symmetric", graphOf(text.toStdString()));
    const Graph before = fixture.graph;
    QuantState state = fixture.state;
    const Control control;
    algorithms()
        .get("hadamard", "algorithm")
        .run(
            state,
            {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), {}, 1, control});
    int others = 0;
    for (const Value& value : before.values())
        if (value.isConstant() && value.dtype == DType::float32 &&
            !identical(value.constant, state.graph.value(state.graph.find(value.name)).constant))
            ++others;
    QCOMPARE(others, turned);
    for (unsigned seed = 0; seed < 5; ++seed) {
        const TensorMap inputs = seededInputs(before, seed);
        // Each rotation rounds weights once: a few parts in 2^24 of each sum.
        QVERIFY(compare(outputOf(before, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
}

void TstHadamard::spreadsOutliers_data()
{
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("activations");
    QTest::newRow("8 bits") << "int8:tensor:symmetric"
                            << "uint8:tensor:asymmetric";
    QTest::newRow("4 bits") << "int4:channel:symmetric"
                            << "uint4:tensor:asymmetric";
}

/// A wide linear space with one channel that is large and says little, as in the residual stream of a
/// transformer.
void TstHadamard::spreadsOutliers()
{
    QFETCH(QString, weights);
    QFETCH(QString, activations);
    Graph graph = graphOf(R"(
opset 13
input x: float32[8x16]
w1: float32[16x64] = ...
h = MatMul(x, w1)
w2: float32[64x8] = ...
y = MatMul(h, w2)
output y
)");
    raiseColumn(graph, "w1", 64, 5, 12);
    for (float& weight : graph.value(graph.find("w2")).constant.mutableData<float>().subspan(5 * 8, 8))
        weight /= 12;
    AlgorithmFixture fixture(weights.toStdString(), graph, activations.toStdString());
    const auto steps = fixture.run("hadamard");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 3,
             qPrintable(QString("%1 -> %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QVERIFY(steps[0].floatDb > 110);
}

void TstHadamard::leavesAloneWhatIsNotLinear()
{
    AlgorithmFixture fixture("int8:channel:symmetric", graphOf(R"(
opset 13
input x: float32[1x6]
w1: float32[6x4] = ...
h = MatMul(x, w1)
r = Sigmoid(h) @sigmoid
w2: float32[4x4] = ...
y = MatMul(r, w2)
output y
)"));
    const Digest before = fixture.state.graph.digest();
    const auto steps = fixture.run("hadamard");
    QVERIFY(fixture.state.graph.digest() == before);
    QCOMPARE(steps[0].layers.size(), 2U);
    QCOMPARE(steps[0].layers[0].note, std::string("Sigmoid sigmoid reads it"));
}

QTEST_APPLESS_MAIN(TstHadamard)
#include "tst_hadamard.moc"
