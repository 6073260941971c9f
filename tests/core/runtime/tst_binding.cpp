// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/runtime/small_network.h"
#include "core/ops/infer_shapes.h"
#include "core/runtime/binding_state.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

class TstBinding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void clearSlotsComputeInFloat();
    void settingsCanComeInAnyOrder_data();
    void settingsCanComeInAnyOrder();
    void switchedSlotsEqualACompiledGraph();
    void oneSlotRebindsItsStepsOnly();
    void digestsNameTheContent();
    void literalEqualsQuantizeDequantizeNodes_data();
    void literalEqualsQuantizeDequantizeNodes();
    void weightsAloneAreDequantized();
    void givenCodesAreUsed();
    void halfFormatsRoundValuesAndWeights();
    void channelGridsOnActivationsRoundEachChannel();
    void otherProgramsBindingIsRefused();

private:
    std::shared_ptr<const Program> m_program;
    TensorMap m_inputs;
};

void TstBinding::initTestCase()
{
    const Graph graph = smallNetwork();
    m_program = Program::compile(graph, openEverything());
    m_inputs = randomInputs(graph, 3);
}

void TstBinding::clearSlotsComputeInFloat()
{
    Execution execution(m_program);
    const Tensor expected = runReference(smallNetwork(), m_inputs, {}).at("y");
    for (const Precision precision : {Precision::floating, Precision::simulated, Precision::literal}) {
        const Tensor y = execution.run(m_inputs, m_program->defaultBinding().withPrecision(precision)).at("y");
        QVERIFY(relativeError(expected, y) < 1e-5);
    }
    QCOMPARE(m_program->defaultBinding().precision(), Precision::floating);
    // Settings have no effect in float.
    const Binding set = m_program->defaultBinding().with(settingsFor(*m_program, m_inputs, "uint8", "int8"));
    QVERIFY(relativeError(expected, execution.run(m_inputs, set).at("y")) < 1e-5);
    QVERIFY(relativeError(expected, execution.run(m_inputs, set.withPrecision(Precision::simulated)).at("y")) > 1e-3);
    QVERIFY(relativeError(expected, execution.run(m_inputs, set.withPrecision(Precision::simulated).cleared()).at("y")) < 1e-5);
}

void TstBinding::settingsCanComeInAnyOrder_data()
{
    QTest::addColumn<int>("precision");
    QTest::addColumn<QString>("activations");
    QTest::newRow("simulated") << static_cast<int>(Precision::simulated) << "uint8";
    QTest::newRow("simulated, signed") << static_cast<int>(Precision::simulated) << "int6";
    QTest::newRow("simulated, 16 bits") << static_cast<int>(Precision::simulated) << "uint16";
    QTest::newRow("literal") << static_cast<int>(Precision::literal) << "uint8";
}

void TstBinding::settingsCanComeInAnyOrder()
{
    QFETCH(int, precision);
    QFETCH(QString, activations);
    const auto settings = settingsFor(*m_program, m_inputs, qPrintable(activations), "int8");
    const Binding start = m_program->defaultBinding().withPrecision(static_cast<Precision>(precision));
    const Binding together = start.with(settings);
    Binding forward = start, backward = m_program->defaultBinding();
    for (const auto& [slot, setting] : settings)
        forward = forward.with(slot, setting);
    for (auto it = settings.rbegin(); it != settings.rend(); ++it)
        backward = backward.with(it->first, {grid("uint3", -1, 1), nullptr}).with(it->first, it->second);
    backward = backward.withPrecision(static_cast<Precision>(precision));
    Execution execution(m_program);
    const auto expected = watchAll(*m_program, execution, m_inputs, together);
    QCOMPARE(expected.size(), std::size(kActivations));
    QVERIFY(watchAll(*m_program, execution, m_inputs, forward) == expected);
    QVERIFY(watchAll(*m_program, execution, m_inputs, backward) == expected);
}

