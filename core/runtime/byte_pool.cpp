// SPDX-License-Identifier: GPL-3.0-or-later
// MaxPool and QLinearAveragePool on uint8, channels last.
#include <algorithm>
#include <cstring>

#include "core/runtime/byte_operands.h"
#include "core/runtime/window_table.h"

namespace lathe {

namespace {

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
using Bytes64 = std::uint8_t __attribute__((vector_size(64)));

/// The largest of a window's bytes, channel by channel, a vector of channels at a time; there are at least so many.
template <typename Bytes>
struct LargestByte
{
    static constexpr auto width = static_cast<std::int64_t>(sizeof(Bytes));

    LATHE_INLINE static void run(const std::uint8_t* image, std::uint8_t* out, std::int64_t channels,
                                 std::span<const std::int32_t> taps)
    {
        for (std::int64_t next = 0; next < channels; next += width) {
            // The last vector overlaps the one before it.
            const std::int64_t c = std::min(next, channels - width);
            Bytes most{};
            for (const std::int32_t tap : taps) {
                Bytes x;
                std::memcpy(&x, image + tap * channels + c, sizeof(x));
                most = x > most ? x : most;
            }
            std::memcpy(out + c, &most, sizeof(most));
        }
    }
};

void largestOfFewChannels(const std::uint8_t* image, std::uint8_t* out, std::int64_t channels,
                          std::span<const std::int32_t> taps)
{
    for (std::int64_t c = 0; c < channels; ++c) {
        std::uint8_t most = 0;
        for (const std::int32_t tap : taps)
            most = std::max(most, image[tap * channels + c]);
        out[c] = most;
    }
}

struct AddScaled
{
    LATHE_INLINE static void run(float* sums, const std::uint8_t* in, std::int64_t count, std::int32_t zero,
                                 float scale)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] += static_cast<float>(in[i] - zero) * scale;
    }
};

struct MeanToBytes
{
    LATHE_INLINE static void run(const float* sums, std::uint8_t* out, std::int64_t count, float divisor,
                                 CodeAverage formula, float low, float high)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(
                static_cast<std::int32_t>(clampTo(formula(sums[i] / divisor), low, high) + formula.zero));
    }
};

struct PoolSizes
{
    std::int64_t batch, channels, inputPixels, outputPixels;
};

class BytePoolKernel final : public Kernel
{
public:
    BytePoolKernel(WindowTables windows, const PoolSizes& sizes,
                   std::optional<std::pair<ByteGrid, ByteGrid>> average)
        : m_windows(std::move(windows))
        , m_sizes(sizes)
        , m_average(average)
    {
    }

    void run(StepRun& run) const override
    {
        const auto* in = reinterpret_cast<const std::uint8_t*>(run.inputs[0].data);
        auto* out = reinterpret_cast<std::uint8_t*>(run.outputs[0].data);
        parallelRanges(m_sizes.batch * m_sizes.outputPixels, 64, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> sums(m_average ? static_cast<std::size_t>(m_sizes.channels) : 0);
            for (std::int64_t i = begin; i < end; ++i) {
                const std::uint8_t* image =
                    in + i / m_sizes.outputPixels * m_sizes.inputPixels * m_sizes.channels;
                const auto pixel = static_cast<std::size_t>(i % m_sizes.outputPixels);
                if (m_average)
                    average(image, out + i * m_sizes.channels, pixel, sums);
                else
                    largest(image, out + i * m_sizes.channels, pixel);
            }
        });
    }

private:
    std::span<const std::int32_t> tapsOf(std::size_t pixel) const
    {
        const std::size_t first =
            pixel == 0 ? 0 : static_cast<std::size_t>(m_windows.rows.groupEnds[pixel - 1]);
        const auto end = static_cast<std::size_t>(m_windows.rows.groupEnds[pixel]);
        return std::span(m_windows.rows.taps).subspan(first, end - first);
    }

    void largest(const std::uint8_t* image, std::uint8_t* out, std::size_t pixel) const
    {
        const std::span<const std::int32_t> taps = tapsOf(pixel);
        if (m_sizes.channels >= LargestByte<Bytes64>::width)
            simdCall<LargestByte<Bytes64>>(image, out, m_sizes.channels, taps);
        else if (m_sizes.channels >= LargestByte<Bytes16>::width)
            simdCall<LargestByte<Bytes16>>(image, out, m_sizes.channels, taps);
        else
            largestOfFewChannels(image, out, m_sizes.channels, taps);
    }

    void average(const std::uint8_t* image, std::uint8_t* out, std::size_t pixel,
                 std::vector<float>& sums) const
    {
        const auto& [x, y] = *m_average;
        std::ranges::fill(sums, 0.0f);
        for (const std::int32_t tap : tapsOf(pixel))
            simdCall<AddScaled>(sums.data(), image + tap * m_sizes.channels, m_sizes.channels,
                                static_cast<std::int32_t>(x.zero), x.scale);
        simdCall<MeanToBytes>(static_cast<const float*>(sums.data()), out, m_sizes.channels,
                              m_windows.counts[pixel], CodeAverage::of(y), y.low, y.high);
    }

    WindowTables m_windows;
    PoolSizes m_sizes;
    std::optional<std::pair<ByteGrid, ByteGrid>> m_average; ///< of x and y
};

std::unique_ptr<Kernel> makeBytePool(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool average = node.op == "QLinearAveragePool" && node.domain == "com.microsoft";
    if (!average && (node.op != "MaxPool" || !node.domain.empty()))
        return nullptr;
    std::optional<std::pair<ByteGrid, ByteGrid>> grids;
    if (average) {
        const auto x = byteGridAt(request, 1, false), y = byteGridAt(request, 3, true);
        if (x && y)
            grids.emplace(*x, *y);
    }
    if (request.graph.value(node.inputs[0]).dtype != DType::uint8 || request.outputs.size() != 1 ||
        (average && !grids)) {
        reason = "takes uint8 codes on constant grids";
        return nullptr;
    }
    constexpr std::int64_t mostTaps = 1 << 26;
    const Shape& input = request.shape(node.inputs[0]);
    const Window window = poolWindow(node, input);
    if (input.elements() == 0 || window.outputElements() == 0 ||
        window.outputElements() > mostTaps / window.kernelElements()) {
        reason = "the size of its windows";
        return nullptr;
    }
    WindowTables windows = tabulate(window, average, node.integer("count_include_pad", 0) != 0);
    if (windows.hasEmpty) {
        reason = "a window lies in the padding alone";
        return nullptr;
    }
    const PoolSizes sizes{input[0], input[1], window.inputElements(), window.outputElements()};
    auto kernel = std::make_unique<BytePoolKernel>(std::move(windows), sizes, grids);
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->outputLayouts = {Layout::channelsLast};
    return kernel;
}

}

void register_byte_pool(Table<KernelEntry>& table)
{
    table.add({"byte_pool", makeBytePool});
}

}
