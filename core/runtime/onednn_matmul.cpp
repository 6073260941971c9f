// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/arithmetic.h"
#include "core/runtime/code_math.h"
#include "core/runtime/kernel.h"
#include "core/runtime/onednn.h"

namespace lathe {

namespace {

using dnnl::memory;

auto describeMatMul(const memory::desc& left, const memory::desc& right, const memory::desc& target,
                    const dnnl::primitive_attr& attributes)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::matmul::primitive_desc(cpuEngine(), left, right, target, attributes);
#else
    return dnnl::matmul::primitive_desc(dnnl::matmul::desc(left, right, target), attributes, cpuEngine());
#endif
}

struct MatMulState final : KernelState {
    PrimitiveCall call;
};

struct MatMulBinding final : StepBinding {
    std::vector<float> multiplier;       ///< one
    std::vector<std::int32_t> bias{0};
    float low = 0, high = 0;
};

/// Codes times codes is exact where no sum can reach 2^24; longer sums are formed from real numbers.
bool sumsStayExact(const Encoding& left, const Encoding& right, std::int64_t depth)
{
    constexpr float exact = 16777216;
    const auto largest = [](const Encoding& encoding) {
        const CodeGrid grid = CodeGrid::of(encoding);
        return std::max(-grid.low, grid.high);
    };
    return largest(left) * largest(right) * static_cast<float>(depth) < exact;
}

class MatMulKernel final : public Kernel
{
public:
    MatMulKernel(const dnnl::matmul::primitive_desc& description, std::int64_t depth)
        : m_depth(depth)
        , m_primitive(description)
        , m_left(description.src_desc())
        , m_right(description.weights_desc())
        , m_target(description.dst_desc())
        , m_scratchpad(description.scratchpad_desc())
    {
        scratchBytes = m_scratchpad.get_size();
    }

    std::unique_ptr<KernelState> makeState() const override
    {
        auto state = std::make_unique<MatMulState>();
        state->call = PrimitiveCall(m_primitive);
        state->call.add(DNNL_ARG_SRC, m_left);
        state->call.add(DNNL_ARG_WEIGHTS, m_right);
        state->call.add(DNNL_ARG_DST, m_target);
        state->call.add(DNNL_ARG_SCRATCHPAD, m_scratchpad);
        return state;
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<MatMulBinding>();
        const Encoding *left = context.input(0), *right = context.input(1), *output = context.output();
        if (left && right && output && sumsStayExact(*left, *right, m_depth)) {
            binding->codesIn = binding->codesOut = true;
            binding->multiplier = {requantizeMultiplier(left->scale[0], right->scale[0], output->scale[0])};
            binding->low = CodeGrid::of(*output).low;
            binding->high = CodeGrid::of(*output).high;
        }
        return binding;
    }

    void run(StepRun& run) const override
    {
        PrimitiveCall& call = static_cast<MatMulState&>(*run.state).call;
        call.setAddress(0, run.inputs[0].data);
        call.setAddress(1, run.inputs[1].data);
        call.setAddress(2, run.outputs[0].data);
        call.setAddress(3, run.scratch);
        call.execute();
        const auto& binding = static_cast<const MatMulBinding&>(*run.binding);
        if (binding.codesIn) {
            float* out = run.outputs[0].floats();
            const auto count = static_cast<std::int64_t>(m_target.get_size() / sizeof(float));
            constexpr float unbounded = std::numeric_limits<float>::infinity();
            run.clipped = requantizeChannel(out, out, count, 0, {binding.multiplier, binding.bias, true, -unbounded,
                                                                 unbounded, binding.low, binding.high});
        }
    }

private:
    std::int64_t m_depth;
    dnnl::primitive m_primitive;
    memory::desc m_left, m_right, m_target, m_scratchpad;
};

Shape withRank(const Shape& shape, int rank)
{
    std::vector<std::int64_t> dims(static_cast<std::size_t>(rank - shape.rank()), 1);
    dims.insert(dims.end(), shape.begin(), shape.end());
    return Shape(std::move(dims));
}

std::unique_ptr<Kernel> makeMatMul(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (!node.domain.empty() || node.op != "MatMul" || request.fused)
        return nullptr;
    const Shape &left = request.shape(node.inputs[0]), &right = request.shape(node.inputs[1]);
    const Shape& output = request.shape(request.outputs[0]);
    if (!request.isFloat(node.inputs[0]) || !request.isFloat(node.inputs[1]) || left.rank() < 2 || right.rank() < 2 ||
        output.elements() == 0 || left.elements() == 0) {
        reason = "the form or type of its matrices";
        return nullptr;
    }
    try {
        const auto description = describeMatMul(dnnlDesc(withRank(left, output.rank()), Layout::plain),
                                                dnnlDesc(withRank(right, output.rank()), Layout::plain),
                                                dnnlDesc(output, Layout::plain), dnnlAttributes({}));
        if (isSlowImplementation(description.impl_info_str())) {
            reason = "oneDNN has only its plain loops for it";
            return nullptr;
        }
        auto kernel = std::make_unique<MatMulKernel>(description, left[left.rank() - 1]);
        kernel->inputs = {{node.inputs[0], Layout::plain}, {node.inputs[1], Layout::plain}};
        kernel->outputLayouts = {Layout::plain};
        return kernel;
    } catch (const dnnl::error& error) {
        reason = std::string("oneDNN refuses it: ") + error.what();
        return nullptr;
    }
}

}

void register_onednn_matmul(Table<KernelEntry>& table)
{
    table.add({"onednn_matmul", makeMatMul});
}

}
