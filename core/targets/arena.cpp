// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/arena.h"

#include <algorithm>
#include <numeric>

namespace lathe {

namespace {

/// Alive from being written to the last reading; what nobody reads while it is written.
bool meet(const DeviceTensor& a, const DeviceTensor& b)
{
    return a.written <= std::max(b.written, b.lastRead) && b.written <= std::max(a.written, a.lastRead);
}

std::int64_t lowestOffset(std::size_t tensor, const std::vector<std::size_t>& placed, const DeviceGraph& graph,
                          const Arena& arena)
{
    std::int64_t offset = 0;
    for (const std::size_t other : placed) {
        if (!meet(graph.tensors[tensor], graph.tensors[other]))
            continue;
        if (arena.offsets[other] - offset >= graph.tensors[tensor].bytes)
            break;
        offset = std::max(offset, arena.offsets[other] + graph.tensors[other].bytes);
    }
    return offset;
}

std::vector<std::int64_t> liveBytes(const DeviceGraph& graph)
{
    std::vector<std::int64_t> live(graph.steps.size(), 0);
    for (const DeviceTensor& tensor : graph.tensors) {
        const int last = std::min(std::max(tensor.written, tensor.lastRead), static_cast<int>(live.size()) - 1);
        for (int step = std::max(tensor.written, 0); step <= last; ++step)
            live[static_cast<std::size_t>(step)] += tensor.bytes;
    }
    return live;
}

}

Arena planArena(const DeviceGraph& graph)
{
    Arena arena;
    arena.offsets.assign(graph.tensors.size(), 0);
    arena.live = liveBytes(graph);
    std::vector<std::size_t> order(graph.tensors.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return graph.tensors[a].bytes > graph.tensors[b].bytes;
    });
    std::vector<std::size_t> placed; // by offset
    for (const std::size_t tensor : order) {
        arena.offsets[tensor] = lowestOffset(tensor, placed, graph, arena);
        arena.bytes = std::max(arena.bytes, arena.offsets[tensor] + graph.tensors[tensor].bytes);
        const auto above = std::find_if(placed.begin(), placed.end(), [&](std::size_t other) {
            return arena.offsets[other] > arena.offsets[tensor];
        });
        placed.insert(above, tensor);
    }
    return arena;
}

}
