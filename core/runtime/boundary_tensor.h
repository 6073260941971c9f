// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/program.h"

namespace lathe {

/// What a tap sees, in the value's own element type, so that a later run can begin with it: masks and indices
/// are seen as real numbers.
inline Tensor boundaryTensor(const Program& program, const TapView& view)
{
    const Graph& graph = program.graph();
    return Tensor::of<float>(view.shape, view.reals).converted(graph.value(graph.find(view.value)).dtype);
}

} // namespace lathe
