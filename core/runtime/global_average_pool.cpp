// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/runtime/kernel.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

struct AddRow {
    LATHE_INLINE static void run(double* sums, const float* row, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] += static_cast<double>(row[i]);
    }
};

/// Means over all pixels of a channel; sums in double, in the order of the pixels.
class GlobalAverageKernel final : public Kernel
{
public:
    GlobalAverageKernel(std::int64_t batch, std::int64_t channels, std::int64_t pixels, bool channelsLast)
        : m_batch(batch), m_channels(channels), m_pixels(pixels), m_channelsLast(channelsLast)
    {
        scratchBytes = static_cast<std::size_t>(channels) * sizeof(double);
    }

    void run(StepRun& run) const override
    {
        auto* sums = reinterpret_cast<double*>(run.scratch);
        for (std::int64_t n = 0; n < m_batch; ++n) {
            const float* image = run.inputs[0].floats() + n * m_channels * m_pixels;
            std::fill_n(sums, m_channels, 0.0);
            if (m_channelsLast) {
                for (std::int64_t i = 0; i < m_pixels; ++i)
                    simdCall<AddRow>(sums, image + i * m_channels, m_channels);
            } else {
                for (std::int64_t c = 0; c < m_channels; ++c)
                    sums[c] = std::accumulate(image + c * m_pixels, image + (c + 1) * m_pixels, 0.0);
            }
            for (std::int64_t c = 0; c < m_channels; ++c)
                run.outputs[0].floats()[n * m_channels + c] =
                    static_cast<float>(sums[c] / static_cast<double>(m_pixels));
        }
    }

private:
    std::int64_t m_batch, m_channels, m_pixels;
    bool m_channelsLast;
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
    if (!node.domain.empty() || !isSpatialMean(request, node) || !request.isFloat(node.inputs[0]))
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const Layout layout = request.layout(node.inputs[0]);
    auto kernel = std::make_unique<GlobalAverageKernel>(input[0], input[1], input.elements(2, input.rank()),
                                                        layout == Layout::channelsLast);
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
