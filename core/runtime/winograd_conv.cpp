// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>
#include <optional>

#include "core/ops/conv_geometry.h"
#include "core/runtime/kernel.h"
#include "core/runtime/packed_weights.h"
#include "core/runtime/winograd.h"

namespace lathe {

namespace {

using dnnl::memory;

constexpr std::size_t align64(std::size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/// 36 products [tiles, in] x [in, out].
auto describeProducts(std::int64_t tiles, const WinogradShape& shape)
{
    const memory::desc source = dnnlDesc({kWinogradPoints, tiles, shape.inChannels}, Layout::plain);
    const memory::desc weights = dnnlAny({kWinogradPoints, shape.inChannels, shape.outChannels});
    const memory::desc target = dnnlDesc({kWinogradPoints, tiles, shape.outChannels}, Layout::plain);
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::matmul::primitive_desc(cpuEngine(), source, weights, target, dnnlAttributes({}));
#else
    return dnnl::matmul::primitive_desc(dnnl::matmul::desc(source, weights, target), dnnlAttributes({}),
                                        cpuEngine());
#endif
}

/// One worker's share of scratch memory, in bytes.
struct WorkerMemory
{
    std::size_t tiles = 0, products = 0, scratchpad = 0;
    std::size_t bytes() const { return tiles + products + scratchpad; }
};

struct WinogradBinding final : StepBinding
{
    std::shared_ptr<const PackedWeights> weights;
    std::vector<float> bias;
};

struct WinogradState final : KernelState
{
    std::vector<PrimitiveCall> calls; ///< by worker
};

/// A 3x3 convolution with stride 1 on real numbers, block by block of tiles; workers share the blocks.
class WinogradKernel final : public Kernel
{
public:
    WinogradKernel(const StepRequest& request, const WinogradShape& shape, std::int64_t blockTiles,
                   int workers, const dnnl::matmul::primitive_desc& products)
        : m_shape(shape)
        , m_blockTiles(blockTiles)
        , m_blocks((shape.tiles() + blockTiles - 1) / blockTiles)
        , m_workers(std::min<std::int64_t>(workers, m_blocks))
        , m_weight(request.node.inputs[1])
        , m_bias(request.bias)
        , m_activation(request.activation)
        , m_hasResidual(request.residual.valid())
        , m_primitive(products)
        , m_source(products.src_desc())
        , m_packed(products.weights_desc())
        , m_target(products.dst_desc())
        , m_scratchpad(products.scratchpad_desc())
    {
        m_memory = {align64(m_source.get_size()), align64(m_target.get_size()),
                    align64(m_scratchpad.get_size())};
        packedBytes = m_packed.get_size();
        scratchBytes = m_memory.bytes() * static_cast<std::size_t>(m_workers);
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        if (context.previous())
            return std::make_shared<WinogradBinding>(
                static_cast<const WinogradBinding&>(*context.previous()));
        auto binding = std::make_shared<WinogradBinding>();
        const Packing packing{
            .plain = dnnlDesc({kWinogradPoints, m_shape.inChannels, m_shape.outChannels}, Layout::plain),
            .wanted = m_packed,
            .order = Packing::Order::winograd};
        // Not switchable: the weights are the model's own.
        const Tensor constant = context.constant(m_weight);
        binding->weights = sharedWeights(constant, packing, [&] {
            const std::vector<float> weights =
                winogradWeights(constant.data<float>(), m_shape.outChannels, m_shape.inChannels);
            return packWeights(weights.data(), packing.plain, packing.wanted);
        });
        binding->bias.assign(static_cast<std::size_t>(m_shape.outChannels), 0.0f);
        if (m_bias.valid()) {
            const std::vector<float> values = context.constant(m_bias).toFloats();
            for (std::size_t c = 0; c < binding->bias.size(); ++c)
                binding->bias[c] = values[values.size() == 1 ? 0 : c];
        }
        return binding;
    }

    std::unique_ptr<KernelState> makeState() const override
    {
        auto state = std::make_unique<WinogradState>();
        for (std::int64_t i = 0; i < m_workers; ++i) {
            PrimitiveCall& call = state->calls.emplace_back(m_primitive);
            call.add(DNNL_ARG_SRC, m_source);
            call.add(DNNL_ARG_DST, m_target);
            call.add(DNNL_ARG_SCRATCHPAD, m_scratchpad);
            call.add(DNNL_ARG_WEIGHTS);
        }
        return state;
    }

    void run(StepRun& run) const override
    {
        parallelRanges(m_workers, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t worker = begin; worker < end; ++worker)
                for (std::int64_t block = m_blocks * worker / m_workers;
                     block < m_blocks * (worker + 1) / m_workers; ++block)
                    runBlock(run, static_cast<std::size_t>(worker), block);
        });
    }

private:
    void runBlock(StepRun& run, std::size_t worker, std::int64_t index) const
    {
        const auto& binding = static_cast<const WinogradBinding&>(*run.binding);
        std::byte* room = run.scratch + worker * m_memory.bytes();
        auto* tiles = reinterpret_cast<float*>(room);
        auto* products = reinterpret_cast<float*>(room + m_memory.tiles);
        const std::int64_t first = index * m_blockTiles;
        const WinogradBlock block{first, std::min(m_blockTiles, m_shape.tiles() - first), m_blockTiles};
        // Whatever lay in the rest might be slow to multiply.
        if (block.count < block.room)
            std::fill_n(tiles, m_source.get_size() / sizeof(float), 0.0f);
        winogradInput(m_shape, run.inputs[0].floats(), block, tiles);
        PrimitiveCall& call = static_cast<WinogradState&>(*run.state).calls[worker];
        call.setAddress(0, tiles);
        call.setAddress(1, products);
        call.setAddress(2, room + m_memory.tiles + m_memory.products);
        call.setMemory(3, binding.weights->memory);
        call.execute();
        const bool clamps = m_activation.clamp();
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const WinogradFinish finish{binding.bias.data(), m_hasResidual ? run.inputs[1].floats() : nullptr,
                                    clamps ? m_activation.low : -infinity,
                                    clamps ? m_activation.high : infinity};
        winogradOutput(m_shape, products, block, finish, run.outputs[0].floats());
    }

