// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/digits.h"
#include "core/runtime/kernel.h"
#include "core/runtime/onednn.h"

namespace lathe {

/// One way to run a weighted operator in oneDNN.
struct WeightedPrimitive {
    dnnl::primitive primitive;
    dnnl::memory::desc source, weights, target, scratchpad;

    explicit operator bool() const { return static_cast<bool>(primitive); }
};

/// What distinguishes Conv, Gemm and MatMul by a constant, once their primitives are made.
struct WeightedParts {
    ValueId weight;
    ValueId bias;                        ///< invalid: none
    int weightChannelAxis = 0;           ///< of the graph's weight: the axis that per-channel encodings use
    std::int64_t channels = 0;
    /// The weight is a matrix [K, channels] and is turned into [channels, K]; else it has channels first already.
    bool transposeWeight = false;
    float weightFactor = 1;              ///< Gemm's alpha and beta
    float biasFactor = 1;
    dnnl::memory::desc plainWeights;     ///< row-major, channels first
    WeightedPrimitive fused;             ///< bias, residual addition and activation included; for real numbers
    WeightedPrimitive raw;               ///< sums alone, for codes; may be absent
    Activation activation;
    bool hasResidual = false;
    std::int64_t inner = 1;              ///< elements of one channel that lie side by side in the output
};

/// The common part of oneDNN's weighted kernels: packs weights for real numbers and for codes, runs the fused primitive on
/// the former and exact integer arithmetic on the latter.
class WeightedKernel final : public Kernel
{
public:
    explicit WeightedKernel(WeightedParts parts);

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override;
    std::unique_ptr<KernelState> makeState() const override;
    void run(StepRun& run) const override;

private:
    bool canRunCodes(const BindContext& context) const;
    void runReals(StepRun& run) const;
    void runCodes(StepRun& run) const;

    WeightedParts m_parts;
};

/// Makes a primitive from `describe(attributes)`, which returns a primitive descriptor; an empty one when oneDNN has none
/// or only its slow loops.
template <typename Describe>
WeightedPrimitive makeWeightedPrimitive(const dnnl::primitive_attr& attributes, Describe&& describe, std::string& reason)
{
    try {
        const auto description = describe(attributes);
        if (isSlowImplementation(description.impl_info_str())) {
            reason = "oneDNN has only its plain loops for it";
            return {};
        }
        return {dnnl::primitive(description), description.src_desc(), description.weights_desc(),
                description.dst_desc(), description.scratchpad_desc()};
    } catch (const dnnl::error& error) {
        reason = std::string("oneDNN refuses it: ") + error.what();
        return {};
    }
}

}
