// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/targets/target.h"

namespace lathe {

/// Memory that activations take while a quantized graph runs: values that only differ by quantization, dequantization or
/// shape are one tensor, and a layer writes its codes at once.
struct DeviceTensor
{
    int bits = 32; ///< of the grid; 32: float
    bool isInteger = false;
    std::int64_t elements = 0; ///< one sample; 0 when the shape is not known
    std::int64_t bytes = 0;    ///< in the target's container, aligned
    int written = -1;          ///< step; -1: before the first
    int lastRead = -1;         ///< step; number of steps: after the last
};

/// One kernel call.
struct DeviceStep
{
    std::string id; ///< the layer's; where no layer is, the name of the output value
    std::string op;
    std::int64_t macs = 0;
    bool depthwise = false;
    int weightBits = 0; ///< 0: no weights; 32: float
    std::int64_t constantBytes = 0; ///< weights, biases, scales
    std::vector<int> reads;         ///< tensors
    std::vector<int> writes;
};

struct DeviceGraph
{
    std::vector<DeviceTensor> tensors;
    std::vector<DeviceStep> steps;
};

/// What a target runs for a quantized graph (quant/apply.h): float values that only a quantization reads take no memory,
/// and moving a value into another shape takes no step. Unknown sizes of the batch count as 1.
DeviceGraph deviceGraphOf(const Graph& applied, const Target& target);

/// Bytes of `elements` codes of `bits` in the narrowest container that the target addresses, aligned.
std::int64_t containerBytes(const MemoryModel& memory, std::int64_t elements, int bits);

}