void TstBinding::switchedSlotsEqualACompiledGraph()
{
    // The same network with Quantize/Dequantize nodes in the graph.
    const char* const quantized =
        "input x: float32[1x3x12x12]\nsx: float32[] = 0.008\nzx: uint8[] = 128\nsa: float32[] = 0.03\nza: uint8[] = 7\n"
        "sw: float32[] = 0.01\nzw: int8[] = 0\nw: int8[8x3x3x3] = ...\nb: int32[8] = [100, -200, 0, 30, 5, 6, 7, 80000]\n"
        "sb: float32[] = 0.00008\n"
        "xq = QuantizeLinear(x, sx, zx)\nxd = DequantizeLinear(xq, sx, zx)\nwd = DequantizeLinear(w, sw, zw)\n"
        "bd = DequantizeLinear(b, sb)\nc = Conv(xd, wd, bd)\nr = Relu(c)\nrq = QuantizeLinear(r, sa, za)\n"
        "y = DequantizeLinear(rq, sa, za)\noutput y";
    const auto compiled = Program::compile(parseGraph(quantized), {});
    QCOMPARE(compiled->defaultBinding().precision(), Precision::simulated);
    const Tensor input = randomTensor({1, 3, 12, 12}, 5);
    Execution first(compiled);
    const Tensor expected = first.run({{"x", input}}, compiled->defaultBinding()).at("y");

    Graph plain = parseGraph("input x: float32[1x3x12x12]\nw: float32[8x3x3x3] = ...\nb: float32[8] = ...\nc = Conv(x, w, b)\ny = Relu(c)\noutput y");
    CompileOptions options;
    options.points = {{"x", Slot::Kind::activation, -1}, {"w", Slot::Kind::weight, -1}, {"b", Slot::Kind::bias, -1}, {"y", Slot::Kind::activation, -1}};
    const auto switched = Program::compile(plain, options);
    Binding binding = switched->defaultBinding().withPrecision(Precision::simulated);
    const std::tuple<const char*, const char*, Slot::Kind> slotNames[] = {
        {"x", "x", Slot::Kind::activation}, {"w", "wd", Slot::Kind::weight}, {"b", "bd", Slot::Kind::bias}, {"y", "y", Slot::Kind::activation}};
    for (const auto& [to, from, kind] : slotNames)
        binding = binding.with(switched->findSlot(to, kind), compiled->defaultBinding().setting(compiled->findSlot(from, kind)));
    Execution second(switched);
    QVERIFY(identical(second.run({{"x", input}}, binding).at("y"), expected));
}

void TstBinding::oneSlotRebindsItsStepsOnly()
{
    const Binding before =
        m_program->defaultBinding().withPrecision(Precision::simulated).with(settingsFor(*m_program, m_inputs, "uint8", "int8"));
    const auto state = [](const Binding& binding) -> const Binding::State& { return binding.state(); };
    const Binding after = before.with(m_program->findSlot("w3", Slot::Kind::weight), {grid("int4", -1, 1), nullptr});
    std::size_t changed = 0;
    for (std::size_t i = 0; i < state(before).steps.size(); ++i)
        changed += state(before).steps[i] != state(after).steps[i];
    QCOMPARE(changed, 1);
    const Binding activation = before.with(m_program->findSlot("h2", Slot::Kind::activation), {grid("uint4", -1, 1), nullptr});
    changed = 0;
    for (std::size_t i = 0; i < state(before).steps.size(); ++i)
        changed += state(before).steps[i] != state(activation).steps[i];
    QCOMPARE(changed, 2);  // who writes it and who reads it
}

