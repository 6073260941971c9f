// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/packed_weights.h"

#include <QTest>

#include "core/base/parallel.h"
#include "core/graph/graph_text.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

class TstPackedWeights : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameStorageIsPackedOnce();
    void otherWishesArePackedApart();
    void unusedOnesAreForgotten();
    void laterProgramsPackNothing_data();
    void laterProgramsPackNothing();
    void workersPackOnceForAll();
    void slottedWeightsAreTheirOwn();
    void codesAreKnownByContent();
    void integerProgramsPackOnce();
};

namespace {

const dnnl::memory::desc kRow = dnnlDesc(Shape{2, 4}, Layout::plain);
const dnnl::memory::desc kColumn({2, 4}, dnnl::memory::data_type::f32, dnnl::memory::dims{1, 2});

std::shared_ptr<const PackedWeights> packed(const Tensor& constant, const Packing& packing)
{
    return sharedWeights(constant, packing, [&] {
        return packWeights(constant.data<float>().data(), packing.plain, packing.wanted);
    });
}

/// A convolution that Winograd's transforms compute, one that they do not, and a matrix.
Graph network()
{
    return parseGraph(
        "input x: float32[1x64x24x24]\nw: float32[64x64x3x3] = ...\nv: float32[48x64x1x1] = ...\n"
        "m: float32[48x10] = ...\nb: float32[10] = ...\na = Conv(x, w) {pads=[1, 1, 1, 1]}\nc = Conv(a, v)\n"
        "g = GlobalAveragePool(c)\nf = Flatten(g)\ny = Gemm(f, m, b)\noutput y\n");
}

CompileOptions withSlots(bool keep, int threads = 1)
{
    CompileOptions options;
    options.keepSlots = keep;
    options.threads = threads;
    return options;
}

}

void TstPackedWeights::sameStorageIsPackedOnce()
{
    const Tensor constant = randomTensor(Shape{1, 8}, 1);
    const Tensor copy = constant;
    const Packing packing{.plain = kRow, .wanted = kRow};
    const std::size_t before = packingsMade();
    const auto first = packed(constant, packing), second = packed(copy, packing);
    QCOMPARE(first, second);
    QCOMPARE(packingsMade(), before + 1);
}

void TstPackedWeights::otherWishesArePackedApart()
{
    const Tensor constant = randomTensor(Shape{1, 8}, 1), equal = randomTensor(Shape{1, 8}, 1);
    const Packing packing{.plain = kRow, .wanted = kRow};
    const auto first = packed(constant, packing);
    QVERIFY(packed(equal, packing) != first);
    QVERIFY(packed(constant.reshaped(Shape{8, 1}), packing) != first);
    QVERIFY(packed(constant, {.plain = kRow, .wanted = kRow, .factor = 2}) != first);
    QVERIFY(packed(constant, {.plain = kRow, .wanted = kRow, .transposed = true}) != first);
    QVERIFY(packed(constant, {.plain = kRow, .wanted = kRow, .order = Packing::Order::winograd}) != first);
    QVERIFY(packed(constant, {.plain = kRow, .wanted = kColumn}) != first);
    Tensor changed = constant;
    changed.mutableData<float>()[0] += 1;
    QVERIFY(packed(changed, packing) != first);
}

void TstPackedWeights::unusedOnesAreForgotten()
{
    const Tensor constant = randomTensor(Shape{1, 8}, 1);
    const Packing packing{.plain = kRow, .wanted = kRow};
    const std::weak_ptr<const PackedWeights> gone = packed(constant, packing);
    QVERIFY(gone.expired());
    const std::size_t before = packingsMade();
    const auto again = packed(constant, packing);
    QCOMPARE(packingsMade(), before + 1);
}

void TstPackedWeights::laterProgramsPackNothing_data()
{
    QTest::addColumn<bool>("switchable");
    QTest::addColumn<int>("threads");
    QTest::newRow("float") << false << 1;
    QTest::newRow("float, 2 threads") << false << 2;
    QTest::newRow("switchable") << true << 1;
}

