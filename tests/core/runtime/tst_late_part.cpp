// SPDX-License-Identifier: GPL-3.0-or-later
// Programs of graphs with bodies, and of graphs whose shapes are only known while running, against the plain reference.
#include <QTest>
#include <thread>

#include "core/ops/infer_shapes.h"
#include "core/runtime/late_part.h"
#include "tests/core/ops/control_flow_graphs.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

Graph inferred(const std::string& text)
{
    Graph graph = parseGraph(text);
    inferShapes(graph);
    return graph;
}

Tensor integers(std::initializer_list<std::int64_t> values)
{
    return Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

/// "" when a program gives what the reference gives, several times over.
std::string difference(const std::string& text, const std::vector<TensorMap>& cases)
{
    const Graph graph = inferred(text);
    const auto program = Program::compile(graph, {});
    Execution execution(program);
    for (int round = 0; round < 2; ++round)
        for (const TensorMap& inputs : cases) {
            const TensorMap expected = runReference(graph, inputs, {});
            const TensorMap actual = execution.run(inputs, {});
            if (expected.size() != actual.size())
                return "another number of outputs";
            for (const auto& [name, tensor] : expected)
                if (const double error = relativeError(tensor, actual.at(name)); error > 1e-6)
                    return name + ": " + std::to_string(error) + ", " + actual.at(name).shape().text();
        }
    return {};
}

/// Elements above zero, through a convolution: NonZero decides the shapes of all that follows.
const std::string kSelected = R"(input x: float32[1x2x9]
w: float32[3x2x3] = ...
c = Conv(x, w)
f = Flatten(c)
zero: float32[] = 0
m = Greater(f, zero)
i = NonZero(m)
j = Transpose(i) {perm=[1, 0]}
g = GatherND(f, j)
last: int64[2] = [-1, 1]
r = Reshape(g, last)
v: float32[1x4] = ...
p = MatMul(r, v)
q = Relu(p)
s: int64[3] = [1, -1, 2]
y = Reshape(q, s)
total = ReduceSum(f) {keepdims=0}
output y, total
)";

}