    WinogradShape m_shape;
    std::int64_t m_blockTiles, m_blocks, m_workers;
    ValueId m_weight, m_bias;
    Activation m_activation;
    bool m_hasResidual;
    dnnl::primitive m_primitive;
    memory::desc m_source, m_packed, m_target, m_scratchpad;
    WorkerMemory m_memory;
};

/// What the two ways take, roughly, in nanoseconds on one core: products of a direct form and of matrices at
/// about 130 and 125 a nanosecond, transforms at 60 bytes, weights beyond the second cache level at 40.
bool saves(const WinogradShape& shape)
{
    const auto in = static_cast<double>(shape.inChannels), out = static_cast<double>(shape.outChannels);
    const auto tiles = static_cast<double>(shape.tiles());
    const double direct =
        9 * in * out * static_cast<double>(shape.batch * shape.outHeight * shape.outWidth) / 130;
    const double products = 36 * in * out * tiles / 125;
    const double transforms = tiles * (in * 72 + out * 52) * sizeof(float) / 60;
    const double weightBytes = 36 * in * out * sizeof(float);
    const double streaming = weightBytes > (1 << 20) ? weightBytes / 40 : 0;
    constexpr double gain = 0.7;
    return products + transforms + streaming < gain * direct;
}

/// Tiles whose transforms fill about half of the second cache level; more where the weights do not fit in it
/// anyway and are read once a block. Every worker gets a block.
std::int64_t blockTilesOf(const WinogradShape& shape, int workers)
{
    const std::int64_t pair = shape.inChannels + shape.outChannels;
    std::int64_t tiles = (1 << 19) / (kWinogradPoints * pair * static_cast<std::int64_t>(sizeof(float)));
    if (shape.inChannels * shape.outChannels > 64 * 64)
        tiles = std::max<std::int64_t>(tiles, 48);
    tiles = std::max<std::int64_t>(tiles, 8);
    const std::int64_t blocks = std::max<std::int64_t>((shape.tiles() + tiles - 1) / tiles, workers);
    return (shape.tiles() + blocks - 1) / blocks;
}

std::optional<WinogradShape> shapeOf(const StepRequest& request)
{
    const Node& node = request.node;
    if (node.op != "Conv" || !node.domain.empty() || request.switchable || !request.isFloat(node.inputs[0]) ||
        !request.isConstant(node.inputs[1]) || !(request.activation.none() || request.activation.clamp()))
        return std::nullopt;
    if (request.bias.valid() && !request.isConstant(request.bias))
        return std::nullopt;
    const ConvGeometry geometry =
        convGeometry(node, request.shape(node.inputs[0]), request.shape(node.inputs[1]));
    const Window& window = geometry.window;
    using Pair = std::vector<std::int64_t>;
    if (geometry.groups != 1 || window.kernel != Pair{3, 3} || window.stride != Pair{1, 1} ||
        window.dilation != Pair{1, 1} || window.outputElements() == 0 || geometry.batch < 1)
        return std::nullopt;
    if (request.bias.valid()) {
        const std::int64_t elements = request.shape(request.bias).elements();
        if (elements != 1 && elements != geometry.outChannels)
            return std::nullopt;
    }
    return WinogradShape{geometry.batch,   geometry.inChannels, geometry.outChannels,
                         window.input[0],  window.input[1],     window.output[0],
                         window.output[1], window.padBegin[0],  window.padBegin[1]};
}

std::unique_ptr<Kernel> makeWinograd(const StepRequest& request, std::string& reason)
{
    const std::optional<WinogradShape> shape = shapeOf(request);
    if (!shape || !saves(*shape))
        return nullptr;
    const int workers = request.options.threads;
    const std::int64_t blockTiles = blockTilesOf(*shape, workers);
    const ThreadScope single(1); // workers call it, each for its own blocks
    try {
        const auto products = describeProducts(blockTiles, *shape);
        if (isSlowImplementation(products.impl_info_str())) {
            reason = "oneDNN has only plain loops for its matrix products";
            return nullptr;
        }
        auto kernel = std::make_unique<WinogradKernel>(request, *shape, blockTiles, workers, products);
        kernel->inputs = {{request.node.inputs[0], Layout::channelsLast}};
        if (request.residual.valid()) {
            kernel->inputs.push_back({request.residual, Layout::channelsLast});
            kernel->overwritten = 1;
        }
        kernel->constants = {request.node.inputs[1]};
        if (request.bias.valid())
            kernel->constants.push_back(request.bias);
        kernel->outputLayouts = {Layout::channelsLast};
        return kernel;
    } catch (const dnnl::error& error) {
        reason = std::string("oneDNN refuses its matrix products: ") + error.what();
        return nullptr;
    }
}

}

void register_winograd_conv(Table<KernelEntry>& table)
{
    table.add({"winograd_conv", makeWinograd});
}

}
