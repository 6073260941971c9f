// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/algorithms/channel_migration.h"
#include "core/tensor/compare.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Range migration: the same float function, scales by their formula, and outputs closer where channels are
/// uneven.
class TstSmooth : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheFloatFunction_data();
    void keepsTheFloatFunction();
    void scalesByTheFormula();
    void evensOutChannels();
    void evensOutGatedChannels();
    void fillsClipsWithoutMovingTheirEnds();
    void evensOutSumsOfLayers();
    void leavesAloneWhatCannotBeScaled_data();
    void leavesAloneWhatCannotBeScaled();
};

namespace {

QuantState smoothed(const AlgorithmFixture& fixture, const OptionValues& options = {})
{
    QuantState state = fixture.state;
    const Control control;
    algorithms()
        .get("smooth", "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), options,
                     1, control});
    return state;
}

std::vector<float> constantOf(const Graph& graph, const char* name)
{
    return graph.value(graph.find(name)).constant.toFloats();
}

/// A SiLU whose channels differ a hundredfold, before a depthwise convolution.
const char* const gated = R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[8x3x3x3] = ...
b1: float32[8] = ...
c = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
g = Sigmoid(c) @gate
m = Mul(c, g)
w2: float32[8x1x3x3] = ...
d = Conv(m, w2) {group=8}
w3: float32[5x8x1x1] = ...
y = Conv(d, w3)
output y
)";

/// Two linear layers whose outputs meet, as bottlenecks of MobileNetV2 do.
const char* const residual = R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[8x3x3x3] = ...
b1: float32[8] = ...
a = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
w2: float32[12x8x1x1] = ...
e = Conv(a, w2)
r = Relu(e)
w3: float32[8x12x1x1] = ...
p = Conv(r, w3)
s = Add(a, p)
w4: float32[5x8x1x1] = ...
y = Conv(s, w4)
output y
)";

const char* const twoReaders = R"(
opset 13
input x: float32[1x6]
w1: float32[6x4] = ...
b1: float32[4] = ...
h = Gemm(x, w1, b1)
r = Relu(h)
w2: float32[4x3] = ...
a = MatMul(r, w2)
w3: float32[4x3] = ...
c = MatMul(r, w3)
y = Add(a, c)
output y
)";

} // namespace

void TstSmooth::keepsTheFloatFunction_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("a layer that two read") << twoReaders;
    QTest::newRow("convolutions") << R"(
opset 13
input x: float32[1x3x5x5]
w1: float32[4x3x1x1] = ...
b1: float32[4] = ...
c = Conv(x, w1, b1)
r = Relu(c)
w2: float32[2x4x1x1] = ...
a = Conv(r, w2)
w3: float32[2x4x3x3] = ...
b = Conv(r, w3) {pads=[1, 1, 1, 1]}
y = Add(a, b)
output y
)";
    QTest::newRow("a sum of layers") << residual;
    QTest::newRow("a gate") << gated;
    QTest::newRow("a gate before a matrix") << R"(
opset 13
input x: float32[1x6]
w1: float32[6x4] = ...
h = MatMul(x, w1)
g = Tanh(h)
m = Mul(g, h)
w2: float32[4x3] = ...
y = MatMul(m, w2)
output y
)";
    QTest::newRow("a normalization") << R"(
opset 17
input x: float32[1x4x6]
g: float32[6] = ...
b: float32[6] = ...
n = LayerNormalization(x, g, b)
w: float32[6x5] = ...
y = MatMul(n, w)
output y
)";
    QTest::newRow("a scale and an offset of their own, behind a reshape") << R"(
opset 13
input x: float32[1x4x6]
w0: float32[6x6] = ...
h = MatMul(x, w0)
t = Tanh(h)
g: float32[6] = ...
m = Mul(t, g)
b: float32[6] = ...
s = Add(m, b)
to: int64[2] = [4, 6]
f = Reshape(s, to)
w: float32[6x5] = ...
y = MatMul(f, w)
output y
)";
}

