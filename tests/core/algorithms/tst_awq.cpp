// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/tensor/compare.h"
#include "tests/core/algorithms/algorithm_fixture.h"

using namespace lathe;
using namespace lathe::test;

/// Activation-aware scaling: the strength that a search over whole runs finds too, and the same float
/// function.
class TstAwq : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheStrengthThatRunsFind_data();
    void findsTheStrengthThatRunsFind();
    void keepsTheFloatFunction();
    void saysWhereNothingCanBeScaled();
};

namespace {

constexpr int steps = 10;

/// A scale a channel and a matrix behind it, read by channels that differ a hundredfold.
Graph scaledProduct()
{
    return graphOf(R"(
opset 13
input x: float32[1x6]
g: float32[6] = [0.05, 3, 0.4, 1, 8, 0.2]
m = Mul(x, g)
w: float32[6x5] = ...
y = MatMul(m, w)
output y
)");
}

QuantState scaled(const AlgorithmFixture& fixture)
{
    QuantState state = fixture.state;
    const Control control;
    algorithms()
        .get("awq", "algorithm")
        .run(state, {fixture.plan,
                     genericRules(),
                     fixture.samples,
                     fixture.samples,
                     sha256("data"),
                     {{"steps", steps}},
                     1,
                     control});
    return state;
}

std::vector<float> constantOf(const Graph& graph, const char* name)
{
    return graph.value(graph.find(name)).constant.toFloats();
}

} // namespace

void TstAwq::findsTheStrengthThatRunsFind_data()
{
    QTest::addColumn<QString>("weights");
    for (const char* weights :
         {"int3:channel:symmetric", "int3:tensor:symmetric", "uint4:channel:asymmetric"})
        QTest::newRow(weights) << weights;
}

/// Every strength by its definition: scaled weights rounded, scaled back, and the output compared over the
/// samples.
void TstAwq::findsTheStrengthThatRunsFind()
{
    QFETCH(QString, weights);
    AlgorithmFixture fixture(weights.toStdString(), scaledProduct(), "float32");
    fixture.plan.method = MethodChoice::parse("minmax");
    fixture.state.resolved = resolve(fixture.plan, fixture.graph, *fixture.state.statistics, genericRules());
    const std::vector<float> gains = constantOf(fixture.graph, "g"), weight = constantOf(fixture.graph, "w");
    std::vector<double> importance(6, 0.0);
    for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
        const std::vector<float> x = fixture.samples.load(i).at("x").toFloats();
        for (std::size_t k = 0; k < 6; ++k)
            importance[k] += std::pow(double{x[k]} * double{gains[k]}, 2);
    }
    for (double& value : importance)
        value = std::sqrt(value / static_cast<double>(fixture.samples.size()));
    const QuantSpec spec = QuantSpec::parse(weights.toStdString());
    const int axis = spec.granularity.kind == Granularity::Kind::channel ? 1 : -1;
    double least = std::numeric_limits<double>::infinity();
    std::vector<double> best;
    for (int step = 0; step <= steps; ++step) {
        std::vector<double> scales;
        for (const double value : importance)
            scales.push_back(std::pow(value, static_cast<double>(step) / steps));
        const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
        const double middle = std::sqrt(*low * *high);
        for (double& scale : scales)
            scale /= middle;
        Graph graph = fixture.graph;
        Tensor& changed = graph.value(graph.find("w")).constant;
        for (std::size_t i = 0; i < 30; ++i)
            changed.mutableData<float>()[i] = static_cast<float>(double{weight[i]} * scales[i / 5]);
        const QuantPlan plan = fixture.plan;
        const Resolved resolved = resolve(plan, graph, *fixture.state.statistics, genericRules());
        QCOMPARE(resolved.encodings.weights.at("w")->axis, axis);
        const std::vector<float> held =
            dequantize(resolved.codes.weights.at("w"), *resolved.encodings.weights.at("w")).toFloats();
        for (std::size_t i = 0; i < 30; ++i)
            changed.mutableData<float>()[i] = static_cast<float>(double{held[i]} / scales[i / 5]);
        double error = 0;
        for (std::int64_t i = 0; i < fixture.samples.size(); ++i) {
            const std::vector<float> expected = outputOf(fixture.graph, fixture.samples.load(i)).toFloats();
            const std::vector<float> actual = outputOf(graph, fixture.samples.load(i)).toFloats();
            for (std::size_t c = 0; c < 5; ++c)
                error += std::pow(double{expected[c]} - double{actual[c]}, 2);
        }
        if (error < least) {
            least = error;
            best = scales;
        }
    }
    const std::vector<float> after = constantOf(scaled(fixture).graph, "g");
    QVERIFY(*std::max_element(best.begin(), best.end()) > 1.01);
    for (std::size_t k = 0; k < 6; ++k)
        QVERIFY(std::abs(double{after[k]} * best[k] / double{gains[k]} - 1) < 1e-5);
}

void TstAwq::keepsTheFloatFunction()
{
    for (const Graph& network : {unevenNetwork(), scaledProduct()}) {
        AlgorithmFixture own("int3:channel:symmetric", network);
        const QuantState state = scaled(own);
        QVERIFY(state.graph.digest() != own.graph.digest());
        const TensorMap inputs = seededInputs(own.graph, 3);
        QVERIFY(compare(outputOf(own.graph, inputs), outputOf(state.graph, inputs)).sqnrDb() > 110);
    }
}

void TstAwq::saysWhereNothingCanBeScaled()
{
    AlgorithmFixture fixture("int4:channel:symmetric", graphOf(R"(
opset 13
input x: float32[1x6]
w: float32[6x5] = ...
y = MatMul(x, w)
output y
)"));
    const auto made = fixture.run("awq");
    QCOMPARE(made[0].layers.size(), 1U);
    QVERIFY(!made[0].layers[0].note.empty());
}

QTEST_APPLESS_MAIN(TstAwq)
#include "tst_awq.moc"