class TstLatePart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodiesRunAsPrograms()
    {
        const Tensor x2 = randomTensor({2}, 1), x3 = randomTensor({3}, 2), x4 = randomTensor({4}, 3);
        const auto n = [](std::int64_t count) { return Tensor::scalar(count); };
        QCOMPARE(difference(kDoubling, {{{"n", n(3)}, {"x", x3}}, {{"n", n(0)}, {"x", x3}}}), std::string());
        QCOMPARE(difference(kNested, {{{"trips", n(5)}, {"x", x2}}, {{"trips", n(0)}, {"x", x2}}, {{"trips", n(1)}, {"x", x2}}}),
                 std::string());
        QCOMPARE(difference(kUntil, {{{"x", Tensor::of<float>({2}, {40, 4})}}, {{"x", Tensor::of<float>({2}, {0, 0})}}}), std::string());
        QCOMPARE(difference(kScan, {{{"x", randomTensor({2, 4}, 4)}}}), std::string());
        QCOMPARE(difference(kLengths, {{{"c", Tensor::scalar(true)}, {"x", x4}}, {{"c", Tensor::scalar(false)}, {"x", x4}}}),
                 std::string());
        QCOMPARE(difference(kGrowing, {{{"n", n(12)}, {"x", randomTensor({1}, 5)}}, {{"n", n(0)}, {"x", randomTensor({1}, 6)}}}),
                 std::string());
    }

    void shapesFollowFromNumbers()
    {
        QCOMPARE(difference(kSelected, {{{"x", randomTensor({1, 2, 9}, 7)}}, {{"x", randomTensor({1, 2, 9}, 8)}},
                                        {{"x", Tensor(DType::float32, {1, 2, 9})}}}),
                 std::string());
        const auto program = Program::compile(inferred(kSelected), {});
        QVERIFY(program->canTap("f"));
        QVERIFY(!program->canTap("g")); // fusion might hide it
        QCOMPARE(kernelNames(*program).substr(0, 11), std::string("onednn_conv"));
        QVERIFY(kernelNames(*program).ends_with("late late late"));
        QVERIFY(program->graph().find("q").valid());
    }

    void shapesAsInputs()
    {
        const std::string text = "input x: float32[1x4]\ninput s: int64[2]\ne = Expand(x, s)\ny = Exp(e)\nz = Neg(x)\noutput z, y";
        const Tensor x = randomTensor({1, 4}, 9);
        QCOMPARE(difference(text, {{{"x", x}, {"s", integers({3, 4})}}, {{"x", x}, {"s", integers({0, 4})}}, {{"x", x}, {"s", integers({1, 1})}}}),
                 std::string());
        const auto program = Program::compile(inferred(text), {});
        Execution execution(program);
        LATHE_EXPECT_ERROR(tooLarge, execution.run({{"x", x}, {"s", integers({std::int64_t{1} << 40, 4})}}, {}));
    }

    /// Decisions behind decisions: each stage is cut again.
    void stagesFollowEachOther()
    {
        const std::string text = R"(input x: float32[12]
zero: float32[] = 0
one: float32[] = 0.25
a = Greater(x, zero)
i = NonZero(a)
fi = Cast(i) {to=1}
rs: int64[1] = -1
k = Reshape(fi, rs)
t = Mul(k, one)
b = Greater(t, one)
j = NonZero(b)
y = Cast(j) {to=1}
n = Neg(y)
output n, k
)";
        QCOMPARE(difference(text, {{{"x", randomTensor({12}, 10)}}, {{"x", randomTensor({12}, 11)}}, {{"x", Tensor(DType::float32, {12})}}}),
                 std::string());
    }

    void whatIsBeforeCanBeReused()
    {
        const auto program = Program::compile(inferred(kSelected), {});
        Execution execution(program);
        const TensorMap inputs{{"x", randomTensor({1, 2, 9}, 12)}};
        TensorMap boundary;
        std::map<std::string, Tap> taps;
        const int step = program->stepCount();
        for (const std::string& name : execution.boundaryValues(step))
            taps[name] = [&](const TapView& view) { boundary[view.value] = Tensor::of<float>(view.shape, view.reals); };
        const TensorMap whole = execution.run(inputs, {}, {}, taps);
        std::erase_if(boundary, [&](const auto& entry) { return program->graph().value(program->graph().find(entry.first)).dtype != DType::float32; });
        for (const std::string& name : execution.boundaryValues(step))
            if (!boundary.contains(name))
                return;  // Only float values can be handed back.
        QVERIFY(sameElements(whole.at("y"), execution.runFrom(step, boundary, {}).at("y")));
    }

    void tapsSeeWhatIsLate()
    {
        CompileOptions options;
        options.tapAll = true;
        const Graph graph = inferred(kSelected);
        const auto program = Program::compile(graph, options);
        const TensorMap inputs{{"x", randomTensor({1, 2, 9}, 13)}};
        TensorMap seen;
        TapMap taps;
        for (const std::string name : {"c", "i", "q", "y"}) {
            QVERIFY2(program->canTap(name), name.c_str());
            taps[name] = [&seen](const TapView& view) {
                QVERIFY(!seen.contains(view.value));
                seen[view.value] = Tensor::of<float>(view.shape, view.reals);
            };
        }
        Execution(program).run(inputs, {}, {}, taps);
        QCOMPARE(seen.size(), taps.size());
        Graph shown = graph;
        for (const std::string name : {"c", "i", "q"})
            shown.outputs.push_back(shown.find(name));
        const TensorMap expected = runReference(shown, inputs, {});
        for (const auto& [name, tensor] : seen)
            QVERIFY2(relativeError(expected.at(name).converted(DType::float32), tensor) < 1e-6, name.c_str());
    }

    /// Bodies in bodies, as often as they run.
    void tapsSeeWhatBodiesCompute()
    {
        CompileOptions options;
        options.tapAll = true;
        const auto program = Program::compile(inferred(kNested), options);
        std::map<std::string, std::vector<float>> seen;
        TapMap taps;
        for (const std::string name : {"y/body/w/then_branch/a", "y/body/w/else_branch/b"}) {
            QVERIFY2(program->canTap(name), name.c_str());
            taps[name] = [&seen](const TapView& view) { seen[view.value].push_back(view.reals[0]); };
        }
        QVERIFY(!program->canTap("y/body/w/then_branch/b"));
        const TensorMap inputs{{"trips", Tensor::scalar(std::int64_t{4})},
                               {"x", Tensor::of<float>({2}, {3, 1})}};
        Execution execution(program);
        execution.run(inputs, {}, {}, taps);
        // 0 + 3, 3 - 9, -6 + 3, -3 - 9
        QCOMPARE(seen["y/body/w/then_branch/a"], (std::vector<float>{3, -3}));
        QCOMPARE(seen["y/body/w/else_branch/b"], (std::vector<float>{-6, -12}));
        execution.run(inputs, {});
        QCOMPARE(seen["y/body/w/then_branch/a"].size(), std::size_t(2));
        QVERIFY(!Program::compile(inferred(kNested), {})->canTap("y/body/w/then_branch/a"));
    }

    /// Weights and activations behind shapes that are only known while running, on grids: as a graph that has
    /// them rounded.
    void slotsBehindLateShapes()
    {
        const Graph graph = inferred(kSelected);
        CompileOptions options;
        options.points = {{"c", Slot::Kind::activation, -1},
                          {"v", Slot::Kind::weight, -1},
                          {"q", Slot::Kind::activation, -1}};
        const auto program = Program::compile(graph, options);
        const int weight = program->findSlot("v", Slot::Kind::weight),
                  values = program->findSlot("q", Slot::Kind::activation);
        QVERIFY(weight >= 0 && values >= 0);
        const auto gridOf = [](const char* format, float scale, int low, int high) {
            Encoding encoding;
            encoding.format = NumberFormat::parse(format);
            encoding.scale = {scale};
            encoding.zeroPoint = {0};
            encoding.minimumCode = low;
            encoding.maximumCode = high;
            return std::make_shared<const Encoding>(encoding);
        };
        const auto coarse = gridOf("int4", 0.25F, -8, 7), fine = gridOf("uint8", 0.125F, 0, 255);
        const TensorMap inputs{{"x", randomTensor({1, 2, 9}, 14)}};
        Execution execution(program);
        const Tensor floating = execution.run(inputs, {}).at("y");
        const Binding simulated = program->defaultBinding().withPrecision(Precision::simulated);
        Graph rounded = graph;
        Tensor& constant = rounded.value(rounded.find("v")).constant;
        constant = fakeQuantize(constant, *coarse);
        const Tensor expected = runReference(rounded, inputs, {}).at("y");
        const Binding coarseWeights = simulated.with(weight, {coarse, nullptr});
        QVERIFY(relativeError(expected, execution.run(inputs, coarseWeights).at("y")) < 1e-6);
        QVERIFY(relativeError(expected, floating) > 1e-3);
        const Tensor onGrid = execution.run(inputs, coarseWeights.with(values, {fine, nullptr})).at("y");
        QVERIFY(sameElements(onGrid, fakeQuantize(expected, *fine)));
        QVERIFY(sameElements(execution.run(inputs, simulated).at("y"), floating));
        execution.run(inputs, simulated.with(values, {gridOf("uint8", 1e-6F, 0, 255), nullptr}));
        QVERIFY(execution.clipped(values) > 0);
        options.points = {{"nowhere", Slot::Kind::activation, -1}};
        LATHE_EXPECT_ERROR(unknownName, Program::compile(graph, options));
    }

    /// Workers share programs made while running.
    void workersAgree()
    {
        const auto program = Program::compile(inferred(kGrowing), {});
        const auto work = [&](std::vector<TensorMap>& results) {
            Execution execution(program);
            for (std::int64_t n = 0; n < 12; ++n)
                results.push_back(execution.run({{"n", Tensor::scalar(n)}, {"x", Tensor::of<float>({1}, {0.5f})}}, {}));
        };
        std::vector<TensorMap> first, second;
        {
            std::jthread one([&] { work(first); }), two([&] { work(second); });
        }
        for (std::size_t i = 0; i < first.size(); ++i)
            QVERIFY(identical(first[i].at("y"), second[i].at("y")));
    }

    void unknownOperatorsInBodiesAreRefused()
    {
        const std::string text = "input c: bool[]\ninput x: float32[2]\ny = If(c) {then_branch=graph {\n    capture x\n    t = NoSuchOperator(x)\n"
                                 "    output t\n}, else_branch=graph {\n    capture x\n    e = Neg(x)\n    output e\n}}\noutput y\n";
        LATHE_EXPECT_ERROR(unsupportedOperator, Program::compile(parseGraph(text), {}));
    }

    /// A captured value is neither fused away nor overwritten before the body has read it.
    void capturedValuesLive()
    {
        const std::string text = R"(input c: bool[]
input x: float32[1x3x5x5]
w: float32[4x3x3x3] = ...
v: float32[4x4x1x1] = ...
a = Conv(x, w)
b = Relu(a)
d = Conv(b, v)
e = Relu(d)
y = If(c) {then_branch=graph {
    capture a
    capture e
    t = Add(a, e)
    output t
}, else_branch=graph {
    capture b
    f = Neg(b)
    output f
}}
output y
)";
        const Tensor x = randomTensor({1, 3, 5, 5}, 13);
        QCOMPARE(difference(text, {{{"c", Tensor::scalar(true)}, {"x", x}}, {{"c", Tensor::scalar(false)}, {"x", x}}}), std::string());
    }

    void quantizedPairsAroundBodies()
    {
        const std::string text = R"(input c: bool[]
input x: float32[4]
s: float32[] = 0.125
z: int8[] = 0
n = Neg(x)
q = QuantizeLinear(n, s, z)
d = DequantizeLinear(q, s, z)
y = If(c) {then_branch=graph {
    capture d
    t = Neg(d)
    output t
}, else_branch=graph {
    capture d
    capture s
    f = Mul(d, s)
    output f
}}
output y
)";
        const Tensor x = randomTensor({4}, 14);
        QCOMPARE(difference(text, {{{"c", Tensor::scalar(true)}, {"x", x}}, {{"c", Tensor::scalar(false)}, {"x", x}}}), std::string());
    }

    void splitsOnlyWhereNeeded()
    {
        const SplitGraph whole = splitLate(inferred("input x: float32[2]\ny = Neg(x)\noutput y"));
        QVERIFY(!whole.isLate());
        const SplitGraph cut = splitLate(inferred("input x: float32[4]\na = Neg(x)\ni = NonZero(a)\ns = Shape(i)\nb = Exp(a)\noutput s, b"));
        QCOMPARE(cut.now.nodes().size(), std::size_t{2});
        QCOMPARE(cut.first.nodes().size(), std::size_t{1});
        QCOMPARE(cut.rest.nodes().size(), std::size_t{1});
        QCOMPARE(cut.now.outputs.size(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TstLatePart)
#include "tst_late_part.moc"
