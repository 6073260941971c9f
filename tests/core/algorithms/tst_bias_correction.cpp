// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/algorithms/output_error.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Bias correction: means of layer outputs are those of the float model again.
class TstBiasCorrection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesBackTheMean();
    void repairsNothingTwice_data();
    void repairsNothingTwice();
    void correctsFloatBiasesToo();
    void countsWhatTheClampLetsThrough();
};

namespace {

/// Means of the channels of `value` over samples of a run.
std::vector<double> means(const Runnable& run, const Samples& samples, const std::string& value)
{
    Execution execution(run.program);
    std::vector<double> sums;
    for (std::int64_t i = 0; i < samples.size(); ++i)
        execution.run(samples.load(i), run.binding, {}, {{value, [&](const TapView& view) {
                                                              const auto channels = static_cast<std::size_t>(view.shape[1]);
                                                              sums.resize(channels);
                                                              const std::size_t plane = view.reals.size() / channels;
                                                              for (std::size_t e = 0; e < view.reals.size(); ++e)
                                                                  sums[e / plane] += double{view.reals[e]};
                                                          }}});
    return sums;
}

double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

QuantState corrected(AlgorithmFixture& fixture, const std::string& text)
{
    QuantState state = fixture.state;
    const AlgorithmChoice choice = AlgorithmChoice::parse(text);
    const Control control;
    algorithms().get("bias", "algorithm")
        .run(state, {fixture.plan, genericRules(), fixture.samples, fixture.samples, sha256("data"), choice.options, 1,
                     control});
    return state;
}

} // namespace

/// What is left of a shift is that of the output's own grid. At 16 bits that is next to nothing.
void TstBiasCorrection::givesBackTheMean()
{
    AlgorithmFixture fixture("int3:tensor:symmetric", unevenNetwork(), "uint16:tensor:asymmetric");
    const QuantState state = corrected(fixture, "bias");
    // Behind the last convolution, before anything clamps: the shift of all layers before adds up there.
    const auto expected = means(floatRun(fixture.graph, {}), fixture.samples, "c3");
    const double before = distance(means(quantizedRun(fixture.state, {}), fixture.samples, "c3"), expected);
    const double after = distance(means(quantizedRun(state, {}), fixture.samples, "c3"), expected);
    QVERIFY2(after < 0.01 * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
}

void TstBiasCorrection::repairsNothingTwice_data()
{
    QTest::addColumn<QByteArray>("choice");
    QTest::newRow("analytic") << QByteArray("bias:mode=analytic");
    // Layers that are treated together all saw the inputs from before: only the first may make up for what came before it.
    QTest::newRow("measured together") << QByteArray("bias:passes=1");
}

/// Against the formula b + sum over k of (w - q) E[x of k's channel], written out for a convolution.
void TstBiasCorrection::repairsNothingTwice()
{
    QFETCH(const QByteArray, choice);
    AlgorithmFixture fixture("int4:tensor:symmetric", unevenNetwork(), "float32");
    const QuantState state = corrected(fixture, choice.constData());
    const auto constant = [&](const char* name) {
        return fixture.graph.value(fixture.graph.find(name)).constant.toFloats();
    };
    const std::vector<float> weights = constant("w3"), biases = constant("b3");
    const std::vector<float> rounded =
        dequantize(state.resolved.codes.weights.at("w3"), *state.resolved.encodings.weights.at("w3")).toFloats();
    const auto& channels = fixture.state.statistics->tensors.at("r2").channels;
    const std::vector<float> found = state.biases.at("b3").toFloats();
    for (std::size_t row = 0; row < 6; ++row) {
        double bias = double{biases[row]};
        for (std::size_t c = 0; c < 8; ++c)
            bias += (double{weights[row * 8 + c]} - double{rounded[row * 8 + c]}) * channels[c].mean();
        QVERIFY(std::abs(double{found[row]} - bias) <= 1e-6 * (1 + std::abs(bias)));
    }
}

void TstBiasCorrection::correctsFloatBiasesToo()
{
    AlgorithmFixture fixture("int3:tensor:symmetric", unevenNetwork(), "float32");
    const QuantState state = corrected(fixture, "bias");
    QVERIFY(state.resolved.codes.biases.empty());
    QCOMPARE(state.biases.size(), 4U);
    const auto expected = means(floatRun(fixture.graph, {}), fixture.samples, "c3");
    const double before = distance(means(quantizedRun(fixture.state, {}), fixture.samples, "c3"), expected);
    QVERIFY(distance(means(quantizedRun(state, {}), fixture.samples, "c3"), expected) < 0.01 * before);
    QVERIFY(state.graph.digest() == fixture.graph.digest());
}

/// Where nearly all that a layer makes is cut off, the mean before the clamp says nothing of the output.
void TstBiasCorrection::countsWhatTheClampLetsThrough()
{
    const Graph network = graphOf(R"(
opset 13
input x: float32[1x8x6x6]
w1: float32[6x8x1x1] = ...
b1: float32[6] = [-4, -4, -4, -4, -4, -4]
c1 = Conv(x, w1, b1)
r1 = Relu(c1)
w2: float32[4x6x1x1] = ...
b2: float32[4] = ...
y = Conv(r1, w2, b2)
output y
)");
    AlgorithmFixture fixture("int3:tensor:symmetric", network, "float32");
    const auto noise = [&](const QuantState& state) {
        const Runnable floating = floatRun(fixture.graph, {}), quantized = quantizedRun(state, {});
        Execution a(floating.program), b(quantized.program);
        Comparison error;
        for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
            std::vector<float> expected;
            const TensorMap inputs = fixture.samples.load(i);
            a.run(inputs, floating.binding, {}, {{"r1", [&](const TapView& view) {
                                                      expected.assign(view.reals.begin(), view.reals.end());
                                                  }}});
            b.run(inputs, quantized.binding, {},
                  {{"r1", [&](const TapView& view) { error.add(expected, view.reals); }}});
        }
        return error.noiseSquares;
    };
    const double before = noise(fixture.state), after = noise(corrected(fixture, "bias"));
    QVERIFY2(after < 0.9 * before, qPrintable(QString("%1, before %2").arg(after).arg(before)));
    QVERIFY(after < noise(corrected(fixture, "bias:mode=analytic")));
}

QTEST_APPLESS_MAIN(TstBiasCorrection)
#include "tst_bias_correction.moc"
