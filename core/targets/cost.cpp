// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/targets/cost.h"

#include <algorithm>

#include "core/targets/arena.h"
#include "core/targets/device_graph.h"

namespace lathe {

namespace {

constexpr int floatBits = 32;

/// The cheapest entry that is wide enough on both sides; of depthwise layers first among those made for them.
const MacCost& macCost(const CostModel& model, int weightBits, int inputBits, bool depthwise)
{
    const MacCost* best = nullptr;
    const auto consider = [&](const MacCost& cost) {
        if (cost.weightBits < weightBits || cost.inputBits < inputBits)
            return;
        if (!best || cost.weightBits * cost.inputBits < best->weightBits * best->inputBits)
            best = &cost;
    };
    for (const bool special : {true, false}) {
        if (special && !depthwise)
            continue;
        for (const MacCost& cost : model.macs)
            if (cost.depthwise == special)
                consider(cost);
        if (best)
            return *best;
    }
    return model.macs.back(); // profiles are checked: there is one of 32 and 32 bits
}

class StepCost
{
public:
    StepCost(const DeviceGraph& graph, const DeviceStep& step, const Target& target)
        : m_graph(graph)
        , m_step(step)
        , m_model(target.cost)
    {
    }

    LayerCost run() const
    {
        LayerCost cost;
        cost.id = m_step.id;
        cost.op = m_step.op;
        cost.macs = m_step.macs;
        cost.weightBits = m_step.weightBits;
        cost.inputBits = inputBits();
        cost.flashBytes = m_step.constantBytes;
        const MacCost& mac = macOf();
        const double macs = static_cast<double>(m_step.macs);
        const double elements = m_step.macs > 0 ? 0.0 : static_cast<double>(elementCount());
        const double weightBytes = static_cast<double>(m_step.constantBytes);
        const double activationBytes = static_cast<double>(bytesOf(m_step.reads) + bytesOf(m_step.writes));
        const double work = macs * mac.cyclesPerMac.value + elements * m_model.cyclesPerElement.value;
        const double weights = weightBytes / m_model.weightBytesPerCycle.value;
        const double activations = activationBytes / m_model.activationBytesPerCycle.value;
        const double cycles = m_model.cyclesPerLayer.value + (m_model.overlapped ? std::max({work, weights, activations})
                                                                                 : work + weights + activations);
        constexpr double kilohertzPerMegahertz = 1e3;
        constexpr double millijoulesPerPicojoule = 1e-9;
        cost.latencyMs = cycles / (m_model.clockMhz.value * kilohertzPerMegahertz);
        cost.energyMj = (macs * mac.picojoulesPerMac.value + elements * m_model.picojoulesPerElement.value +
                         weightBytes * m_model.picojoulesPerWeightByte.value +
                         activationBytes * m_model.picojoulesPerActivationByte.value) *
                        millijoulesPerPicojoule;
        return cost;
    }

private:
    const DeviceTensor& tensor(int index) const { return m_graph.tensors[static_cast<std::size_t>(index)]; }

    int inputBits() const
    {
        if (m_step.reads.empty())
            return 0;
        const DeviceTensor& input = tensor(m_step.reads.front());
        return input.isInteger ? input.bits : floatBits;
    }

    /// Integers are multiplied as such only where both sides are.
    const MacCost& macOf() const
    {
        const bool isFloat = m_step.weightBits == floatBits || inputBits() == floatBits;
        return macCost(m_model, isFloat ? floatBits : m_step.weightBits, isFloat ? floatBits : inputBits(),
                       m_step.depthwise);
    }

    std::int64_t bytesOf(const std::vector<int>& tensors) const
    {
        std::int64_t bytes = 0;
        for (const int index : tensors)
            bytes += tensor(index).bytes;
        return bytes;
    }

    /// Pooling is paid for what it reads, resizing for what it writes.
    std::int64_t elementCount() const
    {
        std::int64_t read = 0;
        std::int64_t written = 0;
        for (const int index : m_step.reads)
            read += tensor(index).elements;
        for (const int index : m_step.writes)
            written += tensor(index).elements;
        return std::max(read, written);
    }

    const DeviceGraph& m_graph;
    const DeviceStep& m_step;
    const CostModel& m_model;
};

bool fits(std::int64_t bytes, const std::optional<Figure>& limit)
{
    return !limit || static_cast<double>(bytes) <= limit->value;
}

}

PlanCost costOf(const Graph& applied, const Target& target)
{
    const DeviceGraph graph = deviceGraphOf(applied, target);
    const Arena arena = planArena(graph);
    PlanCost cost;
    std::int64_t most = -1;
    for (std::size_t i = 0; i < graph.steps.size(); ++i) {
        LayerCost layer = StepCost(graph, graph.steps[i], target).run();
        layer.sramBytes = arena.live[i];
        cost.latencyMs += layer.latencyMs;
        cost.energyMj += layer.energyMj;
        cost.flashBytes += layer.flashBytes;
        if (layer.sramBytes > most) {
            most = layer.sramBytes;
            cost.peakLayer = layer.id;
        }
        cost.layers.push_back(std::move(layer));
    }
    cost.peakSramBytes = arena.bytes;
    cost.flashFits = fits(cost.flashBytes, target.memory.flashBytes);
    cost.sramFits = fits(cost.peakSramBytes, target.memory.sramBytes);
    return cost;
}

}
