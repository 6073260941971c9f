// SPDX-License-Identifier: GPL-3.0-or-later
// ScatterElements and ScatterND: a copy of the data with some elements replaced by, or combined with, updates.
#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/strided.h"

namespace lathe {

namespace {

constexpr OpTraits moving{.kind = OpTraits::Kind::moving};

/// Combines update element `from` into output element `to`, as the attribute "reduction" says.
class Combiner {
public:
    Combiner(const RunContext& context, Tensor& output, const Tensor& updates)
        : m_context(context), m_output(output), m_updates(updates), m_reduction(context.node.text("reduction", "none"))
    {
        if (output.dtype() != updates.dtype() || output.dtype() == DType::string)
            context.fail("data and updates must have the same numeric type");
    }

    void put(std::int64_t to, std::int64_t from)
    {
        if (m_reduction == "none")
            return copyElements(m_updates, from, m_output, to, 1);
        visitNumeric(m_context.node, m_output.dtype(), [&](auto tag) {
            using T = typename decltype(tag)::type;
            T& target = m_output.mutableData<T>()[static_cast<std::size_t>(to)];
            const T update = m_updates.data<T>()[static_cast<std::size_t>(from)];
            if (m_reduction == "add")
                target = wrappingAdd(target, update);
            else if (m_reduction == "mul")
                target = wrappingMul(target, update);
            else if (m_reduction == "max")
                target = std::max(target, update);
            else
                target = std::min(target, update);
        });
    }

private:
    const RunContext& m_context;
    Tensor& m_output;
    const Tensor& m_updates;
    std::string m_reduction;
};

std::int64_t wrapped(const RunContext& context, std::int64_t index, std::int64_t length)
{
    if (index < -length || index >= length)
        context.fail("index " + std::to_string(index) + " is outside an axis of " + std::to_string(length));
    return index < 0 ? index + length : index;
}

std::vector<Tensor> runScatterElements(const RunContext& context)
{
    Tensor output = context.input(0);
    const Tensor &places = context.input(1), &updates = context.input(2);
    const Shape data = output.shape();
    const int axis = axisOf(context.node, context.node.integer("axis", 0), data.rank());
    if (places.shape() != updates.shape() || places.shape().rank() != data.rank())
        context.fail("data, indices and updates do not fit each other");
    for (int a = 0; a < data.rank(); ++a)
        if (a != axis && places.shape()[a] > data[a])
            context.fail("the indices reach beyond the data");
    const std::vector<std::int64_t> indices = places.toIntegers();
    const std::vector<std::int64_t> own = places.shape().strides(), strides = data.strides();
    Combiner combiner(context, output, updates);
    for (std::int64_t i = 0; i < places.elements(); ++i) {
        std::int64_t offset = 0;
        for (int a = 0; a < data.rank(); ++a) {
            const auto at = static_cast<std::size_t>(a);
            const std::int64_t index = a == axis ? wrapped(context, indices[static_cast<std::size_t>(i)], data[a])
                                                 : i / own[at] % places.shape()[a];
            offset += index * strides[at];
        }
        combiner.put(offset, i);
    }
    return {output};
}

std::vector<Tensor> runScatterNd(const RunContext& context)
{
    Tensor output = context.input(0);
    const Tensor &places = context.input(1), &updates = context.input(2);
    const Shape data = output.shape();
    if (places.shape().rank() == 0)
        context.fail("the indices must not be a scalar");
    const std::int64_t depth = places.shape()[places.shape().rank() - 1];
    if (depth > data.rank())
        context.fail("the indices are deeper than the data");
    const std::int64_t inner = data.elements(static_cast<int>(depth), data.rank());
    const std::int64_t tuples = places.shape().elements(0, places.shape().rank() - 1);
    if (updates.elements() != tuples * inner)
        context.fail("the updates " + updates.shape().text() + " do not fit the indices " + places.shape().text());
    const std::vector<std::int64_t> indices = places.toIntegers(), strides = data.strides();
    Combiner combiner(context, output, updates);
    for (std::int64_t tuple = 0; tuple < tuples; ++tuple) {
        std::int64_t offset = 0;
        for (std::int64_t d = 0; d < depth; ++d)
            offset += wrapped(context, indices[static_cast<std::size_t>(tuple * depth + d)], data[static_cast<int>(d)]) *
                      strides[static_cast<std::size_t>(d)];
        for (std::int64_t i = 0; i < inner; ++i)
            combiner.put(offset + i, tuple * inner + i);
    }
    return {output};
}

std::string refuseScatter(const Node& node)
{
    const std::string how = node.text("reduction", "none");
    const bool known = how == "none" || how == "add" || how == "mul" || how == "max" || how == "min";
    return known ? "" : "the reduction \"" + how + "\" is not known";
}

/// Scatter is the name that ScatterElements had before opset 11.
void renameScatter(Graph& graph, NodeId node, int)
{
    graph.node(node).op = "ScatterElements";
}

}

void register_scatter(Table<Op>& table)
{
    table.add({.id = "ScatterElements",
               .traits = moving,
               .exactness = Exactness::rounded,
               .infer = inferSame,
               .run = viaFloat32<runScatterElements>,
               .refuse = refuseScatter});
    table.add({.id = "ScatterND",
               .traits = moving,
               .exactness = Exactness::rounded,
               .infer = inferSame,
               .run = viaFloat32<runScatterNd>,
               .refuse = refuseScatter});
    table.add({.id = "Scatter", .upgrade = renameScatter});
}

}
