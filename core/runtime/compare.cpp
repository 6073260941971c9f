// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/runtime/kernel.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// The innermost axis of a broadcast comparison, and those around it, outermost first.
struct Walk {
    struct Axis {
        std::int64_t size, left, right;
    };
    std::vector<Axis> outer;
    Axis row{1, 0, 0};
    std::int64_t rows = 1;
};

Walk walkOf(const Shape& output, const Shape& left, const Shape& right)
{
    const auto strideOf = [&](const Shape& shape, int axis) {
        const int own = axis - (output.rank() - shape.rank());
        return own < 0 || shape[own] == 1 ? 0 : shape.elements(own + 1, shape.rank());
    };
    Walk walk;
    for (int axis = 0; axis < output.rank(); ++axis) {
        const Walk::Axis next{output[axis], strideOf(left, axis), strideOf(right, axis)};
        if (next.size == 1)
            continue;
        auto& axes = walk.outer;
        if (!axes.empty() && axes.back().left == next.left * next.size && axes.back().right == next.right * next.size)
            axes.back() = {axes.back().size * next.size, next.left, next.right};
        else
            axes.push_back(next);
    }
    if (!walk.outer.empty()) {
        walk.row = walk.outer.back();
        walk.outer.pop_back();
    }
    for (const Walk::Axis& axis : walk.outer)
        walk.rows *= axis.size;
    return walk;
}

struct Equal {
    template <typename T> LATHE_INLINE static bool of(T a, T b) { return a == b; }
};
struct Less {
    template <typename T> LATHE_INLINE static bool of(T a, T b) { return a < b; }
};
struct Greater {
    template <typename T> LATHE_INLINE static bool of(T a, T b) { return a > b; }
};

/// One row; a step is 0 (one number for all) or 1.
template <typename Fn, typename T> struct CompareRow {
    LATHE_INLINE static void run(const T* left, bool leftOne, const T* right, bool rightOne, std::uint8_t* out, std::int64_t count)
    {
        if (leftOne) {
            const T a = *left;
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < count; ++i)
                out[i] = Fn::of(a, right[i]);
        } else if (rightOne) {
            const T b = *right;
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < count; ++i)
                out[i] = Fn::of(left[i], b);
        } else {
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < count; ++i)
                out[i] = Fn::of(left[i], right[i]);
        }
    }
};

using Loop = void (*)(const Walk& walk, std::int64_t row, const std::byte* left, const std::byte* right, std::uint8_t* out);

template <typename Fn, typename T>
void compareRow(const Walk& walk, std::int64_t row, const std::byte* left, const std::byte* right, std::uint8_t* out)
{
    const T* a = reinterpret_cast<const T*>(left);
    const T* b = reinterpret_cast<const T*>(right);
    std::int64_t rest = row;
    for (auto axis = walk.outer.rbegin(); axis != walk.outer.rend(); ++axis) {
        a += rest % axis->size * axis->left;
        b += rest % axis->size * axis->right;
        rest /= axis->size;
    }
    simdCall<CompareRow<Fn, T>>(a, walk.row.left == 0, b, walk.row.right == 0, out + row * walk.row.size, walk.row.size);
}

template <typename Fn> Loop loopFor(DType type)
{
    return type == DType::float32 ? compareRow<Fn, float>
           : type == DType::int32 ? compareRow<Fn, std::int32_t>
           : type == DType::int64 ? compareRow<Fn, std::int64_t>
                                  : nullptr;
}

Loop loopOf(const Node& node, DType type)
{
    if (!node.domain.empty())
        return nullptr;
    return node.op == "Equal"     ? loopFor<Equal>(type)
           : node.op == "Less"    ? loopFor<Less>(type)
           : node.op == "Greater" ? loopFor<Greater>(type)
                                  : nullptr;
}

/// Truth values of two operands that may repeat.
class CompareKernel final : public Kernel
{
public:
    CompareKernel(Loop loop, Walk walk) : m_loop(loop), m_walk(std::move(walk)) {}

    void run(StepRun& run) const override
    {
        auto* out = reinterpret_cast<std::uint8_t*>(run.outputs[0].data);
        parallelRanges(m_walk.rows, (1 << 15) / m_walk.row.size + 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row)
                m_loop(m_walk, row, run.inputs[0].data, run.inputs[1].data, out);
        });
    }

private:
    Loop m_loop;
    Walk m_walk;
};

std::unique_ptr<Kernel> makeCompare(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const Loop loop = node.inputs.size() == 2 ? loopOf(node, request.graph.value(node.inputs[0]).dtype) : nullptr;
    if (!loop)
        return nullptr;
    const Shape& output = request.shape(request.outputs[0]);
    if (output.elements() == 0) {
        reason = "it has no elements";
        return nullptr;
    }
    auto kernel = std::make_unique<CompareKernel>(loop, walkOf(output, request.shape(node.inputs[0]), request.shape(node.inputs[1])));
    kernel->inputs = {{node.inputs[0], Layout::plain}, {node.inputs[1], Layout::plain}};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_compare(Table<KernelEntry>& table)
{
    table.add({"compare", makeCompare});
}

}
