// SPDX-License-Identifier: GPL-3.0-or-later
// QLinearAdd and QLinearMul on uint8.
#include "core/runtime/byte_operands.h"
#include "core/runtime/row_loop.h"

namespace lathe {

namespace {

using ByteRows = BinaryRowsOf<std::uint8_t>;

/// The formula of code_formulas.h between bytes. Their limits are whole numbers, so that it may clamp before it rounds.
template <typename Formula>
struct ByteElement
{
    Formula formula;
    float low, high;
    LATHE_INLINE std::uint8_t operator()(std::uint8_t a, std::uint8_t b, std::int32_t&) const
    {
        const float code = formula.unrounded(static_cast<float>(static_cast<std::int32_t>(a)),
                                             static_cast<float>(static_cast<std::int32_t>(b)));
        return static_cast<std::uint8_t>(static_cast<std::int32_t>(roundSmall(clampTo(code, low, high))));
    }
};

class BytePairKernel final : public Kernel
{
public:
    BytePairKernel(bool adds, BinaryAxes axes, const ByteGrid& a, const ByteGrid& b, const ByteGrid& y)
        : m_adds(adds)
        , m_axes(std::move(axes))
        , m_a(a)
        , m_b(b)
        , m_y(y)
    {
    }

    void run(StepRun& run) const override
    {
        const auto bytes = [](const Operand& operand) {
            return reinterpret_cast<std::uint8_t*>(operand.data);
        };
        m_axes.run<std::uint8_t>(bytes(run.inputs[0]), bytes(run.inputs[1]), bytes(run.outputs[0]),
                                 [this](const ByteRows& rows) {
                                     if (m_adds)
                                         runRows(rows, element(CodeAdd::of(m_a, m_b, m_y)));
                                     else
                                         runRows(rows, element(CodeMul::of(m_a, m_b, m_y)));
                                 });
    }

private:
    template <typename Formula>
    ByteElement<Formula> element(Formula formula) const
    {
        return {formula, m_y.low + m_y.zero, m_y.high + m_y.zero};
    }

    bool m_adds;
    BinaryAxes m_axes;
    ByteGrid m_a, m_b, m_y;
};

std::unique_ptr<Kernel> makeBytePair(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.domain != "com.microsoft" || (node.op != "QLinearAdd" && node.op != "QLinearMul"))
        return nullptr;
    const auto a = byteGridAt(request, 1, false), b = byteGridAt(request, 4, false),
               y = byteGridAt(request, 6, true);
    const Shape& output = request.shape(request.outputs[0]);
    if (!a || !b || !y || request.graph.value(node.inputs[0]).dtype != DType::uint8 ||
        output.elements() == 0) {
        reason = "takes uint8 codes on constant grids";
        return nullptr;
    }
    const std::array<ValueId, 2> ids{node.inputs[0], node.inputs[3]};
    Layout layout = Layout::plain;
    for (const ValueId id : ids)
        if (!request.isConstant(id) && request.shape(id) == output &&
            request.layout(id) == Layout::channelsLast)
            layout = Layout::channelsLast;
    std::vector<Kernel::Input> inputs;
    int overwritten = -1;
    for (const ValueId id : ids) {
        const bool full = request.shape(id) == output;
        if (full && !request.isConstant(id) && overwritten < 0)
            overwritten = static_cast<int>(inputs.size());
        inputs.push_back({id, full || request.isConstant(id) ? layout : request.layout(id)});
    }
    BinaryAxes axes(output, layout, request.shape(ids[0]), inputs[0].layout, request.shape(ids[1]),
                    inputs[1].layout);
    auto kernel = std::make_unique<BytePairKernel>(node.op == "QLinearAdd", std::move(axes), *a, *b, *y);
    kernel->inputs = std::move(inputs);
    kernel->outputLayouts = {layout};
    kernel->overwritten = overwritten;
    return kernel;
}

}

void register_byte_pair(Table<KernelEntry>& table)
{
    table.add({"byte_pair", makeBytePair});
}

}
