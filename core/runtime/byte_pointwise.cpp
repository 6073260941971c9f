// SPDX-License-Identifier: GPL-3.0-or-later
// QLinearConv of one tap on uint8 and int8, channels last: each pixel is a row of a product.
#include "core/ops/conv_geometry.h"
#include "core/runtime/byte_product.h"
#include "core/runtime/integer_weighted.h"
#include "core/runtime/packed_weights.h"

namespace lathe {

namespace {

/// Longer rows keep the multipliers busy anyway, and oneDNN's weights in the caches better.
constexpr std::int64_t kDeepest = 512;

class BytePointwiseKernel final : public Kernel
{
public:
    BytePointwiseKernel(const ConvGeometry& geometry, const IntegerProduct& product)
        : m_packed(sharedFours(product.weights, Packing::Order::productFours,
                               [&] {
                                   return ByteProduct::pack(geometry.outChannels, geometry.inChannels,
                                                            product.weights.data<std::int8_t>());
                               }))
        , m_product(geometry.inChannels, foursOf(*m_packed),
                    requantization(product, biasWithZeroPoint(product)))
        , m_pixels(geometry.batch * geometry.window.outputElements())
    {
        packedBytes = foursOf(*m_packed).size_bytes();
    }

    void run(StepRun& run) const override
    {
        const auto* in = reinterpret_cast<const std::uint8_t*>(run.inputs[0].data);
        auto* out = reinterpret_cast<std::uint8_t*>(run.outputs[0].data);
        const std::int64_t depth = m_product.rowBytes(), channels = m_product.channels();
        constexpr std::int64_t productsWorthThread = 1 << 20;
        parallelRanges(m_pixels, productsWorthThread / (depth * channels) + 1,
                       [&](std::int64_t begin, std::int64_t end) {
                           m_product.run(in + begin * depth, depth, end - begin, out + begin * channels);
                       });
    }

private:
    std::shared_ptr<const PackedWeights> m_packed;
    ByteProduct m_product;
    std::int64_t m_pixels;
};

bool isPointwise(const ConvGeometry& geometry)
{
    const Window& window = geometry.window;
    return geometry.groups == 1 && window.kernelElements() == 1 && !window.padded() &&
           window.output == window.input;
}

std::unique_ptr<Kernel> makeBytePointwise(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "QLinearConv" || !node.domain.empty())
        return nullptr;
    const Shape& input = request.shape(node.inputs[0]);
    const ConvGeometry geometry = convGeometry(node, input, request.shape(node.inputs[3]));
    if (!isPointwise(geometry) || geometry.inChannels % 4 != 0 || geometry.inChannels > kDeepest ||
        input.elements() == 0) {
        reason = "takes convolutions of one tap and up to 512 channels, in fours";
        return nullptr;
    }
    if (!ByteProduct::takes(reason))
        return nullptr;
    const auto product = readByteConv(request, geometry.outChannels, reason);
    if (!product)
        return nullptr;
    return onImages(std::make_unique<BytePointwiseKernel>(geometry, *product), node);
}

}

void register_byte_pointwise(Table<KernelEntry>& table)
{
    table.add({"byte_pointwise", makeBytePointwise});
}

}
