// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <limits>

#include "core/ops/infer_helpers.h"
#include "core/runtime/kernel.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// A reduction of neighbouring axes in memory order: [outer, middle, inner] becomes [outer, inner].
struct Extent {
    std::int64_t outer = 1, middle = 1, inner = 1;
};

/// Partial results that are joined in one order on every instruction set.
constexpr std::int64_t kLanes = 8;

using Floats = float __attribute__((vector_size(32)));
using Doubles = double __attribute__((vector_size(64)));

/// Each joins one number, or a vector of them, into another; NaN wins.
struct Sum {
    using Held = double;
    using Lanes = Doubles;
    static constexpr double start = 0;
    template <typename T> LATHE_INLINE static void join(T& a, const T& b) { a += b; }
};

struct Largest {
    using Held = float;
    using Lanes = Floats;
    static constexpr float start = -std::numeric_limits<float>::infinity();
    template <typename T> LATHE_INLINE static void join(T& a, const T& b) { a = a != a ? a : (b <= a ? a : b); }
};

struct Smallest {
    using Held = float;
    using Lanes = Floats;
    static constexpr float start = std::numeric_limits<float>::infinity();
    template <typename T> LATHE_INLINE static void join(T& a, const T& b) { a = a != a ? a : (b >= a ? a : b); }
};

/// Columns whose partial results fit into registers or at least the nearest cache.
constexpr std::int64_t kColumns = 128;

template <typename Fn> struct ReduceLoop {
    using Held = typename Fn::Held;

    using Lanes = typename Fn::Lanes;

    LATHE_INLINE static Held row(const float* in, std::int64_t count)
    {
        Lanes lanes = Lanes{} + Fn::start;
        std::int64_t at = 0;
        for (; at + kLanes <= count; at += kLanes) {
            Floats x;
            std::memcpy(&x, in + at, sizeof(x));
            Fn::join(lanes, __builtin_convertvector(x, Lanes));
        }
        Held held[kLanes];
        std::memcpy(held, &lanes, sizeof(held));
        for (std::int64_t lane = 0; at < count; ++at, ++lane)
            Fn::join(held[lane], static_cast<Held>(in[at]));
        for (std::int64_t width = kLanes / 2; width > 0; width /= 2)
            for (std::int64_t lane = 0; lane < width; ++lane)
                Fn::join(held[lane], held[lane + width]);
        return held[0];
    }

    LATHE_INLINE static void columns(const float* in, float* out, std::int64_t count, Extent extent, Held factor)
    {
        Held held[kColumns];
        std::fill_n(held, count, Fn::start);
        for (std::int64_t m = 0; m < extent.middle; ++m) {
            const float* line = in + m * extent.inner;
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < count; ++i)
                Fn::join(held[i], static_cast<Held>(line[i]));
        }
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = static_cast<float>(held[i] * factor);
    }

    LATHE_INLINE static void run(const float* in, float* out, Extent extent, double scale)
    {
        const auto factor = static_cast<Held>(scale);
        for (std::int64_t o = 0; o < extent.outer; ++o, in += extent.middle * extent.inner, out += extent.inner) {
            if (extent.inner == 1) {
                *out = static_cast<float>(row(in, extent.middle) * factor);
                continue;
            }
            for (std::int64_t i = 0; i < extent.inner; i += kColumns)
                columns(in + i, out + i, std::min(kColumns, extent.inner - i), extent, factor);
        }
    }
};

using Loop = void (*)(const float* in, float* out, Extent extent, double factor);

template <typename Fn> void reduceLoop(const float* in, float* out, Extent extent, double factor)
{
    simdCall<ReduceLoop<Fn>>(in, out, extent, factor);
}

Loop loopOf(const Node& node)
{
    if (!node.domain.empty())
        return nullptr;
    if (node.op == "ReduceSum" || node.op == "ReduceMean")
        return reduceLoop<Sum>;
    if (node.op == "ReduceMax" || node.op == "GlobalMaxPool")
        return reduceLoop<Largest>;
    return node.op == "ReduceMin" ? reduceLoop<Smallest> : nullptr;
}

