// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/step_threads.h"

#include <algorithm>

#include "core/ops/macs.h"

namespace lathe {

namespace {

// Rough rates of one thread of a processor with vectors of 16 floats; only their order of magnitude matters
// here.
constexpr double floatMacsPerMicrosecond = 30e3;
constexpr double byteMacsPerMicrosecond = 100e3;
constexpr double bytesPerMicrosecond = 8e3;

/// About three times what it takes to wake a thread that sleeps and to wait for its end.
constexpr double leastMicroseconds = 30;

double bytesOf(const Value& value)
{
    return value.shape ? static_cast<double>(value.shape->elements()) * dtypeSize(value.dtype) : 0;
}

/// Multiply-accumulates, or what takes about as long: comparisons and sums of pooling windows. A maximum of
/// floats goes along rows and then along columns where windows are wide.
double workOf(const Graph& graph, const Node& node)
{
    if (!node.op.ends_with("Pool") || !graph.value(node.outputs[0]).shape)
        return static_cast<double>(macsOf(graph, node));
    const Value& output = graph.value(node.outputs[0]);
    const bool inPasses = node.op == "MaxPool" && output.dtype == DType::float32;
    double taps = inPasses ? 0 : 1;
    for (const std::int64_t size : node.integers("kernel_shape"))
        taps = inPasses ? taps + static_cast<double>(size) : taps * static_cast<double>(size);
    return taps * static_cast<double>(output.shape->elements());
}

double microsecondsAlone(const Graph& graph, std::span<const NodeId> nodes)
{
    double microseconds = 0;
    for (const NodeId id : nodes) {
        const Node& node = graph.node(id);
        double bytes = 0;
        bool onBytes = false;
        for (const ValueId input : node.inputs)
            if (input.valid()) {
                bytes += bytesOf(graph.value(input));
                onBytes = onBytes || dtypeSize(graph.value(input).dtype) == 1;
            }
        for (const ValueId output : node.outputs)
            if (output.valid())
                bytes += bytesOf(graph.value(output));
        const double work = workOf(graph, node);
        microseconds += std::max(work / (onBytes ? byteMacsPerMicrosecond : floatMacsPerMicrosecond),
                                 bytes / bytesPerMicrosecond);
    }
    return microseconds;
}

}

int threadsWorth(const Graph& graph, std::span<const NodeId> nodes, int available)
{
    return available > 1 && microsecondsAlone(graph, nodes) >= leastMicroseconds ? available : 1;
}

}
