// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

constexpr OpTraits moving{.kind = OpTraits::Kind::moving};

/// Indices within [0, length), negative ones counted from the end.
std::vector<std::int64_t> checkedIndices(const RunContext& context, const Tensor& indices, std::int64_t length)
{
    std::vector<std::int64_t> result = indices.toIntegers();
    for (std::int64_t& index : result) {
        if (index < -length || index >= length)
            context.fail("index " + std::to_string(index) + " is outside an axis of " + std::to_string(length));
        index += index < 0 ? length : 0;
    }
    return result;
}

Shape gatheredShape(const Shape& data, const Shape& indices, int axis)
{
    std::vector<std::int64_t> dims(data.begin(), data.begin() + axis);
    dims.insert(dims.end(), indices.begin(), indices.end());
    dims.insert(dims.end(), data.begin() + axis + 1, data.end());
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferGather(const InferContext& context)
{
    const ValueInfo &data = context.input(0), &indices = context.input(1);
    if (!data.shape || !indices.shape)
        return {typeOnly(data.dtype)};
    const int axis = axisOf(context.node, context.node.integer("axis", 0), data.shape->rank());
    return {typed(data.dtype, gatheredShape(*data.shape, *indices.shape, axis))};
}

std::vector<Tensor> runGather(const RunContext& context)
{
    const Tensor& data = context.input(0);
    const int axis = axisOf(context.node, context.node.integer("axis", 0), data.shape().rank());
    const std::int64_t length = data.shape()[axis];
    const std::vector<std::int64_t> indices = checkedIndices(context, context.input(1), length);
    const std::int64_t inner = data.shape().elements(axis + 1, data.shape().rank());
    const auto picks = static_cast<std::int64_t>(indices.size());
    return {gatherElements(data, gatheredShape(data.shape(), context.input(1).shape(), axis), [&](std::int64_t i) {
        const std::int64_t row = i / inner;
        return (row / picks * length + indices[static_cast<std::size_t>(row % picks)]) * inner + i % inner;
    })};
}

std::vector<ValueInfo> inferGatherElements(const InferContext& context)
{
    return {{context.input(0).dtype, context.input(1).shape, {}}};
}

std::vector<Tensor> runGatherElements(const RunContext& context)
{
    const Tensor &data = context.input(0), &places = context.input(1);
    const int axis = axisOf(context.node, context.node.integer("axis", 0), data.shape().rank());
    if (places.shape().rank() != data.shape().rank())
        context.fail("data and indices differ in rank");
    for (int i = 0; i < data.shape().rank(); ++i)
        if (i != axis && places.shape()[i] > data.shape()[i])
            context.fail("the indices reach beyond the data");
    const std::vector<std::int64_t> indices = checkedIndices(context, places, data.shape()[axis]);
    const std::vector<std::int64_t> from = data.shape().strides(), own = places.shape().strides();
    return {gatherElements(data, places.shape(), [&](std::int64_t i) {
        std::int64_t offset = 0;
        for (int a = 0; a < data.shape().rank(); ++a) {
            const auto at = static_cast<std::size_t>(a);
            const std::int64_t index = i / own[at] % places.shape()[a];
            offset += (a == axis ? indices[static_cast<std::size_t>(i)] : index) * from[at];
        }
        return offset;
    })};
}

/// batch axes, then the leading axes of the indices, then what is left of the data.
Shape gatheredNdShape(const Node& node, const Shape& data, const Shape& indices, std::int64_t batch)
{
    const int rank = indices.rank();
    if (rank == 0 || batch < 0 || batch >= std::min(rank, data.rank() + 1))
        failOperator(node, "batch_dims does not fit the operands");
    const std::int64_t depth = indices[rank - 1];
    if (depth < 0 || depth > data.rank() - batch)
        failOperator(node, "the indices are deeper than the data");
    std::vector<std::int64_t> dims(indices.begin(), indices.end() - 1);
    dims.insert(dims.end(), data.begin() + batch + depth, data.end());
    return Shape(std::move(dims));
}

std::vector<ValueInfo> inferGatherNd(const InferContext& context)
{
    const ValueInfo &data = context.input(0), &indices = context.input(1);
    if (!data.shape || !indices.shape || indices.shape->rank() == 0 || (*indices.shape)[indices.shape->rank() - 1] < 0)
        return {typeOnly(data.dtype)};
    return {typed(data.dtype, gatheredNdShape(context.node, *data.shape, *indices.shape,
                                              context.node.integer("batch_dims", 0)))};
}

std::vector<Tensor> runGatherNd(const RunContext& context)
{
    const Tensor& data = context.input(0);
    const Shape& places = context.input(1).shape();
    const std::int64_t batch = context.node.integer("batch_dims", 0);
    const Shape shape = gatheredNdShape(context.node, data.shape(), places, batch);
    const auto b = static_cast<int>(batch);
    const std::int64_t depth = places[places.rank() - 1];
    for (int axis = 0; axis < b; ++axis)
        if (places[axis] != data.shape()[axis])
            context.fail("the batch axes of data and indices differ");
    const std::int64_t inner = data.shape().elements(b + static_cast<int>(depth), data.shape().rank());
    const std::int64_t perBatch = places.elements(b, places.rank() - 1);
    const std::int64_t batchSize = data.shape().elements(b, data.shape().rank());
    const std::vector<std::int64_t> indices = context.input(1).toIntegers(), strides = data.shape().strides();
    return {gatherElements(data, shape, [&](std::int64_t i) {
        const std::int64_t tuple = i / inner;
        std::int64_t offset = tuple / perBatch * batchSize + i % inner;
        for (std::int64_t d = 0; d < depth; ++d) {
            const std::int64_t length = data.shape()[b + static_cast<int>(d)];
            std::int64_t index = indices[static_cast<std::size_t>(tuple * depth + d)];
            if (index < -length || index >= length)
                context.fail("index " + std::to_string(index) + " is outside an axis of " + std::to_string(length));
            offset += (index < 0 ? index + length : index) * strides[static_cast<std::size_t>(b + d)];
        }
        return offset;
    })};
}

}

void register_gather(Table<Op>& table)
{
    table.add({.id = "Gather", .traits = moving, .exactness = Exactness::exact, .infer = inferGather, .run = runGather});
    table.add({.id = "GatherElements",
               .traits = moving,
               .exactness = Exactness::exact,
               .infer = inferGatherElements,
               .run = runGatherElements});
    table.add({.id = "GatherND",
               .traits = moving,
               .exactness = Exactness::exact,
               .sinceOpset = 11,
               .infer = inferGatherNd,
               .run = runGatherNd});
}

}
