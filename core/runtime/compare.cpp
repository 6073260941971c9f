// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/kernel.h"
#include "core/runtime/row_loop.h"

namespace lathe {

namespace {

struct Equal {
    template <typename T> LATHE_INLINE std::uint8_t operator()(T a, T b, std::int32_t&) const { return a == b; }
};
struct Less {
    template <typename T> LATHE_INLINE std::uint8_t operator()(T a, T b, std::int32_t&) const { return a < b; }
};
struct Greater {
    template <typename T> LATHE_INLINE std::uint8_t operator()(T a, T b, std::int32_t&) const { return a > b; }
};

using Loop = void (*)(const BinaryAxes& axes, const std::byte* left, const std::byte* right, std::uint8_t* out);

template <typename Fn, typename T>
void compare(const BinaryAxes& axes, const std::byte* left, const std::byte* right, std::uint8_t* out)
{
    axes.run<T, std::uint8_t>(reinterpret_cast<const T*>(left), reinterpret_cast<const T*>(right), out,
                              [](const BinaryRowsOf<T, std::uint8_t>& rows) { runRows(rows, Fn{}); });
}

template <typename Fn> Loop loopFor(DType type)
{
    return type == DType::float32 ? compare<Fn, float>
           : type == DType::int32 ? compare<Fn, std::int32_t>
           : type == DType::int64 ? compare<Fn, std::int64_t>
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
    CompareKernel(Loop loop, BinaryAxes axes) : m_loop(loop), m_axes(std::move(axes)) {}

    void run(StepRun& run) const override
    {
        m_loop(m_axes, run.inputs[0].data, run.inputs[1].data, reinterpret_cast<std::uint8_t*>(run.outputs[0].data));
    }

private:
    Loop m_loop;
    BinaryAxes m_axes;
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
    const ValueId left = node.inputs[0], right = node.inputs[1];
    auto kernel = std::make_unique<CompareKernel>(loop, BinaryAxes(output, Layout::plain, request.shape(left), Layout::plain,
                                                                   request.shape(right), Layout::plain));
    kernel->inputs = {{left, Layout::plain}, {right, Layout::plain}};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_compare(Table<KernelEntry>& table)
{
    table.add({"compare", makeCompare});
}

}