void TstBinding::digestsNameTheContent()
{
    const int slot = m_program->findSlot("w3", Slot::Kind::weight);
    const Binding start = m_program->defaultBinding();
    QVERIFY(start.digest(slot) == Digest{});
    QVERIFY(!start.setting(slot).active());
    const auto encoding = grid("int8", -1, 1);
    const auto codes = std::make_shared<const Tensor>(quantize(smallNetwork().value(smallNetwork().find("w3")).constant, *encoding));
    const Binding rounded = start.with(slot, {encoding, nullptr}), coded = start.with(slot, {encoding, codes});
    QVERIFY(!(rounded.digest(slot) == Digest{}));
    QVERIFY(!(rounded.digest(slot) == coded.digest(slot)));
    QVERIFY(rounded.digest(slot) == start.with(slot, {grid("int8", -1, 1), nullptr}).digest(slot));
    QVERIFY(!(rounded.digest(slot) == start.with(slot, {grid("int7", -1, 1), nullptr}).digest(slot)));
    QVERIFY(rounded.with(slot, {}).digest(slot) == Digest{});
}

void TstBinding::literalEqualsQuantizeDequantizeNodes_data()
{
    QTest::addColumn<QString>("text");
    // Scales are powers of two and sums are short, so that float32 sums are exact and ties are ties in both.
    const QString head = "opset 14\ninput x: float32[1x4x6x6]\nsx: float32[] = 0.0078125\nzx: uint8[] = 100\nsy: float32[] = 0.125\nzy: uint8[] = 9\n"
                         "sw: float32[] = 0.0625\nw: int8[4x4x2x2] = ...\nxq = QuantizeLinear(x, sx, zx)\nd = DequantizeLinear(xq, sx, zx)\n"
                         "wd = DequantizeLinear(w, sw)\n";
    const QString tail = "q = QuantizeLinear(r, sy, zy)\ny = DequantizeLinear(q, sy, zy)\noutput y";
    QTest::newRow("conv") << head + "r = Conv(d, wd)\n" + tail;
    QTest::newRow("conv and relu") << head + "c = Conv(d, wd)\nr = Relu(c)\n" + tail;
    QTest::newRow("chain") << head + "c = Conv(d, wd)\ncq = QuantizeLinear(c, sy, zy)\ncd = DequantizeLinear(cq, sy, zy)\nr = MaxPool(cd) {kernel_shape=[2, 2]}\n" + tail;
    QTest::newRow("addition") << head + "r = Add(d, d)\n" + tail;
    QTest::newRow("average") << head + "r = AveragePool(d) {kernel_shape=[2, 2]}\n" + tail;
    QTest::newRow("hard swish") << head + "r = HardSwish(d)\n" + tail;
    QTest::newRow("grid a channel") <<
        QString("input x: float32[1x4x6x6]\nsx: float32[4] = [0.5, 0.25, 0.125, 0.0625]\nzx: uint8[4] = [10, 128, 0, 7]\n"
                "q = QuantizeLinear(x, sx, zx) {axis=1}\nd = DequantizeLinear(q, sx, zx) {axis=1}\ny = Relu(d)\noutput y");
    QTest::newRow("half") << QString("input x: float32[1x4x6x6]\nh = Cast(x) {to=10}\nd = Cast(h) {to=1}\ny = Relu(d)\noutput y");
}

void TstBinding::literalEqualsQuantizeDequantizeNodes()
{
    QFETCH(QString, text);
    Graph graph = parseGraph(text.toStdString());
    inferShapes(graph);
    const auto program = Program::compile(graph, {});
    const TensorMap inputs = randomInputs(graph, 9);
    const Tensor expected = runReference(graph, inputs, {}).at("y");
    Execution execution(program);
    const Binding literal = program->defaultBinding().withPrecision(Precision::literal);
    QVERIFY(sameElements(expected, execution.run(inputs, literal).at("y")));
}

