// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/watched_outputs.h"

#include <QTest>
#include <cmath>
#include <limits>

#include "tests/core/quant/quant_fixture.h"

using namespace lathe;
using namespace lathe::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Logits and their probabilities, each with a slot.
std::shared_ptr<const Program> classifier()
{
    CompileOptions options;
    options.points = {{"l", Slot::Kind::activation, -1}, {"p", Slot::Kind::activation, -1}};
    return Program::compile(graphOf("opset 13\ninput x: float32[1x4]\nk: float32[1] = [3]\nl = Mul(x, k)\n"
                                    "p = Softmax(l)\noutput p\n"),
                            options);
}

Binding with(const Program& program, const char* value, float scale, int zeroPoint)
{
    auto grid = std::make_shared<Encoding>();
    grid->format = NumberFormat::parse("uint8");
    grid->scale = {scale};
    grid->zeroPoint = {zeroPoint};
    grid->minimumCode = 0;
    grid->maximumCode = 255;
    return program.defaultBinding()
        .with(program.findSlot(value, Slot::Kind::activation), {grid, {}})
        .withPrecision(Precision::simulated);
}

}

class TstWatchedOutputs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void joinsPartsByTheirRatios()
    {
        const auto db = [](PartErrors parts) { return sqnrDb(parts); };
        QCOMPARE(db({{100, 1}}), 20.0);
        // Noise over signal 1e-4 and 1: half of both counts, however large the first one's values are.
        QCOMPARE(db({{1e8, 1e4}, {1, 1}}), -10 * std::log10((1e-4 + 1) / 2));
        QCOMPARE(db({{1e4, 1}, {0, 5}, {1e4, 1}}), 40.0);
        QCOMPARE(db({{100, 0}, {5, 0}}), infinity);
        QCOMPARE(db({{100, infinity}, {5, 0}}), -infinity);
        QCOMPARE(db({{0, 1}}), -infinity);
        PartErrors sum;
        add(sum, {{1, 2}, {3, 4}});
        add(sum, {{10, 20}, {30, 40}});
        QCOMPARE(sum[1].noiseSquares, 44.0);
        QCOMPARE(sum[0].signalSquares, 11.0);
    }

    /// A grid of the logits counts at the logits, one of the probabilities by its own ratio.
    void looksBeforeALastSoftmax()
    {
        const auto program = classifier();
        Execution execution(program);
        const TensorMap inputs{{"x", Tensor::of<float>(Shape{1, 4}, {0.11F, -0.37F, 2.05F, 0.6F})}};
        const WatchedOutputs watched(program->graph(), program->graph().outputs, *program);
        QCOMPARE(watched.partCount(), std::size_t{1});
        const auto values = [&](const Binding& binding) {
            return watched.of(*program, [&](const TapMap& taps) {
                return execution.run(inputs, binding, {}, taps);
            });
        };
        const Binding floating = program->defaultBinding().withPrecision(Precision::floating);
        const auto expected = values(floating);
        const auto errorOf = [&](const Binding& binding) {
            return watched.errors(expected, values(binding), &binding).front();
        };
        const PartError coarse = errorOf(with(*program, "l", 0.25F, 128));
        double noise = 0, signal = 0;
        for (const float x : {0.11F, -0.37F, 2.05F, 0.6F}) {
            const double logit = double{x * 3.0F};
            signal += logit * logit;
            noise += std::pow(std::nearbyint(logit / 0.25) * 0.25 - logit, 2);
        }
        QVERIFY(std::abs(coarse.signalSquares - signal) < 1e-4 * signal);
        QVERIFY(std::abs(coarse.noiseSquares - noise) < 1e-3 * noise);
        const PartError behind = errorOf(with(*program, "p", 0.125F, 0));
        const TensorMap floatOutputs = execution.run(inputs, floating);
        const Comparison own = compare(
            floatOutputs.at("p"), execution.run(inputs, with(*program, "p", 0.125F, 0)).at("p"));
        QVERIFY(own.noiseSquares > 0);
        QCOMPARE(behind.noiseSquares / behind.signalSquares, own.noiseSquares / own.signalSquares);
    }
};

QTEST_APPLESS_MAIN(TstWatchedOutputs)
#include "tst_watched_outputs.moc"
