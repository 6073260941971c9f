// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <stop_token>

#include "core/base/parallel.h"
#include "core/ops/infer_shapes.h"
#include "core/runtime/program_impl.h"
#include "tests/core/runtime/small_network.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

class TstExecution : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tapsSeeWhatTheReferenceComputes();
    void tapAllKeepsLayerOutputs();
    void hiddenValuesCannotBeWatched();
    void prefixesCanBeReused_data();
    void prefixesCanBeReused();
    void slotsChangedAfterTheBoundaryTakeEffect();
    void boundariesAreChecked();
    void inputsAreChecked();
    void clippedValuesAreCounted();
    void workersAgree();
    void threadsAgreeInTheSimulation();
    void liveMemoryIsApart();
    void oldResultsDoNotShine();
    void stopIsHeard();
    void memoryLimitIsKept();
    void hostileShapesAreRefused_data();
    void hostileShapesAreRefused();
    void referenceKernelsAgree();
    void integersAndBooleansPass();
    void halfModelsAnswerInTheirType();
    void impossibleGraphsAreRefused();
};

namespace {

std::shared_ptr<const Program> switchable()
{
    static const auto program = Program::compile(smallNetwork(), openEverything());
    return program;
}

Binding quantized(const TensorMap& inputs)
{
    return switchable()->defaultBinding().withPrecision(Precision::simulated).with(settingsFor(*switchable(), inputs, "uint8", "int8"));
}

}

void TstExecution::tapsSeeWhatTheReferenceComputes()
{
    const TensorMap inputs = randomInputs(smallNetwork(), 1);
    const TensorMap expected = runReference(smallNetwork(), inputs, {}, true);
    Execution execution(switchable());
    std::map<std::string, Tap> taps;
    std::set<std::string> seen;
    for (const char* name : kActivations)
        taps[name] = [&](const TapView& view) {
            seen.insert(view.value);
            const Tensor& tensor = expected.at(view.value);
            QVERIFY(view.shape == tensor.shape());
            QVERIFY2(relativeError(tensor, Tensor::of<float>(view.shape, view.reals)) < 1e-5, view.value.c_str());
        };
    execution.run(inputs, {}, {}, taps);
    QCOMPARE(seen.size(), std::size(kActivations));
}

void TstExecution::tapAllKeepsLayerOutputs()
{
    const Graph graph = smallNetwork();
    CompileOptions options;
    options.tapAll = true;
    const auto program = Program::compile(graph, options);
    Execution execution(program);
    const TensorMap inputs = randomInputs(graph, 1);
    const TensorMap expected = runReference(graph, inputs, {}, true);
    int count = 0;
    std::map<std::string, Tap> taps;
    for (const Layer& layer : findLayers(program->graph()))
        taps[program->graph().value(layer.output).name] = [&](const TapView& view) {
            ++count;
            QVERIFY(relativeError(expected.at(view.value), Tensor::of<float>(view.shape, view.reals)) < 1e-5);
        };
    execution.run(inputs, {}, {}, taps);
    QVERIFY(count >= 12);
    // The clamp belongs to the layer: it stays fused.
    QVERIFY(kernelNames(*program).starts_with("onednn_conv+Relu"));
}

void TstExecution::hiddenValuesCannotBeWatched()
{
    const auto program = Program::compile(smallNetwork(), {});
    Execution execution(program);
    const TensorMap inputs = randomInputs(smallNetwork(), 1);
    const auto watch = [&](const char* name) { execution.run(inputs, {}, {}, {{name, [](const TapView&) {}}}); };
    LATHE_EXPECT_ERROR(unknownName, watch("c1"));
    LATHE_EXPECT_ERROR(unknownName, watch("nothing"));
    LATHE_EXPECT_ERROR(unknownName, watch("w1"));
}

void TstExecution::prefixesCanBeReused_data()
{
    QTest::addColumn<bool>("simulated");
    QTest::newRow("float") << false;
    QTest::newRow("simulated") << true;
}

void TstExecution::prefixesCanBeReused()
{
    QFETCH(bool, simulated);
    const auto program = switchable();
    const TensorMap inputs = randomInputs(smallNetwork(), 4);
    const Binding binding = simulated ? quantized(inputs) : program->defaultBinding();
    Execution execution(program), other(program);
    const Tensor expected = execution.run(inputs, binding).at("y");
    // Something else in the memory of the second execution.
    other.run(randomInputs(smallNetwork(), 5), binding);
    for (int step = 1; step < program->stepCount(); ++step) {
        TensorMap boundary;
        std::map<std::string, Tap> taps;
        for (const std::string& name : execution.boundaryValues(step))
            taps[name] = [&](const TapView& view) { boundary[view.value] = Tensor::of<float>(view.shape, view.reals); };
        execution.run(inputs, binding, {}, taps);
        QVERIFY(identical(other.runFrom(step, boundary, binding).at("y"), expected));
    }
}

