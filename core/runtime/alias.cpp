// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>

#include "core/runtime/kernel.h"

namespace lathe {

namespace {

constexpr std::array<std::string_view, 6> kReshaping{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"};

/// Operators that leave every element where it is: usually nothing is done at all.
class AliasKernel final : public Kernel
{
public:
    explicit AliasKernel(std::size_t bytes) : m_bytes(bytes) {}

    void run(StepRun& run) const override
    {
        if (run.inputs[0].data != run.outputs[0].data)
            std::memcpy(run.outputs[0].data, run.inputs[0].data, m_bytes);
    }

private:
    std::size_t m_bytes;
};

/// A Cast to float32 from a 16-bit float, which is float32 here already.
bool isWidening(const Node& node)
{
    constexpr std::int64_t onnxFloat = 1;
    return node.op == "Cast" && node.integer("to", 0) == onnxFloat;
}

std::unique_ptr<Kernel> makeAlias(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    const bool reshapes = std::find(kReshaping.begin(), kReshaping.end(), node.op) != kReshaping.end();
    if (!node.domain.empty() || (!reshapes && !isWidening(node)) || request.outputs.size() != 1)
        return nullptr;
    const Value& input = request.graph.value(node.inputs[0]);
    const Value& output = request.graph.value(request.outputs[0]);
    if (input.dtype != output.dtype || input.dtype == DType::string) {
        reason = "the element type";
        return nullptr;
    }
    const bool keepsShape = *input.shape == *output.shape;
    const Layout layout = keepsShape ? request.layout(node.inputs[0]) : Layout::plain;
    auto kernel = std::make_unique<AliasKernel>(static_cast<std::size_t>(output.shape->elements() * dtypeSize(output.dtype)));
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {layout};
    kernel->overwritten = 0;
    kernel->alias = true;
    kernel->moves = true;
    return kernel;
}

}

void register_alias(Table<KernelEntry>& table)
{
    table.add({"alias", makeAlias});
}

}
