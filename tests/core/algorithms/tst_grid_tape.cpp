// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/grid_tape.h"

#include <QTest>

#include "core/runtime/gradients.h"
#include "tests/core/algorithms/algorithm_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

/// Going back through graphs whose values pass grids.
class TstGridTape : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutGridsItIsThePlainGradient();
    void gradientsOfGridsAddUpOverReaders();
    void fixedGridsLetGradientsThrough();
    void droppedElementsPassAsTheyAre();
    void otherConstantsTakeTheirPlace();
    void unknownNamesAreRefused();
};

namespace {

Tensor ones(const Shape& shape)
{
    Tensor result(DType::float32, shape);
    for (float& value : result.mutableData<float>())
        value = 1;
    return result;
}

constexpr const char* branches = R"(
opset 13
input x: float32[1x6]
w: float32[6x4] = ...
v: float32[6x4] = ...
a = MatMul(x, w) @first
b = MatMul(x, v) @second
y = Add(a, b)
output y
)";

} // namespace

void TstGridTape::withoutGridsItIsThePlainGradient()
{
    const Graph graph = unevenNetwork();
    const std::set<std::string> trained{"w1", "b1", "w2", "w4"};
    const GridTape tape(graph, {}, trained, {"r2", "y"});
    const TensorMap inputs = seededInputs(graph, 3);
    const GridTape::Run run = tape.forward(inputs, {}, {});
    const Tensor atFeature = ones(tape.watched(run, 0).shape()),
                 atOutput = ones(tape.watched(run, 1).shape());
    const auto found = tape.backward(run, {atFeature, atOutput}, {}, {});
    const Gradients plain(graph, {trained.begin(), trained.end()}, {"r2", "y"});
    const TensorMap expected = plain.run(plain.forward(inputs, {}), {{"r2", atFeature}, {"y", atOutput}}, {});
    QCOMPARE(found.constants.size(), trained.size());
    for (const auto& [name, gradient] : expected)
        QVERIFY(identical(found.constants.at(name), gradient));
}

void TstGridTape::gradientsOfGridsAddUpOverReaders()
{
    const Graph graph = graphOf(branches);
    const TensorMap inputs = seededInputs(graph, 5);
    const LearnedGrid grid{0.2F, 7, 0, 15};
    // The same grid on the input, or on both of its edges, is the same function.
    const GridTape whole(graph, {{"x", {nullptr, 0}}}, {"w"}, {"y"});
    const GridTape edges(graph, {{"x->first", {nullptr, 0}}, {"x->second", {nullptr, 1}}}, {"w"}, {"y"});
    const TapeState one{{}, {grid}}, two{{}, {grid, grid}};
    const auto wholeRun = whole.forward(inputs, one, {}), edgeRun = edges.forward(inputs, two, {});
    QVERIFY(identical(whole.watched(wholeRun, 0), edges.watched(edgeRun, 0)));
    const std::vector<Tensor> gradient{ones({1, 4})};
    const auto atWhole = whole.backward(wholeRun, gradient, one, {});
    const auto atEdges = edges.backward(edgeRun, gradient, two, {});
    QVERIFY(std::abs(atWhole.grids[0].scale) > 1e-3);
    QVERIFY(std::abs(atWhole.grids[0].scale - atEdges.grids[0].scale - atEdges.grids[1].scale) < 1e-4);
    QVERIFY(std::abs(atWhole.grids[0].zeroPoint - atEdges.grids[0].zeroPoint - atEdges.grids[1].zeroPoint) <
            1e-4);
    QVERIFY(identical(atWhole.constants.at("w"), atEdges.constants.at("w")));
    auto sum = atEdges;
    addResult(sum, atEdges);
    QCOMPARE(sum.grids[1].scale, 2 * atEdges.grids[1].scale);
    QCOMPARE(sum.constants.at("w").at(0), 2 * atEdges.constants.at("w").at(0));
}

void TstGridTape::fixedGridsLetGradientsThrough()
{
    const Graph graph = graphOf(branches);
    auto encoding = std::make_shared<Encoding>();
    encoding->format = NumberFormat::integer(2, false);
    encoding->scale = {0.5F};
    encoding->zeroPoint = {1};
    encoding->maximumCode = 3;
    const GridTape tape(graph, {{"a", {encoding, -1}}}, {"w"}, {"y"});
    const TensorMap inputs = seededInputs(graph, 5);
    const auto run = tape.forward(inputs, {}, {});
    const auto found = tape.backward(run, {ones({1, 4})}, {}, {});
    for (std::int64_t k = 0; k < 6; ++k)
        for (std::int64_t n = 0; n < 4; ++n)
            QCOMPARE(found.constants.at("w").at(k * 4 + n), inputs.at("x").at(k));
}

void TstGridTape::droppedElementsPassAsTheyAre()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x6]\nw: float32[6x300] = ...\ny = MatMul(x, w)\noutput y");
    const GridTape tape(graph, {{"y", {nullptr, 0}}}, {"w"}, {"y"});
    const TapeState state{{}, {{0.3F, 1, 0, 3}}}; // from -0.3 to 0.6: many values lie outside
    const TensorMap inputs = seededInputs(graph, 5);
    const auto all = tape.forward(inputs, state, {}), some = tape.forward(inputs, state, {}, 11);
    const auto y = static_cast<std::size_t>(graph.find("y").index);
    const auto seen = tape.watched(some, 0).toFloats(), onGrid = tape.watched(all, 0).toFloats(),
               raw = all.raw[y].toFloats();
    const Tensor gradient = ones({1, 300});
    const auto found = tape.backward(some, {gradient}, state, {}),
               foundOfAll = tape.backward(all, {gradient}, state, {});
    double atScale = 0;
    int dropped = 0, outside = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const bool isDropped = seen[i] == raw[i];
        QVERIFY(isDropped || seen[i] == onGrid[i]);
        dropped += isDropped ? 1 : 0;
        const bool passes = isDropped || (raw[i] >= -0.3F && raw[i] <= 0.6F);
        outside += passes ? 0 : 1;
        // The weight's gradient is the input where the element's own came through.
        QCOMPARE(found.constants.at("w").at(static_cast<std::int64_t>(i)),
                 passes ? inputs.at("x").at(0) : 0.0);
        atScale += isDropped ? 0 : std::clamp(onGrid[i] / 0.3F, -1.0F, 2.0F) - (passes ? raw[i] / 0.3F : 0);
    }
    QVERIFY(dropped > 100 && dropped < 200 && outside > 10);
    QVERIFY(std::abs(found.grids[0].scale - atScale) < 1e-3);
    QVERIFY(std::abs(foundOfAll.grids[0].scale - atScale) > 1e-2);
}

void TstGridTape::otherConstantsTakeTheirPlace()
{
    const Graph graph = graphOf(branches);
    const GridTape tape(graph, {}, {"w"}, {"a"});
    const TapeState zeros{{{"w", Tensor(DType::float32, {6, 4})}}, {}};
    const auto run = tape.forward(seededInputs(graph, 1), zeros, {});
    for (const float value : tape.watched(run, 0).toFloats())
        QCOMPARE(value, 0.0F);
}

void TstGridTape::unknownNamesAreRefused()
{
    const Graph graph = graphOf(branches);
    LATHE_EXPECT_ERROR(unknownName, GridTape(graph, {}, {"nothing"}, {"y"}));
}

QTEST_APPLESS_MAIN(TstGridTape)
#include "tst_grid_tape.moc"