void TstExecution::slotsChangedAfterTheBoundaryTakeEffect()
{
    const auto program = switchable();
    const TensorMap inputs = randomInputs(smallNetwork(), 4);
    const auto settings = settingsFor(*program, inputs, "uint4", "int4");
    const Binding clear = program->defaultBinding().withPrecision(Precision::simulated);
    Execution execution(program);
    for (const auto& [slot, setting] : settings) {
        const Binding changed = clear.with(slot, setting);
        const int step = program->firstStep(slot);
        QVERIFY(program->writtenBy(slot) < step || program->allSlots()[static_cast<std::size_t>(slot)].kind != Slot::Kind::activation);
        TensorMap boundary;
        std::map<std::string, Tap> taps;
        for (const std::string& name : execution.boundaryValues(step))
            taps[name] = [&](const TapView& view) { boundary[view.value] = Tensor::of<float>(view.shape, view.reals); };
        execution.run(inputs, clear, {}, taps);
        const Tensor expected = execution.run(inputs, changed).at("y");
        QVERIFY(identical(step == 0 ? expected : execution.runFrom(step, boundary, changed).at("y"), expected));
    }
}

void TstExecution::boundariesAreChecked()
{
    Execution execution(switchable());
    LATHE_EXPECT_ERROR(inputMissing, execution.runFrom(3, {}, {}));
    TensorMap boundary;
    for (const std::string& name : execution.boundaryValues(3))
        boundary[name] = Tensor(DType::float32, *switchable()->graph().value(switchable()->graph().find(name)).shape);
    execution.runFrom(3, boundary, {});
    boundary["y"] = Tensor(DType::float32, {1, 10});
    LATHE_EXPECT_ERROR(inputUnknown, execution.runFrom(3, boundary, {}));
}

void TstExecution::inputsAreChecked()
{
    Execution execution(switchable());
    const Tensor good(DType::float32, {1, 3, 12, 12});
    LATHE_EXPECT_ERROR(inputMissing, execution.run({}, {}));
    LATHE_EXPECT_ERROR(inputUnknown, execution.run({{"x", good}, {"z", good}}, {}));
    LATHE_EXPECT_ERROR(shapeMismatch, execution.run({{"x", Tensor(DType::float32, {1, 3, 12, 11})}}, {}));
    LATHE_EXPECT_ERROR(dtypeMismatch, execution.run({{"x", Tensor(DType::float64, {1, 3, 12, 12})}}, {}));
    execution.run({{"x", good}}, {});
}

void TstExecution::clippedValuesAreCounted()
{
    const auto program = switchable();
    const TensorMap inputs = randomInputs(smallNetwork(), 6);
    const int slot = program->findSlot("c3", Slot::Kind::activation);
    Execution execution(program);
    std::vector<float> values;
    execution.run(inputs, {}, {}, {{"c3", [&](const TapView& view) { values.assign(view.reals.begin(), view.reals.end()); }}});
    const auto encoding = grid("uint8", -0.1f, 0.2f);
    const auto expected = std::count_if(values.begin(), values.end(), [&](float x) {
        const float code = std::nearbyintf(x / encoding->scale[0]) + static_cast<float>(encoding->zeroPoint[0]);
        return code < 0 || code > 255;
    });
    QVERIFY(expected > 10);
    for (const Precision precision : {Precision::simulated, Precision::literal}) {
        execution.run(inputs, program->defaultBinding().withPrecision(precision).with(slot, {encoding, nullptr}));
        QCOMPARE(execution.clipped(slot), expected);
    }
    execution.run(inputs, {});
    QCOMPARE(execution.clipped(slot), 0);
}

void TstExecution::workersAgree()
{
    const auto program = switchable();
    const Binding binding = quantized(randomInputs(smallNetwork(), 0));
    constexpr std::int64_t samples = 24;
    std::vector<Tensor> alone(samples), shared(samples);
    for (auto [workers, results] : {std::pair{1, &alone}, std::pair{3, &shared}}) {
        std::vector<Execution> executions;
        for (int i = 0; i < workers; ++i)
            executions.emplace_back(program);
        parallelFor(samples, workers, {}, [&](std::int64_t index, int worker) {
            const TensorMap inputs = randomInputs(smallNetwork(), static_cast<unsigned>(index));
            const Binding& used = index % 2 ? binding : program->defaultBinding();
            (*results)[static_cast<std::size_t>(index)] = executions[static_cast<std::size_t>(worker)].run(inputs, used).at("y");
        });
    }
    for (std::size_t i = 0; i < alone.size(); ++i)
        QVERIFY(identical(alone[i], shared[i]));
}