void TstSmooth::keepsTheFloatFunction()
{
    QFETCH(QString, text);
    AlgorithmFixture fixture("int8:tensor:symmetric", graphOf(text.toStdString()));
    const QuantState state = smoothed(fixture);
    QVERIFY(state.graph.digest() != fixture.graph.digest());
    for (unsigned seed = 0; seed < 5; ++seed) {
        const TensorMap inputs = seededInputs(fixture.graph, seed);
        // Scaling a channel by s and back costs a rounding each: a few parts in 2^24 of each sum.
        QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
}

void TstSmooth::scalesByTheFormula()
{
    AlgorithmFixture fixture("int8:tensor:symmetric", graphOf(twoReaders));
    constexpr double strength = 0.75;
    const QuantState state = smoothed(fixture, {{"strength", strength}});
    const std::vector<float> w1 = constantOf(fixture.graph, "w1"), w2 = constantOf(fixture.graph, "w2"),
                             w3 = constantOf(fixture.graph, "w3");
    const std::vector<float> after = constantOf(state.graph, "w1"), behind = constantOf(state.graph, "w2");
    int scaled = 0;
    for (std::size_t channel = 0; channel < 4; ++channel) {
        double activation = 0, weight = 0;
        for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
            Graph head = fixture.graph;
            head.outputs = {head.find("r")};
            activation =
                std::max(activation, double{outputOf(head, fixture.samples.load(i)).toFloats()[channel]});
        }
        for (std::size_t k = 0; k < 3; ++k)
            weight = std::max(
                {weight, std::abs(double{w2[channel * 3 + k]}), std::abs(double{w3[channel * 3 + k]})});
        if (activation == 0)
            continue;
        const double scale = std::pow(activation, strength) / std::pow(weight, 1 - strength);
        ++scaled;
        for (std::size_t k = 0; k < 6; ++k)
            QVERIFY(std::abs(double{after[k * 4 + channel]} * scale / double{w1[k * 4 + channel]} - 1) <
                    1e-5);
        for (std::size_t k = 0; k < 3; ++k)
            QVERIFY(std::abs(double{behind[channel * 3 + k]} / scale / double{w2[channel * 3 + k]} - 1) <
                    1e-5);
    }
    QVERIFY(scaled > 1);
}

void TstSmooth::evensOutChannels()
{
    Graph graph = graphOf(twoReaders);
    // One channel of activations far above the others, read by small weights.
    for (std::size_t k = 0; k < 6; ++k)
        graph.value(graph.find("w1")).constant.mutableData<float>()[k * 4] *= 100;
    for (const char* name : {"w2", "w3"})
        for (std::size_t k = 0; k < 3; ++k)
            graph.value(graph.find(name)).constant.mutableData<float>()[k] /= 100;
    AlgorithmFixture fixture("int8:tensor:symmetric", graph);
    const auto steps = fixture.run("smooth");
    QVERIFY(!steps[0].reverted);
    QVERIFY(steps[0].afterDb > steps[0].beforeDb + 3);
    QVERIFY(steps[0].floatDb > 110);
}

