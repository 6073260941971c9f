// SPDX-License-Identifier: GPL-3.0-or-later
// Depthwise QLinearConv on uint8 and int8, channels last, for processors that add four products at once
// (VNNI).
#include "core/ops/conv_geometry.h"
#include "core/runtime/depthwise_rows.h"
#include "core/runtime/integer_weighted.h"
#include "core/runtime/packed_weights.h"

namespace lathe {

namespace {

class ByteDepthwiseKernel final : public Kernel
{
public:
    ByteDepthwiseKernel(const DepthwiseSizes& sizes, const IntegerProduct& product, std::int64_t batch)
        : m_packed(
              sharedFours(product.weights, Packing::Order::depthwiseFours,
                          [&] { return DepthwiseRows::pack(sizes, product.weights.data<std::int8_t>()); }))
        , m_rows(sizes, foursOf(*m_packed), requantization(product, biasWithZeroPoint(product)),
                 static_cast<std::uint8_t>(product.input.zero))
        , m_batch(batch)
    {
        packedBytes = foursOf(*m_packed).size_bytes();
    }

    void run(StepRun& run) const override
    {
        const auto* in = reinterpret_cast<const std::uint8_t*>(run.inputs[0].data);
        auto* out = reinterpret_cast<std::uint8_t*>(run.outputs[0].data);
        constexpr std::int64_t outputsWorthThread = 1 << 15;
        const DepthwiseSizes& sizes = m_rows.sizes();
        parallelRanges(m_batch * sizes.outRows, outputsWorthThread / (sizes.outColumns * sizes.channels) + 1,
                       [&](std::int64_t begin, std::int64_t end) {
                           for (std::int64_t i = begin; i < end; ++i)
                               m_rows.run(in + i / sizes.outRows * sizes.inputBytes(), i % sizes.outRows,
                                          out + i * sizes.outColumns * sizes.channels);
                       });
    }

private:
    std::shared_ptr<const PackedWeights> m_packed;
    DepthwiseRows m_rows;
    std::int64_t m_batch;
};

DepthwiseSizes sizesOf(const ConvGeometry& geometry)
{
    const Window& window = geometry.window;
    return {.channels = geometry.outChannels,
            .inRows = window.input[0],
            .inColumns = window.input[1],
            .outRows = window.output[0],
            .outColumns = window.output[1],
            .kernelRows = window.kernel[0],
            .kernelColumns = window.kernel[1],
            .strideRows = window.stride[0],
            .strideColumns = window.stride[1],
            .dilationRows = window.dilation[0],
            .dilationColumns = window.dilation[1],
            .padTop = window.padBegin[0],
            .padLeft = window.padBegin[1]};
}

std::unique_ptr<Kernel> makeByteDepthwise(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QLinearConv" || !node.domain.empty())
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const ConvGeometry geometry = convGeometry(node, input, request.shape(node.inputs[3]));
    if (!geometry.depthwise() || geometry.outPerGroup() != 1 || geometry.window.rank() != 2 ||
        input.elements() == 0 || request.shape(request.outputs[0]).elements() == 0) {
        reason = "takes depthwise convolutions of images with one filter a channel";
        return nullptr;
    }
    const DepthwiseSizes sizes = sizesOf(geometry);
    if (!DepthwiseRows::takes(sizes, reason))
        return nullptr;
    const auto product = readByteConv(request, geometry.outChannels, reason);
    if (!product)
        return nullptr;
    return onImages(std::make_unique<ByteDepthwiseKernel>(sizes, *product, geometry.batch), node);
}

}

void register_byte_depthwise(Table<KernelEntry>& table)
{
    table.add({"byte_depthwise", makeByteDepthwise});
}

}
