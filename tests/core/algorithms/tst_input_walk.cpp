// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/input_walk.h"

#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Two paths that meet, one of them past a layer.
Graph residualNetwork()
{
    return graphOf(R"(
opset 13
input x: float32[1x3x8x8]
w1: float32[6x3x3x3] = ...
b1: float32[6] = ...
c1 = Conv(x, w1, b1) {pads=[1, 1, 1, 1]}
s1 = Sigmoid(c1)
r1 = Mul(c1, s1)
w2: float32[6x6x3x3] = ...
c2 = Conv(r1, w2) {pads=[1, 1, 1, 1]}
r2 = Relu(c2)
w3: float32[6x6x1x1] = ...
c3 = Conv(r2, w3)
a = Add(c3, r1)
w4: float32[4x6x1x1] = ...
b4: float32[4] = ...
c4 = Conv(a, w4, b4)
p = GlobalAveragePool(c4)
f = Flatten(p)
w5: float32[4x5] = ...
y = Gemm(f, w5)
output y
)");
}

std::vector<WeightLayer> layersOf(const AlgorithmFixture& fixture)
{
    std::vector<LayerNote> notes;
    return weightLayers(fixture.state, genericRules(), *floatRun(fixture.graph, Control()).program, notes);
}

/// The moments of each layer's input from runs of the whole model.
std::vector<InputMoments> wholeRuns(const AlgorithmFixture& fixture, const QuantState& state,
                                    const WeightLayer& layer)
{
    const Runnable floating = floatRun(fixture.graph, Control());
    const Runnable quantized = quantizedRun(state, Control());
    return collectInputMoments({floating.program, floating.binding, quantized.program, quantized.binding},
                               {layer.geometry}, fixture.samples, {}, Control());
}

double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return a.size() == b.size() ? std::sqrt(difference / size) : INFINITY;
}

} // namespace

/// Walking on from kept values gives what runs of the whole model give.
class TstInputWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithWholeRuns_data();
    void agreesWithWholeRuns();
    void keepsWhatLaterInputsComeFrom();
    void doesNotDependOnWorkers();
    void stopsOnRequest();
};

void TstInputWalk::agreesWithWholeRuns_data()
{
    QTest::addColumn<bool>("residual");
    QTest::addColumn<QString>("activations");
    QTest::addColumn<qint64>("memory");
    for (const bool residual : {false, true})
        for (const char* activations : {"uint8:tensor:asymmetric", "float32", "uint8:dynamic"})
            for (const qint64 memory : {qint64{0}, qint64{20000}, qint64{1} << 30})
                QTest::addRow("%s, %s, %lld bytes", residual ? "residual" : "chain", activations, memory)
                    << residual << QString(activations) << memory;
}

/// Weights change behind the walk, as they do when layers are rounded anew.
void TstInputWalk::agreesWithWholeRuns()
{
    QFETCH(bool, residual);
    QFETCH(QString, activations);
    QFETCH(qint64, memory);
    const AlgorithmFixture fixture("int4:channel:symmetric", residual ? residualNetwork() : unevenNetwork(),
                                   activations.toStdString());
    QuantState state = fixture.state;
    const std::vector<WeightLayer> layers = layersOf(fixture);
    InputWalk walk(fixture.samples, 1, true, memory);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::vector<WeightLayer> later(layers.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                             layers.end());
        const InputMoments found = walk.collect(state, {layers[i]}, later, {}, Control()).front();
        const InputMoments expected = wholeRuns(fixture, state, layers[i]).front();
        QCOMPARE(found.count, expected.count);
        // Float kernels may sum in another order where other nodes stand around them.
        QVERIFY(distance(found.referenceMean, expected.referenceMean) < 1e-5);
        QVERIFY(distance(found.mean, expected.mean) < 1e-3);
        QVERIFY(distance(found.second, expected.second) < 1e-3);
        QVERIFY(distance(found.cross, expected.cross) < 1e-3);
        Tensor& codes = state.resolved.codes.weights.at(layers[i].point.value);
        std::vector<float> changed = codes.toFloats();
        for (float& code : changed)
            code = std::floor(code / 2);
        codes = Tensor::of<float>(codes.shape(), std::span<const float>(changed)).converted(codes.dtype());
        walk.changed(state.graph, {layers[i]});
    }
}

void TstInputWalk::keepsWhatLaterInputsComeFrom()
{
    const AlgorithmFixture fixture("int4:channel:symmetric", residualNetwork());
    const std::vector<WeightLayer> layers = layersOf(fixture);
    QCOMPARE(layers.size(), 5U);
    InputWalk walk(fixture.samples, 1, true, std::int64_t{1} << 30);
    const auto keptAfter = [&](std::size_t i) {
        walk.collect(fixture.state, {layers[i]},
                     {layers.begin() + static_cast<std::ptrdiff_t>(i) + 1, layers.end()}, {}, Control());
        return walk.kept();
    };
    QVERIFY(keptAfter(0).empty()); // the model's input needs no keeping
    QVERIFY(keptAfter(1) == std::set<std::string>{"r1"});
    QVERIFY(keptAfter(2) == (std::set<std::string>{"r1", "r2"}));
    QVERIFY(keptAfter(3) == std::set<std::string>{"a"});
    walk.changed(fixture.graph, {layers[4]});
    QVERIFY(walk.kept() == std::set<std::string>{"a"});
    walk.changed(fixture.graph, {layers[1]});
    QVERIFY(walk.kept().empty());
    QVERIFY(keptAfter(4).empty());
}

void TstInputWalk::doesNotDependOnWorkers()
{
    const AlgorithmFixture fixture("int4:channel:symmetric", residualNetwork());
    const std::vector<WeightLayer> layers = layersOf(fixture);
    InputWalk one(fixture.samples, 1, true, std::int64_t{1} << 30);
    InputWalk three(fixture.samples, 3, true, std::int64_t{1} << 30);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::vector<WeightLayer> later(layers.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                             layers.end());
        const InputMoments a = one.collect(fixture.state, {layers[i]}, later, {}, Control()).front();
        const InputMoments b = three.collect(fixture.state, {layers[i]}, later, {}, Control()).front();
        QVERIFY(a.second == b.second);
        QVERIFY(a.cross == b.cross);
    }
}

void TstInputWalk::stopsOnRequest()
{
    const AlgorithmFixture fixture("int4:channel:symmetric", residualNetwork());
    const std::vector<WeightLayer> layers = layersOf(fixture);
    std::stop_source stop;
    stop.request_stop();
    InputWalk walk(fixture.samples, 1, true, 0);
    QVERIFY_THROWS_EXCEPTION(Error,
                             walk.collect(fixture.state, {layers[0]}, {}, {}, Control(stop.get_token())));
}

QTEST_APPLESS_MAIN(TstInputWalk)
#include "tst_input_walk.moc"
