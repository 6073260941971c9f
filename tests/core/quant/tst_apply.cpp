// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/apply.h"

#include <QTest>

#include "tests/core/quant/quant_fixture.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

EncodingPtr grid(const char* spec, float low, float high)
{
    const Range range{low, high};
    return std::make_shared<const Encoding>(makeEncoding(QuantSpec::parse(spec), {&range, 1}, -1, false));
}

/// "op(inputs)->outputs" of every node.
QString nodesText(const Graph& graph)
{
    QStringList parts;
    for (const Node& node : graph.nodes()) {
        QString text = QString::fromStdString(node.op) + "(";
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            text += (i ? "," : "") + QString::fromStdString(graph.value(node.inputs[i]).name);
        parts << text + ")->" + QString::fromStdString(graph.value(node.outputs[0]).name);
    }
    return parts.join(" ");
}

/// The float graph with every point rounded where it stands: what an applied graph must compute.
TensorMap runRounded(const Graph& graph, const Encodings& encodings, const Codes& codes,
                     const TensorMap& inputs)
{
    TensorMap values;
    const auto rounded = [&](const std::string& name, const Tensor& tensor) {
        const auto found = encodings.activations.find(name);
        return found == encodings.activations.end() ? tensor : fakeQuantize(tensor, *found->second);
    };
    for (const auto& [name, tensor] : inputs)
        values[name] = rounded(name, tensor);
    for (const Value& value : graph.values())
        if (value.isConstant())
            values[value.name] = value.constant;
    for (const auto& [name, tensor] : codes.weights)
        values[name] = dequantize(tensor, *encodings.weights.at(name));
    for (const auto& [name, tensor] : codes.biases)
        values[name] = dequantize(tensor, *encodings.biases.at(name));
    for (const Node& node : graph.nodes()) {
        std::vector<Tensor> operands;
        for (const ValueId id : node.inputs)
            operands.push_back(id.valid() ? values.at(graph.value(id).name) : Tensor());
        const auto results = findOp(node)->run({node, operands, 13, Control()});
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const std::string& name = graph.value(node.outputs[i]).name;
            values[name] = rounded(name, results[i]);
        }
    }
    return values;
}

} // namespace

class TstApply : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesNodes();
    void keepsNamesOfOutputs();
    void halfFormatsAreCasts();
    void edgesAreRequantized();
    void computesTheRoundedGraph_data();
    void computesTheRoundedGraph();
    void refusesWhatDoesNotFit();
};

void TstApply::placesNodes()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[1x2x4x4]\nw: float32[2x2x1x1] = ...\nb: float32[2] = ...\n"
                "c = Conv(x, w, b)\nr = Relu(c)\ny = Sigmoid(r)\noutput y");
    Encodings encodings;
    encodings.activations = {{"x", grid("uint8", -1, 1)}, {"r", grid("int4", 0, 2)}};
    encodings.weights = {{"w", grid("int5", -1, 1)}};
    Encoding bias = *grid("int8", -1, 1);
    bias.format = NumberFormat::integer(32, true);
    bias.minimumCode = bias.format.minimumCode();
    bias.maximumCode = bias.format.maximumCode();
    encodings.biases = {{"b", std::make_shared<const Encoding>(bias)}};
    const Graph applied = applyEncodings(graph, encodings, {});
    QCOMPARE(
        nodesText(applied),
        QString(
            "QuantizeLinear(x,x/scale,x/zero_point)->x/quantized "
            "DequantizeLinear(x/quantized,x/scale,x/zero_point)->x/dequantized "
            "DequantizeLinear(w/codes,w/scale,w/zero_point)->w DequantizeLinear(b/codes,b/scale)->b "
            "Conv(x/dequantized,w,b)->c Relu(c)->r "
            "QuantizeLinear(r,r/scale,r/zero_point)->r/quantized "
            "DequantizeLinear(r/quantized,r/scale,r/zero_point)->r/dequantized Sigmoid(r/dequantized)->y"));
    QCOMPARE(applied.constant(applied.find("x/scale"))->shape().rank(), 0);
    QCOMPARE(applied.value(applied.find("w/codes")).dtype, DType::int8);
    QCOMPARE(applied.value(applied.find("r/quantized")).dtype, DType::int4);
    QCOMPARE(applied.value(applied.find("b/codes")).dtype, DType::int32);
    QVERIFY(*applied.value(applied.find("r/dequantized")).shape == (Shape{1, 2, 4, 4}));
}

