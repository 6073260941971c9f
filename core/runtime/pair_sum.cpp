// SPDX-License-Identifier: GPL-3.0-or-later
// QLinearConv and QGemm as processors without VNNI compute them: ArithmeticProfile::saturatingPairs.
// Signed activations are no exception. MLAS has no pair kernel for s8 x s8 (GemmS8S8Dispatch stays a plain
// loop below AVX-VNNI-INT8, mlasi.h), but Q/DQ files never get there: off Arm, QDQIsInt8Allowed() is false
// (qdq_selector_action_transformer.h), so QDQS8ToU8Transformer raises signed activations by 128 at level
// `extended` and above, and u8 x s8 pairs are what runs. tests/interop/tst_interop_signed.mjs holds ONNX
// Runtime to that.
#include <algorithm>

#include "core/ops/conv_geometry.h"
#include "core/runtime/integer_weighted.h"
#include "core/runtime/simd.h"

namespace lathe {

namespace {

/// sums[c] += the products of one row of codes with the weights, in pairs [pair][first, second][channel].
struct AddPairs
{
    LATHE_INLINE static void run(const std::uint8_t* codes, const std::int16_t* weights, std::int32_t* sums,
                                 std::int64_t pairs, std::int64_t channels)
    {
        for (std::int64_t p = 0; p < pairs; ++p, weights += 2 * channels) {
            const std::int32_t first = codes[2 * p], second = codes[2 * p + 1];
            const std::int16_t* other = weights + channels;
            LATHE_INDEPENDENT
            for (std::int64_t c = 0; c < channels; ++c) {
                std::int32_t pair = first * weights[c] + second * other[c];
                pair = pair < INT16_MIN ? INT16_MIN : pair;
                sums[c] += pair > INT16_MAX ? INT16_MAX : pair;
            }
        }
    }
};

/// Which pixels a row of codes is gathered from: a matrix has one tap and as many pixels as rows.
struct Gather
{
    std::int64_t groups = 1;
    std::int64_t inChannels = 0; ///< of all groups
    std::int64_t inPixels = 0;   ///< of one image
    std::int64_t outPixels = 0;  ///< of one image
    std::int64_t rows = 0;       ///< output pixels of all images
    std::int64_t tapsPerRow = 0;
    std::vector<std::int32_t> taps; ///< [outPixels, tapsPerRow] input pixels; -1: padding

    std::int64_t depth() const { return inChannels / groups * tapsPerRow; }
    std::int64_t evenDepth() const { return (depth() + 1) / 2 * 2; }
};

constexpr std::int32_t kPadding = -1;

class PairSumKernel final : public Kernel
{
public:
    PairSumKernel(const IntegerProduct& product, Gather gather)
        : m_multiplier(product.multiplier)
        , m_bias(biasWithZeroPoint(product))
        , m_how{m_multiplier, m_bias, product.zero, product.low, product.high}
        , m_toBytes(product.toBytes)
        , m_padding(static_cast<std::uint8_t>(product.input.zero))
        , m_gather(std::move(gather))
        , m_perGroup(product.channels / m_gather.groups)
        , m_weights(inPairs(product.weights))
    {
    }

    void run(StepRun& run) const override
    {
        const auto* in = reinterpret_cast<const std::uint8_t*>(run.inputs[0].data);
        const std::int64_t channels = m_perGroup * m_gather.groups;
        parallelRanges(m_gather.rows, 16, [&](std::int64_t begin, std::int64_t end) {
            std::vector<std::uint8_t> codes(static_cast<std::size_t>(m_gather.evenDepth()));
            std::vector<std::int32_t> sums(static_cast<std::size_t>(channels));
            for (std::int64_t row = begin; row < end; ++row) {
                std::ranges::fill(sums, 0);
                for (std::int64_t g = 0; g < m_gather.groups; ++g) {
                    gather(in, row, g, codes);
                    simdCall<AddPairs>(static_cast<const std::uint8_t*>(codes.data()),
                                       m_weights.data() + g * m_gather.evenDepth() * m_perGroup,
                                       sums.data() + g * m_perGroup, m_gather.evenDepth() / 2, m_perGroup);
                }
                store(sums, run.outputs[0].data, row * channels);
            }
        });
    }

private:
    /// The order of the products: input channels innermost, tap by tap, as in the peer's im2col of
    /// channels-last images.
    std::vector<std::int16_t> inPairs(const Tensor& weights) const
    {
        const std::int64_t perGroup = m_gather.inChannels / m_gather.groups;
        const auto from = weights.data<std::int8_t>();
        std::vector<std::int16_t> pairs(
            static_cast<std::size_t>(m_gather.groups * m_gather.evenDepth() * m_perGroup), 0);
        for (std::int64_t m = 0; m < m_perGroup * m_gather.groups; ++m)
            for (std::int64_t k = 0; k < m_gather.depth(); ++k) {
                const std::int64_t tap = k / perGroup, channel = k % perGroup;
                const std::int64_t to =
                    (m / m_perGroup * m_gather.evenDepth() + k) * m_perGroup + m % m_perGroup;
                pairs[static_cast<std::size_t>(to)] =
                    from[static_cast<std::size_t>((m * perGroup + channel) * m_gather.tapsPerRow + tap)];
            }
        return pairs;
    }

