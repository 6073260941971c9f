// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/numeric/qdq.h"
#include "core/quant/clamps.h"
#include "core/quant/lifter.h"

namespace lathe {

bool isQuantized(const Graph& graph)
{
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) {
        return isQuantizeNode(node) || isDequantizeNode(node) || qlinearForm(node).has_value();
    });
}

Lifted lift(const Graph& graph)
{
    const Graph clamped = withImpliedClamps(withClamps(graph));
    return Lifter(clamped).run();
}

} // namespace lathe
