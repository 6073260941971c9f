// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/linear_space.h"

#include <QTest>

#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// What has to turn together, and what keeps it from turning.
class TstLinearSpace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsWhatIsAdded();
    void cutsVectorsIntoHeads();
    void saysWhatItCannotTurn_data();
    void saysWhatItCannotTurn();
};

namespace {

struct Found
{
    explicit Found(const std::string& text)
        : graph(graphOf(text))
        , layers(scalableLayers(graph))
        , spaces(linearSpaces(graph, layers))
    {
    }

    Graph graph;
    std::vector<ScalableLayer> layers;
    std::vector<LinearSpace> spaces;
};

} // namespace

void TstLinearSpace::joinsWhatIsAdded()
{
    const Found found(R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[8x3x1x1] = ...
a = Conv(x, w1)
w2: float32[4x8x1x1] = ...
b = Conv(a, w2)
r = Relu(b)
w3: float32[8x4x3x3] = ...
c = Conv(r, w3) {pads=[1, 1, 1, 1]}
s = Add(a, c)
p = GlobalAveragePool(s)
f = Flatten(p)
w4: float32[8x3] = ...
y = Gemm(f, w4)
output y
)");
    QCOMPARE(found.spaces.size(), 2U);
    QVERIFY2(found.spaces[0].refusal.empty(), found.spaces[0].refusal.c_str());
    QCOMPARE(found.spaces[0].makers.size(), 2U);
    QCOMPARE(found.spaces[0].readers.size(), 2U);
    QCOMPARE(found.spaces[0].block, std::int64_t{8});
    QCOMPARE(found.spaces[1].refusal, std::string("\"y\" leaves the model"));
}

void TstLinearSpace::cutsVectorsIntoHeads()
{
    const Found found(R"(
opset 13
input x: float32[1x5x8]
wv: float32[8x8] = ...
v = MatMul(x, wv)
split: int64[4] = [1, 5, 2, 4]
h = Reshape(v, split)
t = Transpose(h) {perm=[0, 2, 1, 3]}
wa: float32[8x10] = ...
m = MatMul(x, wa)
to: int64[4] = [1, 2, 5, 5]
z: int64[1] = [0]
e: int64[1] = [5]
ax: int64[1] = [1]
g = Slice(m, z, e, ax)
q = Reshape(g, to)
p = Softmax(q) {axis=-1}
o = MatMul(p, t)
k = Transpose(o) {perm=[0, 2, 1, 3]}
join: int64[3] = [1, 5, 8]
j = Reshape(k, join)
wo: float32[8x8] = ...
y = MatMul(j, wo)
output y
)");
    const LinearSpace& space = found.spaces.front();
    QVERIFY2(space.refusal.empty(), space.refusal.c_str());
    QCOMPARE(space.block, std::int64_t{4});
    QCOMPARE(space.makers.size(), 1U);
    QCOMPARE(space.readers.size(), 1U);
}

void TstLinearSpace::saysWhatItCannotTurn_data()
{
    QTest::addColumn<QString>("between");
    QTest::addColumn<QString>("reason");
    QTest::newRow("a function") << "r = Tanh(h) @tanh\n"
                                << "Tanh tanh reads it";
    QTest::newRow("a normalization") << "g: float32[4] = ...\nr = LayerNormalization(h, g) @norm\n"
                                     << "LayerNormalization norm reads it";
    QTest::newRow("one scale a channel") << "g: float32[4] = ...\nr = Mul(h, g) @scale\n"
                                         << "Mul scale reads it";
    QTest::newRow("one number to all") << "g: float32[1] = [2]\nk = Mul(h, g)\nr = Add(k, g) @add\n"
                                       << "Add add makes it";
    QTest::newRow("an output") << "r = Identity(h)\noutput r\n"
                               << "\"r\" leaves the model";
    QTest::newRow("an input joins") << "r = Add(h, other)\n"
                                    << "\"other\" is an input of the model";
}

void TstLinearSpace::saysWhatItCannotTurn()
{
    QFETCH(QString, between);
    QFETCH(QString, reason);
    const Found found("opset 17\ninput x: float32[1x6]\ninput other: float32[1x4]\nw1: float32[6x4] = ...\n"
                      "h = MatMul(x, w1)\n" +
                      between.toStdString() + "w2: float32[4x3] = ...\ny = MatMul(r, w2)\noutput y\n");
    QCOMPARE(QString::fromStdString(found.spaces.front().refusal), reason);
}

QTEST_APPLESS_MAIN(TstLinearSpace)
#include "tst_linear_space.moc"
