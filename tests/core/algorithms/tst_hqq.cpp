// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/hqq.h"

#include <QTest>

#include <random>

#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Half-quadratic fit of grids: against the plain definition, and what must hold of every answer.
class TstHqq : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void equalsThePlainDefinition();
    void isNeverWorseThanWhatWasThere();
    void movesTheZeroOfAsymmetricGrids();
    void keepsScalesAboveTheirFloor();
    void fitsGroupsToo();
    void leavesOtherGridsAlone();
};

namespace {

/// Weights with a few far from the others, which a range that covers all wastes its steps on.
std::vector<float> weightsWithOutliers(unsigned seed, float offset = 0)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(offset, 1);
    std::vector<float> weights(64);
    for (float& weight : weights)
        weight = normal(generator);
    weights[seed % 64] = offset + 6;
    return weights;
}

/// The smallest grid of four bits that covers them.
SharedGrid coveringGrid(const std::vector<float>& weights, bool symmetric)
{
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    const double lowest = std::min(0.0, double{*low}), highest = std::max(0.0, double{*high});
    if (symmetric)
        return {double{static_cast<float>(std::max(-lowest, highest) / 7)}, 0, -8, 7, 0, false};
    const auto scale = double{static_cast<float>((highest - lowest) / 15)};
    return {scale, static_cast<int>(std::nearbyint(-lowest / scale)), 0, 15, 0, true};
}

/// One iteration after the other by the formulas of the paper, for a symmetric grid: W_e = shrink(W - W_r),
/// then the scale of least squares of W - W_e. Returns the scale with the least error.
double plainScale(const std::vector<float>& weights, const SharedGrid& grid, double norm, int iterations)
{
    const auto codesAt = [&](double scale) {
        std::vector<double> codes;
        for (const float weight : weights)
            codes.push_back(std::clamp(std::nearbyint(double{weight} / scale), -8.0, 7.0));
        return codes;
    };
    const auto errorAt = [&](double scale) {
        const std::vector<double> codes = codesAt(scale);
        double error = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            error += std::pow(std::abs(double{weights[i]} - codes[i] * scale), norm);
        return error;
    };
    double best = grid.scale, scale = grid.scale, penalty = 10;
    for (int iteration = 0; iteration < iterations; ++iteration, penalty *= 1.01) {
        const std::vector<double> codes = codesAt(scale);
        double above = 0, below = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const double x = (double{weights[i]} - codes[i] * scale) / grid.scale;
            const double size = std::abs(x);
            const double kept = size > 0 ? std::max(0.0, size - std::pow(size, norm - 1) / penalty) : 0.0;
            above += codes[i] * (double{weights[i]} - grid.scale * (x < 0 ? -kept : kept));
            below += codes[i] * codes[i];
        }
        scale = double{static_cast<float>(above / below)};
        best = errorAt(scale) < errorAt(best) ? scale : best;
    }
    return best;
}

} // namespace

void TstHqq::equalsThePlainDefinition()
{
    int changed = 0;
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::vector<float> weights = weightsWithOutliers(seed);
        const SharedGrid grid = coveringGrid(weights, true);
        const SharedGrid fitted = solveHqq(weights, grid, {});
        const double plain = plainScale(weights, grid, 0.7, 20);
        // The sums are formed in another order: a scale may round to the float beside.
        QVERIFY(std::abs(fitted.scale / plain - 1) < 1e-6);
        QCOMPARE(fitted.zero, 0);
        changed += fitted.scale != grid.scale;
    }
    QVERIFY(changed > 10);
}

void TstHqq::isNeverWorseThanWhatWasThere()
{
    double before = 0, after = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        const bool symmetric = seed % 2 == 0;
        const std::vector<float> weights = weightsWithOutliers(seed, symmetric ? 0.0F : 1.0F);
        const SharedGrid grid = coveringGrid(weights, symmetric);
        const double had = normError(weights, grid, 0.7),
                     has = normError(weights, solveHqq(weights, grid, {}), 0.7);
        QVERIFY(has <= had);
        before += had;
        after += has;
    }
    QVERIFY(after < 0.98 * before);
}

void TstHqq::movesTheZeroOfAsymmetricGrids()
{
    bool moved = false;
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::vector<float> weights = weightsWithOutliers(seed, 0.3F);
        SharedGrid grid = coveringGrid(weights, false);
        grid.zero += 2; // a step or two from where it should be: the largest weights are cut off
        const SharedGrid fitted = solveHqq(weights, grid, {});
        QVERIFY(fitted.zero >= grid.lowest && fitted.zero <= grid.highest);
        moved = moved || fitted.zero != grid.zero;
        grid.movesZero = false;
        QCOMPARE(solveHqq(weights, grid, {}).zero, grid.zero);
    }
    QVERIFY(moved);
}

void TstHqq::keepsScalesAboveTheirFloor()
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::vector<float> weights = weightsWithOutliers(seed);
        SharedGrid grid = coveringGrid(weights, true);
        grid.scaleFloor = grid.scale * 0.99;
        QVERIFY(solveHqq(weights, grid, {}).scale >= grid.scaleFloor);
    }
}

void TstHqq::fitsGroupsToo()
{
    AlgorithmFixture fixture("int3:group:16", graphOf(R"(
opset 13
input x: float32[1x40]
w: float32[40x6] = ...
y = MatMul(x, w)
output y
)"),
                             "float32");
    const Encoding before = *fixture.state.resolved.encodings.weights.at("w");
    QVERIFY(before.grouped());
    const Control control;
    const auto notes = algorithms()
                           .get("hqq", "algorithm")
                           .run(fixture.state, {fixture.plan,
                                                genericRules(),
                                                fixture.samples,
                                                fixture.samples,
                                                sha256("data"),
                                                {},
                                                1,
                                                control});
    QVERIFY(notes.at(0).note.empty());
    const Encoding& after = *fixture.state.resolved.encodings.weights.at("w");
    const Tensor& weight = fixture.graph.value(fixture.graph.find("w")).constant;
    QVERIFY(after.scale != before.scale);
    QVERIFY(fixture.state.resolved.codes.weights.at("w").toFloats() == quantize(weight, after).toFloats());
    const auto errorOf = [&](const Encoding& encoding) {
        const std::vector<float> real = weight.toFloats(), held = fakeQuantize(weight, encoding).toFloats();
        double error = 0;
        for (std::size_t i = 0; i < real.size(); ++i)
            error += std::pow(std::abs(double{real[i]} - double{held[i]}), 0.7);
        return error;
    };
    QVERIFY(errorOf(after) < errorOf(before));
}

void TstHqq::leavesOtherGridsAlone()
{
    for (const char* weights : {"nf4", "int4:channel:symmetric:pow2"}) {
        AlgorithmFixture fixture(weights);
        const Digest before = fixture.state.resolved.encodings.digest();
        const auto steps = fixture.run("hqq");
        QVERIFY(!steps[0].layers.empty() && !steps[0].layers[0].note.empty());
        QVERIFY(fixture.state.resolved.encodings.digest() == before);
    }
}

QTEST_APPLESS_MAIN(TstHqq)
#include "tst_hqq.moc"
