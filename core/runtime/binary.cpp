// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <atomic>

#include "core/runtime/code_formulas.h"
#include "core/runtime/kernel.h"
#include "core/runtime/row_loop.h"
#include "core/runtime/slot_entry.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

/// An operator on real numbers with a fused clamp.
template <typename Fn> struct RealElement {
    float low, high;
    LATHE_INLINE float operator()(float a, float b, std::int32_t&) const { return clampTo(Fn::of(a, b), low, high); }
};

/// A formula on codes; the fused clamp does not count as clipping.
template <typename Formula> struct CodeElement {
    Formula formula;
    float clampLow, clampHigh, low, high;
    LATHE_INLINE float operator()(float a, float b, std::int32_t& clipped) const
    {
        const float code = clampTo(formula(a, b), clampLow, clampHigh);
        const float kept = clampTo(code, low, high);
        clipped += kept != code;
        return kept;
    }
};

#define LATHE_BINARY(Name, expression)                                                                                 \
    struct Name {                                                                                                      \
        LATHE_INLINE static float of(float a, float b) { return expression; }                                          \
    };
LATHE_BINARY(Add, a + b)
LATHE_BINARY(Sub, a - b)
LATHE_BINARY(Mul, a* b)
LATHE_BINARY(Div, a / b)
LATHE_BINARY(Max, a != a ? a : (b < a ? a : b))
LATHE_BINARY(Min, a != a ? a : (b > a ? a : b))
LATHE_BINARY(PRelu, a < 0 ? a * b : a)
#undef LATHE_BINARY

using RealLoop = std::int64_t (*)(const BinaryRows& rows, float low, float high);

template <typename Fn> std::int64_t realLoop(const BinaryRows& rows, float low, float high)
{
    return runRows(rows, RealElement<Fn>{low, high});
}

RealLoop loopOf(const Node& node)
{
    static const std::map<std::string, RealLoop, std::less<>> loops{
        {"Add", realLoop<Add>}, {"Sub", realLoop<Sub>}, {"Mul", realLoop<Mul>}, {"Div", realLoop<Div>},
        {"Sum", realLoop<Add>}, {"Max", realLoop<Max>}, {"Min", realLoop<Min>}, {"PRelu", realLoop<PRelu>},
    };
    const auto found = node.domain.empty() ? loops.find(node.op) : loops.end();
    return found == loops.end() ? nullptr : found->second;
}

enum class CodeForm : std::uint8_t { none, add, multiply };

CodeForm codeFormOf(const Node& node)
{
    if (node.op == "Add")
        return CodeForm::add;
    return node.op == "Mul" ? CodeForm::multiply : CodeForm::none;
}

struct BinaryBinding final : StepBinding {
    std::array<std::vector<float>, 2> constants;   ///< codes of a constant operand, in the layout that is read
    std::array<ByteGrid, 2> operands;
    ByteGrid output;
    float clampLow = 0, clampHigh = 0;             ///< in codes
};

class BinaryKernel final : public Kernel
{
public:
    BinaryKernel(RealLoop loop, CodeForm form, BinaryAxes axes, const Activation& clamp,
                 std::array<const Value*, 2> constantValues)
        : m_loop(loop), m_form(form), m_axes(std::move(axes)), m_clamp(clamp), m_constantValues(constantValues)
    {
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<BinaryBinding>();
        binding->codesIn = binding->codesOut = bindCodes(*binding, context);
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const BinaryBinding&>(*run.binding);
        const auto operand = [&](std::size_t i) -> const float* {
            const bool own = binding.codesIn && !binding.constants[i].empty();
            return own ? binding.constants[i].data() : run.inputs[i].floats();
        };
        std::atomic<std::int64_t> clipped = 0;
        m_axes.run<float>(operand(0), operand(1), run.outputs[0].floats(), [&](const BinaryRows& rows) {
            clipped += binding.codesIn ? runCodes(rows, binding) : m_loop(rows, m_clamp.low, m_clamp.high);
        });
        run.clipped = clipped;
    }

private:
    bool bindCodes(BinaryBinding& binding, const BindContext& context) const
    {
        const auto output = ByteGrid::of(context.output());
        if (m_form == CodeForm::none || !output)
            return false;
        for (std::size_t i = 0; i < 2; ++i) {
            const auto grid = m_constantValues[i] ? bindConstant(binding.constants[i], i, context)
                                                  : ByteGrid::of(context.input(i));
            if (!grid)
                return false;
            binding.operands[i] = *grid;
        }
        binding.output = *output;
        binding.clampLow = clampCode(m_clamp.low, output->scale);
        binding.clampHigh = clampCode(m_clamp.high, output->scale);
        return true;
    }

