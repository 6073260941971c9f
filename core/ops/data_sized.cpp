// SPDX-License-Identifier: GPL-3.0-or-later
// Operators whose output size depends on the data: NonZero, Compress, Unique.
#include <algorithm>
#include <numeric>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

constexpr OpTraits structural{.kind = OpTraits::Kind::structural};
constexpr OpTraits moving{.kind = OpTraits::Kind::moving};

std::vector<ValueInfo> inferNonZero(const InferContext& context)
{
    const auto& shape = context.input(0).shape;
    return {typed(DType::int64, Shape{shape ? shape->rank() : Shape::unknown, Shape::unknown})};
}

/// One column of coordinates for each element that is not 0, row-major. A scalar has no coordinates: 0 rows.
std::vector<Tensor> runNonZero(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    if (input.dtype() == DType::string)
        context.fail("the input must hold numbers");
    std::vector<std::int64_t> found;
    for (std::int64_t i = 0; i < input.elements(); ++i)
        if (input.at(i) != 0)
            found.push_back(i);
    const int rank = input.shape().rank();
    Tensor output(DType::int64, Shape{rank, static_cast<std::int64_t>(found.size())});
    const auto out = output.mutableData<std::int64_t>();
    const std::vector<std::int64_t> strides = input.shape().strides();
    for (int axis = 0; axis < rank; ++axis)
        for (std::size_t n = 0; n < found.size(); ++n)
            out[static_cast<std::size_t>(axis) * found.size() + n] =
                found[n] / strides[static_cast<std::size_t>(axis)] % input.shape()[axis];
    return {output};
}

/// The input as Compress and Unique see it: flat when no axis is stated.
Tensor alongAxis(const RunContext& context, int& axis)
{
    const Tensor& input = givenOperand(context, 0);
    if (!context.node.has("axis")) {
        axis = 0;
        return input.reshaped(Shape{input.elements()});
    }
    axis = axisOf(context.node, context.node.integer("axis", 0), input.shape().rank());
    return input;
}

ValueInfo inferAlongAxis(const InferContext& context)
{
    const ValueInfo& input = context.input(0);
    if (!context.node.has("axis"))
        return typed(input.dtype, Shape{Shape::unknown});
    if (!input.shape)
        return typeOnly(input.dtype);
    Shape shape = *input.shape;
    shape[axisOf(context.node, context.node.integer("axis", 0), shape.rank())] = Shape::unknown;
    return typed(input.dtype, shape);
}

/// The slices of `input` at `picks` along an axis.
Tensor pickSlices(const Tensor& input, int axis, const std::vector<std::int64_t>& picks)
{
    Shape shape = input.shape();
    shape[axis] = static_cast<std::int64_t>(picks.size());
    const std::int64_t inner = shape.elements(axis + 1, shape.rank()), length = input.shape()[axis];
    return gatherElements(input, shape, [&](std::int64_t i) {
        const std::int64_t row = i / inner, along = row % shape[axis];
        return (row / shape[axis] * length + picks[static_cast<std::size_t>(along)]) * inner + i % inner;
    });
}

std::vector<ValueInfo> inferCompress(const InferContext& context)
{
    return {inferAlongAxis(context)};
}

/// A condition shorter than the axis leaves out the rest.
std::vector<Tensor> runCompress(const RunContext& context)
{
    int axis = 0;
    const Tensor input = alongAxis(context, axis);
    const Tensor& condition = rankedOperand(context, 1, 1);
    if (condition.dtype() != DType::boolean)
        context.fail("the condition must be boolean");
    const auto wanted = condition.data<bool>();
    std::vector<std::int64_t> picks;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i])
            picks.push_back(static_cast<std::int64_t>(i));
    if (!picks.empty() && picks.back() >= input.shape()[axis])
        context.fail("the condition picks more than the " + std::to_string(input.shape()[axis]) + " elements there are");
    return {pickSlices(input, axis, picks)};
}

std::vector<ValueInfo> inferUnique(const InferContext& context)
{
    const ValueInfo places = typed(DType::int64, Shape{Shape::unknown});
    ValueInfo inverse = places;
    const auto& shape = context.input(0).shape;
    if (context.node.has("axis") && shape)
        inverse.shape =
            Shape{(*shape)[axisOf(context.node, context.node.integer("axis", 0), shape->rank())]};
    else if (!context.node.has("axis") && context.input(0).isStatic())
        inverse.shape = Shape{shape->elements()};
    return {inferAlongAxis(context), places, inverse, places};
}

