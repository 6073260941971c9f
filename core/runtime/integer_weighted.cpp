// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/integer_weighted.h"

#include <algorithm>
#include <cstring>

#include "core/numeric/accumulator.h"
#include "core/numeric/arithmetic.h"
#include "core/numeric/qdq.h"
#include "core/runtime/packed_weights.h"

namespace lathe {

using dnnl::memory;

bool integerProductsExact(std::string& reason)
{
#if DNNL_VERSION_MAJOR >= 3
    reason = "integer kernels need oneDNN 2";
    return false;
#else
    switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx2_vnni:
    case dnnl::cpu_isa::avx512_core_vnni:
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx:
        return true;
    default:
        reason = "products of bytes saturate in 16 bits on this processor (it has no VNNI)";
        return false;
    }
#endif
}

namespace {

const Tensor* constantAt(const StepRequest& request, std::size_t operand)
{
    return request.graph.constant(request.node.input(operand));
}

bool isByteGrid(const StepRequest& request, std::size_t scale)
{
    const Tensor *s = constantAt(request, scale), *z = constantAt(request, scale + 1);
    return s && z && s->elements() == 1 && z->elements() == 1 && z->dtype() == DType::uint8 &&
           s->dtype() == DType::float32;
}

/// One a channel, from one or as many.
std::optional<std::vector<float>> weightScales(const StepRequest& request, std::int64_t channels)
{
    const Tensor *scale = constantAt(request, 4), *zero = constantAt(request, 5);
    if (!scale || scale->dtype() != DType::float32 || (request.node.input(5).valid() && !zero))
        return std::nullopt;
    if (zero) {
        const std::vector<std::int64_t> codes = zero->toIntegers();
        if (std::any_of(codes.begin(), codes.end(), [](std::int64_t code) { return code != 0; }))
            return std::nullopt;
    }
    std::vector<float> scales = scale->toFloats();
    if (scales.size() == 1)
        scales.resize(static_cast<std::size_t>(channels), scales[0]);
    return scales.size() == static_cast<std::size_t>(channels) ? std::optional(scales) : std::nullopt;
}

}

std::optional<IntegerProduct> readIntegerProduct(const StepRequest& request, std::size_t firstOutput,
                                                 std::size_t biasOperand, std::int64_t channels,
                                                 std::string& reason)
{
    const Node& node = request.node;
    const Tensor* weights = constantAt(request, 3);
    const Tensor* bias = constantAt(request, biasOperand);
    const auto scales = weightScales(request, channels);
    IntegerProduct product;
    product.toBytes = node.input(firstOutput).valid();
    const bool biasFits = !node.input(biasOperand).valid() || (bias && bias->elements() == channels);
    if (request.graph.value(node.inputs[0]).dtype != DType::uint8 || !isByteGrid(request, 1) ||
        (product.toBytes && !isByteGrid(request, firstOutput)) || !weights ||
        weights->dtype() != DType::int8 || !scales || !biasFits) {
        reason = "takes uint8 codes and constant int8 weights with zero-point 0";
        return std::nullopt;
    }
    product.channels = channels;
    product.input = {static_cast<float>(constantAt(request, 1)->at(0)),
                     static_cast<std::int32_t>(constantAt(request, 2)->at(0))};
    product.weights = *weights;
    product.bias.assign(static_cast<std::size_t>(channels), 0);
    if (bias)
        std::ranges::copy(bias->data<std::int32_t>(), product.bias.begin());
    for (const float scale : *scales)
        product.multiplier.push_back(
            product.toBytes
                ? requantizeMultiplier(product.input.scale, scale,
                                       static_cast<float>(constantAt(request, firstOutput)->at(0)))
                : product.input.scale * scale);
    if (product.toBytes) {
        product.zero = static_cast<std::int32_t>(constantAt(request, firstOutput + 1)->at(0));
        product.low = static_cast<std::int32_t>(node.integer(minimumCodeAttribute, 0));
        product.high = static_cast<std::int32_t>(node.integer(maximumCodeAttribute, 255));
    }
    return product;
}