void TstSmooth::evensOutGatedChannels()
{
    Graph graph = graphOf(gated);
    for (std::size_t k = 0; k < 2 * 27; ++k)
        graph.value(graph.find("w1")).constant.mutableData<float>()[k] *= 100;
    for (std::size_t k = 0; k < 2 * 9; ++k)
        graph.value(graph.find("w2")).constant.mutableData<float>()[k] /= 100;
    AlgorithmFixture fixture("int8:channel:symmetric", graph);
    const auto steps = fixture.run("smooth");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 6,
             qPrintable(QString("%1 -> %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QVERIFY(steps[0].floatDb > 110);
    // Depthwise weights with a scale a channel take all of the range; the factors stand on the grid of their
    // constant.
    const QuantState& state = fixture.state;
    for (const Moments& channel : state.statistics->tensor("c").channels) {
        const float reach = std::max(-channel.minimum, channel.maximum);
        QVERIFY(reach > 0.45F && reach < 2.1F);
    }
    const Tensor& factors = state.graph.value(state.graph.find("g/factors")).constant;
    QVERIFY(compare(factors, dequantize(state.resolved.codes.weights.at("g/factors"),
                                        *state.resolved.encodings.weights.at("g/factors")))
                .sqnrDb() > 110);
}

void TstSmooth::fillsClipsWithoutMovingTheirEnds()
{
    Graph graph = graphOf(R"(
opset 13
input x: float32[1x3x6x6]
w1: float32[8x3x3x3] = ...
b1: float32[8] = ...
low: float32[] = 0
high: float32[] = 6
c = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
r = Clip(c, low, high)
w2: float32[8x1x3x3] = ...
d = Conv(r, w2) {group=8}
s = Clip(d, low, high)
w3: float32[5x8x1x1] = ...
y = Conv(s, w3)
output y
)");
    // Two channels are clipped; the others use a fraction of the range.
    for (std::size_t k = 0; k < 8 * 27; ++k)
        graph.value(graph.find("w1")).constant.mutableData<float>()[k] *= k < 2 * 27 ? 100.0F : 0.5F;
    AlgorithmFixture fixture("int8:channel:symmetric", graph, "uint4:tensor:asymmetric");
    const QuantState state = smoothed(fixture);
    for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
        const TensorMap inputs = fixture.samples.load(i);
        QVERIFY(compare(outputOf(fixture.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
    const auto& before = fixture.state.statistics->tensor("r").channels;
    const auto& after = state.statistics->tensor("r").channels;
    QCOMPARE(before[0].maximum, 6.0F);
    for (std::size_t channel = 0; channel < after.size(); ++channel)
        QVERIFY(before[channel].maximum == 0 || std::abs(after[channel].maximum - 6) < 1e-4F);
    QCOMPARE(state.graph.value(state.graph.find("high")).constant.toFloats(), std::vector<float>{6});
    // The channels of a value that a dense layer reads share the range with its weights.
    for (const Moments& channel : state.statistics->tensor("s").channels)
        QVERIFY(channel.maximum <= 6);
}

void TstSmooth::evensOutSumsOfLayers()
{
    Graph graph = graphOf(residual);
    // A channel far above the others wherever it is made, read by small weights.
    const auto scale = [&](const char* name, std::size_t first, std::size_t count, std::size_t stride, float factor) {
        for (std::size_t k = 0; k < count; ++k)
            graph.value(graph.find(name)).constant.mutableData<float>()[first + k * stride] *= factor;
    };
    scale("w1", 0, 27, 1, 100);
    scale("b1", 0, 1, 1, 100);
    scale("w3", 0, 12, 1, 100);
    scale("w2", 0, 12, 8, 0.01F);
    scale("w4", 0, 5, 8, 0.01F);
    AlgorithmFixture fixture("int8:channel:symmetric", graph, "uint8:tensor:asymmetric");
    const auto steps = fixture.run("smooth:strength=1");
    QVERIFY(!steps[0].reverted);
    QVERIFY2(steps[0].afterDb > steps[0].beforeDb + 6,
             qPrintable(QString("%1 -> %2").arg(steps[0].beforeDb).arg(steps[0].afterDb)));
    QVERIFY(steps[0].floatDb > 110);
    // What the sum reaches or its operands do, in every channel.
    const auto& first = fixture.state.statistics->tensor("a").channels;
    const auto& sum = fixture.state.statistics->tensor("s").channels;
    const auto reach = [](const Moments& channel) { return std::max(-channel.minimum, channel.maximum); };
    for (std::size_t channel = 0; channel < sum.size(); ++channel)
        QVERIFY(reach(sum[channel]) < 1.001F && reach(first[channel]) < 1.001F);
}

void TstSmooth::leavesAloneWhatCannotBeScaled_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("a gate that another reads")
        << "opset 13\ninput x: float32[1x6]\nw1: float32[6x4] = ...\nh = MatMul(x, w1)\ng = Sigmoid(h)\n"
           "m = Mul(h, g)\nw2: float32[4x3] = ...\ny = MatMul(m, w2)\nz = Neg(g)\noutput y, z\n";
    QTest::newRow("a gate of something else") << "opset 13\ninput x: float32[1x6]\nw1: float32[6x4] = ...\nh "
                                                 "= MatMul(x, w1)\nv: float32[6x4] = ...\n"
                                                 "o = MatMul(x, v)\ng = Sigmoid(o)\nm = Mul(h, g)\nw2: "
                                                 "float32[4x3] = ...\ny = MatMul(m, w2)\noutput y\n";

    const QString head = "opset 13\ninput x: float32[1x6]\nw1: float32[6x4] = ...\nh = MatMul(x, w1)\n";
    const QString tail = "w2: float32[4x3] = ...\ny = MatMul(r, w2)\noutput y\n";
    QTest::newRow("what is not linear") << head + "r = Tanh(h)\n" + tail;
    QTest::newRow("what another reads") << head + "r = Relu(h)\ns = Sigmoid(r)\n" + tail + "output s\n";
    QTest::newRow("what leaves the graph") << head + "r = Relu(h)\n" + tail + "output r\n";
}

void TstSmooth::leavesAloneWhatCannotBeScaled()
{
    QFETCH(QString, text);
    AlgorithmFixture fixture("int8:tensor:symmetric", graphOf(text.toStdString()));
    QVERIFY(smoothed(fixture).graph.digest() == fixture.graph.digest());
    QVERIFY(ChannelMigration(fixture.graph).values().empty());
}

QTEST_APPLESS_MAIN(TstSmooth)
#include "tst_smooth.moc"