/// Total order of elements: NaN behind everything, all NaN alike.
template <typename T> bool isLess(const T& a, const T& b)
{
    if constexpr (std::is_floating_point_v<T>)
        return a < b || (b != b && a == a);
    else
        return a < b;
}

/// Row numbers such that equal rows stand together in ascending order, first occurrence first, and where a row differs
/// from the one before it.
struct SortedRows {
    std::vector<std::int64_t> order;
    std::vector<bool> isNew;
};

template <typename Elements> SortedRows sortRows(const Elements& elements, std::size_t rows, std::size_t width)
{
    const auto less = [&](std::int64_t a, std::int64_t b) {
        const std::size_t left = static_cast<std::size_t>(a) * width, right = static_cast<std::size_t>(b) * width;
        for (std::size_t i = 0; i < width; ++i) {
            if (isLess(elements[left + i], elements[right + i]))
                return true;
            if (isLess(elements[right + i], elements[left + i]))
                return false;
        }
        return false;
    };
    SortedRows result;
    result.order.resize(rows);
    std::iota(result.order.begin(), result.order.end(), 0);
    std::stable_sort(result.order.begin(), result.order.end(), less);
    for (std::size_t i = 0; i < rows; ++i)
        result.isNew.push_back(i == 0 || less(result.order[i - 1], result.order[i]));
    return result;
}

SortedRows sortTensorRows(const Node& node, const Tensor& rows, std::size_t count, std::size_t width)
{
    if (rows.dtype() == DType::string)
        return sortRows(rows.stringData(), count, width);
    if (rows.dtype() == DType::boolean)
        return sortRows(rows.data<bool>(), count, width);
    return visitNumeric(node, rows.dtype(), [&](auto tag) {
        return sortRows(rows.data<typename decltype(tag)::type>(), count, width);
    });
}

/// Rows that are equal.
struct Group {
    std::int64_t first = 0;  ///< number of its first row
    std::vector<std::int64_t> members;
};

std::vector<Group> groupRows(const SortedRows& sorted, bool ascending)
{
    std::vector<Group> groups;
    for (std::size_t i = 0; i < sorted.order.size(); ++i) {
        if (sorted.isNew[i])
            groups.push_back({sorted.order[i], {}});
        groups.back().members.push_back(sorted.order[i]);
    }
    if (!ascending)
        std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.first < b.first; });
    return groups;
}

Tensor listOf(const std::vector<std::int64_t>& values)
{
    return Tensor::of<std::int64_t>(Shape{static_cast<std::int64_t>(values.size())}, std::span(values));
}

/// The different elements (or slices along an axis), where each occurs first, which one each element is, and how often.
std::vector<Tensor> runUnique(const RunContext& context)
{
    int axis = 0;
    const Tensor input = alongAxis(context, axis);
    std::vector<int> perm(static_cast<std::size_t>(input.shape().rank()));
    std::iota(perm.begin(), perm.end(), 0);
    std::rotate(perm.begin(), perm.begin() + axis, perm.begin() + axis + 1);
    const Tensor rows = transposed(input, perm);
    const auto count = static_cast<std::size_t>(rows.shape()[0]);
    const auto width = static_cast<std::size_t>(rows.shape().elements(1, rows.shape().rank()));
    const std::vector<Group> groups = groupRows(sortTensorRows(context.node, rows, count, width),
                                                context.node.integer("sorted", 1) != 0);
    std::vector<std::int64_t> firsts, inverse(count), counts;
    for (const Group& group : groups) {
        for (const std::int64_t member : group.members)
            inverse[static_cast<std::size_t>(member)] = static_cast<std::int64_t>(firsts.size());
        firsts.push_back(group.first);
        counts.push_back(static_cast<std::int64_t>(group.members.size()));
    }
    return {pickSlices(input, axis, firsts), listOf(firsts), listOf(inverse), listOf(counts)};
}

}

void register_data_sized(Table<Op>& table)
{
    table.add({.id = "NonZero",
               .traits = structural,
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferNonZero,
               .run = runNonZero});
    table.add({.id = "Compress",
               .traits = moving,
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferCompress,
               .run = runCompress});
    table.add({.id = "Unique",
               .traits = moving,
               .exactness = Exactness::exact,
               .sinceOpset = 11,
               .infer = inferUnique,
               .run = viaFloat32<runUnique>});
}

}
