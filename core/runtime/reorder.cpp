// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/reorder.h"

#include "core/runtime/strided_copy.h"

namespace lathe {

namespace {

class ReorderKernel final : public Kernel
{
public:
    ReorderKernel(const Shape& shape, Layout from, Layout to, int elementSize)
        : m_copy(shape.dims(), stridesOf(shape, from), stridesOf(shape, to)), m_elementSize(elementSize)
    {
        moves = true;
    }

    void run(StepRun& run) const override { m_copy.run(run.inputs[0].data, run.outputs[0].data, m_elementSize); }

private:
    StridedCopy m_copy;
    int m_elementSize;
};

}

std::unique_ptr<Kernel> makeReorder(const Shape& shape, Layout from, Layout to, int elementSize)
{
    return std::make_unique<ReorderKernel>(shape, from, to, elementSize);
}

}
