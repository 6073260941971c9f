// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fisher_probe.h"

#include <QTest>

#include "core/ops/infer_shapes.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

constexpr int seeds = 20000;

/// Mean of g g' over seeds, of a gradient with four elements.
std::vector<double> meanSquare(const Graph& graph, const TensorMap& values, const std::string& name)
{
    std::vector<double> mean(16, 0.0);
    for (int seed = 0; seed < seeds; ++seed) {
        const std::vector<float> g =
            fisherProbe(graph, values, static_cast<std::uint64_t>(seed)).at(name).toFloats();
        for (std::size_t i = 0; i < 16; ++i)
            mean[i] += double{g[i / 4]} * double{g[i % 4]} / seeds;
    }
    return mean;
}

}

class TstFisherProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void beforeASoftmaxItIsThatOfTheClasses()
    {
        Graph graph = parseGraph("input x: float32[1x4]\nz = Relu(x)\ny = Softmax(z)\noutput y");
        inferShapes(graph);
        QCOMPARE(comparedValues(graph), std::vector<std::string>{"z"});
        const Tensor p = Tensor::of<float>({1, 4}, {0.1F, 0.2F, 0.3F, 0.4F});
        const std::vector<double> mean = meanSquare(graph, {{"y", p}}, "z");
        for (std::int64_t i = 0; i < 4; ++i)
            for (std::int64_t k = 0; k < 4; ++k) {
                const double expected = (i == k ? p.at(i) : 0.0) - p.at(i) * p.at(k);
                // Products are below 1, so that their mean has a deviation below 1 / sqrt(seeds).
                QVERIFY(std::abs(mean[static_cast<std::size_t>(4 * i + k)] - expected) <
                        5 / std::sqrt(double{seeds}));
            }
    }

    void elsewhereItIsTheIdentity()
    {
        Graph graph = parseGraph("input x: float32[2x2]\ny = Relu(x)\ns = Shape(x)\noutput y, s");
        inferShapes(graph);
        QCOMPARE(comparedValues(graph), std::vector<std::string>{"y"});
        const TensorMap values{{"y", randomTensor({2, 2}, 1)}, {"s", Tensor::of<std::int64_t>({2}, {2, 2})}};
        QCOMPARE(fisherProbe(graph, values, 1).size(), std::size_t{1});
        const std::vector<double> mean = meanSquare(graph, values, "y");
        for (std::size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(mean[i] - (i % 5 == 0 ? 1.0 : 0.0)) < 5 / std::sqrt(double{seeds}));
    }

    void aSeedGivesTheSameNumbers()
    {
        Graph graph = parseGraph("input x: float32[2x9]\ny = Softmax(x)\noutput y");
        inferShapes(graph);
        const Tensor filled = Tensor::of<float>({2, 9}, std::vector<float>(18, 1.0F / 9));
        const TensorMap values{{"y", filled}};
        QVERIFY(identical(fisherProbe(graph, values, 3).at("x"), fisherProbe(graph, values, 3).at("x")));
        QVERIFY(!identical(fisherProbe(graph, values, 3).at("x"), fisherProbe(graph, values, 4).at("x")));
    }
};

QTEST_APPLESS_MAIN(TstFisherProbe)
#include "tst_fisher_probe.moc"
