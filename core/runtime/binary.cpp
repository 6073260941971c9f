// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/runtime/kernel.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

/// Rows of results; steps along a row are 0 (one number for all), 1, or anything else.
struct Rows {
    std::int64_t rows, count;
    std::int64_t leftRow, rightRow, leftStep, rightStep;
    float low, high;   ///< of a fused clamp
};

LATHE_INLINE float bounded(float x, const Rows& r)
{
    return clampTo(x, r.low, r.high);
}

template <typename Fn> struct Loop {
    LATHE_INLINE static void run(const float* left, const float* right, float* out, Rows r)
    {
        for (std::int64_t row = 0; row < r.rows; ++row, left += r.leftRow, right += r.rightRow, out += r.count) {
            if (r.leftStep == 1 && r.rightStep == 1) {
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    out[i] = bounded(Fn::of(left[i], right[i]), r);
            } else if (r.leftStep == 1 && r.rightStep == 0) {
                const float b = *right;
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    out[i] = bounded(Fn::of(left[i], b), r);
            } else if (r.leftStep == 0 && r.rightStep == 1) {
                const float a = *left;
                LATHE_INDEPENDENT
                for (std::int64_t i = 0; i < r.count; ++i)
                    out[i] = bounded(Fn::of(a, right[i]), r);
            } else {
                for (std::int64_t i = 0; i < r.count; ++i)
                    out[i] = bounded(Fn::of(left[i * r.leftStep], right[i * r.rightStep]), r);
            }
        }
    }
};

#define LATHE_BINARY(Name, expression)                                                                                 \
    struct Name {                                                                                                      \
        LATHE_INLINE static float of(float a, float b) { return expression; }                                          \
    };
LATHE_BINARY(Add, a + b)
LATHE_BINARY(Sub, a - b)
LATHE_BINARY(Mul, a* b)
LATHE_BINARY(Div, a / b)
LATHE_BINARY(Max, a != a ? a : (b < a ? a : b))
LATHE_BINARY(Min, a != a ? a : (b > a ? a : b))
LATHE_BINARY(PRelu, a < 0 ? a * b : a)
#undef LATHE_BINARY

using RowLoop = void (*)(const float* left, const float* right, float* out, Rows rows);

template <typename Fn> void rowLoop(const float* left, const float* right, float* out, Rows rows)
{
    simdCall<Loop<Fn>>(left, right, out, rows);
}

RowLoop loopOf(const Node& node)
{
    static const std::map<std::string, RowLoop, std::less<>> loops{
        {"Add", rowLoop<Add>}, {"Sub", rowLoop<Sub>}, {"Mul", rowLoop<Mul>},
        {"Div", rowLoop<Div>}, {"Sum", rowLoop<Add>}, {"Max", rowLoop<Max>},
        {"Min", rowLoop<Min>}, {"PRelu", rowLoop<PRelu>},
    };
    const auto found = node.domain.empty() ? loops.find(node.op) : loops.end();
    return found == loops.end() ? nullptr : found->second;
}

struct Axis {
    std::int64_t size, left, right;
};

/// Strides of an operand along the logical axes of the output; 0 where it repeats.
std::vector<std::int64_t> operandStrides(const Shape& shape, Layout layout, int outputRank)
{
    std::vector<std::int64_t> strides = stridesOf(shape, layout);
    for (int axis = 0; axis < shape.rank(); ++axis)
        if (shape[axis] == 1)
            strides[static_cast<std::size_t>(axis)] = 0;
    strides.insert(strides.begin(), static_cast<std::size_t>(outputRank - shape.rank()), 0);
    return strides;
}

/// Axes of the output in memory order, neighbours merged where both operands allow it.
std::vector<Axis> mergedAxes(const Shape& output, Layout layout, const std::vector<std::int64_t>& left,
                             const std::vector<std::int64_t>& right)
{
    std::vector<Axis> axes;
    for (const int logical : memoryOrder(output.rank(), layout)) {
        const auto i = static_cast<std::size_t>(logical);
        const Axis axis{output[logical], left[i], right[i]};
        if (axis.size == 1)
            continue;
        if (!axes.empty() && axes.back().left == axis.left * axis.size && axes.back().right == axis.right * axis.size)
            axes.back() = {axes.back().size * axis.size, axis.left, axis.right};
        else
            axes.push_back(axis);
    }
    return axes;
}

