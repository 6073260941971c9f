// SPDX-License-Identifier: GPL-3.0-or-later
// QuantizeLinear to and DequantizeLinear from uint8: the borders of what integer kernels compute.
#include "core/numeric/qdq.h"
#include "core/runtime/byte_math.h"
#include "core/runtime/code_math.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

/// The float side is held as codes of the same grid: only the zero-point comes or goes.
struct ConvertBinding final : StepBinding
{
    bool centred = false;
};

class ByteConvertKernel final : public Kernel
{
public:
    ByteConvertKernel(const Encoding& grid, std::int64_t elements, bool quantizes)
        : m_grid(CodeGrid::of(grid))
        , m_codes{grid.scale[0], grid.zeroPoint[0], grid.minimumCode, grid.maximumCode}
        , m_elements(elements)
        , m_quantizes(quantizes)
    {
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<ConvertBinding>();
        const Encoding* side = m_quantizes ? context.input(0) : context.output();
        binding->centred = side && CodeGrid::of(*side) == m_grid;
        (m_quantizes ? binding->codesIn : binding->codesOut) = binding->centred;
        return binding;
    }

    void run(StepRun& run) const override
    {
        const bool centred = static_cast<const ConvertBinding&>(*run.binding).centred;
        parallelRanges(m_elements, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
            if (m_quantizes)
                quantize(run.inputs[0].floats() + begin,
                         reinterpret_cast<std::uint8_t*>(run.outputs[0].data) + begin, end - begin, centred);
            else
                dequantize(reinterpret_cast<const std::uint8_t*>(run.inputs[0].data) + begin,
                           run.outputs[0].floats() + begin, end - begin, centred);
        });
    }

private:
    void quantize(const float* in, std::uint8_t* out, std::int64_t count, bool centred) const
    {
        if (centred)
            centredToBytes(in, out, count, m_codes.zero);
        else
            realsToBytes(in, out, count, m_codes);
    }

    void dequantize(const std::uint8_t* in, float* out, std::int64_t count, bool centred) const
    {
        if (centred)
            bytesToCentred(in, out, count, m_codes.zero);
        else
            bytesToReals(in, out, count, m_codes);
    }

    CodeGrid m_grid;
    ByteCodes m_codes;
    std::int64_t m_elements;
    bool m_quantizes;
};

std::unique_ptr<Kernel> makeByteConvert(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool quantizes = isQuantizeNode(node);
    if (!quantizes && !isDequantizeNode(node))
        return nullptr;
    const ValueId codes = quantizes ? request.outputs[0] : node.inputs[0];
    const ValueId reals = quantizes ? node.inputs[0] : request.outputs[0];
    const auto grid = statedEncoding(request.graph, node);
    if (!grid || grid->perChannel() || request.graph.value(codes).dtype != DType::uint8 ||
        !request.isFloat(reals) || request.isConstant(node.inputs[0])) {
        reason = "takes one constant scale and uint8 codes";
        return nullptr;
    }
    auto kernel =
        std::make_unique<ByteConvertKernel>(*grid, request.shape(node.inputs[0]).elements(), quantizes);
    const Layout layout = request.layout(node.inputs[0]);
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {layout};
    return kernel;
}

}

void register_byte_convert(Table<KernelEntry>& table)
{
    table.add({"byte_convert", makeByteConvert});
}

}