std::optional<IntegerProduct> readByteConv(const StepRequest& request, std::int64_t channels,
                                           std::string& reason)
{
    auto product = readIntegerProduct(request, 6, 8, channels, reason);
    if (!product || product->toBytes)
        return product;
    reason = "writes bytes only";
    return std::nullopt;
}

std::unique_ptr<Kernel> onImages(std::unique_ptr<Kernel> kernel, const Node& node)
{
    kernel->inputs = {{node.inputs[0], Layout::channelsLast}};
    kernel->constants = {node.inputs[3]};
    kernel->outputLayouts = {Layout::channelsLast};
    return kernel;
}

namespace {

/// [K, N] as [N, K].
Tensor transposed(const Tensor& weights)
{
    const std::int64_t depth = weights.shape()[0], channels = weights.shape()[1];
    Tensor result(DType::int8, Shape{channels, depth});
    const auto from = weights.data<std::int8_t>();
    const auto to = result.mutableData<std::int8_t>();
    for (std::int64_t k = 0; k < depth; ++k)
        for (std::int64_t c = 0; c < channels; ++c)
            to[static_cast<std::size_t>(c * depth + k)] = from[static_cast<std::size_t>(k * channels + c)];
    return result;
}

}

std::optional<IntegerMatrix> readIntegerMatrix(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool channelsFirst = node.integer("transB", 0) != 0;
    const Shape& weights = request.shape(node.inputs[3]);
    const std::int64_t channels = weights[channelsFirst ? 0 : 1];
    IntegerMatrix matrix{{}, request.shape(node.inputs[0])[0], weights[channelsFirst ? 1 : 0]};
    if (node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1 || matrix.rows == 0 ||
        weights.elements() == 0) {
        reason = "the form of its matrices";
        return std::nullopt;
    }
    auto product = readIntegerProduct(request, 7, 6, channels, reason);
    if (!product)
        return std::nullopt;
    matrix.product = std::move(*product);
    if (!channelsFirst)
        matrix.product.weights = transposed(matrix.product.weights);
    return matrix;
}

bool requantizesExactly(const IntegerProduct& product, std::span<const std::int32_t> bias, std::int64_t low,
                        std::int64_t high)
{
    constexpr std::int64_t exact = 1 << 24;
    if (std::all_of(bias.begin(), bias.end(), [](std::int32_t code) { return code == 0; }))
        return true; // one conversion of the sum, as it should be
    const std::size_t depth = static_cast<std::size_t>(product.weights.elements() / product.channels);
    for (std::size_t c = 0; c < bias.size(); ++c)
        if (std::abs(std::int64_t{bias[c]}) > exact ||
            sumRange(product.weights.data<std::int8_t>().subspan(c * depth, depth), low, high).magnitude() >
                exact)
            return false;
    return true;
}

std::vector<std::int32_t> biasWithZeroPoint(const IntegerProduct& product)
{
    std::vector<std::int32_t> bias = product.bias;
    const std::size_t depth = static_cast<std::size_t>(product.weights.elements() / product.channels);
    for (std::size_t c = 0; c < bias.size(); ++c)
        for (const std::int8_t weight : product.weights.data<std::int8_t>().subspan(c * depth, depth))
            bias[c] -= product.input.zero * weight;
    return bias;
}