    /// The codes of a constant operand with a slot.
    std::optional<ByteGrid> bindConstant(std::vector<float>& codes, std::size_t operand, const BindContext& context) const
    {
        const auto slot = context.weightSlot(inputs[operand].value);
        const auto grid = slot ? ByteGrid::of(&slot->encoding()) : std::nullopt;
        if (!grid)
            return std::nullopt;
        const Tensor reals = context.constant(inputs[operand].value);
        std::vector<float> plain(static_cast<std::size_t>(reals.elements()));
        realsToCodes(reals.data<float>(), plain.data(), {grid->scale, grid->low, grid->high});
        codes.resize(plain.size());
        const Shape& shape = reals.shape();
        StridedCopy(shape.dims(), shape.strides(), stridesOf(shape, inputs[operand].layout))
            .run(reinterpret_cast<const std::byte*>(plain.data()), reinterpret_cast<std::byte*>(codes.data()), sizeof(float));
        return grid;
    }

    std::int64_t runCodes(const BinaryRows& rows, const BinaryBinding& binding) const
    {
        const auto& [a, b] = binding.operands;
        const ByteGrid& y = binding.output;
        if (m_form == CodeForm::add)
            return runRows(rows, CodeElement<CodeAdd>{CodeAdd::of(a, b, y), binding.clampLow, binding.clampHigh, y.low, y.high});
        return runRows(rows, CodeElement<CodeMul>{CodeMul::of(a, b, y), binding.clampLow, binding.clampHigh, y.low, y.high});
    }

    RealLoop m_loop;
    CodeForm m_form;
    BinaryAxes m_axes;
    Activation m_clamp;
    std::array<const Value*, 2> m_constantValues;
};

/// The layout of an operand that has the output's shape, and so most of the work.
Layout preferredLayout(const StepRequest& request, const Shape& output)
{
    Layout preferred = Layout::plain;
    for (const ValueId id : request.node.inputs)
        if (!request.isConstant(id) && request.shape(id) == output && request.layout(id) == Layout::channelsLast)
            preferred = Layout::channelsLast;
    return preferred;
}

std::unique_ptr<Kernel> makeBinary(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const RealLoop loop = loopOf(node);
    if (!loop)
        return nullptr;
    if (node.inputs.size() != 2 || !request.isFloat(node.inputs[0]) || !request.isFloat(node.inputs[1])) {
        reason = "takes two float operands";
        return nullptr;
    }
    if (!request.activation.none() && !request.activation.clamp()) {
        reason = "fuses clamps only";
        return nullptr;
    }
    const Shape& output = request.shape(request.outputs[0]);
    if (output.elements() == 0) {
        reason = "it has no elements";
        return nullptr;
    }
    const Layout layout = preferredLayout(request, output);
    std::vector<Kernel::Input> inputs;
    std::array<const Value*, 2> constants{};
    int overwritten = -1;
    for (const ValueId id : node.inputs) {
        const bool full = request.shape(id) == output;
        if (request.isConstant(id))
            constants[inputs.size()] = &request.graph.value(id);
        else if (full && overwritten < 0)
            overwritten = static_cast<int>(inputs.size());
        inputs.push_back({id, full || request.isConstant(id) ? layout : request.layout(id)});
    }
    BinaryAxes axes(output, layout, request.shape(node.inputs[0]), inputs[0].layout, request.shape(node.inputs[1]),
                    inputs[1].layout);
    auto kernel = std::make_unique<BinaryKernel>(loop, codeFormOf(node), std::move(axes), request.activation, constants);
    for (std::size_t i = 0; i < 2; ++i)
        if (constants[i])
            kernel->constants.push_back(node.inputs[i]);
    kernel->inputs = std::move(inputs);
    kernel->outputLayouts = {layout};
    kernel->overwritten = overwritten;
    return kernel;
}

}

void register_binary(Table<KernelEntry>& table)
{
    table.add({"binary", makeBinary});
}

}
