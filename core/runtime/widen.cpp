// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/kernel.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

template <typename T> struct WidenLoop {
    LATHE_INLINE static void run(const T* in, float* out, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = static_cast<float>(in[i]);
    }
};

using Loop = void (*)(const std::byte* in, float* out, std::int64_t count);

template <typename T> void widenLoop(const std::byte* in, float* out, std::int64_t count)
{
    simdCall<WidenLoop<T>>(reinterpret_cast<const T*>(in), out, count);
}

Loop loopOf(DType type)
{
    switch (type) {
    case DType::boolean:
    case DType::uint8: return widenLoop<std::uint8_t>;
    case DType::int8: return widenLoop<std::int8_t>;
    case DType::int32: return widenLoop<std::int32_t>;
    case DType::int64: return widenLoop<std::int64_t>;
    default: return nullptr;
    }
}

/// Integers and truth values as real numbers.
class WidenKernel final : public Kernel
{
public:
    WidenKernel(Loop loop, std::int64_t elements, int elementSize) : m_loop(loop), m_elements(elements), m_elementSize(elementSize) {}

    void run(StepRun& run) const override
    {
        parallelRanges(m_elements, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
            m_loop(run.inputs[0].data + begin * m_elementSize, run.outputs[0].floats() + begin, end - begin);
        });
    }

private:
    Loop m_loop;
    std::int64_t m_elements;
    int m_elementSize;
};

std::unique_ptr<Kernel> makeWiden(const StepRequest& request, std::string&)
{
    const Node& node = request.node;
    constexpr std::int64_t onnxFloat = 1;
    if (!node.domain.empty() || node.op != "Cast" || node.integer("to", 0) != onnxFloat)
        return nullptr;
    const Value& source = request.graph.value(node.inputs[0]);
    const Loop loop = loopOf(source.dtype);
    if (!loop)
        return nullptr;
    const Layout layout = request.layout(node.inputs[0]);
    auto kernel = std::make_unique<WidenKernel>(loop, source.shape->elements(), dtypeSize(source.dtype));
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {layout};
    return kernel;
}

}

void register_widen(Table<KernelEntry>& table)
{
    table.add({"widen", makeWiden});
}

}
