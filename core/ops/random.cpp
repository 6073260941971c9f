// SPDX-License-Identifier: GPL-3.0-or-later
// Operators whose results are random. Their shapes are known, so that the rest of a model can be looked at.
#include "core/ops/infer_helpers.h"
#include "core/ops/onnx_types.h"

namespace lathe {

namespace {

std::string refuseRandom(const Node&)
{
    return "its results are random, so that no two runs could be compared";
}

std::vector<Tensor> runRandom(const RunContext& context)
{
    context.fail(refuseRandom(context.node));
}

/// The attribute "dtype", else `fallback`.
DType statedType(const Node& node, DType fallback)
{
    return node.has("dtype") ? dtypeFromOnnx(node.integer("dtype", 0)) : fallback;
}

std::vector<ValueInfo> inferStated(const InferContext& context)
{
    const std::vector<std::int64_t> dims = context.node.integers("shape");
    for (const std::int64_t dim : dims)
        if (dim < 0)
            context.fail("a dimension is " + std::to_string(dim));
    return {typed(statedType(context.node, DType::float32), Shape(dims))};
}

std::vector<ValueInfo> inferLike(const InferContext& context)
{
    return {{statedType(context.node, context.input(0).dtype), context.input(0).shape, {}}};
}

std::vector<ValueInfo> inferMultinomial(const InferContext& context)
{
    const auto& shape = context.input(0).shape;
    if (shape && shape->rank() != 2)
        context.fail("the input must have two axes");
    const std::int64_t count = boundedInteger(context.node, "sample_size", 1, 0, maxDimension);
    return {typed(statedType(context.node, DType::int32), Shape{shape ? (*shape)[0] : Shape::unknown, count})};
}

void addRandom(Table<Op>& table, const char* id, std::vector<ValueInfo> (*infer)(const InferContext&))
{
    table.add({.id = id,
               .traits = {.kind = OpTraits::Kind::structural},
               .infer = infer,
               .run = runRandom,
               .refuse = refuseRandom});
}

}

void register_random(Table<Op>& table)
{
    addRandom(table, "RandomNormal", inferStated);
    addRandom(table, "RandomUniform", inferStated);
    addRandom(table, "RandomNormalLike", inferLike);
    addRandom(table, "RandomUniformLike", inferLike);
    addRandom(table, "Bernoulli", inferLike);
    addRandom(table, "Multinomial", inferMultinomial);
}

}