    void gather(const std::uint8_t* in, std::int64_t row, std::int64_t group,
                std::vector<std::uint8_t>& codes) const
    {
        const std::int64_t perGroup = m_gather.inChannels / m_gather.groups;
        const std::uint8_t* image =
            in + row / m_gather.outPixels * m_gather.inPixels * m_gather.inChannels + group * perGroup;
        const std::int32_t* taps = m_gather.taps.data() + row % m_gather.outPixels * m_gather.tapsPerRow;
        std::uint8_t* to = codes.data();
        for (std::int64_t t = 0; t < m_gather.tapsPerRow; ++t, to += perGroup) {
            if (taps[t] == kPadding)
                std::fill_n(to, perGroup, m_padding);
            else
                std::copy_n(image + taps[t] * m_gather.inChannels, perGroup, to);
        }
    }

    void store(const std::vector<std::int32_t>& sums, std::byte* out, std::int64_t at) const
    {
        if (m_toBytes)
            requantizeToBytes(sums.data(), reinterpret_cast<std::uint8_t*>(out) + at, 1, m_how);
        else
            requantizeToReals(sums.data(), reinterpret_cast<float*>(out) + at, 1, m_how);
    }

    std::vector<float> m_multiplier;
    std::vector<std::int32_t> m_bias;
    ByteRequantization m_how;
    bool m_toBytes;
    std::uint8_t m_padding;
    Gather m_gather;
    std::int64_t m_perGroup;
    std::vector<std::int16_t> m_weights;
};

std::vector<std::int32_t> tapsOf(const Window& window)
{
    std::vector<std::int32_t> taps;
    std::vector<std::int64_t> position(window.rank(), 0);
    std::vector<WindowTap> inside;
    const auto perRow = static_cast<std::size_t>(window.kernelElements());
    do {
        windowTaps(window, position, inside);
        taps.resize(taps.size() + perRow, kPadding);
        for (const WindowTap& tap : inside)
            taps[taps.size() - perRow + static_cast<std::size_t>(tap.kernel)] =
                static_cast<std::int32_t>(tap.input);
    } while (nextPosition(position, window.output));
    return taps;
}

std::unique_ptr<Kernel> makeConv(const StepRequest& request, std::string& reason)
{
    constexpr std::int64_t mostTaps = 1 << 26;
    const Node& node = request.node;
    const Shape& input = request.shape(node.inputs[0]);
    const ConvGeometry geometry = convGeometry(node, input, request.shape(node.inputs[3]));
    const Window& window = geometry.window;
    if (geometry.groups > 1 && geometry.inPerGroup() == 1 && geometry.outPerGroup() == 1) {
        reason = "depthwise kernels widen their products";
        return nullptr;
    }
    if (input.elements() == 0 || request.shape(request.outputs[0]).elements() == 0 ||
        window.outputElements() > mostTaps / window.kernelElements()) {
        reason = "the size of its windows";
        return nullptr;
    }
    const auto product = readIntegerProduct(request, 6, 8, geometry.outChannels, reason);
    if (!product)
        return nullptr;
    auto kernel = std::make_unique<PairSumKernel>(
        *product,
        Gather{geometry.groups, geometry.inChannels, window.inputElements(), window.outputElements(),
               geometry.batch * window.outputElements(), window.kernelElements(), tapsOf(window)});
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->outputLayouts = {Layout::channelsLast};
    return kernel;
}

std::unique_ptr<Kernel> makeMatrix(const StepRequest& request, std::string& reason)
{
    const auto matrix = readIntegerMatrix(request, reason);
    if (!matrix)
        return nullptr;
    auto kernel = std::make_unique<PairSumKernel>(
        matrix->product, Gather{1, matrix->depth, 1, 1, matrix->rows, 1, std::vector<std::int32_t>{0}});
    kernel->inputs = {{request.node.inputs[0], Layout::plain}};
    kernel->outputLayouts = {Layout::plain};
    return kernel;
}

std::unique_ptr<Kernel> makePairSum(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool conv = node.op == "QLinearConv" && node.domain.empty();
    if (!conv && (node.op != "QGemm" || node.domain != "com.microsoft"))
        return nullptr;
    if (request.options.arithmetic != ArithmeticProfile::saturatingPairs)
        return nullptr;
    auto kernel = conv ? makeConv(request, reason) : makeMatrix(request, reason);
    if (kernel)
        kernel->constants = {node.inputs[3]};
    return kernel;
}

}

void register_pair_sum(Table<KernelEntry>& table)
{
    table.add({"pair_sum", makePairSum});
}

}