void TstBinding::weightsAloneAreDequantized()
{
    const Graph graph = smallNetwork();
    const int slot = m_program->findSlot("w5", Slot::Kind::weight);
    const auto encoding = grid("int3", -1, 1);
    Graph rounded = graph;
    Tensor& weight = rounded.value(rounded.find("w5")).constant;
    weight = dequantize(quantize(weight, *encoding), *encoding);
    const Tensor expected = runReference(rounded, m_inputs, {}).at("y");
    Execution execution(m_program);
    for (const Precision precision : {Precision::simulated, Precision::literal}) {
        const Binding binding = m_program->defaultBinding().withPrecision(precision).with(slot, {encoding, nullptr});
        QVERIFY(relativeError(expected, execution.run(m_inputs, binding).at("y")) < 1e-5);
    }
}

void TstBinding::givenCodesAreUsed()
{
    const int slot = m_program->findSlot("w5", Slot::Kind::weight);
    const auto encoding = grid("int8", -1, 1);
    Tensor codes(DType::int8, {10, 16});
    for (std::size_t i = 0; i < 160; ++i)
        codes.mutableData<std::int8_t>()[i] = static_cast<std::int8_t>(static_cast<int>(i) - 80);
    Graph coded = smallNetwork();
    coded.value(coded.find("w5")).constant = dequantize(codes, *encoding);
    const Tensor expected = runReference(coded, m_inputs, {}).at("y");
    Execution execution(m_program);
    const Binding binding = m_program->defaultBinding().withPrecision(Precision::literal).with(
        slot, {encoding, std::make_shared<const Tensor>(codes)});
    QVERIFY(relativeError(expected, execution.run(m_inputs, binding).at("y")) < 1e-5);
}

void TstBinding::halfFormatsRoundValuesAndWeights()
{
    auto half = std::make_shared<Encoding>();
    half->format = NumberFormat::parse("float16");
    Graph rounded = smallNetwork();
    for (const char* name : kWeights) {
        Tensor& weight = rounded.value(rounded.find(name)).constant;
        weight = weight.converted(DType::float16).converted(DType::float32);
    }
    std::map<int, SlotSetting> settings;
    for (const char* name : kWeights)
        settings[m_program->findSlot(name, Slot::Kind::weight)] = {half, nullptr};
    Execution execution(m_program);
    const Binding weights = m_program->defaultBinding().withPrecision(Precision::simulated).with(settings);
    QVERIFY(relativeError(runReference(rounded, m_inputs, {}).at("y"), execution.run(m_inputs, weights).at("y")) < 1e-5);
    for (const char* name : kActivations)
        settings[m_program->findSlot(name, Slot::Kind::activation)] = {half, nullptr};
    const auto seen = watchAll(*m_program, execution, m_inputs, weights.with(settings));
    for (const auto& [name, values] : seen)
        for (const float value : values)
            QCOMPARE(toFloat(toFloat16(value)), value);
}

void TstBinding::channelGridsOnActivationsRoundEachChannel()
{
    auto encoding = std::make_shared<Encoding>(*grid("uint8", -1, 1));
    encoding->axis = 1;
    encoding->scale.assign(8, 0.5f);
    encoding->zeroPoint.assign(8, 0);
    encoding->scale[3] = 0.25f;
    Execution execution(m_program);
    const Binding start = m_program->defaultBinding().withPrecision(Precision::simulated);
    const Binding binding = start.with(m_program->findSlot("r1", Slot::Kind::activation), {encoding, nullptr});
    const auto before = watchAll(*m_program, execution, m_inputs, start).at("r1");
    const auto after = watchAll(*m_program, execution, m_inputs, binding).at("r1");
    for (std::size_t i = 0; i < after.size(); ++i) {
        const float scale = i / 144 == 3 ? 0.25f : 0.5f;
        QCOMPARE(after[i], std::nearbyintf(before[i] / scale) * scale);
    }
}

void TstBinding::otherProgramsBindingIsRefused()
{
    const auto other = Program::compile(smallNetwork(), {});
    Execution execution(m_program);
    LATHE_EXPECT_ERROR(internal, execution.run(m_inputs, other->defaultBinding()));
}

QTEST_GUILESS_MAIN(TstBinding)
#include "tst_binding.moc"