void TstExecution::threadsAgreeInTheSimulation()
{
    // Integer sums do not depend on how threads share them; float ones may.
    const TensorMap inputs = randomInputs(smallNetwork(), 8);
    CompileOptions options = openEverything();
    options.threads = 2;
    const auto program = Program::compile(smallNetwork(), options);
    const Binding binding = program->defaultBinding().withPrecision(Precision::simulated).with(settingsFor(*program, inputs, "uint8", "int8"));
    Execution one(switchable()), two(program);
    QVERIFY(identical(one.run(inputs, quantized(inputs)).at("y"), two.run(inputs, binding).at("y")));
}

void TstExecution::liveMemoryIsApart()
{
    for (const bool tapAll : {false, true}) {
        CompileOptions options;
        options.tapAll = tapAll;
        const auto program = Program::compile(smallNetwork(), options);
        for (const auto& used : {program, switchable()}) {
            const auto& storages = used->impl().plan->storages;
            for (std::size_t a = 0; a < storages.size(); ++a)
                for (std::size_t b = 0; b < a; ++b) {
                    const Storage &x = storages[a], &y = storages[b];
                    if (x.constant || y.constant || x.root == y.root || x.written > y.lastRead || y.written > x.lastRead)
                        continue;
                    QVERIFY(x.offset + x.bytes <= y.offset || y.offset + y.bytes <= x.offset);
                }
        }
    }
}

void TstExecution::oldResultsDoNotShine()
{
    // NaN left in the memory by one run must not reach the next.
    const TensorMap inputs = randomInputs(smallNetwork(), 2);
    TensorMap poison = inputs;
    for (float& value : poison.at("x").mutableData<float>())
        value = NAN;
    for (const Binding& binding : {switchable()->defaultBinding(), quantized(inputs)}) {
        Execution fresh(switchable()), used(switchable());
        used.run(poison, {});
        QVERIFY(identical(used.run(inputs, binding).at("y"), fresh.run(inputs, binding).at("y")));
    }
}

void TstExecution::stopIsHeard()
{
    std::stop_source source;
    const Control control(source.get_token());
    Execution execution(switchable());
    const TensorMap inputs = randomInputs(smallNetwork(), 2);
    int steps = 0;
    const std::map<std::string, Tap> taps{{"r1", [&](const TapView&) { source.request_stop(); }}, {"m", [&](const TapView&) { ++steps; }}};
    LATHE_EXPECT_ERROR(stopped, execution.run(inputs, {}, control, taps));
    QCOMPARE(steps, 0);
    LATHE_EXPECT_ERROR(stopped, Program::compile(smallNetwork(), {}, control));
    // The execution can be used again.
    execution.run(inputs, {});
}

void TstExecution::memoryLimitIsKept()
{
    CompileOptions options;
    options.memoryLimitBytes = 4096;
    const auto error = errorOf([&] { return Program::compile(smallNetwork(), options); });
    QVERIFY(error && error->code() == ErrorCode::tooLarge);
    QVERIFY(QString(error->what()).contains("more than the limit of 4.1 kB"));
    options.memoryLimitBytes = 1 << 24;
    const auto program = Program::compile(smallNetwork(), options);
    QVERIFY(program->arenaBytes() > 0 && program->arenaBytes() < 100000);
    QVERIFY(program->weightBytes() > 1000);
}

void TstExecution::hostileShapesAreRefused_data()
{
    QTest::addColumn<QString>("graph");
    QTest::newRow("padded convolution") << QString("input x: float32[1x1x2x2]\nw: float32[9x1x1x1] = ...\n"
                                           "y = Conv(x, w) {pads=[79000, 79000, 79000, 79000]}\noutput y");
    QTest::newRow("expand") << QString("input x: float32[1]\ns: int64[2] = [225000, 1000000]\ny = Expand(x, s)\noutput y");
    QTest::newRow("tile") << QString("input x: float32[1x9]\nr: int64[2] = [25000000, 1000]\ny = Tile(x, r)\noutput y");
    QTest::newRow("hidden in the middle") << QString("input x: float32[1]\ns: int64[2] = [225000, 1000000]\n"
                                             "e = Expand(x, s)\ny = ReduceSum(e) {keepdims=0}\noutput y");
    QTest::newRow("of constants alone") << QString("input x: float32[1]\nc: float32[1] = 1\ns: int64[2] = [225000, 1000000]\n"
                                           "e = Expand(c, s)\nr = ReduceSum(e) {keepdims=0}\ny = Add(x, r)\noutput y");
}

