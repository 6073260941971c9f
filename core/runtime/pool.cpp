// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>

#include "core/runtime/channel_lanes.h"
#include "core/runtime/code_formulas.h"
#include "core/runtime/kernel.h"
#include "core/runtime/window_table.h"

namespace lathe {

namespace {

constexpr std::int64_t kMostTaps = 1 << 26;

/// The pixels `tap` to `end` of a window.
struct Taps {
    const std::int32_t *tap, *end;
};

struct Largest {
    LATHE_INLINE static void run(const float* image, float* out, std::int64_t channels, Taps taps)
    {
        for (std::int64_t c = 0; c < channels; c += kLanes) {
            const std::int64_t count = std::min(kLanes, channels - c);
            LargestLanes most(image + *taps.tap * channels + c, count);
            for (const std::int32_t* tap = taps.tap + 1; tap < taps.end; ++tap)
                most.add(image + *tap * channels + c, count);
            most.storeTo(out + c, count);
        }
    }
};

/// The sum of a window's groups, each times `scale`.
struct GroupSum {
    LATHE_INLINE static void run(const float* image, float* out, std::int64_t channels, const std::int32_t* taps,
                                 std::span<const std::int32_t> groupEnds, std::int32_t first, float scale)
    {
        for (std::int64_t c = 0; c < channels; c += kLanes) {
            const std::int64_t count = std::min(kLanes, channels - c);
            Lanes total{};
            std::int32_t tap = first;
            for (const std::int32_t end : groupEnds) {
                Lanes sum{};
                for (; tap < end; ++tap) {
                    Lanes x{};
                    load(image + taps[tap] * channels + c, count, x);
                    sum += x * scale;
                }
                total += sum;
            }
            store(total, count, out + c);
        }
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

struct MeanToCodes {
    LATHE_INLINE static std::int64_t run(float* out, std::int64_t count, CodeAverage formula, float low, float high)
    {
        std::int32_t clipped = 0;
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i) {
            const float code = formula(out[i]);
            const float kept = clampTo(code, low, high);
            clipped += kept != code;
            out[i] = kept;
        }
        return clipped;
    }
};

struct PoolSizes {
    std::int64_t batch, channels, inputPixels, outputPixels;
};

/// Calls work(image, out, pixel) for every output pixel.
template <typename Work> void forEachPixel(const PoolSizes& sizes, const StepRun& run, Work&& work)
{
    const std::int64_t grain = (1 << 13) / sizes.channels + 1;
    parallelRanges(sizes.batch * sizes.outputPixels, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            work(run.inputs[0].floats() + i / sizes.outputPixels * sizes.inputPixels * sizes.channels,
                 run.outputs[0].floats() + i * sizes.channels, static_cast<std::size_t>(i % sizes.outputPixels));
    });
}

class MaxPoolKernel final : public Kernel
{
public:
    MaxPoolKernel(WindowTable windows, const PoolSizes& sizes) : m_windows(std::move(windows)), m_sizes(sizes) { moves = true; }

    void run(StepRun& run) const override
    {
        forEachPixel(m_sizes, run, [this](const float* image, float* out, std::size_t pixel) {
            const std::int32_t* taps = m_windows.taps.data();
            const std::int32_t begin = pixel == 0 ? 0 : m_windows.groupEnds[pixel - 1];
            simdCall<Largest>(image, out, m_sizes.channels, Taps{taps + begin, taps + m_windows.groupEnds[pixel]});
        });
    }

private:
    WindowTable m_windows;
    PoolSizes m_sizes;
};

struct AverageBinding final : StepBinding {
    ByteGrid input, output;
};

/// Averages in the order of ONNX Runtime's float kernel (by columns where windows lie close) and, on codes, of its
/// integer kernel (row by row): sums of floats depend on it, and codes that share a scale meet many ties.
class AveragePoolKernel final : public Kernel
{
public:
    AveragePoolKernel(WindowTables windows, const PoolSizes& sizes, bool byColumns)
        : m_windows(std::move(windows)), m_sizes(sizes), m_byColumns(byColumns)
    {
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<AverageBinding>();
        const auto input = ByteGrid::of(context.input(0)), output = ByteGrid::of(context.output());
        if (input && output) {
            binding->codesIn = binding->codesOut = true;
            binding->input = *input;
            binding->output = *output;
        }
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const AverageBinding&>(*run.binding);
        const WindowTable& table = m_byColumns && !binding.codesIn ? m_windows.columns : m_windows.rows;
        const float scale = binding.codesIn ? binding.input.scale : 1.0f;
        std::atomic<std::int64_t> clipped = 0;
        forEachPixel(m_sizes, run, [&](const float* image, float* out, std::size_t pixel) {
            const auto begin = static_cast<std::size_t>(table.firstGroup[pixel]);
            const auto end = static_cast<std::size_t>(table.firstGroup[pixel + 1]);
            const std::span<const std::int32_t> groups(table.groupEnds.data() + begin, end - begin);
            const std::int32_t first = begin == 0 ? 0 : table.groupEnds[begin - 1];
            simdCall<GroupSum>(image, out, m_sizes.channels, table.taps.data(), groups, first, scale);
            simdCall<Divide>(out, m_sizes.channels, m_windows.counts[pixel]);
            if (binding.codesIn)
                clipped += simdCall<MeanToCodes>(out, m_sizes.channels, CodeAverage::of(binding.output), binding.output.low,
                                                 binding.output.high);
        });
        run.clipped = clipped;
    }

private:
    WindowTables m_windows;
    PoolSizes m_sizes;
    bool m_byColumns;
};

std::unique_ptr<Kernel> makePool(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool average = node.op == "AveragePool";
    if (!node.domain.empty() || (!average && node.op != "MaxPool"))
        return nullptr;
    if (!request.isFloat(node.inputs[0]) || request.outputs.size() != 1) {
        reason = "the element type, or positions are asked for";
        return nullptr;
    }
    const Shape& input = request.shape(node.inputs[0]);
    const Window window = poolWindow(node, input);
    if (input[0] == 0 || input[1] == 0 || window.outputElements() == 0 ||
        window.outputElements() > kMostTaps / window.kernelElements()) {
        reason = "the size of its windows";
        return nullptr;
    }
    WindowTables windows = tabulate(window, average, node.integer("count_include_pad", 0) != 0);
    if (windows.hasEmpty) {
        reason = "a window lies in the padding alone";
        return nullptr;
    }
    const PoolSizes sizes{input[0], input[1], window.inputElements(), window.outputElements()};
    constexpr std::int64_t widestStepByColumns = 2;
    std::unique_ptr<Kernel> kernel;
    if (average)
        kernel = std::make_unique<AveragePoolKernel>(std::move(windows), sizes,
                                                     window.rank() == 2 && window.stride[1] <= widestStepByColumns);
    else
        kernel = std::make_unique<MaxPoolKernel>(std::move(windows.rows), sizes);
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->outputLayouts = {Layout::channelsLast};
    return kernel;
}

}

void register_pool(Table<KernelEntry>& table)
{
    table.add({"pool", makePool});
}

}
