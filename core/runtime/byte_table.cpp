// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/byte_math.h"
#include "core/runtime/kernel.h"

namespace lathe {

namespace {

class ByteTableKernel final : public Kernel
{
public:
    ByteTableKernel(Tensor table, std::int64_t elements)
        : m_table(std::move(table))
        , m_elements(elements)
    {
    }

    void run(StepRun& run) const override
    {
        const auto* in = reinterpret_cast<const std::uint8_t*>(run.inputs[0].data);
        auto* out = reinterpret_cast<std::uint8_t*>(run.outputs[0].data);
        parallelRanges(m_elements, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
            lookUpBytes(in + begin, out + begin, end - begin, m_table.data<std::uint8_t>().data());
        });
    }

private:
    Tensor m_table;
    std::int64_t m_elements;
};

std::unique_ptr<Kernel> makeByteTable(const StepRequest& request, std::string& reason)
{
    const Node& node = request.node;
    if (node.op != "CodeTable" || node.domain != "lathe")
        return nullptr;
    const Tensor* table = request.graph.constant(node.inputs[1]);
    if (!table || table->elements() != 256) {
        reason = "its table is not constant";
        return nullptr;
    }
    auto kernel = std::make_unique<ByteTableKernel>(*table, request.shape(node.inputs[0]).elements());
    const Layout layout = request.layout(node.inputs[0]);
    kernel->inputs = {{node.inputs[0], layout}};
    kernel->outputLayouts = {layout};
    kernel->overwritten = 0;
    return kernel;
}

}

void register_byte_table(Table<KernelEntry>& table)
{
    table.add({"byte_table", makeByteTable});
}

}
