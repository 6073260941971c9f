// SPDX-License-Identifier: GPL-3.0-or-later
// Runs after the first one allocate what goes out to the caller, and nothing a step.
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

std::atomic<std::int64_t> allocatedBytes = 0;
std::atomic<std::int64_t> allocations = 0;

void* counted(std::size_t bytes, std::size_t alignment)
{
    allocatedBytes += static_cast<std::int64_t>(bytes);
    ++allocations;
    void* memory = alignment <= alignof(std::max_align_t)
                       ? std::malloc(bytes == 0 ? 1 : bytes)
                       : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

}

void* operator new(std::size_t bytes)
{
    return counted(bytes, 1);
}
void* operator new(std::size_t bytes, std::align_val_t alignment)
{
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept
{
    try {
        return counted(bytes, 1);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

namespace {

/// `count` times the same layers, one after the other.
std::string repeated(const std::string& head, const std::string& body, int count)
{
    std::string text = head;
    for (int i = 0; i < count; ++i) {
        std::string layer = body;
        for (std::size_t at; (at = layer.find('@')) != std::string::npos;)
            layer.replace(at, 1, std::to_string(i));
        for (std::size_t at; (at = layer.find('$')) != std::string::npos;)
            layer.replace(at, 1, std::to_string(i + 1));
        text += layer;
    }
    return text + "output x" + std::to_string(count) + "\n";
}

struct Use
{
    std::int64_t count = 0, bytes = 0;
    int steps = 0;
};

/// What a run with an unchanged binding allocates once everything is warm.
Use useOf(const Graph& graph, int threads)
{
    CompileOptions options;
    options.threads = threads;
    options.keepSlots = false;
    const auto program = Program::compile(graph, options);
    Execution execution(program);
    const TensorMap inputs = randomInputs(graph, 1);
    for (int i = 0; i < 3; ++i)
        execution.run(inputs, {});
    const std::int64_t count = allocations, bytes = allocatedBytes;
    constexpr int runs = 10;
    for (int i = 0; i < runs; ++i)
        execution.run(inputs, {});
    return {(allocations - count) / runs, (allocatedBytes - bytes) / runs, program->stepCount()};
}

}

class TstAllocations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ownKernelsAllocateNothing_data();
    void ownKernelsAllocateNothing();
    void primitivesAreNotMadeAnew();
};

void TstAllocations::ownKernelsAllocateNothing_data()
{
    QTest::addColumn<QString>("body");
    const QString head = "input x0: float32[1x8x16x16]\n";
    QTest::newRow("pooling") << head + "|x$ = MaxPool(x@) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}\n";
    QTest::newRow("averages") << head + "|x$ = AveragePool(x@) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}\n";
    QTest::newRow("element-wise") << head + "|a@ = Sigmoid(x@)\nx$ = Mul(a@, x@)\n";
    QTest::newRow("softmax") << head + "|x$ = Softmax(x@) {axis=3}\n";
    QTest::newRow("moves") << head + "|t@ = Transpose(x@) {perm=[0, 1, 3, 2]}\nx$ = Concat(t@) {axis=1}\n";
    QTest::newRow("normalization")
        << "opset 17\n" + head +
               "s: float32[16] = ...\nb: float32[16] = ...\n|x$ = LayerNormalization(x@, s, b)\n";
}

void TstAllocations::ownKernelsAllocateNothing()
{
    QFETCH(QString, body);
    const std::string head = body.section('|', 0, 0).toStdString(),
                      layer = body.section('|', 1).toStdString();
    for (const int threads : {1, 2}) {
        const Use few = useOf(parseGraph(repeated(head, layer, 2)), threads),
                  many = useOf(parseGraph(repeated(head, layer, 9)), threads);
        QVERIFY(many.steps > few.steps);
        QCOMPARE(many.count, few.count);
    }
}

void TstAllocations::primitivesAreNotMadeAnew()
{
    const std::string head =
        "input x0: float32[1x48x24x24]\nw: float32[48x48x3x3] = ...\nv: float32[48x48x1x1] = ...\n";
    const std::string layer = "a@ = Conv(x@, w) {pads=[1, 1, 1, 1]}\nb@ = Conv(a@, v)\nx$ = Relu(b@)\n";
    const Use few = useOf(parseGraph(repeated(head, layer, 2)), 1),
              many = useOf(parseGraph(repeated(head, layer, 9)), 1);
    // oneDNN puts its arguments into a small table at each call. Packed weights, scratch memory or a
    // primitive would be tens of kilobytes.
    const std::int64_t perStep = (many.bytes - few.bytes) / (many.steps - few.steps);
    QVERIFY2(perStep < 2048, qPrintable(QString("%1 bytes a step").arg(perStep)));
}

QTEST_GUILESS_MAIN(TstAllocations)
#include "tst_allocations.moc"
