// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/ops/dispatch.h"
#include "core/ops/infer_helpers.h"
#include "core/ops/upgrade.h"

namespace lathe {

namespace {

/// Calls row(values) for each line along `axis`, with the line's elements as doubles to be changed in place.
template <typename Row> std::vector<Tensor> alongAxis(const RunContext& context, Row&& row)
{
    const Tensor& input = context.input(0);
    const Shape& shape = input.shape();
    const int axis = axisOf(context.node, context.node.integer("axis", -1), shape.rank());
    const auto inner = static_cast<std::size_t>(shape.elements(axis + 1, shape.rank()));
    const auto length = static_cast<std::size_t>(shape[axis]);
    return {visitFloat(context.node, input.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        Tensor output(input.dtype(), shape);
        const auto in = input.data<T>();
        const auto out = output.mutableData<T>();
        std::vector<double> line(length);
        if (length == 0)
            return output;
        for (std::size_t start = 0; start < in.size(); start += length * inner)
            for (std::size_t i = start; i < start + inner; ++i) {
                for (std::size_t k = 0; k < length; ++k)
                    line[k] = static_cast<double>(in[i + k * inner]);
                row(line);
                for (std::size_t k = 0; k < length; ++k)
                    out[i + k * inner] = static_cast<T>(line[k]);
            }
        return output;
    })};
}

double maximum(const std::vector<double>& line)
{
    return *std::max_element(line.begin(), line.end());
}

std::vector<Tensor> runSoftmax(const RunContext& context)
{
    return alongAxis(context, [](std::vector<double>& line) {
        const double top = maximum(line);
        double sum = 0;
        for (double& x : line)
            sum += x = std::exp(x - top);
        for (double& x : line)
            x /= sum;
    });
}

std::vector<Tensor> runLogSoftmax(const RunContext& context)
{
    return alongAxis(context, [](std::vector<double>& line) {
        const double top = maximum(line);
        double sum = 0;
        for (const double x : line)
            sum += std::exp(x - top);
        for (double& x : line)
            x = x - top - std::log(sum);
    });
}

std::vector<Tensor> runHardmax(const RunContext& context)
{
    return alongAxis(context, [](std::vector<double>& line) {
        const auto top = std::max_element(line.begin(), line.end()) - line.begin();
        std::fill(line.begin(), line.end(), 0.0);
        line[static_cast<std::size_t>(top)] = 1;
    });
}

/// Before opset 13 the input is flattened to a matrix at `axis` (default 1) and normalized along its rows. That is the
/// newer form where `axis` is the last one; otherwise Flatten, the function, and Reshape to the input's shape.
void upgradeSoftmax(Graph& graph, NodeId id, int fromOpset)
{
    if (fromOpset >= 13)
        return;
    const Node node = graph.node(id);
    const std::int64_t axis = node.integer("axis", 1);
    const std::optional<Shape> shape = node.input(0).valid() ? graph.value(node.input(0)).shape : std::nullopt;
    if (shape && (axis == -1 || axis == shape->rank() - 1)) {
        graph.node(id).attributes["axis"] = std::int64_t{-1};
        return;
    }
    const std::string stem = outputName(graph, id);
    const auto make = [&](const char* op, ValueId input, Attributes attributes) {
        Value value;
        value.name = graph.freshName(stem + "_" + op);
        const ValueId output = graph.addValue(std::move(value));
        graph.addNode({.name = node.name.empty() ? "" : node.name + "_" + op,
                       .op = op,
                       .domain = "",
                       .inputs = {input},
                       .outputs = {output},
                       .attributes = std::move(attributes),
                       .unsupported = ""});
        return output;
    };
    const ValueId sizes = make("Shape", node.input(0), {});
    const ValueId flat = make("Flatten", node.input(0), {{"axis", axis}});
    const ValueId soft = make(node.op.c_str(), flat, {{"axis", std::int64_t{-1}}});
    Node& changed = graph.node(id);
    changed.op = "Reshape";
    changed.inputs = {soft, sizes};
    changed.attributes.clear();
}

void addSoftmax(Table<Op>& table, const char* id, Exactness exactness, RunFunction run)
{
    table.add({.id = id, .exactness = exactness, .infer = inferSame, .run = run, .upgrade = upgradeSoftmax});
}

}

void register_softmax(Table<Op>& table)
{
    addSoftmax(table, "Softmax", Exactness::approximate, viaFloat32<runSoftmax>);
    addSoftmax(table, "LogSoftmax", Exactness::approximate, viaFloat32<runLogSoftmax>);
    addSoftmax(table, "Hardmax", Exactness::exact, viaFloat32<runHardmax>);
}

}