/// 900 GB, before anything of the kind is asked of the machine.
void TstExecution::hostileShapesAreRefused()
{
    QFETCH(QString, graph);
    const auto error = errorOf([&] { return Program::compile(parseGraph(graph.toStdString()), {}); });
    QVERIFY(error);
    QCOMPARE(error->code(), ErrorCode::tooLarge);
    const QString text = error->what();
    QVERIFY2(text.contains("needs 899 GB") || text.contains("needs 900 GB"), error->what());
}

void TstExecution::referenceKernelsAgree()
{
    const TensorMap inputs = randomInputs(smallNetwork(), 2);
    CompileOptions options = openEverything();
    options.referenceKernels = true;
    const auto program = Program::compile(smallNetwork(), options);
    for (const KernelChoice& choice : program->kernels())
        QCOMPARE(choice.kernel, std::string("plain_reference"));
    Execution execution(program);
    QVERIFY(sameElements(execution.run(inputs, {}).at("y"), runReference(smallNetwork(), inputs, {}).at("y")));
}

void TstExecution::integersAndBooleansPass()
{
    const auto program = Program::compile(
        parseGraph("input x: float32[2x3]\ninput i: int64[2]\nh: float32[] = 0.1\nc = Greater(x, h)\ng = Gather(x, i) {axis=1}\n"
                   "z: float32[] = 0\nw = Where(c, x, z)\nt: int64[2] = [0, 0]\ny = Transpose(w) {perm=[1, 0]}\noutput y, c, g, i"),
        {});
    Execution execution(program);
    const TensorMap inputs{{"x", Tensor::of<float>({2, 3}, {1, 0, 3, -1, 0.5f, 6})}, {"i", Tensor::of<std::int64_t>({2}, {2, 0})}};
    const TensorMap outputs = execution.run(inputs, {});
    QVERIFY(identical(outputs.at("y"), Tensor::of<float>({3, 2}, {1, 0, 0, 0.5f, 3, 6})));
    QVERIFY(identical(outputs.at("c"), Tensor::of<bool>({2, 3}, {true, false, true, false, true, true})));
    QVERIFY(identical(outputs.at("g"), Tensor::of<float>({2, 2}, {3, 1, 6, -1})));
    QVERIFY(identical(outputs.at("i"), inputs.at("i")));
}

void TstExecution::halfModelsAnswerInTheirType()
{
    Graph graph = parseGraph("input x: float16[1x4]\nw: float16[4x3] = ...\nm = MatMul(x, w)\ny = Relu(m)\noutput y");
    inferShapes(graph);
    const auto program = Program::compile(graph, {});
    Execution execution(program);
    const TensorMap inputs{{"x", randomTensor({1, 4}, 1).converted(DType::float16)}};
    const TensorMap expected = runReference(graph, inputs, {});
    QCOMPARE(execution.run(inputs, {}).at("y").dtype(), DType::float16);
    QVERIFY(relativeError(expected.at("y"), execution.run(inputs, {}).at("y")) < 1e-3);
    LATHE_EXPECT_ERROR(dtypeMismatch, execution.run({{"x", randomTensor({1, 4}, 1)}}, {}));
}

void TstExecution::impossibleGraphsAreRefused()
{
    LATHE_EXPECT_ERROR(unsupportedOperator, Program::compile(parseGraph("input x: float32[2]\ny = NoSuchOperator(x)\noutput y"), {}));
    // The size of the result depends on the numbers.
    Graph shapeless = parseGraph("input x: float32[2]\ny = Relu(x)\noutput y");
    shapeless.value(shapeless.inputs[0]).shape.reset();
    LATHE_EXPECT_ERROR(shapeUnknown, Program::compile(shapeless, {}));
    CompileOptions options;
    options.inputShapes = {{"x", Shape{5, 3, 12, 12}}};
    const auto batch = Program::compile(parseGraph("input x: float32[<N>x3x12x12]\ny = Relu(x)\noutput y"), options);
    QVERIFY(*batch->graph().value(batch->graph().outputs[0]).shape == (Shape{5, 3, 12, 12}));
}

QTEST_GUILESS_MAIN(TstExecution)
#include "tst_execution.moc"
