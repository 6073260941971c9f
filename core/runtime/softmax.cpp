// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/runtime/code_formulas.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

struct ShiftedExp {
    LATHE_INLINE static void run(const float* in, float* out, std::int64_t count, float shift)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = expFast(in[i] - shift);
    }
};

struct Scaled {
    LATHE_INLINE static void run(float* out, std::int64_t count, float divisor)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            out[i] /= divisor;
    }
};

struct SoftmaxBinding final : StepBinding {
    CodeSoftmax formula;
    ByteGrid output;
};

/// Softmax along the innermost axis in memory.
class SoftmaxKernel final : public Kernel
{
public:
    SoftmaxKernel(std::int64_t rows, std::int64_t length) : m_rows(rows), m_length(length) {}

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<SoftmaxBinding>();
        const auto input = ByteGrid::of(context.input(0)), output = ByteGrid::of(context.output());
        if (input && output) {
            binding->codesIn = binding->codesOut = true;
            binding->formula = CodeSoftmax::of(*input, *output, m_length);
            binding->output = *output;
        }
        return binding;
    }

    void run(StepRun& run) const override
    {
        const auto& binding = static_cast<const SoftmaxBinding&>(*run.binding);
        std::atomic<std::int64_t> clipped = 0;
        parallelRanges(m_rows, 64, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t r = begin; r < end; ++r) {
                const float* in = run.inputs[0].floats() + r * m_length;
                float* out = run.outputs[0].floats() + r * m_length;
                if (binding.codesIn)
                    clipped += codeRow(in, out, binding);
                else
                    realRow(in, out);
            }
        });
        run.clipped = clipped;
    }

private:
    void realRow(const float* in, float* out) const
    {
        const float largest = *std::max_element(in, in + m_length);
        simdCall<ShiftedExp>(in, out, m_length, largest);
        double sum = 0;
        for (std::int64_t i = 0; i < m_length; ++i)
            sum += static_cast<double>(out[i]);
        simdCall<Scaled>(out, m_length, static_cast<float>(sum));
    }

    std::int64_t codeRow(const float* in, float* out, const SoftmaxBinding& binding) const
    {
        const float largest = *std::max_element(in, in + m_length);
        float sum = 0;
        for (std::int64_t i = 0; i < m_length; ++i) {
            out[i] = binding.formula.exponentials[static_cast<std::size_t>(largest - in[i])];
            sum += out[i];
        }
        std::int64_t clipped = 0;
        for (std::int64_t i = 0; i < m_length; ++i) {
            const float code = roundSmall(out[i] * binding.formula.inverse / sum);
            out[i] = clampTo(code, binding.output.low, binding.output.high);
            clipped += out[i] != code;
        }
        return clipped;
    }

    std::int64_t m_rows, m_length;
};

std::unique_ptr<Kernel> makeSoftmax(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (!node.domain.empty() || node.op != "Softmax" || !request.isFloat(node.inputs[0]))
        return nullptr;
    const Shape& shape = request.shape(node.inputs[0]);
    const int axis = normalizeAxis(node.integer("axis", -1), shape.rank());
    Layout layout = Layout::plain;
    if (axis != shape.rank() - 1 && shape.elements(axis + 1, shape.rank()) != 1) {
        if (axis != 1) {
            reason = "its axis is not the innermost one";
            return nullptr;
        }
        layout = Layout::channelsLast;
    }
    if (shape.elements() == 0) {
        reason = "it has no elements";
        return nullptr;
    }
    auto kernel = std::make_unique<SoftmaxKernel>(shape.elements() / shape[axis], shape[axis]);
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {layout};
    kernel->overwritten = 0;
    return kernel;
}

}

void register_softmax(Table<KernelEntry>& table)
{
    table.add({"softmax", makeSoftmax});
}

}
