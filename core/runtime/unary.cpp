// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstring>

#include "core/runtime/kernel.h"
#include "core/runtime/vector_math.h"

namespace lathe {

namespace {


#define LATHE_UNARY(Name, expression)                                                                                  \
    struct Name {                                                                                                      \
        LATHE_INLINE static void run(const float* in, float* out, std::int64_t count, float alpha, float beta)         \
        {                                                                                                              \
            static_cast<void>(alpha);                                                                                  \
            static_cast<void>(beta);                                                                                   \
            LATHE_INDEPENDENT                                                                                          \
            for (std::int64_t i = 0; i < count; ++i) {                                                                 \
                const float x = in[i];                                                                                 \
                out[i] = expression;                                                                                   \
            }                                                                                                          \
        }                                                                                                              \
    };

LATHE_UNARY(Exp, expFast(x))
LATHE_UNARY(Sqrt, std::sqrt(x))
LATHE_UNARY(Abs, std::fabs(x))
LATHE_UNARY(Neg, -x)
LATHE_UNARY(Reciprocal, 1.0f / x)
LATHE_UNARY(Erf, erfFast(x))
LATHE_UNARY(Square, x* x)
LATHE_UNARY(Cube, x* x* x)
LATHE_UNARY(NearestFloat16, nearestFloat16(x))
LATHE_UNARY(NearestBFloat16, nearestBFloat16(x))
LATHE_UNARY(HardSigmoid, hardSigmoidFast(x, alpha, beta))
#undef LATHE_UNARY

using Loop = void (*)(const float* in, float* out, std::int64_t count, float alpha, float beta);

template <typename Fn> void unaryLoop(const float* in, float* out, std::int64_t count, float alpha, float beta)
{
    simdCall<Fn>(in, out, count, alpha, beta);
}

/// Casts of float numbers: what a 16-bit float keeps of them, squares and cubes.
Loop specialLoopOf(const StepRequest& request)
{
    const Node& node = request.node;
    constexpr std::int64_t onnxFloat16 = 10, onnxBFloat16 = 16;
    if (node.op == "Cast" && request.isFloat(request.outputs[0])) {
        const std::int64_t type = node.integer("to", 0);
        return type == onnxFloat16 ? unaryLoop<NearestFloat16> : type == onnxBFloat16 ? unaryLoop<NearestBFloat16> : nullptr;
    }
    const Tensor* exponent = node.op == "Pow" ? request.graph.constant(node.input(1)) : nullptr;
    if (!exponent || exponent->elements() != 1 || request.shape(request.outputs[0]) != request.shape(node.inputs[0]))
        return nullptr;
    return exponent->at(0) == 2 ? unaryLoop<Square> : exponent->at(0) == 3 ? unaryLoop<Cube> : nullptr;
}

Loop loopOf(const StepRequest& request)
{
    static const std::map<std::string, Loop, std::less<>> loops{
        {"Exp", unaryLoop<Exp>}, {"Sqrt", unaryLoop<Sqrt>},
        {"Abs", unaryLoop<Abs>}, {"Neg", unaryLoop<Neg>},
        {"Erf", unaryLoop<Erf>}, {"Reciprocal", unaryLoop<Reciprocal>}, {"HardSigmoid", unaryLoop<HardSigmoid>},
    };
    const auto found = loops.find(request.node.op);
    return found == loops.end() ? specialLoopOf(request) : found->second;
}

class UnaryKernel final : public Kernel
{
public:
    UnaryKernel(std::int64_t elements, Activation activation, Loop loop, float alpha, float beta)
        : m_elements(elements), m_activation(activation), m_loop(loop), m_alpha(alpha), m_beta(beta)
    {
    }

    void run(StepRun& run) const override
    {
        const float* in = run.inputs[0].floats();
        float* out = run.outputs[0].floats();
        parallelRanges(m_elements, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
            // Short pieces stay in the cache between the copy and the function.
            for (std::int64_t at = begin; at < end; at += kPiece)
                apply(in + at, out + at, std::min(kPiece, end - at));
        });
    }

private:
    static constexpr std::int64_t kPiece = 4096;

    void apply(const float* in, float* out, std::int64_t count) const
    {
        if (m_loop) {
            m_loop(in, out, count, m_alpha, m_beta);
            return;
        }
        if (in != out)
            std::memcpy(out, in, static_cast<std::size_t>(count) * sizeof(float));
        applyActivation({out, static_cast<std::size_t>(count)}, m_activation);
    }

    std::int64_t m_elements;
    Activation m_activation;
    Loop m_loop;
    float m_alpha, m_beta;
};

std::unique_ptr<Kernel> makeUnary(const StepRequest& request, std::string&)
{
    const Node& node = request.node;
    if (request.fused && !request.function.valid())
        return nullptr;
    const bool parts = request.function.valid();
    const ValueId source = parts ? request.function : node.input(0);
    const auto activation = parts ? std::optional(request.activation) : activationOf(request.graph, node);
    const Loop loop = node.domain.empty() && !parts ? loopOf(request) : nullptr;
    if ((!activation && !loop) || !request.isFloat(source))
        return nullptr;
    auto kernel = std::make_unique<UnaryKernel>(request.shape(source).elements(), activation.value_or(Activation{}), loop,
                                                node.real("alpha", 0.2f), node.real("beta", 0.5f));
    const Layout layout = request.layout(source);
    kernel->inputs = {{source, layout}};
    kernel->outputLayouts = {layout};
    kernel->overwritten = 0;
    return kernel;
}

}

void register_unary(Table<KernelEntry>& table)
{
    table.add({"unary", makeUnary});
}

}