class BinaryKernel final : public Kernel
{
public:
    BinaryKernel(RowLoop loop, std::vector<Axis> axes, const Activation& clamp)
        : m_loop(loop)
    {
        const auto take = [&axes] {
            const Axis axis = axes.empty() ? Axis{1, 0, 0} : axes.back();
            if (!axes.empty())
                axes.pop_back();
            return axis;
        };
        const Axis column = take(), row = take();
        m_rows = {row.size, column.size, row.left, row.right, column.left, column.right, clamp.low, clamp.high};
        m_outer = std::move(axes);
        for (const Axis& axis : m_outer)
            m_blocks *= axis.size;
    }

    void run(StepRun& run) const override
    {
        if (m_blocks == 1) {
            runFlat(run);
            return;
        }
        parallelRanges(m_blocks, std::max<std::int64_t>(1, (1 << 14) / (m_rows.rows * m_rows.count)),
                       [&](std::int64_t begin, std::int64_t end) {
                           for (std::int64_t block = begin; block < end; ++block)
                               runBlock(run, block);
                       });
    }

private:
    void runFlat(const StepRun& run) const
    {
        // One block: threads share its rows, or its only row.
        const bool single = m_rows.rows == 1;
        const std::int64_t length = single ? m_rows.count : m_rows.rows;
        parallelRanges(length, single ? 1 << 14 : (1 << 14) / m_rows.count + 1, [&](std::int64_t begin, std::int64_t end) {
            Rows part = m_rows;
            (single ? part.count : part.rows) = end - begin;
            const std::int64_t leftStep = single ? part.leftStep : part.leftRow;
            const std::int64_t rightStep = single ? part.rightStep : part.rightRow;
            m_loop(run.inputs[0].floats() + begin * leftStep, run.inputs[1].floats() + begin * rightStep,
                   run.outputs[0].floats() + begin * (single ? 1 : m_rows.count), part);
        });
    }

    void runBlock(const StepRun& run, std::int64_t block) const
    {
        const float* left = run.inputs[0].floats();
        const float* right = run.inputs[1].floats();
        float* out = run.outputs[0].floats() + block * m_rows.rows * m_rows.count;
        for (auto axis = m_outer.rbegin(); axis != m_outer.rend(); ++axis) {
            const std::int64_t index = block % axis->size;
            block /= axis->size;
            left += index * axis->left;
            right += index * axis->right;
        }
        m_loop(left, right, out, m_rows);
    }

    RowLoop m_loop;
    Rows m_rows{};
    std::vector<Axis> m_outer;
    std::int64_t m_blocks = 1;
};

/// The layout of an operand that has the output's shape, and so most of the work.
Layout preferredLayout(const StepRequest& request, const Shape& output)
{
    Layout preferred = Layout::plain;
    for (const ValueId id : request.node.inputs)
        if (!request.isConstant(id) && request.shape(id) == output && request.layout(id) == Layout::channelsLast)
            preferred = Layout::channelsLast;
    return preferred;
}

std::unique_ptr<Kernel> makeBinary(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const RowLoop loop = loopOf(node);
    if (!loop)
        return nullptr;
    if (node.inputs.size() != 2 || !request.isFloat(node.inputs[0]) || !request.isFloat(node.inputs[1])) {
        reason = "takes two float operands";
        return nullptr;
    }
    if (!request.activation.none() && !request.activation.clamp()) {
        reason = "fuses clamps only";
        return nullptr;
    }
    const Shape& output = request.shape(request.outputs[0]);
    if (output.elements() == 0) {
        reason = "it has no elements";
        return nullptr;
    }
    const Layout layout = preferredLayout(request, output);
    std::vector<Kernel::Input> inputs;
    std::vector<std::vector<std::int64_t>> strides;
    int overwritten = -1;
    for (const ValueId id : node.inputs) {
        const Shape& shape = request.shape(id);
        const bool full = shape == output;
        inputs.push_back({id, full ? layout : request.layout(id)});
        strides.push_back(operandStrides(shape, inputs.back().layout, output.rank()));
        if (full && overwritten < 0 && !request.isConstant(id))
            overwritten = static_cast<int>(inputs.size()) - 1;
    }
    auto kernel = std::make_unique<BinaryKernel>(loop, mergedAxes(output, layout, strides[0], strides[1]), request.activation);
    kernel->inputs = std::move(inputs);
    kernel->outputLayouts = {layout};
    kernel->overwritten = overwritten;
    return kernel;
}

}

void register_binary(Table<KernelEntry>& table)
{
    table.add({"binary", makeBinary});
}

}