void TstApply::keepsNamesOfOutputs()
{
    const Graph graph = graphOf("opset 13\ninput x: float32[4]\ns = Sigmoid(x)\ny = Relu(s)\noutput y, s");
    Encodings encodings;
    encodings.activations = {{"s", grid("uint8", 0, 1)}, {"y", grid("uint8", 0, 1)}};
    const Graph applied = applyEncodings(graph, encodings, {});
    QCOMPARE(applied.value(applied.outputs[0]).name, std::string("y"));
    QCOMPARE(applied.value(applied.outputs[1]).name, std::string("s"));
    QCOMPARE(nodesText(applied),
             QString("Sigmoid(x)->s/float QuantizeLinear(s/float,s/scale,s/zero_point)->s/quantized "
                     "DequantizeLinear(s/quantized,s/scale,s/zero_point)->s Relu(s)->y/float "
                     "QuantizeLinear(y/float,y/scale,y/zero_point)->y/quantized "
                     "DequantizeLinear(y/quantized,y/scale,y/zero_point)->y"));
}

void TstApply::halfFormatsAreCasts()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[2x2]\nw: float32[2x2] = ...\ny = MatMul(x, w)\noutput y");
    Encodings encodings;
    encodings.activations = {{"x", grid("bfloat16", 0, 0)}};
    encodings.weights = {{"w", grid("float16", 0, 0)}};
    const Graph applied = applyEncodings(graph, encodings, {});
    QCOMPARE(nodesText(applied),
             QString("Cast(x)->x/quantized Cast(x/quantized)->x/dequantized Cast(w/codes)->w "
                     "MatMul(x/dequantized,w)->y"));
    QCOMPARE(applied.value(applied.find("w/codes")).dtype, DType::float16);
    QCOMPARE(applied.nodes()[0].integer("to", 0), std::int64_t(16));
}

void TstApply::edgesAreRequantized()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[4]\na = Sigmoid(x) @first\nb = Tanh(x) @second\noutput a, b");
    Encodings encodings;
    encodings.activations = {{"x", grid("uint8", 0, 1)}, {"x->second", grid("uint4", 0, 1)}};
    const Graph applied = applyEncodings(graph, encodings, {});
    const TensorMap inputs = seededInputs(graph, 3);
    const TensorMap values = runQuantized(applied, inputs);
    const Tensor once = fakeQuantize(inputs.at("x"), *grid("uint8", 0, 1));
    const Tensor twice = fakeQuantize(once, *grid("uint4", 0, 1));
    const auto tanhOf = [&](const Tensor& tensor) {
        const Node& node = graph.nodes()[1];
        return findOp(node)->run({node, std::vector<Tensor>{tensor}, 13, Control()})[0];
    };
    QVERIFY(identical(values.at("b"), tanhOf(twice)));
    QVERIFY(!identical(values.at("b"), tanhOf(once)));
}

void TstApply::computesTheRoundedGraph_data()
{
    QTest::addColumn<QString>("plan");
    QTest::newRow("8 bits") << "{}";
    QTest::newRow("4 bits") << R"({"default":{"weights":"int4:channel","activations":"uint4"}})";
    QTest::newRow("odd bits") << R"({"default":{"weights":"int3:tensor:asymmetric","activations":"int5"}})";
    QTest::newRow("16 bits") << R"({"default":{"weights":"int16","activations":"uint16"}})";
    QTest::newRow("mixed")
        << R"({"layers":{"r1":{"activations":"float32"},"h":{"weights":"float16"},"y":{"activations":"uint8"},
        "c2":{"activations":"bfloat16"}}})";
}

void TstApply::computesTheRoundedGraph()
{
    QFETCH(QString, plan);
    const Graph graph = graphOf(smallNetwork);
    const Resolved resolved = resolve(parsePlan(parseJson(plan.toStdString(), "t"), "t"), graph,
                                      statisticsOf(graph), genericRules());
    const Graph applied = applyEncodings(graph, resolved.encodings, resolved.codes);
    for (unsigned seed = 0; seed < 3; ++seed) {
        const TensorMap inputs = seededInputs(graph, seed);
        const TensorMap expected = runRounded(graph, resolved.encodings, resolved.codes, inputs);
        QVERIFY(identical(runQuantized(applied, inputs).at("y"), expected.at("y")));
    }
}

void TstApply::refusesWhatDoesNotFit()
{
    const Graph graph =
        graphOf("opset 13\ninput x: float32[2x2]\nw: float32[2x2] = ...\ny = MatMul(x, w)\noutput y");
    Encodings unknown;
    unknown.activations = {{"nowhere", grid("uint8", 0, 1)}};
    LATHE_EXPECT_ERROR(planInvalid, applyEncodings(graph, unknown, {}));
    Encodings weights;
    weights.weights = {{"w", grid("int8", -1, 1)}};
    Codes codes;
    codes.weights = {{"w", Tensor(DType::uint8, Shape{2, 2})}};
    LATHE_EXPECT_ERROR(planInvalid, applyEncodings(graph, weights, codes));
    codes.weights = {{"w", Tensor(DType::int8, Shape{4})}};
    LATHE_EXPECT_ERROR(planInvalid, applyEncodings(graph, weights, codes));
}

QTEST_GUILESS_MAIN(TstApply)
#include "tst_apply.moc"
