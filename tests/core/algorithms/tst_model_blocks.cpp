// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/model_blocks.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Cutting graphs into blocks.
class TstModelBlocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void layersInARowAreTakenTogether();
    void residualBlocksStayWhole();
    void longJumpsAreCutWhereFewValuesCross();
    void cutsOnlyBehindLayers();
    void whatStandsBehindTheComparedValuesIsLeftOut();
};

namespace {

using Names = std::vector<std::string>;

std::vector<ModelBlock> blocksOf(const Graph& graph, std::int64_t layersEach)
{
    AlgorithmFixture fixture("int8:channel:symmetric", graph);
    std::vector<LayerNote> notes;
    const auto layers = weightLayers(fixture.state, genericRules(), *floatRun(graph, {}).program, notes);
    return modelBlocks(graph, layers, layersEach);
}

Graph layersWithJumps(const std::string& body)
{
    std::string text = "opset 13\ninput x: float32[1x4x6x6]\n";
    for (const char* name : {"w1", "w2", "w3", "w4", "w5", "w6"})
        text += std::string(name) + ": float32[4x4x1x1] = ...\n";
    return graphOf((text + body).c_str());
}

} // namespace

void TstModelBlocks::layersInARowAreTakenTogether()
{
    const auto blocks = blocksOf(unevenNetwork(), 2);
    QCOMPARE(blocks.size(), 2U);
    // Not between the convolution and its clamp.
    QCOMPARE(blocks[0].outputs, (Names{"r2"}));
    QCOMPARE(blocks[0].layers, 2);
    QCOMPARE(blocks[1].outputs, (Names{"y"}));
    QCOMPARE(blocks[1].layers, 2);
    QCOMPARE(blocksOf(unevenNetwork(), 100).size(), 1U);
    QCOMPARE(blocksOf(unevenNetwork(), 1).size(), 4U);
}

void TstModelBlocks::residualBlocksStayWhole()
{
    const Graph graph = layersWithJumps(R"(
a = Conv(x, w1)
b = Conv(a, w2)
r = Relu(b)
c = Conv(r, w3)
s = Add(a, c)
t = Relu(s)
d = Conv(t, w4)
e = Conv(d, w5)
u = Add(t, e)
output u
)");
    const auto blocks = blocksOf(graph, 1);
    QCOMPARE(blocks.size(), 3U);
    QCOMPARE(blocks[0].outputs, (Names{"a"}));
    QCOMPARE(blocks[1].outputs, (Names{"t"}));
    QCOMPARE(blocks[2].outputs, (Names{"u"}));
}

void TstModelBlocks::longJumpsAreCutWhereFewValuesCross()
{
    // From the first layer to the last: two values cross everywhere.
    const Graph graph = layersWithJumps(R"(
a = Conv(x, w1)
b = Conv(a, w2)
c = Conv(b, w3)
d = Conv(c, w4)
e = Conv(d, w5)
f = Conv(e, w6)
u = Add(a, f)
output u
)");
    const auto blocks = blocksOf(graph, 2);
    QVERIFY(blocks.size() > 1);
    std::int64_t layers = 0;
    for (const ModelBlock& block : blocks) {
        QVERIFY(block.layers <= 4);
        layers += block.layers;
    }
    QCOMPARE(layers, 6);
    QCOMPARE(blocks.front().outputs.size(), 2U);
    QCOMPARE(blocks.front().outputs[0], std::string("a"));
    QCOMPARE(blocks.back().outputs, (Names{"u"}));
}

/// A value that is no layer's output crosses everywhere: there is no place to cut.
void TstModelBlocks::cutsOnlyBehindLayers()
{
    const Graph graph = layersWithJumps(R"(
t = Transpose(x) {perm=[0, 1, 3, 2]}
a = Conv(x, w1)
b = Conv(a, w2)
r = Relu(b)
c = Conv(r, w3)
d = Conv(c, w4)
u = Add(d, t)
output u
)");
    const auto blocks = blocksOf(graph, 1);
    QCOMPARE(blocks.size(), 1U);
    QCOMPARE(blocks[0].outputs, (Names{"u"}));
    QCOMPARE(blocks[0].layers, 4);
}

void TstModelBlocks::whatStandsBehindTheComparedValuesIsLeftOut()
{
    const Graph graph = layersWithJumps(R"(
a = Conv(x, w1)
z = Conv(a, w2)
y = Softmax(z)
output y
)");
    const auto blocks = blocksOf(graph, 1);
    QCOMPARE(blocks.size(), 2U);
    QCOMPARE(blocks[1].outputs, (Names{"z"}));
}

QTEST_APPLESS_MAIN(TstModelBlocks)
#include "tst_model_blocks.moc"
