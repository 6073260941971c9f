// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/ops/pool_geometry.h"
#include "core/runtime/kernel.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

/// The windows of one image, found once: the taps of output i are taps[first[i]] to taps[first[i + 1]].
struct WindowTable {
    std::vector<std::int32_t> first{0};
    std::vector<std::int32_t> taps;   ///< pixels of the input
    std::vector<float> counts;        ///< divisor of an average
    bool hasEmpty = false;
};

WindowTable tabulate(const Window& window, bool includePad)
{
    WindowTable table;
    std::vector<std::int64_t> position(window.rank(), 0);
    std::vector<WindowTap> taps;
    do {
        windowTaps(window, position, taps);
        for (const WindowTap& tap : taps)
            table.taps.push_back(static_cast<std::int32_t>(tap.input));
        table.first.push_back(static_cast<std::int32_t>(table.taps.size()));
        table.counts.push_back(static_cast<float>(averageCount(window, position, includePad)));
        table.hasEmpty = table.hasEmpty || taps.empty();
    } while (nextPosition(position, window.output));
    return table;
}

struct Largest {
    LATHE_INLINE static void run(float* out, const float* in, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = in[i] > out[i] ? in[i] : out[i];
    }
};

struct Sum {
    LATHE_INLINE static void run(float* out, const float* in, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] += in[i];
    }
};

struct Divide {
    LATHE_INLINE static void run(float* out, std::int64_t count, float divisor)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] /= divisor;
    }
};

class PoolKernel final : public Kernel
{
public:
    PoolKernel(WindowTable windows, std::int64_t batch, std::int64_t channels, std::int64_t inputPixels, bool average)
        : m_windows(std::move(windows)), m_batch(batch), m_channels(channels), m_inputPixels(inputPixels), m_average(average)
    {
    }

    void run(StepRun& run) const override
    {
        const auto pixels = static_cast<std::int64_t>(m_windows.counts.size());
        parallelRanges(m_batch * pixels, 64, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                pool(run.inputs[0].floats() + i / pixels * m_inputPixels * m_channels,
                     run.outputs[0].floats() + i * m_channels, static_cast<std::size_t>(i % pixels));
        });
    }

private:
    void pool(const float* image, float* out, std::size_t pixel) const
    {
        const std::int32_t* tap = m_windows.taps.data() + m_windows.first[pixel];
        const std::int32_t* end = m_windows.taps.data() + m_windows.first[pixel + 1];
        std::copy_n(image + *tap * m_channels, m_channels, out);
        for (++tap; tap < end; ++tap) {
            if (m_average)
                simdCall<Sum>(out, image + *tap * m_channels, m_channels);
            else
                simdCall<Largest>(out, image + *tap * m_channels, m_channels);
        }
        if (m_average)
            simdCall<Divide>(out, m_channels, m_windows.counts[pixel]);
    }

    WindowTable m_windows;
    std::int64_t m_batch, m_channels, m_inputPixels;
    bool m_average;
};

std::unique_ptr<Kernel> makePool(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool average = node.op == "AveragePool";
    if (!node.domain.empty() || (!average && node.op != "MaxPool"))
        return nullptr;
    if (!request.isFloat(node.inputs[0]) || (node.outputs.size() > 1 && node.outputs[1].valid())) {
        reason = "the element type, or positions are asked for";
        return nullptr;
    }
    const Shape& input = request.shape(node.inputs[0]);
    const Window window = poolWindow(node, input);
    if (window.outputElements() == 0 || window.outputElements() * window.kernelElements() > INT32_MAX) {
        reason = "the size of its windows";
        return nullptr;
    }
    WindowTable windows = tabulate(window, node.integer("count_include_pad", 0) != 0);
    if (windows.hasEmpty) {
        reason = "a window lies in the padding alone";
        return nullptr;
    }
    auto kernel = std::make_unique<PoolKernel>(std::move(windows), input[0], input[1], window.inputElements(), average);
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->outputLayouts = {Layout::channelsLast};
    kernel->moves = !average;
    return kernel;
}

}

void register_pool(Table<KernelEntry>& table)
{
    table.add({"pool", makePool});
}

}
