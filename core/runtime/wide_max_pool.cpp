// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/ops/pool_geometry.h"
#include "core/runtime/channel_lanes.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

/// Of all windows along one axis.
std::vector<Stretch> stretchesOf(const Window& window, std::size_t axis)
{
    std::vector<Stretch> stretches;
    for (std::int64_t out = 0; out < window.output[axis]; ++out)
        stretches.push_back(stretchOf(window, axis, out));
    return stretches;
}

/// The largest numbers of a line of pixels, `step` floats apart.
struct LargestOfLine
{
    LATHE_INLINE static void run(const float* pixel, float* out, std::int64_t channels, std::int64_t count,
                                 std::int64_t step)
    {
        for (std::int64_t c = 0; c < channels; c += kLanes) {
            const std::int64_t lanes = std::min(kLanes, channels - c);
            LargestLanes most(pixel + c, lanes);
            for (std::int64_t i = 1; i < count; ++i)
                most.add(pixel + i * step + c, lanes);
            most.storeTo(out + c, lanes);
        }
    }
};

/// MaxPool in two passes, along rows and then along columns: of k x k pixels a window reads 2 k.
class WideMaxPoolKernel final : public Kernel
{
public:
    WideMaxPoolKernel(const Window& window, const Shape& input)
        : m_rows(stretchesOf(window, 0))
        , m_columns(stretchesOf(window, 1))
        , m_batch(input[0])
        , m_channels(input[1])
        , m_height(window.input[0])
        , m_width(window.input[1])
    {
        moves = true;
        scratchBytes =
            static_cast<std::size_t>(m_batch * m_height * outputWidth() * m_channels) * sizeof(float);
    }

    void run(StepRun& run) const override
    {
        const float* image = run.inputs[0].floats();
        auto* rows = reinterpret_cast<float*>(run.scratch);
        float* out = run.outputs[0].floats();
        const auto wide = outputWidth(), high = static_cast<std::int64_t>(m_rows.size()),
                   rowStep = wide * m_channels;
        const std::int64_t grain = (1 << 11) / m_channels + 1;
        parallelRanges(m_batch * m_height * wide, grain, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                const Stretch& line = m_columns[static_cast<std::size_t>(i % wide)];
                simdCall<LargestOfLine>(image + (i / wide * m_width + line.first) * m_channels,
                                        rows + i * m_channels, m_channels, line.count(),
                                        line.step * m_channels);
            }
        });
        parallelRanges(m_batch * high * wide, grain, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                const Stretch& line = m_rows[static_cast<std::size_t>(i / wide % high)];
                const std::int64_t first = i / wide / high * m_height + line.first;
                simdCall<LargestOfLine>(rows + (first * wide + i % wide) * m_channels, out + i * m_channels,
                                        m_channels, line.count(), line.step * rowStep);
            }
        });
    }

private:
    std::int64_t outputWidth() const { return static_cast<std::int64_t>(m_columns.size()); }

    std::vector<Stretch> m_rows, m_columns;
    std::int64_t m_batch, m_channels, m_height, m_width;
};

/// Pixels that all windows read at most: one pass over them against two.
bool paysInTwoPasses(const Window& window)
{
    constexpr std::int64_t mostTaps = 1 << 26;
    if (window.outputElements() > mostTaps / window.kernelElements())
        return false;
    const std::int64_t one = window.outputElements() * window.kernelElements();
    const std::int64_t two =
        window.input[0] * window.output[1] * window.kernel[1] + window.outputElements() * window.kernel[0];
    return one > 2 * two;
}

std::unique_ptr<Kernel> makeWideMaxPool(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (!node.domain.empty() || node.op != "MaxPool")
        return nullptr;
    if (!request.isFloat(node.inputs[0]) || request.outputs.size() != 1 ||
        request.shape(node.inputs[0]).rank() != 4) {
        reason = "the element type, positions that are asked for, or another number of axes than two";
        return nullptr;
    }
    const Shape& input = request.shape(node.inputs[0]);
    const Window window = poolWindow(node, input);
    const auto seesNothing = [&](std::size_t axis) {
        const std::vector<Stretch> lines = stretchesOf(window, axis);
        return std::any_of(lines.begin(), lines.end(), [](const Stretch& line) { return line.count() == 0; });
    };
    if (input[0] == 0 || input[1] == 0 || !paysInTwoPasses(window) || seesNothing(0) || seesNothing(1)) {
        reason = "the size of its windows";
        return nullptr;
    }
    auto kernel = std::make_unique<WideMaxPoolKernel>(window, input);
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->outputLayouts = {Layout::channelsLast};
    return kernel;
}

}

void register_wide_max_pool(Table<KernelEntry>& table)
{
    table.add({"wide_max_pool", makeWideMaxPool});
}

}
