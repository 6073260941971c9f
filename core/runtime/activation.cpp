// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/activation.h"

#include "core/runtime/vector_math.h"

namespace lathe {

namespace {

std::optional<Activation> clipOf(const Graph& graph, const Node& node)
{
    Activation clip{.kind = Activation::Kind::clamp};
    for (std::size_t i = 1; i <= 2; ++i) {
        if (!node.input(i).valid())
            continue;
        const Tensor* limit = graph.constant(node.input(i));
        if (!limit || limit->elements() != 1)
            return std::nullopt;
        (i == 1 ? clip.low : clip.high) = static_cast<float>(limit->at(0));
    }
    return clip.low <= clip.high ? std::optional(clip) : std::nullopt;
}

struct Clamp {
    LATHE_INLINE static void run(float* x, std::int64_t count, float low, float high)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = clampTo(x[i], low, high);
    }
};

struct LeakyRelu {
    LATHE_INLINE static void run(float* x, std::int64_t count, float alpha)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = x[i] < 0 ? x[i] * alpha : x[i];
    }
};

struct Sigmoid {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = sigmoidFast(x[i]);
    }
};

struct Tanh {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = tanhFast(x[i]);
    }
};

struct HardSwish {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = x[i] * hardSigmoidFast(x[i], 1.0f / 6.0f, 0.5f);
    }
};

struct Swish {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = x[i] * sigmoidFast(x[i]);
    }
};

struct GeluTanh {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = geluTanhFast(x[i]);
    }
};

struct Gelu {
    LATHE_INLINE static void run(float* x, std::int64_t count)
    {
        LATHE_INDEPENDENT
        for (std::int64_t i = 0; i < count; ++i)
            x[i] = geluFast(x[i]);
    }
};

}

std::optional<Activation> activationOf(const Graph& graph, const Node& node)
{
    using Kind = Activation::Kind;
    if (!node.domain.empty())
        return std::nullopt;
    if (node.op == "Relu")
        return Activation{.kind = Kind::clamp, .low = 0};
    if (node.op == "Clip")
        return clipOf(graph, node);
    if (node.op == "LeakyRelu")
        return Activation{.kind = Kind::leakyRelu, .alpha = node.real("alpha", 0.01f)};
    if (node.op == "Sigmoid")
        return Activation{.kind = Kind::sigmoid};
    if (node.op == "Tanh")
        return Activation{.kind = Kind::tanh};
    if (node.op == "HardSwish")
        return Activation{.kind = Kind::hardSwish};
    if (node.op == "Gelu")
        return Activation{.kind = node.text("approximate", "none") == "none" ? Kind::gelu : Kind::geluTanh};
    return std::nullopt;
}

void applyActivation(std::span<float> values, const Activation& activation)
{
    const auto count = static_cast<std::int64_t>(values.size());
    switch (activation.kind) {
    case Activation::Kind::none: return;
    case Activation::Kind::clamp: return simdCall<Clamp>(values.data(), count, activation.low, activation.high);
    case Activation::Kind::leakyRelu: return simdCall<LeakyRelu>(values.data(), count, activation.alpha);
    case Activation::Kind::sigmoid: return simdCall<Sigmoid>(values.data(), count);
    case Activation::Kind::tanh: return simdCall<Tanh>(values.data(), count);
    case Activation::Kind::hardSwish: return simdCall<HardSwish>(values.data(), count);
    case Activation::Kind::swish: return simdCall<Swish>(values.data(), count);
    case Activation::Kind::gelu: return simdCall<Gelu>(values.data(), count);
    case Activation::Kind::geluTanh: return simdCall<GeluTanh>(values.data(), count);
    }
}

}
