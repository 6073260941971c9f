// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/kernel.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

class ConcatKernel final : public Kernel
{
public:
    struct Part {
        StridedCopy copy;
        std::int64_t offset;   ///< bytes into the output
    };

    ConcatKernel(std::vector<Part> parts, int elementSize) : m_parts(std::move(parts)), m_elementSize(elementSize) {}

    void run(StepRun& run) const override
    {
        for (std::size_t i = 0; i < m_parts.size(); ++i)
            m_parts[i].copy.run(run.inputs[i].data, run.outputs[0].data + m_parts[i].offset, m_elementSize);
    }

private:
    std::vector<Part> m_parts;
    int m_elementSize;
};

std::unique_ptr<Kernel> makeConcat(const StepRequest& request, std::string&)
{
    const Node& node = request.node;
    const Value& output = request.graph.value(request.outputs[0]);
    const int elementSize = dtypeSize(output.dtype);
    if (!node.domain.empty() || node.op != "Concat" || elementSize == 0)
        return nullptr;
    const int axis = normalizeAxis(node.integer("axis", 0), output.shape->rank());
    Layout layout = Layout::plain;
    for (const ValueId id : node.inputs)
        if (request.layout(id) == Layout::channelsLast)
            layout = Layout::channelsLast;
    const std::vector<std::int64_t> target = stridesOf(*output.shape, layout);
    std::vector<ConcatKernel::Part> parts;
    std::vector<Kernel::Input> inputs;
    std::int64_t position = 0;
    for (const ValueId id : node.inputs) {
        const Shape& shape = request.shape(id);
        // Any layout of an operand will do: the copy has strides on both sides.
        inputs.push_back({id, request.layout(id)});
        parts.push_back({StridedCopy(shape.dims(), stridesOf(shape, inputs.back().layout), target),
                         position * target[static_cast<std::size_t>(axis)] * elementSize});
        position += shape[axis];
    }
    auto kernel = std::make_unique<ConcatKernel>(std::move(parts), elementSize);
    kernel->inputs = std::move(inputs);
    kernel->outputLayouts = {layout};
    return kernel;
}

}

void register_concat(Table<KernelEntry>& table)
{
    table.add({"concat", makeConcat});
}

}