void TstPackedWeights::laterProgramsPackNothing()
{
    QFETCH(bool, switchable);
    QFETCH(int, threads);
    const Graph graph = network(), copy = graph;
    const std::size_t before = packingsMade();
    const auto first = Program::compile(graph, withSlots(switchable, threads));
    const std::size_t made = packingsMade() - before;
    QCOMPARE(made, std::size_t{3});
    const auto second = Program::compile(copy, withSlots(switchable, threads));
    CompileOptions watched = withSlots(switchable, threads);
    watched.tapAll = true;
    const auto third = Program::compile(graph, watched);
    QCOMPARE(packingsMade(), before + made);
    const TensorMap inputs = randomInputs(graph, 3);
    const Tensor expected = Execution(first).run(inputs, {}).at("y");
    QVERIFY(sameElements(expected, Execution(second).run(inputs, {}).at("y")));
    QVERIFY(sameElements(expected, Execution(third).run(inputs, {}).at("y")));
}

void TstPackedWeights::workersPackOnceForAll()
{
    const Graph graph = network();
    const auto program = Program::compile(graph, withSlots(false));
    const std::size_t before = packingsMade();
    parallelFor(8, 4, {}, [&](std::int64_t, int) {
        const auto mine = Program::compile(graph, withSlots(false));
        Execution(mine).run(randomInputs(graph, 1), {});
        Execution(program).run(randomInputs(graph, 2), {});
    });
    QCOMPARE(packingsMade(), before);
}

void TstPackedWeights::slottedWeightsAreTheirOwn()
{
    const Graph graph = network();
    CompileOptions options;
    options.points = {{.value = "v", .kind = Slot::Kind::weight}};
    const auto program = Program::compile(graph, options);
    const Encoding coarse = [] {
        Encoding encoding;
        encoding.format = NumberFormat::parse("int4");
        encoding.scale = {0.25F};
        encoding.zeroPoint = {0};
        encoding.minimumCode = -8;
        encoding.maximumCode = 7;
        return encoding;
    }();
    const int slot = program->findSlot("v", Slot::Kind::weight);
    QVERIFY(slot >= 0);
    const Binding rounded = program->defaultBinding()
                                .withPrecision(Precision::simulated)
                                .with(slot, {std::make_shared<const Encoding>(coarse), nullptr});
    const TensorMap inputs = randomInputs(graph, 5);
    const Tensor expected = Execution(program).run(inputs, {}).at("y");
    QVERIFY(!sameElements(expected, Execution(program).run(inputs, rounded).at("y")));
    const auto other = Program::compile(graph, options);
    QVERIFY(sameElements(expected, Execution(other).run(inputs, {}).at("y")));
}

void TstPackedWeights::codesAreKnownByContent()
{
    const auto bytes = [](const Tensor& codes) {
        const Packing packing{.plain = kRow, .wanted = kRow};
        return sharedCodes(codes, packing, [&] {
            return packWeights(std::vector<float>(8, static_cast<float>(codes.at(0))).data(), kRow, kRow);
        });
    };
    const Tensor codes = Tensor::of<std::int8_t>({2}, {1, 2}), equal = Tensor::of<std::int8_t>({2}, {1, 2});
    const auto first = bytes(codes);
    QCOMPARE(bytes(equal), first);
    QVERIFY(bytes(Tensor::of<std::int8_t>({2}, {1, 3})) != first);
    QVERIFY(bytes(codes.reshaped(Shape{1, 2})) != first);
}

/// Each compiles codes of its own from the same Quantize/Dequantize pairs.
void TstPackedWeights::integerProgramsPackOnce()
{
    const Graph graph = parseGraph(
        "input x: float32[1x16x8x8]\nsx: float32[] = 0.02\nzx: uint8[] = 128\nw: int8[32x16x1x1] = ...\nsw: "
        "float32[] = 0.01\n"
        "zw: int8[] = 0\nq = QuantizeLinear(x, sx, zx)\nd = DequantizeLinear(q, sx, zx)\nk = "
        "DequantizeLinear(w, sw, zw)\n"
        "c = Conv(d, k)\nqc = QuantizeLinear(c, sx, zx)\ny = DequantizeLinear(qc, sx, zx)\noutput y\n");
    CompileOptions options;
    options.integerKernels = true;
    const std::size_t before = packingsMade();
    const auto first = Program::compile(graph, options);
    if (packingsMade() == before)
        QSKIP("this processor has no exact products of bytes");
    QCOMPARE(packingsMade(), before + 1);
    const auto second = Program::compile(graph, options);
    QCOMPARE(packingsMade(), before + 1);
    const TensorMap inputs = randomInputs(graph, 4);
    QVERIFY(
        sameElements(Execution(first).run(inputs, {}).at("y"), Execution(second).run(inputs, {}).at("y")));
}

QTEST_GUILESS_MAIN(TstPackedWeights)
#include "tst_packed_weights.moc"
