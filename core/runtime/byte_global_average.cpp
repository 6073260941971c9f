// SPDX-License-Identifier: GPL-3.0-or-later
// QLinearGlobalAveragePool on uint8: exact sums, requantized.
#include "core/runtime/byte_math.h"
#include "core/runtime/byte_operands.h"

namespace lathe {

namespace {

struct AddBytes
{
    LATHE_INLINE static void run(std::int32_t* sums, const std::uint8_t* row, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] += row[i];
    }
};

struct SumBytes
{
    LATHE_INLINE static std::int32_t run(const std::uint8_t* plane, std::int64_t count)
    {
        std::int32_t sum = 0;
        for (std::int64_t i = 0; i < count; ++i)
            sum += plane[i];
        return sum;
    }
};

class ByteGlobalAverageKernel final : public Kernel
{
public:
    ByteGlobalAverageKernel(const Shape& input, bool channelsLast, const ByteGrid& x, const ByteGrid& y)
        : m_batch(input[0])
        , m_channels(input[1])
        , m_pixels(input.elements(2, input.rank()))
        , m_channelsLast(channelsLast)
        , m_multiplier(static_cast<std::size_t>(m_channels), globalAverageMultiplier(x, y, m_pixels))
        , m_bias(static_cast<std::size_t>(m_channels),
                 static_cast<std::int32_t>(-m_pixels * static_cast<std::int64_t>(x.zero)))
        , m_how{m_multiplier, m_bias, static_cast<std::int32_t>(y.zero),
                static_cast<std::int32_t>(y.low + y.zero), static_cast<std::int32_t>(y.high + y.zero)}
    {
        scratchBytes = static_cast<std::size_t>(m_channels) * sizeof(std::int32_t);
    }

    void run(StepRun& run) const override
    {
        auto* sums = reinterpret_cast<std::int32_t*>(run.scratch);
        for (std::int64_t n = 0; n < m_batch; ++n) {
            const auto* image =
                reinterpret_cast<const std::uint8_t*>(run.inputs[0].data) + n * m_channels * m_pixels;
            std::fill_n(sums, m_channels, 0);
            if (m_channelsLast)
                for (std::int64_t i = 0; i < m_pixels; ++i)
                    simdCall<AddBytes>(sums, image + i * m_channels, m_channels);
            else
                for (std::int64_t c = 0; c < m_channels; ++c)
                    sums[c] = simdCall<SumBytes>(image + c * m_pixels, m_pixels);
            requantizeToBytes(sums, reinterpret_cast<std::uint8_t*>(run.outputs[0].data) + n * m_channels, 1,
                              m_how);
        }
    }

private:
    std::int64_t m_batch, m_channels, m_pixels;
    bool m_channelsLast;
    std::vector<float> m_multiplier;
    std::vector<std::int32_t> m_bias;
    ByteRequantization m_how;
};

std::unique_ptr<Kernel> makeByteGlobalAverage(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QLinearGlobalAveragePool" || node.domain != "com.microsoft")
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const auto x = byteGridAt(request, 1, false), y = byteGridAt(request, 3, true);
    constexpr std::int64_t mostPixels = 1 << 23; // sums of bytes stay within 32 bits
    if (!x || !y || request.graph.value(node.inputs[0]).dtype != DType::uint8 || input.rank() < 3 ||
        input.elements() == 0 || input.elements(2, input.rank()) >= mostPixels) {
        reason = "takes uint8 codes on constant grids";
        return nullptr;
    }
    const Layout layout = request.layout(node.inputs[0]);
    auto kernel = std::make_unique<ByteGlobalAverageKernel>(input, layout == Layout::channelsLast, *x, *y);
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

}

void register_byte_global_average(Table<KernelEntry>& table)
{
    table.add({"byte_global_average", makeByteGlobalAverage});
}

}
