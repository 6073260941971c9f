// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <numeric>

#include "core/runtime/code_formulas.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

struct AddRow {
    LATHE_INLINE static void run(float* sums, const float* row, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] += row[i];
    }
};

struct GlobalBinding final : StepBinding {
    std::vector<float> multiplier;
    std::vector<std::int32_t> bias;
    ByteGrid output;
};

constexpr std::size_t kLanes = 4;

/// Means over all pixels of a channel. Real numbers are added in the order of ONNX Runtime's float kernel: pixel i to lane
/// i mod 4, the lanes as (0 + 2) + (1 + 3), then the pixels that are left. Codes have exact sums.
class GlobalAverageKernel final : public Kernel
{
public:
    GlobalAverageKernel(std::int64_t batch, std::int64_t channels, std::int64_t pixels, Layout layout, bool hasCodeForm)
        : m_batch(batch), m_channels(channels), m_pixels(pixels), m_hasCodeForm(hasCodeForm)
    {
        const bool last = layout == Layout::channelsLast;
        m_pixelStep = last ? channels : 1;
        m_channelStep = last ? 1 : pixels;
        scratchBytes = static_cast<std::size_t>(channels) * kLanes * sizeof(float);
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<GlobalBinding>();
        const auto input = ByteGrid::of(context.input(0)), output = ByteGrid::of(context.output());
        // Sums of 8-bit codes stay exact up to 2^16 pixels.
        if (m_hasCodeForm && input && output && m_pixels < (1 << 16)) {
            binding->codesIn = binding->codesOut = true;
            const auto channels = static_cast<std::size_t>(m_channels);
            binding->multiplier.assign(channels, globalAverageMultiplier(*input, *output, m_pixels));
            binding->bias.assign(channels, 0);
            binding->output = *output;
        }
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const GlobalBinding&>(*run.binding);
        for (std::int64_t n = 0; n < m_batch; ++n) {
            const float* image = run.inputs[0].floats() + n * m_channels * m_pixels;
            float* out = run.outputs[0].floats() + n * m_channels;
            if (m_channelStep == 1)
                addPixels(image, reinterpret_cast<float*>(run.scratch), out);
            else
                addPlanes(image, out);
            if (binding.codesIn) {
                constexpr float unbounded = std::numeric_limits<float>::infinity();
                run.clipped += requantizeRows(out, out, 1, m_channels,
                                              {binding.multiplier, binding.bias, true, -unbounded, unbounded,
                                               binding.output.low, binding.output.high});
            } else {
                for (std::int64_t c = 0; c < m_channels; ++c)
                    out[c] /= static_cast<float>(m_pixels);
            }
        }
    }

private:
    /// All channels side by side.
    void addPixels(const float* image, float* lanes, float* out) const
    {
        std::fill_n(lanes, m_channels * static_cast<std::int64_t>(kLanes), 0.0f);
        const std::int64_t blocked = m_pixels / static_cast<std::int64_t>(kLanes) * static_cast<std::int64_t>(kLanes);
        for (std::int64_t i = 0; i < blocked; ++i)
            simdCall<AddRow>(lanes + i % static_cast<std::int64_t>(kLanes) * m_channels, image + i * m_pixelStep, m_channels);
        for (std::int64_t c = 0; c < m_channels; ++c)
            out[c] = (lanes[c] + lanes[c + 2 * m_channels]) + (lanes[c + m_channels] + lanes[c + 3 * m_channels]);
        for (std::int64_t i = blocked; i < m_pixels; ++i)
            simdCall<AddRow>(out, image + i * m_pixelStep, m_channels);
    }

    void addPlanes(const float* image, float* out) const
    {
        for (std::int64_t c = 0; c < m_channels; ++c) {
            const float* plane = image + c * m_channelStep;
            std::array<float, kLanes> lanes{};
            std::int64_t i = 0;
            for (; i + static_cast<std::int64_t>(kLanes) <= m_pixels; i += static_cast<std::int64_t>(kLanes))
                for (std::size_t lane = 0; lane < kLanes; ++lane)
                    lanes[lane] += plane[i + static_cast<std::int64_t>(lane)];
            out[c] = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
            for (; i < m_pixels; ++i)
                out[c] += plane[i];
        }
    }

    std::int64_t m_batch, m_channels, m_pixels, m_pixelStep, m_channelStep;
    bool m_hasCodeForm;
};

/// True for a mean over exactly the spatial axes.
bool isSpatialMean(const StepRequest& request, const Node& node)
{
    if (node.op == "GlobalAveragePool")
        return true;
    if (node.op != "ReduceMean")
        return false;
    std::vector<std::int64_t> axes = node.integers("axes");
    if (const Tensor* operand = request.graph.constant(node.input(1)))
        axes = operand->toIntegers();
    const int rank = request.shape(node.inputs[0]).rank();
    for (std::int64_t& axis : axes)
        axis += axis < 0 ? rank : 0;
    std::sort(axes.begin(), axes.end());
    std::vector<std::int64_t> spatial(static_cast<std::size_t>(std::max(rank - 2, 0)));
    std::iota(spatial.begin(), spatial.end(), 2);
    return rank > 2 && axes == spatial;
}

std::unique_ptr<Kernel> makeGlobalAverage(const StepRequest& request, std::string&)
{
    const Node& node = request.node;
    if (!node.domain.empty() || request.fused || !isSpatialMean(request, node) || !request.isFloat(node.inputs[0]))
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const Layout layout = request.layout(node.inputs[0]);
    auto kernel = std::make_unique<GlobalAverageKernel>(input[0], input[1], input.elements(2, input.rank()), layout,
                                                        node.op == "GlobalAveragePool");
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_global_average_pool(Table<KernelEntry>& table)
{
    table.add({"global_average_pool", makeGlobalAverage});
}

}