class ReduceKernel final : public Kernel
{
public:
    ReduceKernel(Loop loop, Extent extent, double factor) : m_loop(loop), m_extent(extent), m_factor(factor) {}

    void run(StepRun& run) const override
    {
        const std::int64_t each = m_extent.middle * m_extent.inner;
        parallelRanges(m_extent.outer, (1 << 14) / each + 1, [&](std::int64_t begin, std::int64_t end) {
            m_loop(run.inputs[0].floats() + begin * each, run.outputs[0].floats() + begin * m_extent.inner,
                   {end - begin, m_extent.middle, m_extent.inner}, m_factor);
        });
    }

private:
    Loop m_loop;
    Extent m_extent;
    double m_factor;
};

/// Which axes are reduced; nothing when that is none, or is not known before it runs.
std::optional<std::vector<bool>> knownReducedAxes(const StepRequest& request, int rank)
{
    const Node& node = request.node;
    std::vector<bool> reduced(static_cast<std::size_t>(rank), false);
    if (node.op == "GlobalMaxPool") {
        std::fill(reduced.begin() + 2, reduced.end(), true);
        return reduced;
    }
    std::vector<std::int64_t> axes = node.integers("axes");
    if (node.input(1).valid()) {
        const Tensor* operand = request.graph.constant(node.input(1));
        if (!operand)
            return std::nullopt;
        axes = operand->toIntegers();
    }
    reduced = reducedAxes(node, axes, rank);
    return axes.empty() && !reduced.front() ? std::nullopt : std::optional(reduced);
}

/// Nothing where reduced axes do not lie side by side.
std::optional<Extent> extentOf(const Shape& shape, Layout layout, const std::vector<bool>& reduced)
{
    Extent extent;
    int part = 0;   // outer, middle, inner
    for (const int axis : memoryOrder(shape.rank(), layout)) {
        if (shape[axis] == 1)
            continue;
        const bool inMiddle = reduced[static_cast<std::size_t>(axis)];
        if (inMiddle && part == 2)
            return std::nullopt;
        part = inMiddle ? 1 : part == 0 ? 0 : 2;
        (part == 0 ? extent.outer : part == 1 ? extent.middle : extent.inner) *= shape[axis];
    }
    return extent;
}

std::unique_ptr<Kernel> makeReduce(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const Loop loop = loopOf(node);
    if (!loop || request.fused)
        return nullptr;
    const Shape& shape = request.shape(node.inputs[0]);
    if (!request.isFloat(node.inputs[0]) || shape.elements() == 0 || shape.rank() == 0) {
        reason = "the element type or size";
        return nullptr;
    }
    const auto reduced = knownReducedAxes(request, shape.rank());
    const Layout layout = request.layout(node.inputs[0]);
    const auto extent = reduced ? extentOf(shape, layout, *reduced) : std::nullopt;
    if (!extent) {
        reason = "which axes it reduces";
        return nullptr;
    }
    // Without the reduced axes, the order of what is left is row-major only where all pixels went.
    const bool keepsRank = request.shape(request.outputs[0]).rank() == shape.rank();
    const bool pixelsOnly = !(*reduced)[1 % reduced->size()] && std::all_of(reduced->begin() + std::min<std::ptrdiff_t>(2, shape.rank()), reduced->end(), [](bool r) { return r; });
    if (!keepsRank && layout != Layout::plain && !pixelsOnly) {
        reason = "the order of its axes";
        return nullptr;
    }
    const double factor = node.op == "ReduceMean" ? 1.0 / static_cast<double>(extent->middle) : 1.0;
    auto kernel = std::make_unique<ReduceKernel>(loop, *extent, factor);
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {keepsRank ? layout : Layout::plain};
    return kernel;
}

}

void register_reduce(Table<KernelEntry>& table)
{
    table.add({"reduce", makeReduce});
}

}
