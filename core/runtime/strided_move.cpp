// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "core/ops/op.h"
#include "core/runtime/kernel.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

/// Operators whose output elements are elements of the first input, chosen by constants alone.
constexpr std::array<std::string_view, 10> kMoving{"Transpose", "Slice",        "Split",        "Pad",    "Expand",
                                                   "Tile",      "DepthToSpace", "SpaceToDepth", "Gather", "Resize"};

constexpr std::int64_t kMostElements = 1 << 26;
constexpr std::int32_t kFill = -1;   ///< an element that comes from nowhere: padding

/// One output: a strided copy where the source positions are regular, else a table of them.
struct Move {
    StridedCopy copy;
    std::int64_t offset = 0;            ///< elements into the input
    /// Position in the input of each stretch of the output, both in memory order.
    std::vector<std::int32_t> table;
    std::int64_t stretch = 1;           ///< neighbours in the input that are neighbours in the output
    bool identity = false;
};

std::vector<std::int64_t> coordinates(std::int64_t index, const Shape& shape)
{
    std::vector<std::int64_t> at(static_cast<std::size_t>(shape.rank()));
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        at[static_cast<std::size_t>(axis)] = index % shape[axis];
        index /= shape[axis];
    }
    return at;
}

std::int64_t dot(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), std::int64_t{0});
}

/// Calls work(position, index) for every index of `shape`, row-major; work returns false to stop.
template <typename Work> bool forEachIndex(const Shape& shape, Work&& work)
{
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()), 0);
    const std::int64_t count = shape.elements();
    for (std::int64_t i = 0; i < count; ++i) {
        if (!work(i, index))
            return false;
        for (int axis = shape.rank() - 1; axis >= 0 && ++index[static_cast<std::size_t>(axis)] == shape[axis]; --axis)
            index[static_cast<std::size_t>(axis)] = 0;
    }
    return true;
}

/// Steps through the input along each axis of the output, if the source positions are regular.
std::optional<std::vector<std::vector<std::int64_t>>> regularSteps(std::span<const std::int32_t> source,
                                                                   const Shape& input, const Shape& output)
{
    if (std::find(source.begin(), source.end(), kFill) != source.end())
        return std::nullopt;
    const std::vector<std::int64_t> first = coordinates(source[0], input);
    const std::vector<std::int64_t> outputStrides = output.strides();
    std::vector<std::vector<std::int64_t>> steps;
    for (int axis = 0; axis < output.rank(); ++axis) {
        std::vector<std::int64_t> step(first.size(), 0);
        if (output[axis] > 1) {
            step = coordinates(source[static_cast<std::size_t>(outputStrides[static_cast<std::size_t>(axis)])], input);
            std::transform(step.begin(), step.end(), first.begin(), step.begin(), std::minus<>());
        }
        steps.push_back(std::move(step));
    }
    std::vector<std::int64_t> lowest = first, highest = first, linear;
    for (int axis = 0; axis < output.rank(); ++axis)
        for (std::size_t a = 0; a < first.size(); ++a) {
            const std::int64_t reach = steps[static_cast<std::size_t>(axis)][a] * (output[axis] - 1);
            (reach < 0 ? lowest : highest)[a] += reach;
        }
    for (std::size_t a = 0; a < first.size(); ++a)
        if (lowest[a] < 0 || highest[a] >= input[static_cast<int>(a)])
            return std::nullopt;
    for (const auto& step : steps)
        linear.push_back(dot(step, input.strides()));
    const bool regular = forEachIndex(output, [&](std::int64_t i, const std::vector<std::int64_t>& index) {
        return source[static_cast<std::size_t>(i)] == source[0] + dot(index, linear);
    });
    return regular ? std::optional(steps) : std::nullopt;
}

/// The most neighbours that always move together: the greatest common divisor of where the positions do not go on.
std::int64_t commonStretch(const std::vector<std::int32_t>& positions)
{
    auto common = static_cast<std::int64_t>(positions.size());
    for (std::size_t i = 1; i < positions.size() && common > 1; ++i) {
        const std::int32_t before = positions[i - 1], next = before == kFill ? kFill : before + 1;
        if (positions[i] != next)
            common = std::gcd(common, static_cast<std::int64_t>(i));
    }
    return common;
}

Move planMove(const Tensor& source, const Shape& input, Layout inputLayout, Layout outputLayout)
{
    const Shape& output = source.shape();
    const auto positions = source.data<std::int32_t>();
    const std::vector<std::int64_t> inputStrides = stridesOf(input, inputLayout);
    const std::vector<std::int64_t> outputStrides = stridesOf(output, outputLayout);
    Move move;
    if (const auto steps = regularSteps(positions, input, output)) {
        std::vector<std::int64_t> strides;
        for (const auto& step : *steps)
            strides.push_back(dot(step, inputStrides));
        move.offset = dot(coordinates(positions[0], input), inputStrides);
        move.identity = move.offset == 0 && input.elements() == output.elements();
        for (int axis = 0; axis < output.rank(); ++axis)
            move.identity = move.identity && (output[axis] == 1 || strides[static_cast<std::size_t>(axis)] ==
                                                                       outputStrides[static_cast<std::size_t>(axis)]);
        move.copy = StridedCopy(output.dims(), std::move(strides), outputStrides);
        return move;
    }
    move.table.resize(positions.size());
    forEachIndex(output, [&](std::int64_t i, const std::vector<std::int64_t>& index) {
        const std::int32_t from = positions[static_cast<std::size_t>(i)];
        move.table[static_cast<std::size_t>(dot(index, outputStrides))] =
            from == kFill ? kFill : static_cast<std::int32_t>(dot(coordinates(from, input), inputStrides));
        return true;
    });
    move.stretch = commonStretch(move.table);
    const auto stretch = static_cast<std::size_t>(move.stretch);
    for (std::size_t i = 0; i < move.table.size() / stretch; ++i)
        move.table[i] = move.table[i * stretch];
    move.table.resize(move.table.size() / stretch);
    return move;
}

