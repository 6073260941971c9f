// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "core/ops/op.h"
#include "core/runtime/compiled_bodies.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

struct ReferenceBinding final : StepBinding {
    std::optional<Precision> precision;   ///< for bodies; nothing: as they say
};

struct OperandType {
    DType dtype = DType::undefined;
    Shape shape;
    int index = -1;
};

/// The operator's own plain implementation on row-major tensors; bodies run as programs.
class ReferenceKernel final : public Kernel
{
public:
    ReferenceKernel(const Op& op, const StepRequest& request)
        : m_op(op), m_node(request.node), m_opset(request.graph.opsets.at("")), m_slotsAnywhere(request.slotsAnywhere)
    {
        for (const ValueId id : request.node.inputs) {
            m_operands.emplace_back();
            if (!id.valid())
                continue;
            const Value& value = request.graph.value(id);
            m_operands.back() = {value.dtype, *value.shape, static_cast<int>(inputs.size())};
            inputs.push_back({id, Layout::plain});
        }
        if (!lathe::bodies(m_node).empty())
            addBodies(request);
        for (const ValueId id : request.outputs) {
            outputLayouts.push_back(Layout::plain);
            m_outputs.push_back({request.graph.value(id).dtype, *request.graph.value(id).shape, -1});
        }
    }

    std::shared_ptr<const StepBinding> bind(const BindContext& context) const override
    {
        auto binding = std::make_shared<ReferenceBinding>();
        if (m_slotsAnywhere)
            binding->precision = context.precision();
        return binding;
    }

    std::unique_ptr<KernelState> makeState() const override
    {
        return m_bodies ? std::make_unique<CompiledBodies::State>() : nullptr;
    }

    void run(StepRun& run) const override
    {
        std::optional<CompiledBodies::Run> bodyRun;
        if (m_bodies)
            bodyRun.emplace(
                *m_bodies, static_cast<CompiledBodies::State&>(*run.state), tensors(run, m_captured),
                static_cast<const ReferenceBinding&>(*run.binding).precision, run.nested, run.control);
        const std::vector<Tensor> results =
            m_op.run({m_node, tensors(run, m_operands), m_opset, run.control, bodyRun ? &*bodyRun : nullptr});
        for (std::size_t i = 0, at = 0; i < m_node.outputs.size(); ++i) {
            if (!m_node.outputs[i].valid())
                continue;
            const auto& [dtype, shape, index] = m_outputs[at];
            if (results.at(i).shape() != shape)
                throw Error(ErrorCode::shapeMismatch, m_node.label(),
                            {{"actual", results[i].shape().text()}, {"expected", shape.text()}});
            // A Cast to float16 rounds; the program keeps the result in float32.
            const Tensor result = results[i].dtype() == dtype ? results[i] : results[i].converted(dtype);
            if (!result.bytes().empty())
                std::memcpy(run.outputs[at].data, result.bytes().data(), result.bytes().size());
            ++at;
        }
    }

private:
    void addBodies(const StepRequest& request)
    {
        m_bodies = std::make_unique<CompiledBodies>(request.graph, m_node, request.options);
        for (const ValueId id : m_bodies->captured()) {
            const Value& value = request.graph.value(id);
            m_captured.push_back({value.dtype, *value.shape, static_cast<int>(inputs.size())});
            inputs.push_back({id, Layout::plain});
        }
    }

    static std::vector<Tensor> tensors(const StepRun& run, const std::vector<OperandType>& operands)
    {
        std::vector<Tensor> result;
        for (const OperandType& operand : operands) {
            if (operand.index < 0) {
                result.emplace_back();
                continue;
            }
            const std::byte* data = run.inputs[static_cast<std::size_t>(operand.index)].data;
            const auto bytes = static_cast<std::size_t>(operand.shape.elements() * dtypeSize(operand.dtype));
            result.push_back(Tensor::view(operand.dtype, operand.shape, {data, bytes}, nullptr));
        }
        return result;
    }

    const Op& m_op;
    const Node m_node;
    int m_opset;
    bool m_slotsAnywhere;
    std::vector<OperandType> m_operands;
    std::vector<OperandType> m_captured;        ///< outer values that bodies read
    std::unique_ptr<CompiledBodies> m_bodies;   ///< null without bodies
    std::vector<OperandType> m_outputs;
};

std::unique_ptr<Kernel> makeReference(const StepRequest& request, std::string& reason)
{
    const Op* op = findOp(request.node);
    if (!op || !op->run) {
        reason = "there is no implementation of this operator";
        return nullptr;
    }
    if (request.fused) {
        reason = "runs one operator at a time";
        return nullptr;
    }
    return std::make_unique<ReferenceKernel>(*op, request);
}

}

void register_plain_reference(Table<KernelEntry>& table)
{
    table.add({"plain_reference", makeReference});
}

}
