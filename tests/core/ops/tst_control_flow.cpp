// SPDX-License-Identifier: GPL-3.0-or-later
// If, Loop and Scan: what they compute, what is known of it before, and what is refused.
#include <QTest>

#include "core/ops/infer_shapes.h"
#include "core/ops/reference.h"
#include "tests/core/ops/control_flow_graphs.h"
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

TensorMap run(const std::string& text, const TensorMap& inputs)
{
    return runReference(inferred(text), inputs, Control());
}

Tensor trips(std::int64_t count)
{
    return Tensor::scalar(count);
}

std::string shapeOf(const Graph& graph, const char* name)
{
    const auto& shape = graph.value(graph.find(name)).shape;
    return shape ? shape->text() : "none";
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? "missing: " + from : text.replace(at, from.size(), to);
}

}

class TstControlFlow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void branchesAreTaken()
    {
        const Tensor x = Tensor::of<float>({4}, {1, 2, 3, 4});
        QCOMPARE(run(kLengths, {{"c", Tensor::scalar(true)}, {"x", x}}).at("z").toFloats(), (std::vector<float>{1, 4}));
        QCOMPARE(run(kLengths, {{"c", Tensor::scalar(false)}, {"x", x}}).at("y").toFloats(),
                 (std::vector<float>{-1, -2, -3, -4}));
        const Graph graph = inferred(kLengths);
        QCOMPARE(shapeOf(graph, "y"), std::string("?"));
        QCOMPARE(graph.value(graph.find("y")).dtype, DType::float32);
    }

    void tripsAreCounted()
    {
        const Tensor x = Tensor::of<float>({3}, {1, -2, 3});
        const TensorMap three = run(kDoubling, {{"n", trips(3)}, {"x", x}});
        QCOMPARE(three.at("y").toFloats(), (std::vector<float>{8, -16, 24}));
        QCOMPARE(three.at("z").shape(), (Shape{3, 3}));
        QCOMPARE(three.at("z").toFloats(), (std::vector<float>{2, -4, 6, 4, -8, 12, 8, -16, 24}));
    }

    void noIterationAtAll()
    {
        const Tensor x = Tensor::of<float>({3}, {1, -2, 3});
        for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-5}}) {
            const TensorMap none = run(kDoubling, {{"n", trips(count)}, {"x", x}});
            QVERIFY(identical(none.at("y"), x));
            QCOMPARE(none.at("z").shape(), (Shape{0, 3}));
            QCOMPARE(none.at("z").dtype(), DType::float32);
        }
    }

    void unrolledLoopsAreTheSame()
    {
        const Tensor x = Tensor::of<float>({2}, {0.5f, 3});
        std::string text = "input x: float32[2]\nn = Neg(x)\nk = Mul(n, n)\nv0: float32[2] = [0, 0]\n";
        for (int i = 0; i < 5; ++i)
            text += "v" + std::to_string(i + 1) + (i % 2 ? " = Sub(v" : " = Add(v") + std::to_string(i) +
                    (i % 2 ? ", k)\n" : ", x)\n");
        const TensorMap looped = run(kNested, {{"trips", trips(5)}, {"x", x}});
        QVERIFY(identical(looped.at("y"), run(text + "output v5", {{"x", x}}).at("v5")));
        QCOMPARE(looped.at("all").shape(), (Shape{5, 2}));
    }

    void conditionsEndLoops()
    {
        const TensorMap ended = run(kUntil, {{"x", Tensor::of<float>({2}, {4, 4})}});
        QCOMPARE(ended.at("y").toFloats(), (std::vector<float>{0.5f, 0.5f}));
        QCOMPARE(ended.at("sums").toFloats(), (std::vector<float>{4, 2, 1}));
        const TensorMap never = run(kUntil, {{"x", Tensor::of<float>({2}, {0.25f, 0.25f})}});
        QCOMPARE(never.at("sums").shape(), (Shape{0}));
    }

    void valuesMayGrow()
    {
        const TensorMap grown = run(kGrowing, {{"n", trips(4)}, {"x", Tensor::of<float>({1}, {3})}});
        QCOMPARE(grown.at("y").toFloats(), (std::vector<float>{3, 1, 1, 1, 1}));
        QCOMPARE(grown.at("s").toFloats(), std::vector<float>{13});
        QCOMPARE(shapeOf(inferred(kGrowing), "y"), std::string("?"));
    }

    void lengthsFollowFromConstantTrips()
    {
        QCOMPARE(shapeOf(inferred(kDoubling), "z"), std::string("?x3"));
        QCOMPARE(shapeOf(inferred(kDoubling), "y"), std::string("3"));
        const std::string fixed = replaced(kDoubling, "input n: int64[]\n", "n: int64[] = 7\n");
        QCOMPARE(shapeOf(inferred(fixed), "z"), std::string("7x3"));
        // A condition of its own may end it earlier.
        const std::string open = replaced(fixed, "c = Identity(go)", "l: float32[] = 9\nq = ReduceMax(w) {keepdims=0}\nc = Less(q, l)");
        QCOMPARE(shapeOf(inferred(open), "z"), std::string("?x3"));
    }

    void scansRunOverSequences()
    {
        const TensorMap result = run(kScan, {{"x", Tensor::of<float>({2, 4}, {1, 2, 3, 4, 10, 20, 30, 40})}});
        QCOMPARE(result.at("y").toFloats(), (std::vector<float>{10, 100}));
        QCOMPARE(result.at("z").shape(), (Shape{2, 4}));
        QCOMPARE(result.at("z").toFloats(), (std::vector<float>{4, 7, 9, 10, 40, 70, 90, 100}));
        QCOMPARE(shapeOf(inferred(kScan), "z"), std::string("2x4"));
    }

    void scansOfNothing()
    {
        const std::string empty = replaced(kScan, "float32[2x4]", "float32[2x?]");
        const TensorMap result = run(empty, {{"x", Tensor(DType::float32, {2, 0})}});
        QCOMPARE(result.at("y").toFloats(), (std::vector<float>{0, 0}));
        QCOMPARE(result.at("z").shape(), (Shape{2, 0}));
    }

    void resultsMayRunBackwards()
    {
        const std::string text = replaced(kScan, "scan_output_axes=[-1]", "scan_output_axes=[0], scan_output_directions=[1]");
        const TensorMap result = run(text, {{"x", Tensor::of<float>({2, 4}, {1, 2, 3, 4, 10, 20, 30, 40})}});
        QCOMPARE(result.at("z").toFloats(), (std::vector<float>{10, 100, 9, 90, 7, 70, 4, 40}));
    }

    void changingResultsAreRefused()
    {
        const std::string text = replaced(replaced(kGrowing, "y = Loop", "y, z = Loop"), "output c, w\n", "t = Identity(w)\n    output c, w, t\n");
        LATHE_EXPECT_ERROR(operatorInput, run(text, {{"n", trips(2)}, {"x", Tensor::of<float>({1}, {3})}}));
    }

    void oddBodiesAreRefused()
    {
        LATHE_EXPECT_ERROR(operatorInput, run(replaced(kDoubling, "output c, w, s", "output c, w"),
                                              {{"n", trips(1)}, {"x", Tensor(DType::float32, {3})}}));
        LATHE_EXPECT_ERROR(operatorInput, run(replaced(kScan, "num_scan_inputs=1", "num_scan_inputs=5"),
                                              {{"x", Tensor(DType::float32, {2, 4})}}));
        const Graph graph = inferred("input c: bool[]\ny = If(c)\noutput y");
        QVERIFY(!graph.nodes()[0].unsupported.empty());
    }

    void endlessLoopsHearTheStop()
    {
        const Graph graph = inferred(replaced(kUntil, "again = Greater(s, limit)", "again = Identity(c)"));
        std::stop_source source;
        source.request_stop();
        LATHE_EXPECT_ERROR(stopped, runReference(graph, {{"x", Tensor::of<float>({2}, {4, 4})}}, Control(source.get_token())));
    }

    /// The branch that is not taken need not fit the shapes.
    void branchesForOtherShapes()
    {
        const std::string text = R"(input c: bool[]
input x: float32[2x3]
y = If(c) {then_branch=graph {
    capture x
    w: float32[5x4] = ...
    a = MatMul(x, w)
    output a
}, else_branch=graph {
    capture x
    n = Neg(x)
    output n
}}
output y
)";
        const Tensor x(DType::float32, {2, 3});
        QCOMPARE(run(text, {{"c", Tensor::scalar(false)}, {"x", x}}).at("y").shape(), (Shape{2, 3}));
        LATHE_EXPECT_ERROR(operatorInput, run(text, {{"c", Tensor::scalar(true)}, {"x", x}}));
    }
};

QTEST_GUILESS_MAIN(TstControlFlow)
#include "tst_control_flow.moc"