template <typename T> void gatherTable(const Move& move, const std::byte* source, std::byte* target, std::uint64_t fill)
{
    const T* in = reinterpret_cast<const T*>(source);
    T* out = reinterpret_cast<T*>(target);
    T padding{};
    std::memcpy(&padding, &fill, sizeof(T));
    const std::int64_t length = move.stretch;
    constexpr std::int64_t grain = 1 << 15;
    parallelRanges(static_cast<std::int64_t>(move.table.size()), grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int32_t from = move.table[static_cast<std::size_t>(i)];
            if (from == kFill)
                std::fill_n(out + i * length, length, padding);
            else if (length == 1)
                out[i] = in[from];
            else
                std::memcpy(out + i * length, in + from, static_cast<std::size_t>(length) * sizeof(T));
        }
    });
}

class MoveKernel final : public Kernel
{
public:
    MoveKernel(std::vector<Move> planned, int elementSize, std::uint64_t fill)
        : m_moves(std::move(planned)), m_elementSize(elementSize), m_fill(fill)
    {
    }

    void run(StepRun& run) const override
    {
        for (std::size_t i = 0; i < m_moves.size(); ++i) {
            const Move& move = m_moves[i];
            const std::byte* source = run.inputs[0].data;
            std::byte* target = run.outputs[i].data;
            if (move.table.empty() && (!move.identity || source != target))
                move.copy.run(source + move.offset * m_elementSize, target, m_elementSize);
            else if (m_elementSize == 4)
                gatherTable<float>(move, source, target, m_fill);
            else if (m_elementSize == 8)
                gatherTable<std::uint64_t>(move, source, target, m_fill);
            else
                gatherTable<std::uint8_t>(move, source, target, m_fill);
        }
    }

private:
    std::vector<Move> m_moves;
    int m_elementSize;
    std::uint64_t m_fill;
};

/// The operator, run on the positions of its input's elements instead of the elements.
std::vector<Tensor> sourcePositions(const StepRequest& request, const Op& op)
{
    const Node& node = request.node;
    Tensor positions(DType::int32, request.shape(node.inputs[0]));
    const auto all = positions.mutableData<std::int32_t>();
    std::iota(all.begin(), all.end(), 0);
    std::vector<Tensor> operands{positions};
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        const Tensor* constant = request.graph.constant(node.inputs[i]);
        operands.push_back(constant ? *constant : Tensor());
    }
    if (node.op == "Pad") {
        operands.resize(std::max<std::size_t>(operands.size(), 3));
        operands[2] = Tensor::scalar<std::int32_t>(kFill);
    }
    return op.run({node, operands, request.graph.opsets.at(""), Control()});
}

std::uint64_t fillOf(const StepRequest& request, int elementSize)
{
    const Tensor* constant =
        request.node.op == "Pad" ? request.graph.constant(request.node.input(2)) : nullptr;
    std::uint64_t fill = 0;
    if (constant)
        std::memcpy(&fill, constant->bytes().data(), static_cast<std::size_t>(elementSize));
    return fill;
}

bool parametersConstant(const StepRequest& request)
{
    for (std::size_t i = 1; i < request.node.inputs.size(); ++i)
        if (request.node.inputs[i].valid() && !request.isConstant(request.node.inputs[i]))
            return false;
    return true;
}

std::unique_ptr<Kernel> makeMove(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const Op* op = findOp(node);
    if (!op || !op->run || !node.domain.empty() || std::find(kMoving.begin(), kMoving.end(), node.op) == kMoving.end())
        return nullptr;
    const Value& value = request.graph.value(node.inputs[0]);
    const int elementSize = dtypeSize(value.dtype);
    if ((elementSize != 1 && elementSize != 4 && elementSize != 8) || !parametersConstant(request) ||
        request.outputs.size() != node.outputs.size()) {
        reason = "its parameters are not constant, or the element type";
        return nullptr;
    }
    if (node.op == "Resize" && node.text("mode", "nearest") != "nearest") {
        reason = "it interpolates";
        return nullptr;
    }
    std::int64_t most = value.shape->elements();
    for (const ValueId id : request.outputs)
        most = std::max(most, request.shape(id).elements());
    if (most > kMostElements || value.shape->elements() == 0 || request.shape(request.outputs[0]).elements() == 0) {
        reason = "its size";
        return nullptr;
    }
    const Layout input = request.layout(node.inputs[0]);
    const bool keepsOrder = node.op != "Transpose" && request.shape(request.outputs[0]).rank() == value.shape->rank();
    const Layout output = keepsOrder ? input : Layout::plain;
    std::vector<Move> planned;
    bool fills = false;
    for (const Tensor& positions : sourcePositions(request, *op)) {
        planned.push_back(planMove(positions, *value.shape, input, output));
        fills = fills || std::find(planned.back().table.begin(), planned.back().table.end(), kFill) != planned.back().table.end();
    }
    const std::uint64_t fill = fillOf(request, elementSize);
    const bool identity = planned.size() == 1 && planned[0].identity;
    auto kernel = std::make_unique<MoveKernel>(std::move(planned), elementSize, fill);
    kernel->inputs = {{node.inputs[0], input}};
    kernel->outputLayouts.assign(request.outputs.size(), output);
    kernel->moves = !fills || fill == 0;   // zero is the same number as a code and as a real number
    kernel->alias = identity;
    kernel->overwritten = identity ? 0 : -1;
    return kernel;
}

}

void register_strided_move(Table<KernelEntry>& table)
{
    table.add({"strided_move", makeMove});
}

}
