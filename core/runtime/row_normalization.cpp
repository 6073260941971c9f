// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstring>

#include "core/runtime/channel_lanes.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

struct RowPart
{
    const float* in;
    float* out;
    const float *scale, *bias; ///< null: none
    std::int64_t rows, columns;
    float epsilon;
};

/// Sums run in sixteen lanes whose order is fixed, so that every instruction set gives the same bits.
struct NormalizeRows
{
    LATHE_INLINE static void run(RowPart part)
    {
        for (std::int64_t row = 0; row < part.rows; ++row) {
            const float* in = part.in + row * part.columns;
            const float mean = sum<false>(in, part.columns, 0) / static_cast<float>(part.columns);
            const float variance = sum<true>(in, part.columns, mean) / static_cast<float>(part.columns);
            write(part, in, part.out + row * part.columns, mean, 1.0f / std::sqrt(variance + part.epsilon));
        }
    }

    /// Sum of (x - shift), or of its square.
    template <bool squared>
    LATHE_INLINE static float sum(const float* in, std::int64_t count, float shift)
    {
        Lanes total{};
        std::int64_t i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            Lanes x;
            std::memcpy(&x, in + i, sizeof x);
            x -= shift;
            total += squared ? x * x : x;
        }
        float result = 0;
        for (std::int64_t lane = 0; lane < kLanes; ++lane)
            result += total[lane];
        for (; i < count; ++i) {
            const float x = in[i] - shift;
            result += squared ? x * x : x;
        }
        return result;
    }

    LATHE_INLINE static void write(const RowPart& part, const float* in, float* out, float mean, float factor)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < part.columns; ++i)
            out[i] = (in[i] - mean) * factor;
        if (part.scale) {
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < part.columns; ++i)
                out[i] *= part.scale[i];
        }
        if (part.bias) {
            LATHE_INDEPENDENT
            for (std::int64_t i = 0; i < part.columns; ++i)
                out[i] += part.bias[i];
        }
    }
};

class RowNormalizationKernel final : public Kernel
{
public:
    RowNormalizationKernel(std::int64_t rows, std::int64_t columns, const RowNormalization& form)
        : m_rows(rows)
        , m_columns(columns)
        , m_epsilon(form.epsilon)
    {
        inputs = {{form.input, Layout::plain}};
        for (const ValueId id : {form.scale, form.bias})
            if (id.valid())
                inputs.push_back({id, Layout::plain});
        m_scale = form.scale.valid() ? 1 : 0;
        m_bias = form.bias.valid() ? m_scale + 1 : 0;
        outputLayouts = {Layout::plain};
        overwritten = 0;
    }

    void run(StepRun& run) const override
    {
        const auto operand = [&](std::size_t i) { return i == 0 ? nullptr : run.inputs[i].floats(); };
        parallelRanges(m_rows, (1 << 14) / m_columns + 1, [&](std::int64_t begin, std::int64_t end) {
            const std::int64_t at = begin * m_columns;
            simdCall<NormalizeRows>(RowPart{run.inputs[0].floats() + at, run.outputs[0].floats() + at,
                                            operand(m_scale), operand(m_bias), end - begin, m_columns,
                                            m_epsilon});
        });
    }

private:
    std::int64_t m_rows, m_columns;
    float m_epsilon;
    std::size_t m_scale = 0, m_bias = 0; ///< operands; 0: none
};

/// The form of the operator itself; nothing for other operators and other axes.
std::optional<RowNormalization> formOf(const StepRequest& request)
{
    const Node& node = request.node;
    if (request.normalization)
        return request.normalization;
    if (node.op != "LayerNormalization" || !node.domain.empty() || request.fused ||
        request.outputs.size() != 1)
        return std::nullopt;
    const int rank = request.shape(node.inputs[0]).rank();
    const std::int64_t axis = node.integer("axis", -1);
    if (axis != -1 && axis != rank - 1)
        return std::nullopt;
    return RowNormalization{node.inputs[0], node.input(1), node.input(2), node.real("epsilon", 1e-5f)};
}

std::unique_ptr<Kernel> makeRowNormalization(const StepRequest& request, std::string& reason)
{
    const auto form = formOf(request);
    if (!form)
        return nullptr;
    const Shape& shape = request.shape(form->input);
    const std::int64_t columns = shape.rank() == 0 ? 0 : shape[shape.rank() - 1];
    if (!request.isFloat(form->input) || shape.elements() == 0) {
        reason = "the element type, or it has no elements";
        return nullptr;
    }
    for (const ValueId id : {form->scale, form->bias})
        if (id.valid() && (!request.isFloat(id) || request.shape(id).elements() != columns)) {
            reason = "scale and bias are not one number a column";
            return nullptr;
        }
    auto kernel = std::make_unique<RowNormalizationKernel>(shape.elements() / columns, columns, *form);
    for (const ValueId id : {form->scale, form->bias})
        if (id.valid() && request.isConstant(id))
            kernel->constants.push_back(id);
    return kernel;
}

}

void register_row_normalization(Table<KernelEntry>& table)
{
    table.add({"row_normalization", makeRowNormalization});
}

}