namespace {

memory::desc biasDesc(std::size_t channels)
{
    return memory::desc({static_cast<std::int64_t>(channels)}, memory::data_type::s32, memory::format_tag::a);
}

memory packBytes(const Tensor& plain, const memory::desc& plainDesc, const memory::desc& wanted)
{
    const ThreadScope single(1);
    memory source(plainDesc, cpuEngine(), const_cast<std::byte*>(plain.bytes().data()));
    memory packed(wanted, cpuEngine());
    dnnl::stream stream(cpuEngine());
    dnnl::reorder(source, packed).execute(stream, source, packed);
    stream.wait();
    return packed;
}

struct IntegerState final : KernelState
{
    PrimitiveCall call;
    std::size_t source = 0, target = 0, scratchpad = 0;
};

constexpr std::size_t align64(std::size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

class IntegerWeightedKernel final : public Kernel
{
public:
    IntegerWeightedKernel(IntegerPrimitive primitive, const IntegerProduct& product,
                          const memory::desc& plainWeights)
        : m_primitive(std::move(primitive))
        , m_multiplier(product.multiplier)
        , m_toBytes(product.toBytes)
        , m_weights(sharedCodes(product.weights, {.plain = plainWeights, .wanted = m_primitive.weights}, [&] {
            return packBytes(product.weights, plainWeights, m_primitive.weights);
        }))
    {
        if (m_primitive.withBias) {
            m_bias = memory(biasDesc(m_primitive.bias.size()), cpuEngine());
            std::memcpy(m_bias.get_data_handle(), m_primitive.bias.data(),
                        m_primitive.bias.size() * sizeof(std::int32_t));
        }
        m_how = {m_multiplier, m_primitive.bias, product.zero, product.low, product.high};
        m_rows = static_cast<std::int64_t>(m_primitive.target.get_size() / sizeof(std::int32_t)) /
                 product.channels;
        packedBytes = m_primitive.weights.get_size();
        scratchBytes = align64(m_primitive.scratchpad.get_size());
        if (m_primitive.sums && m_toBytes)
            scratchBytes += align64(m_primitive.target.get_size());
    }

    std::unique_ptr<KernelState> makeState() const override
    {
        auto state = std::make_unique<IntegerState>();
        state->call = PrimitiveCall(m_primitive.primitive);
        state->source = state->call.add(DNNL_ARG_SRC, m_primitive.source);
        state->target = state->call.add(DNNL_ARG_DST, m_primitive.target);
        state->scratchpad = state->call.add(DNNL_ARG_SCRATCHPAD, m_primitive.scratchpad);
        state->call.setMemory(state->call.add(DNNL_ARG_WEIGHTS), m_weights->memory);
        if (m_primitive.withBias)
            state->call.setMemory(state->call.add(DNNL_ARG_BIAS), m_bias);
        return state;
    }

    void run(StepRun& run) const override
    {
        auto& state = static_cast<IntegerState&>(*run.state);
        // Real results take the place of the sums that they are made of.
        std::byte* target = run.outputs[0].data;
        if (m_primitive.sums && m_toBytes)
            target = run.scratch + align64(m_primitive.scratchpad.get_size());
        state.call.setAddress(state.source, run.inputs[0].data);
        state.call.setAddress(state.target, target);
        state.call.setAddress(state.scratchpad, run.scratch);
        state.call.execute();
        if (m_primitive.sums)
            requantize(reinterpret_cast<const std::int32_t*>(target), run.outputs[0].data);
    }

private:
    void requantize(const std::int32_t* sums, std::byte* out) const
    {
        const auto channels = static_cast<std::int64_t>(m_multiplier.size());
        parallelRanges(m_rows, (1 << 14) / channels + 1, [&](std::int64_t begin, std::int64_t end) {
            if (m_toBytes)
                requantizeToBytes(sums + begin * channels,
                                  reinterpret_cast<std::uint8_t*>(out) + begin * channels, end - begin,
                                  m_how);
            else
                requantizeToReals(sums + begin * channels, reinterpret_cast<float*>(out) + begin * channels,
                                  end - begin, m_how);
        });
    }

    IntegerPrimitive m_primitive;
    std::vector<float> m_multiplier;
    ByteRequantization m_how;
    bool m_toBytes;
    std::int64_t m_rows = 0;
    std::shared_ptr<const PackedWeights> m_weights;
    memory m_bias;
};

}

std::unique_ptr<Kernel> makeIntegerKernel(IntegerPrimitive primitive, const IntegerProduct& product,
                                          const memory::desc& plainWeights)
{
    return std::make_unique<IntegerWeightedKernel>(std::move(primitive), product, plainWeights);
}

}
