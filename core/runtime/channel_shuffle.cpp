// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/kernel.h"
#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

/// Deals out the channels of all pixels in the layout that they have: channel a of group b goes to place b of group a.
class ShuffleKernel final : public Kernel
{
public:
    ShuffleKernel(StridedCopy copy, int elementSize) : m_copy(std::move(copy)), m_elementSize(elementSize) { moves = true; }

    void run(StepRun& run) const override { m_copy.run(run.inputs[0].data, run.outputs[0].data, m_elementSize); }

private:
    StridedCopy m_copy;
    int m_elementSize;
};

std::unique_ptr<Kernel> makeShuffle(const StepRequest& request, std::string&)
{
    const std::int64_t groups = request.shuffledGroups;
    if (groups == 0)
        return nullptr;
    const ValueId input = request.node.inputs[0];
    const Shape& shape = request.shape(input);
    const Layout layout = request.layout(input);
    const std::int64_t each = shape[1] / groups;
    std::vector<std::int64_t> dims = shape.dims(), source = stridesOf(shape, layout);
    const std::int64_t channel = source[1];
    std::vector<std::int64_t> target = source;
    dims[1] = each;
    dims.insert(dims.begin() + 1, groups);
    source.insert(source.begin() + 1, each * channel);
    target[1] = groups * channel;
    target.insert(target.begin() + 1, channel);
    const int elementSize = dtypeSize(request.graph.value(input).dtype);
    auto kernel = std::make_unique<ShuffleKernel>(StridedCopy(std::move(dims), std::move(source), std::move(target)), elementSize);
    kernel->inputs = {{input, layout}};
    kernel->outputLayouts = {layout};
    return kernel;
}

}

void register_channel_shuffle(Table<KernelEntry>& table)
{
    table.add({"channel_shuffle", makeShuffle});
}

}
